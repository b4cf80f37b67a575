"""The calling page: one person at a time, an outcome in one click, the next person at once (B92)."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.core import clock
from cptsapp.core.refusals import Refusal
from cptsapp.directory.merged import roots
from cptsapp.directory.permissions import sees_members
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.outreach import rules
from cptsapp.outreach.actions import calls as actions
from cptsapp.outreach.actions import claims
from cptsapp.outreach.forms import EndingForm
from cptsapp.outreach.models import CallCampaign, CallOutcome
from cptsapp.outreach.permissions import enters_applications, why_not_call, why_not_revise
from cptsapp.outreach.queries import board as boards
from cptsapp.outreach.queries import calls, campaigns
from cptsapp.outreach.queries.board import Board, Line
from cptsapp.outreach.views.shared import blueprint, campaign_seen
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import local_instant

NEXT_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Lost:
    """An ending that could not be noted: why, and the note its author typed."""

    reason: str
    note: str


@blueprint.get("/<int:campaign_id>")
@requires("calls.make")
def call(campaign_id: int) -> Response:
    """Whom the caller has on the line, or a button to be handed someone."""
    return _page(campaign_seen(campaign_id), EndingForm(formdata=None))


@blueprint.post("/<int:campaign_id>/suivant")
@requires("calls.make")
def hand_out(campaign_id: int) -> BaseResponse:
    """Be handed the next person."""
    found = campaign_seen(campaign_id)
    claims.hand_out(found, by=me())
    return _to_page(campaign_id)


@blueprint.post("/<int:campaign_id>/personnes/<int:target_id>/issue")
@requires("calls.make")
def record(campaign_id: int, target_id: int) -> BaseResponse:
    """Note how the call ended, and be handed the next person."""
    found = campaign_seen(campaign_id)
    target = campaigns.target(found, target_id)
    form = EndingForm()
    if _asks_when(form):
        _propose(form)
        return _page(found, form, asks_when=target_id)
    if not form.is_valid():
        return _page(found, form, 422 if form.errors else 200, asks_when=_when(form, target_id))
    try:
        noted = actions.record_call(found, target, _ending(form), by=me(), key=form.once.data or "")
    except actions.LostClaim as lost:
        give_up()
        return _page(campaign_seen(campaign_id), form, 409, lost=Lost(lost.message, form.note.data or ""))
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _page(campaign_seen(campaign_id), form, 409, asks_when=_when(form, target_id))
    person_id = roots().get(target.person_id, target.person_id)
    claims.hand_out(found, by=me())
    if noted.outcome is CallOutcome.WISHES_TO_JOIN and enters_applications(me()):
        return htmx.redirect(application_url(person_id))
    return _to_page(campaign_id)


def application_url(person_id: int) -> str:
    """The application of this person, already filled in (a page of `membership`)."""
    return f"/adhesions/demandes/nouvelle?personne={person_id}"


def _to_page(campaign_id: int) -> BaseResponse:
    return htmx.redirect(url_for("outreach.call", campaign_id=campaign_id))


def _asks_when(form: EndingForm) -> bool:
    """Whether « À rappeler… » was just pressed: the day and the hour come next, nothing is noted yet."""
    return form.chosen is CallOutcome.CALL_BACK and "day" not in request.form


def _when(form: EndingForm, target_id: int) -> int | None:
    return target_id if form.chosen is CallOutcome.CALL_BACK else None


def _propose(form: EndingForm) -> None:
    """The next working day, at the opening of the morning."""
    cpts = territory.settings()
    hours = rules.Hours(cpts.window, cpts.zone, cpts.holiday_region)
    form.day.data, form.hour.data = rules.next_working_day(territory.today(), hours), time(9)


def _ending(form: EndingForm) -> actions.Ending:
    outcome = form.chosen
    assert outcome is not None  # the form is valid
    if outcome is not CallOutcome.CALL_BACK:
        return actions.Ending(outcome, note=form.note.data)
    return actions.Ending(outcome, _instant(form), form.note.data)


def _instant(form: EndingForm) -> datetime:
    return local_instant(form.day.data, form.hour.data, territory.zone())


@blueprint.post("/<int:campaign_id>/personnes/<int:target_id>/passer")
@requires("calls.make")
def skip(campaign_id: int, target_id: int) -> BaseResponse:
    """Pass someone over, and be handed the next person."""
    found = campaign_seen(campaign_id)
    claims.skip(found, campaigns.target(found, target_id), by=me())
    claims.hand_out(found, by=me())
    return _to_page(campaign_id)


@blueprint.post("/<int:campaign_id>/appels/<int:call_id>/annuler")
@requires("calls.make")
def undo(campaign_id: int, call_id: int) -> BaseResponse:
    """Take one's last call back: the person is on the line again."""
    found = campaign_seen(campaign_id)
    made, target = campaigns.call(found, call_id)
    actions.undo_call(found, made, target, by=me())
    return _to_page(campaign_id)


@blueprint.route("/<int:campaign_id>/appels/<int:call_id>/corriger", methods=["GET", "POST"])
@requires("calls.make")
def correct(campaign_id: int, call_id: int) -> BaseResponse:
    """Note another ending for a call."""
    found = campaign_seen(campaign_id)
    made, target = campaigns.call(found, call_id)
    shown = next(call for call in calls.of_target(target.id) if call.id == made.id)
    typed = request.form if request.method == "POST" else None
    form = EndingForm(formdata=typed, outcome=shown.outcome, note=shown.note)
    if not form.day.data and made.call_back_at is not None and request.method == "GET":
        local = territory.local(made.call_back_at)
        form.day.data, form.hour.data = local.date(), local.time()
    if not form.is_valid():
        return _correction(found, call_id, form, 422 if request.method == "POST" and form.errors else 200)
    try:
        actions.correct_call(found, made, target, _ending(form), by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _correction(campaign_seen(campaign_id), call_id, form, 409)
    return _to_page(campaign_id)


def _correction(campaign: CallCampaign, call_id: int, form: EndingForm, status: int) -> Response:
    made, target = campaigns.call(campaign, call_id)
    shown = boards.board(campaign).line(target.id)
    standing = calls.standing_calls(target.id)
    page = render_template(
        "outreach/correct.html",
        campaign=campaign,
        made=made,
        line=shown,
        form=form,
        history=calls.of_target(target.id),
        reason=why_not_revise(made, standing[-1].id if standing else None, me()),
    )
    return make_response(page, status)


# -- the page ---------------------------------------------------------------------------------------------------------


def _page(
    campaign: CallCampaign,
    form: EndingForm,
    status: int = 200,
    *,
    asks_when: int | None = None,
    lost: Lost | None = None,
) -> Response:
    """The calling page; `asks_when` is the target whose call back wants its moment."""
    found = boards.board(campaign)
    reason = why_not_call(campaign, territory.today())
    line = found.held_by(me().id) if reason is None else None
    recent = calls.last_of(campaign.id, me().id, territory.today())
    page = render_template(
        "outreach/call.html",
        campaign=campaign,
        board=found,
        reason=reason,
        line=line,
        facts=calls.facts(line, territory.today(), tells_members=sees_members(me())) if line else None,
        form=form,
        asks_when=line is not None and line.target_id == asks_when,
        lost=lost,
        is_late=line is not None and line.claimed_until is not None and line.claimed_until <= found.now,
        following=_following(found, line),
        recent=recent,
        last=next((made for made in recent if made.undone_at is None), None),
        lines={shown.target_id: shown for shown in found.lines},
        communes=boards.by_commune(found),
        tallies=campaigns.tallies(campaign.id),
        sees_members=sees_members(me()),
        enters_applications=enters_applications(me()),
        application_url=application_url,
        today=territory.today(),
        **_said(campaign),
    )
    return make_response(page, status)


def _said(campaign: CallCampaign) -> dict[str, Any]:
    """What the caller reads: the first sentence in their name, then questions with their answers."""
    return {
        "opening": campaign.opening.replace(rules.CALLER, me().display_name),
        "answers": [row.strip() for row in campaign.answers.splitlines() if row.strip()],
    }


def _following(found: Board, line: Line | None) -> list[Line]:
    """Who comes next: those ready in their order, then who is promised a call later today."""
    held = line.target_id if line else None
    ready = [other for other in found.ready(me().id) if other.target_id != held]
    today = territory.local(clock.now()).date()
    soon = [other for other in found.later() if other.due_at and territory.local(other.due_at).date() == today]
    return [*ready[: NEXT_SHOWN - min(1, len(soon))], *soon][:NEXT_SHOWN] if line else [*ready, *soon][:NEXT_SHOWN]
