"""The pages of a meeting: its poll, its date, who came, another day; and one more. Each opening is recorded."""

from collections.abc import Callable
from datetime import timedelta

from flask import Response as FlaskResponse
from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.care_plans.actions import meetings, polls
from cptsapp.care_plans.forms.meetings import (
    DatesForm,
    DueForm,
    ExtraForm,
    FixForm,
    HoldForm,
    PollForm,
    poll_form,
)
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.meeting_mail import calendar_file
from cptsapp.care_plans.models import CarePlan, MeetingState
from cptsapp.care_plans.queries.meetings import (
    MeetingPage,
    manages,
    page_of,
    plan_and_meeting,
    to_answer,
)
from cptsapp.care_plans.queries.plans import plan_for
from cptsapp.care_plans.queries.settings import delays
from cptsapp.care_plans.readings import note_reading
from cptsapp.care_plans.rules.polls import REPLY_WORDS
from cptsapp.care_plans.views.blueprint import PLAN, blueprint
from cptsapp.checklists.rules import NOTHING_CLINICAL
from cptsapp.core import addresses
from cptsapp.core.local import local
from cptsapp.core.refusals import Forbidden, Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.http.fields import BaseForm
from cptsapp.http.pages import refused
from cptsapp.territory import queries as territory

MEETINGS = f"{PLAN}/reunions"
ONE = f"{MEETINGS}/<int:meeting_id>"
ICS = "text/calendar; charset=utf-8"


# -- the page ---------------------------------------------------------------------------------------------------------


@blueprint.get(ONE)
@requires("plans.read")
def meeting(year: int, number: int, meeting_id: int) -> Response:
    """A meeting, for whoever reads the plan: the poll to answer, the date, who came."""
    return _show(page_of(me(), year, number, meeting_id))


def _show(found: MeetingPage, status: int = 200, *, refused: str = "", answer: PollForm | None = None) -> Response:
    _note(found.plan)
    mine = to_answer(found.meeting, found.poll, found.mine.member.id) if found.mine else None
    is_polling = found.meeting.state is MeetingState.POLLING
    page = render_template(
        "care_plans/meeting.html",
        page=found,
        meeting=found.meeting,
        mine=mine if is_polling else None,
        answer=answer or (poll_form(mine, is_sent=False) if mine and is_polling else None),
        words=REPLY_WORDS,
        local_dates={number: local(starts_at) for number, starts_at in found.poll.dates.items()},
        refused=refused,
        said=request.args.get("fait", ""),
        today=territory.today(),
    )
    return make_response(page, status)


def _note(plan: CarePlan) -> None:
    """Have the reading recorded once the page is made."""
    user, number = me(), plan.id
    after_commit(lambda: note_reading(number, by=user))


def _act(
    year: int, number: int, meeting_id: int, act: Callable[[int, int | None], object], *, done: str = ""
) -> Response:
    """Do something to a meeting from a button; refused, its page says why, as it stands now."""
    plan_and_meeting(me(), year, number, meeting_id)
    try:
        act(meeting_id, addresses.row_number(request.form.get("version")))
    except Refusal as refusal:
        give_up()
        return _show(page_of(me(), year, number, meeting_id), 409, refused=refusal.message)
    return _seen(year, number, meeting_id, done)


def _seen(year: int, number: int, meeting_id: int, done: str = "") -> Response:
    return htmx.redirect(f"/ppcs/{year}-{number}/reunions/{meeting_id}" + (f"?fait={done}" if done else ""))


def _mine(year: int, number: int, meeting_id: int) -> MeetingPage:
    """The page, for whoever holds the calendar. Raises Invisible, or Forbidden for another of the circle."""
    found = page_of(me(), year, number, meeting_id)
    if not found.manages:
        raise Forbidden
    return found


def _form_page(
    template: str, found: MeetingPage, form: BaseForm, status: int = 200, **context: object
) -> FlaskResponse:
    _note(found.plan)
    shown = render_template(
        f"care_plans/{template}.html", page=found, meeting=found.meeting, form=form, today=territory.today(), **context
    )
    return make_response(shown, status)


# -- the poll ---------------------------------------------------------------------------------------------------------


@blueprint.route(f"{ONE}/dates", methods=["GET", "POST"])
@requires("plans.manage")
def propose_dates(year: int, number: int, meeting_id: int) -> Response:
    """Put dates to the circle, or change them."""
    found = _mine(year, number, meeting_id)
    form = DatesForm(data=_dates(found))
    if not form.is_valid():
        return _form_page("meeting_dates", found, form, 422 if form.is_submitted() else 200)
    try:
        polls.propose(meeting_id, form.chosen(), form.closes_on.data, version=form.seen, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _form_page("meeting_dates", _mine(year, number, meeting_id), form, 409))
    return _seen(year, number, meeting_id, "sondage")


def _dates(found: MeetingPage) -> dict[str, object]:
    known = [local(starts_at) for starts_at in found.poll.dates.values()]
    before = found.meeting.poll_closes_on or territory.today() + timedelta(days=delays()["poll"])
    return {
        "dates": [{"day": one.date(), "hour": one.time()} for one in known],
        "closes_on": max(before, territory.today()),
        "version": str(found.meeting.version),
    }


@blueprint.post(f"{ONE}/reponse")
@requires("plans.read")
def answer_poll(year: int, number: int, meeting_id: int) -> Response:
    """Which dates suit whoever is signed in."""
    found = page_of(me(), year, number, meeting_id)
    if found.mine is None:
        raise Invisible
    member_id = found.mine.member.id
    mine = to_answer(found.meeting, found.poll, member_id)
    form = poll_form(mine, is_sent=True)
    if not form.is_valid():
        return _show(found, 422, answer=form)
    try:
        polls.answer(meeting_id, member_id, form.replies(mine.dates), by=me())
    except Refusal as refusal:
        give_up()
        return _show(page_of(me(), year, number, meeting_id), 409, refused=refusal.message)
    return _seen(year, number, meeting_id, "reponse")


@blueprint.post(f"{ONE}/relancer")
@requires("plans.manage")
def ask_dates_again(year: int, number: int, meeting_id: int) -> Response:
    """Write again to those who have not answered."""
    return _act(year, number, meeting_id, lambda which, _version: polls.remind(which, by=me()), done="relance")


# -- the date ---------------------------------------------------------------------------------------------------------


@blueprint.route(f"{ONE}/date", methods=["GET", "POST"])
@requires("plans.manage")
def fix_meeting(year: int, number: int, meeting_id: int) -> Response:
    """Choose the date: one of the poll's (`choisie`), or another."""
    found = _mine(year, number, meeting_id)
    form = FixForm(data=_fixed(found))
    if not form.is_valid():
        return _form_page("meeting_fix", found, form, 422 if form.is_submitted() else 200)
    try:
        meetings.fix(
            meeting_id,
            form.starts_at,
            form.minutes.data or 0,
            form.link.data or "",
            version=form.seen,
            by=me(),
        )
    except Refusal as refusal:
        return refused(form, refusal, lambda: _form_page("meeting_fix", _mine(year, number, meeting_id), form, 409))
    return _seen(year, number, meeting_id, "date")


def _fixed(found: MeetingPage) -> dict[str, object]:
    """What the form begins with: the date followed from the poll, the one set, or the one that suits most."""
    one = found.meeting
    chosen = found.poll.dates.get(addresses.row_number(request.args.get("choisie")) or 0)
    starts_at = chosen or one.starts_at or (found.poll.best.starts_at if found.poll.best else None)
    when = {"day": local(starts_at).date(), "hour": local(starts_at).time()} if starts_at else {}
    return {**when, "minutes": one.minutes, "link": one.link, "version": str(one.version)}


@blueprint.post(f"{ONE}/sans-date")
@requires("plans.manage")
def unfix_meeting(year: int, number: int, meeting_id: int) -> Response:
    """Back to the choice of the date; the circle is told."""
    return _act(
        year, number, meeting_id, lambda which, version: meetings.unfix(which, version=version, by=me()), done="levee"
    )


@blueprint.post(f"{ONE}/annuler")
@requires("plans.manage")
def cancel_meeting(year: int, number: int, meeting_id: int) -> Response:
    """Give up one more meeting."""
    return _act(year, number, meeting_id, lambda which, version: meetings.cancel(which, version=version, by=me()))


@blueprint.get(f"{ONE}/reunion.ics")
@requires("plans.read")
def meeting_file(year: int, number: int, meeting_id: int) -> FlaskResponse:
    """The date as a calendar file: a reference, an hour, the address of the call."""
    plan, found = plan_and_meeting(me(), year, number, meeting_id)
    if found.starts_at is None or found.state is not MeetingState.FIXED:
        raise Invisible
    return as_calendar(calendar_file(plan, found))


def as_calendar(content: str) -> FlaskResponse:
    """A calendar file to keep."""
    response = FlaskResponse(content, content_type=ICS)
    response.headers["Content-Disposition"] = 'attachment; filename="reunion.ics"'
    return response


# -- who came ---------------------------------------------------------------------------------------------------------


@blueprint.route(f"{ONE}/presences", methods=["GET", "POST"])
@requires("plans.manage")
def hold_meeting(year: int, number: int, meeting_id: int) -> Response:
    """Note that it was held, and who was there."""
    found = _mine(year, number, meeting_id)
    day = found.starts_at.date() if found.starts_at else territory.today()
    known = {"held_on": min(day, territory.today()), "version": str(found.meeting.version)}
    form = HoldForm(data=known).offer((line.member.id, f"{line.name}||{line.role}") for line in found.members)
    if not form.is_valid():
        return _form_page("meeting_hold", found, form, 422 if form.is_submitted() else 200)
    try:
        meetings.hold(meeting_id, form.present.data or (), form.held_on.data, version=form.seen, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _form_page("meeting_hold", _mine(year, number, meeting_id), form, 409))
    return _seen(year, number, meeting_id, "tenue")


@blueprint.post(f"{ONE}/pas-tenue")
@requires("plans.manage")
def undo_meeting(year: int, number: int, meeting_id: int) -> Response:
    """It was not held after all."""
    return _act(year, number, meeting_id, lambda which, version: meetings.undo_hold(which, version=version, by=me()))


# -- by which day, one more -------------------------------------------------------------------------------------------


@blueprint.route(f"{ONE}/echeance", methods=["GET", "POST"])
@requires("plans.manage")
def move_meeting_day(year: int, number: int, meeting_id: int) -> Response:
    """By which other day it is to be held, and why."""
    found = _mine(year, number, meeting_id)
    form = DueForm(data={"due_on": found.meeting.due_on, "version": str(found.meeting.version)})
    if not form.is_valid():
        return _due_page(found, form, 422 if form.is_submitted() else 200)
    try:
        meetings.move_day(meeting_id, form.due_on.data, form.reason.data or "", version=form.seen, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _due_page(_mine(year, number, meeting_id), form, 409))
    return _seen(year, number, meeting_id, "echeance")


def _due_page(found: MeetingPage, form: DueForm, status: int) -> Response:
    return _form_page("meeting_due", found, form, status, warning=NOTHING_CLINICAL)


@blueprint.route(f"{MEETINGS}/nouvelle", methods=["GET", "POST"])
@requires("plans.manage")
def add_meeting(year: int, number: int) -> Response:
    """One more meeting than the first and the reviews."""
    plan = plan_for(me(), year, number)
    if not manages(plan, me()):
        raise Forbidden
    form = ExtraForm(data={"due_on": territory.today() + timedelta(days=delays()["first_meeting"])})
    if not form.is_valid():
        return _extra_page(plan, form, 422 if form.is_submitted() else 200)
    try:
        made = meetings.add_extra(plan.id, form.due_on.data, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _extra_page(plan_for(me(), year, number), form, 409))
    return _seen(year, number, made.id)


def _extra_page(plan: CarePlan, form: ExtraForm, status: int) -> Response:
    shown = render_template(
        "care_plans/meeting_new.html", form=form, title=title(plan), plan_url=f"/ppcs/{plan.year}-{plan.number}"
    )
    return make_response(shown, status)
