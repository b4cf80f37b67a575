"""Campaigns: the list, one of them with its figures and statement, opening, changing, closing."""

from typing import Any

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.activity import actions, rules
from cptsapp.activity.actions.campaigns import Terms
from cptsapp.activity.forms import CampaignForm, CloseForm
from cptsapp.activity.permissions import readable_person, sees_patients_answers
from cptsapp.activity.queries import campaigns as queries
from cptsapp.activity.queries import figures, sheets
from cptsapp.activity.queries.figures import Filter
from cptsapp.activity.queries.statement import Statement, statement
from cptsapp.activity.rules import Figures
from cptsapp.activity.views.links import rows_url, statement_link
from cptsapp.activity.views.shared import blueprint, number_argument
from cptsapp.core import clock, french
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.snp.models import Campaign
from cptsapp.territory import queries as territory


@blueprint.get("/campagnes")
@requires("campaign.read")
def campaigns() -> str:
    """All the campaigns with their state; figures of those that are not closed."""
    person_id = readable_person(me())
    found = queries.campaigns()
    sums = _sums([campaign.id for campaign in found if campaign.closed_at is None], person_id)
    return render_template(
        "activity/campaigns.html",
        campaigns=[_entry(campaign, sums) for campaign in found],
        is_own=person_id is not None,
        rows_url=lambda campaign_id: rows_url(Filter(campaign_id=campaign_id, person_id=person_id)),
    )


def _sums(campaign_ids: list[int], person_id: int | None) -> dict[int, Figures]:
    """The figures of several campaigns, in as many statements as for one."""
    if not campaign_ids:
        return {}
    cells = figures.cells(Filter(campaign_ids=tuple(campaign_ids), person_id=person_id), clock.now())
    sums = figures.grouped(cells, lambda cell: cell.campaign_id)
    return {number: sums.get(number, Figures()) for number in campaign_ids}


def _entry(campaign: Campaign, sums: dict[int, Figures]) -> dict[str, Any]:
    """A campaign of the list. A closed one is only a link: years of them must not slow the list."""
    own = sums.get(campaign.id)
    return {"campaign": campaign, "state": rules.campaign_state(campaign, territory.today()), "figures": own}


@blueprint.get("/campagnes/<int:campaign_id>")
@requires("campaign.read")
def campaign(campaign_id: int) -> BaseResponse:
    """One campaign: figures, weeks, statement. A practitioner goes to their own statement."""
    found = queries.campaign(campaign_id)
    person_id = readable_person(me())
    if person_id is not None:
        return htmx.redirect(url_for("activity.practitioner", campaign_id=found.id, person_id=person_id))
    return make_response(render_template("activity/campaign.html", **context(found)))


@blueprint.get("/campagnes/<int:campaign_id>/imprimer")
@requires("campaign.read")
def print_campaign(campaign_id: int) -> str:
    """The same on paper."""
    if readable_person(me()) is not None:
        raise Invisible
    return render_template("activity/campaign_sheet.html", **context(queries.campaign(campaign_id)))


def context(found: Campaign) -> dict[str, Any]:
    """What the page of a campaign and its paper show; both from the same cells."""
    now = clock.now()
    whole = statement(found, now)
    return {
        "campaign": found,
        "state": rules.campaign_state(found, territory.today()),
        "figures": whole.figures,
        "answers": _answers(whole),
        "weeks": weeks(Filter(campaign_id=found.id)),
        "sheet": sheets.statement_sheet(found, whole),
        "statement": whole,
        "link": statement_link(found.id, sees_answers=sees_patients_answers(me())),
        "rows_url": rows_url(Filter(campaign_id=found.id)),
        "measures": rules.MEASURES,
        "fill_rate": rules.FILL_RATE,
        "attached": number_argument("rattaches"),
        "now": territory.local(now),
    }


def _answers(whole: Statement) -> dict[str, int | None]:
    """Answers to « médecin traitant ? »; None where a small count could point at someone, for this reader."""
    own = whole.figures
    parts = (own.with_doctor, own.without_doctor, own.unknown_doctor)
    seen = parts if sees_patients_answers(me()) else rules.masked(parts)
    return dict(zip(("with_doctor", "without_doctor", "unknown_doctor"), seen, strict=True))


def weeks(wanted: Filter) -> list[dict[str, Any]]:
    """The columns of the weekly chart, and of the table under it."""
    by_week = figures.grouped(figures.cells(wanted, clock.now()), lambda cell: rules.week_of(cell.day_on))
    return [
        {
            "label": f"{week:%d/%m}",
            "total": own.posted,
            "part": own.booked,
            "rate": french.percent(own.booked, own.posted),
        }
        for week, own in sorted(by_week.items())
        if own.posted
    ]


# -- opening, changing ------------------------------------------------------------------------------------------------


@blueprint.route("/campagnes/nouvelle", methods=["GET", "POST"])
@requires("campaign.manage")
def create() -> BaseResponse:
    """Open a campaign; slots already posted on its days come with it, and the next page says how many."""
    form = CampaignForm()
    if not form.is_valid():
        return _form_page(form, None)
    try:
        created, attached = actions.create_campaign(_terms(form), by=me())
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field)
        return _form_page(form, None, 409)
    return htmx.redirect(url_for("activity.campaign", campaign_id=created.id, rattaches=attached or None))


@blueprint.route("/campagnes/<int:campaign_id>/modifier", methods=["GET", "POST"])
@requires("campaign.manage")
def change(campaign_id: int) -> BaseResponse:
    """Change a campaign while nothing of it is approved for payment."""
    found = queries.campaign(campaign_id)
    form = CampaignForm(obj=found, pay=french.money(found.pay_per_act_cents).removesuffix("\u00a0€"))
    if not form.is_valid():
        return _form_page(form, found)
    try:
        attached = actions.change_campaign(found, _terms(form), by=me())
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field)
        return _form_page(form, found, 409)
    return htmx.redirect(url_for("activity.campaign", campaign_id=found.id, rattaches=attached or None))


def _terms(form: CampaignForm) -> Terms:
    return Terms(
        name=form.name.data or "",
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        pay_per_act_cents=form.pay.cents or 0,
        weekly_cap=form.weekly_cap.data or 0,
    )


def _form_page(form: CampaignForm, found: Campaign | None, status: int | None = None) -> Response:
    code = status or (422 if request.method == "POST" and form.errors else 200)
    return make_response(render_template("activity/campaign_form.html", form=form, campaign=found), code)


# -- closing ----------------------------------------------------------------------------------------------------------


@blueprint.route("/campagnes/<int:campaign_id>/clore", methods=["GET", "POST"])
@requires("campaign.manage")
def close(campaign_id: int) -> BaseResponse:
    """Close a campaign: lacking outcomes are counted, warned of once, and a second submit passes."""
    found = queries.campaign(campaign_id)
    form, status = CloseForm(), 200
    if form.is_valid():
        try:
            actions.close_campaign(found, accepted_missing=form.seen_count, by=me())
            return htmx.redirect(url_for("activity.campaign", campaign_id=found.id))
        except Refusal as refusal:
            form.refuse(refusal.message)
            status = 409
    missing = queries.missing(found.id, clock.now())
    form.seen.data = str(missing.count)
    page = render_template(
        "activity/close.html",
        form=form,
        campaign=found,
        missing=missing,
        rows_url=rows_url(Filter(campaign_id=found.id)),
    )
    return make_response(page, status)


@blueprint.post("/campagnes/<int:campaign_id>/rouvrir")
@requires("campaign.manage")
def reopen(campaign_id: int) -> BaseResponse:
    """Open a closed campaign again."""
    found = queries.campaign(campaign_id)
    actions.reopen_campaign(found, by=me())
    return htmx.redirect(url_for("activity.campaign", campaign_id=found.id))
