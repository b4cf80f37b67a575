"""Someone of the circle answers their invitation: signed in, or by private link. The link shows nobody's name."""

from collections.abc import Callable

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.care_plans.actions import answers, circle, links
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import CarePlan, CircleMember
from cptsapp.care_plans.queries.meetings import fixed_for, polls_for
from cptsapp.care_plans.queries.plans import plan_for
from cptsapp.care_plans.rules.words import ROLE_WORDS
from cptsapp.care_plans.views.blueprint import PLAN, blueprint
from cptsapp.care_plans.views.page import act, note_opening, url_of
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import public, requires
from cptsapp.http.app import give_up

LINK = "/ppcs/lien/<token>"
Act = Callable[[CarePlan, CircleMember], object]


# -- signed in --------------------------------------------------------------------------------------------------------


@blueprint.post(f"{PLAN}/participer")
@requires("plans.read")
def accept_invitation(year: int, number: int) -> Response:
    """« Je participe »."""
    return act(
        year,
        number,
        lambda plan_id, _: answers.accept(plan_id, answers.mine(plan_id, me()).id, by=me()),
        done="reponse",
    )


@blueprint.post(f"{PLAN}/decliner")
@requires("plans.read")
def decline_invitation(year: int, number: int) -> Response:
    """« Je ne participe pas »: the plan shuts to them."""
    return act(
        year,
        number,
        lambda plan_id, _: answers.decline(plan_id, answers.mine(plan_id, me()).id, by=me()),
        to=url_for(".plans"),
    )


@blueprint.post(f"{PLAN}/reponse/annuler")
@requires("plans.read")
def undo_my_answer(year: int, number: int) -> Response:
    """The answer is taken back."""
    return act(year, number, lambda plan_id, _: answers.undo(plan_id, answers.mine(plan_id, me()).id, by=me()))


@blueprint.get(f"{PLAN}/quitter")
@requires("plans.read")
def leave_plan(year: int, number: int) -> Response:
    """Leave a circle: what follows is said first."""
    plan = plan_for(me(), year, number)
    member = answers.mine(plan.id, me())
    return _leave_page(plan, member)


@blueprint.post(f"{PLAN}/quitter/confirmer")
@requires("plans.read")
def confirm_leaving(year: int, number: int) -> Response:
    """They are no longer of the circle."""
    plan = plan_for(me(), year, number)
    try:
        circle.leave_mine(plan.id, by=me())
    except Refusal as refusal:
        give_up()
        plan = plan_for(me(), year, number)
        return _leave_page(plan, answers.mine(plan.id, me()), 409, refusal.message)
    return htmx.redirect(url_for(".plans"))


def _leave_page(plan: CarePlan, member: CircleMember, status: int = 200, refused: str = "") -> Response:
    note_opening(plan.id)
    page = render_template(
        "care_plans/leave.html",
        plan=plan,
        title_of=title(plan),
        plan_url=url_of(plan),
        is_lead=member.is_lead,
        role=ROLE_WORDS[member.role],
        refused=refused,
    )
    return make_response(page, status)


# -- by the private link ----------------------------------------------------------------------------------------------


@blueprint.get(LINK)
@public
def plan_link(token: str) -> Response:
    """What the link shows: which plan, in which place; nobody's name, no initials."""
    return by_link(token, None)


@blueprint.post(f"{LINK}/participer")
@public
def accept_by_link(token: str) -> Response:
    """« Je participe »."""
    return by_link(token, lambda plan, member: answers.accept(plan.id, member.id, by=None))


@blueprint.post(f"{LINK}/decliner")
@public
def decline_by_link(token: str) -> Response:
    """« Je ne participe pas »."""
    return by_link(token, lambda plan, member: answers.decline(plan.id, member.id, by=None))


@blueprint.post(f"{LINK}/annuler")
@public
def undo_by_link(token: str) -> Response:
    """The answer is taken back."""
    return by_link(token, lambda plan, member: answers.undo(plan.id, member.id, by=None))


def by_link(token: str, do: Act | None) -> Response:
    """Do something in the name of a link's member, or show their page; a dead link says the same to all."""
    try:
        plan, member = links.opened(token)
    except Invisible:
        return _private(make_response(render_template("care_plans/link_dead.html"), 404))
    if do is None:
        return _private(_show(token, plan, member))
    try:
        do(plan, member)
    except Refusal as refusal:
        give_up()
        return _private(_show(token, *links.opened(token), 409, refusal.message))
    return _private(redirect(url_for(".plan_link", token=token), 303))


def _show(token: str, plan: CarePlan, member: CircleMember, status: int = 200, refused: str = "") -> Response:
    page = render_template(
        "care_plans/link.html",
        title_of=title(plan),
        role="référent du plan" if member.is_lead else ROLE_WORDS[member.role],
        member=member,
        url=url_for(".plan_link", token=token),
        polls=polls_for(member),
        coming=fixed_for(member),
        refused=refused,
    )
    return make_response(page, status)


def _private(response: Response) -> Response:
    """A private link must not leave with the next click, nor stay behind."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
