"""The payment statement: files of a campaign's, one practitioner's acts, approval and payment."""

from typing import Any

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.activity import rules
from cptsapp.activity.permissions import readable_person
from cptsapp.activity.queries import campaigns, figures, sheets
from cptsapp.activity.queries.figures import Filter
from cptsapp.activity.queries.statement import Statement, account_of, acts, statement
from cptsapp.activity.views.campaigns import weeks
from cptsapp.activity.views.figures import note_export
from cptsapp.activity.views.links import rows_url
from cptsapp.activity.views.shared import blueprint
from cptsapp.core import clock
from cptsapp.core.refusals import Invisible
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.files import as_file
from cptsapp.ledger import actions as ledger
from cptsapp.ledger.queries import balances
from cptsapp.ledger.rules import Balance
from cptsapp.territory import queries as territory

STEPS = {
    "approuver": ledger.approve,
    "payer": ledger.pay,
    "retirer-accord": ledger.withdraw_approval,
    "retirer-paiement": ledger.withdraw_payment,
}


@blueprint.get("/campagnes/<int:campaign_id>/releve.csv", defaults={"kind": "csv"})
@blueprint.get("/campagnes/<int:campaign_id>/releve.xlsx", defaults={"kind": "xlsx"})
@requires("campaign.export")
def export_statement(campaign_id: int, kind: str) -> Response:
    """The statement as a file: the rows of the screen, no more and no less."""
    found = campaigns.campaign(campaign_id)
    sheet = sheets.statement_sheet(found, statement(found, clock.now()))
    note_export("statement.exported", kind, sheet, {"campagne": found.id})
    return as_file(sheet, kind)


@blueprint.get("/campagnes/<int:campaign_id>/medecins/<int:person_id>")
@requires("campaign.read")
def practitioner(campaign_id: int, person_id: int) -> str:
    """One practitioner's acts in a campaign; a practitioner reads only their own."""
    return render_template("activity/practitioner.html", **_context(campaign_id, person_id))


@blueprint.get("/campagnes/<int:campaign_id>/medecins/<int:person_id>/imprimer")
@requires("campaign.read")
def print_practitioner(campaign_id: int, person_id: int) -> str:
    """The same on paper."""
    return render_template("activity/practitioner_sheet.html", **_context(campaign_id, person_id))


def _context(campaign_id: int, person_id: int) -> dict[str, Any]:
    found = campaigns.campaign(campaign_id)
    readable_person(me(), person_id)
    names = figures.names([person_id])
    if person_id not in names:
        raise Invisible
    now = clock.now()
    own = statement(found, now, person_id)
    wanted = Filter(campaign_id=found.id, person_id=person_id)
    return {
        "campaign": found,
        "state": rules.campaign_state(found, territory.today()),
        "person_id": person_id,
        "name": names[person_id],
        "figures": own.figures,
        "statement": own,
        "excess": sheets.excess_words(excess for line in own.lines for excess in line.excess),
        "sheet": sheets.acts_sheet(found, acts(found, person_id)),
        "balance": _balance(own),
        "weeks": weeks(wanted),
        "rows_url": rows_url(wanted),
        "measures": rules.MEASURES,
        "now": territory.local(now),
    }


def _balance(own: Statement) -> Any:
    return own.lines[0].balance if own.lines else Balance()


@blueprint.post("/campagnes/<int:campaign_id>/medecins/<int:person_id>/reglement")
@requires("ledger.approve")
def settle(campaign_id: int, person_id: int) -> BaseResponse:
    """Approve, note as paid, or take either back, for one practitioner."""
    found = campaigns.campaign(campaign_id)
    _step()(account_of(found.id), figures.numbers_of(person_id), by=me())
    if request.form.get("retour") == "campagne":
        return htmx.redirect(url_for("activity.campaign", campaign_id=found.id))
    return htmx.redirect(url_for("activity.practitioner", campaign_id=found.id, person_id=person_id))


@blueprint.post("/campagnes/<int:campaign_id>/reglement")
@requires("ledger.approve")
def settle_all(campaign_id: int) -> BaseResponse:
    """Approve, or note as paid, everyone of a campaign at once."""
    found = campaigns.campaign(campaign_id)
    account = account_of(found.id)
    _step()(account, list(balances(account)), by=me())
    return htmx.redirect(url_for("activity.campaign", campaign_id=found.id))


def _step() -> Any:
    act = STEPS.get(request.form.get("acte", ""))
    if act is None:
        raise Invisible
    return act
