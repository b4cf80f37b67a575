"""Results of a campaign: outcomes counted, each with the list it counts; that list, on screen and as a file."""

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import addresses
from cptsapp.core.text import fold
from cptsapp.directory.permissions import sees_members
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.files import as_file
from cptsapp.outreach.actions import campaigns as actions
from cptsapp.outreach.models import CallCampaign
from cptsapp.outreach.permissions import enters_applications, why_not_call
from cptsapp.outreach.queries import board as boards
from cptsapp.outreach.queries import calls, campaigns
from cptsapp.outreach.queries import results as queries
from cptsapp.outreach.queries.results import Filter
from cptsapp.outreach.rules import OUTCOMES, REACHED
from cptsapp.outreach.views.calling import application_url
from cptsapp.outreach.views.shared import blueprint, campaign_seen
from cptsapp.territory import queries as territory

PAGE = 100


@blueprint.get("/<int:campaign_id>/resultats")
@requires("calls.make")
def results(campaign_id: int) -> str:
    """Outcomes, communes and callers; every number opens the people it counts."""
    found = campaign_seen(campaign_id)
    board = boards.board(found)
    return render_template(
        "outreach/results.html",
        campaign=found,
        board=board,
        reason=why_not_call(found, territory.today()),
        unfinished=sum(queries.is_unfinished(line) for line in board.lines),
        communes=boards.by_commune(board),
        tallies=campaigns.tallies(found.id),
        added=addresses.row_number(request.args.get("ajoutes")),
        removed=addresses.row_number(request.args.get("retires")),
        today=territory.today(),
    )


@blueprint.get("/<int:campaign_id>/personnes")
@requires("calls.make")
def people(campaign_id: int) -> str:
    """The people of a campaign, cut down by state, outcome, caller or commune."""
    found = campaign_seen(campaign_id)
    wanted = _wanted()
    rows = queries.rows(boards.board(found), wanted, tells_members=sees_members(me()))
    start = addresses.row_number(request.args.get("depuis")) or 0
    return render_template(
        "outreach/people.html",
        campaign=found,
        wanted=wanted,
        rows=rows[start : start + PAGE],
        total=len(rows),
        start=start,
        page_size=PAGE,
        communes={c.code: c.name for c in territory.own_communes() if c.code in found.communes},
        enters_applications=enters_applications(me()),
        application_url=application_url,
    )


@blueprint.get("/<int:campaign_id>/journal")
@requires("calls.make")
def log(campaign_id: int) -> str:
    """The calls of a campaign, one by one: those of a caller, those that reached somebody, those of one outcome."""
    found = campaign_seen(campaign_id)
    outcome = queries.outcome_of(request.args.get("issue", ""))
    chosen = frozenset({outcome}) if outcome else REACHED if request.args.get("joints") else frozenset(OUTCOMES)
    caller_id = addresses.row_number(request.args.get("appelant"))
    start = addresses.row_number(request.args.get("depuis")) or 0
    made = calls.log(found.id, chosen, caller_id)
    return render_template(
        "outreach/log.html",
        campaign=found,
        calls=made[start : start + PAGE],
        lines={line.target_id: line for line in boards.board(found).lines},
        total=len(made),
        start=start,
        page_size=PAGE,
        callers=campaigns.tallies(found.id),
        caller_id=caller_id,
        outcome=outcome,
        joined=bool(request.args.get("joints")) and outcome is None,
    )


def _wanted() -> Filter:
    state = request.args.get("etat", "")
    return Filter(
        standing=state if state in queries.STATES else "",
        outcome=queries.outcome_of(request.args.get("issue", "")),
        commune=request.args.get("commune", ""),
    )


@blueprint.get("/<int:campaign_id>/personnes.csv", defaults={"kind": "csv"})
@blueprint.get("/<int:campaign_id>/personnes.xlsx", defaults={"kind": "xlsx"})
@requires("calls.manage")
def export(campaign_id: int, kind: str) -> Response:
    """The rows of the list as a file, no more and no less; that they left is in the trail."""
    found = campaign_seen(campaign_id)
    wanted = _wanted()
    sheet = queries.sheet(found.name, queries.rows(boards.board(found), wanted, tells_members=sees_members(me())))
    _note_export(found, kind, len(sheet.rows), wanted)
    return as_file(sheet, kind, fold(found.name) or "appels")


def _note_export(campaign: CallCampaign, kind: str, count: int, wanted: Filter) -> None:
    by, number = me(), campaign.id

    def note() -> None:
        kept = campaigns.campaign(number, by)
        record(
            "call_campaign.exported",
            kept,
            by=by,
            category=Category.READING,
            format=kind,
            rows=count,
            filter=wanted.address(),
        )

    after_commit(note)


@blueprint.post("/<int:campaign_id>/personnes/<int:target_id>/remettre")
@requires("calls.manage")
def put_back(campaign_id: int, target_id: int) -> BaseResponse:
    """Call someone again who was done with."""
    found = campaign_seen(campaign_id)
    actions.put_back(found, campaigns.target(found, target_id), by=me())
    back = request.form.get("etat", "")
    return htmx.redirect(
        url_for("outreach.people", campaign_id=found.id, etat=back if back in queries.STATES else None)
    )
