"""The poll of dates and the calendar file by private link, for whoever has no account. Nobody's name, no initials."""

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.care_plans.actions import links, polls
from cptsapp.care_plans.forms.meetings import PollForm, poll_form
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.meeting_mail import calendar_file
from cptsapp.care_plans.models import CarePlan, CircleMember
from cptsapp.care_plans.queries.meetings import PollToAnswer, fixed_for, polls_for
from cptsapp.care_plans.views.blueprint import blueprint
from cptsapp.care_plans.views.meetings import as_calendar
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http.access import public
from cptsapp.http.app import give_up

LINK = "/ppcs/lien/<token>"
POLL = f"{LINK}/dates/<int:meeting_id>"


@blueprint.get(POLL)
@public
def poll_link(token: str, meeting_id: int) -> Response:
    """The dates to choose from."""
    try:
        plan, _, poll = _opened(token, meeting_id)
    except Invisible:
        return _dead()
    return _show(token, plan, poll, poll_form(poll, is_sent=False))


@blueprint.post(POLL)
@public
def answer_poll_by_link(token: str, meeting_id: int) -> Response:
    """Which dates suit whoever holds the link."""
    try:
        plan, member, poll = _opened(token, meeting_id)
    except Invisible:
        return _dead()
    form = poll_form(poll, is_sent=True)
    if not form.is_valid():
        return _show(token, plan, poll, form, 422)
    try:
        polls.answer(meeting_id, member.id, form.replies(poll.dates), by=None)
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message)
        return _show(token, links.opened(token)[0], poll, form, 409)
    return _private(redirect(url_for(".plan_link", token=token), 303))


@blueprint.get(f"{LINK}/reunions/<int:meeting_id>.ics")
@public
def meeting_file_by_link(token: str, meeting_id: int) -> Response:
    """The date chosen, as a calendar file."""
    try:
        plan, member = links.opened(token)
    except Invisible:
        return _dead()
    found = next((meeting for _, _, meeting in fixed_for(member) if meeting.id == meeting_id), None)
    if found is None:
        return _dead()
    return _private(as_calendar(calendar_file(plan, found, has_account=False)))


def _opened(token: str, meeting_id: int) -> tuple[CarePlan, CircleMember, PollToAnswer]:
    """Raises Invisible for a link that no longer opens, or a poll that is over."""
    plan, member = links.opened(token)
    poll = next((one for one in polls_for(member) if one.meeting.id == meeting_id), None)
    if poll is None:
        raise Invisible
    return plan, member, poll


def _show(token: str, plan: CarePlan, poll: PollToAnswer, form: PollForm, status: int = 200) -> Response:
    page = render_template("care_plans/poll_link.html", title_of=title(plan), poll=poll, answer=form, token=token)
    return _private(make_response(page, status))


def _dead() -> Response:
    """The same for a link unknown, revoked or past its end, and for a poll that is over."""
    return _private(make_response(render_template("care_plans/poll_dead.html"), 404))


def _private(response: Response) -> Response:
    """A private link must not leave with the next click, nor stay behind."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
