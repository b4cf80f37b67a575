"""Inviting those of the circle, and what they answer: signed in, by private link, or told to the coordination."""

from dataclasses import dataclass

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor
from cptsapp.care_plans import meeting_mail
from cptsapp.care_plans.actions import agreements, links, standard
from cptsapp.care_plans.actions.agreements import NOT_GIVEN
from cptsapp.care_plans.actions.changing import held, say
from cptsapp.care_plans.actions.moves import touch
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import CarePlan, CircleMember, PlanState
from cptsapp.care_plans.queries.addresses import Address, addresses
from cptsapp.care_plans.queries.plans import circle, locked, member_of
from cptsapp.care_plans.rules.words import ROLE_WORDS
from cptsapp.core import clock
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.directory.merged import same_person
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.territory import queries as territory

CLOSED = "Ce plan est clos\u202f: il n’attend plus de réponse."


@dataclass(frozen=True, slots=True)
class Invited:
    """How an invitation left: by mail to an account, by mail with a private link, or by phone, nothing being sent."""

    has_mail: bool
    has_account: bool = False


def invite(plan_id: int, member_id: int, *, by: CurrentUser) -> Invited:
    """Invite a member: a mail without a name, that leads to the plan's page or to a private link.

    Raises Refusal while the person does not agree to them. Inviting again sends another mail.
    """
    plan, _ = held(plan_id, by=by)
    member = member_of(plan.id, member_id)
    refuse_if(None if agreements.is_given(member) else NOT_GIVEN)
    address = next(iter(addresses([member])), None)
    member.invited_at = clock.now()
    touch(plan)
    say(plan, "circle.invited", member, by=by)
    if address is None:
        return Invited(has_mail=False)
    _write(plan, member, address)
    return Invited(has_mail=True, has_account=address.user_id is not None)


def _write(plan: CarePlan, member: CircleMember, address: Address) -> None:
    has_account = address.user_id is not None
    link = texts.address(f"/ppcs/{plan.year}-{plan.number}") if has_account else links.in_mail(links.new_link(member))
    text = texts.render(
        "care_plans/invited",
        title=title(plan),
        role=ROLE_WORDS[member.role] if not member.is_lead else "référent du plan",
        link=link,
        has_account=has_account,
        cpts=territory.settings(),
    )
    queue(
        "plan.invited",
        to_address=address.to_address,
        to_user_id=address.user_id,
        title=text.title,
        body=text.body,
        about=plan,
    )


# -- what they answer -------------------------------------------------------------------------------------------------


def accept(plan_id: int, member_id: int, *, by: Actor | None) -> None:
    """A member takes part; whoever had declined comes back. Saying it twice says it once."""
    plan, member = _answering(plan_id, member_id)
    if member.accepted_at is not None:
        return
    came_back = member.declined_at is not None
    member.accepted_at, member.declined_at = clock.now(), None
    touch(plan)
    say(plan, "circle.accepted", member, by=by)
    meeting_mail.invite_newcomer(plan, member)
    if came_back:
        standard.take_place(plan, member, by=by)


def decline(plan_id: int, member_id: int, *, by: Actor | None) -> None:
    """A member does not take part: they read nothing more, what they owed is freed."""
    plan, member = _answering(plan_id, member_id)
    if member.declined_at is not None:
        return
    standard.leave_place(plan, member, by=by)
    member.accepted_at, member.declined_at = None, clock.now()
    touch(plan)
    say(plan, "circle.declined", member, by=by)


def undo(plan_id: int, member_id: int, *, by: Actor | None) -> None:
    """The answer is taken back: the member is awaited again."""
    plan, member = _answering(plan_id, member_id)
    if member.accepted_at is None and member.declined_at is None:
        return
    came_back = member.declined_at is not None
    member.accepted_at = member.declined_at = None
    touch(plan)
    say(plan, "circle.answer_undone", member, by=by)
    if came_back:
        standard.take_place(plan, member, by=by)


def _answering(plan_id: int, member_id: int) -> tuple[CarePlan, CircleMember]:
    plan = locked(plan_id)
    member = member_of(plan.id, member_id)
    refuse_if(CLOSED if plan.state is PlanState.CLOSED else None)
    if not agreements.is_given(member):
        raise Refusal(NOT_GIVEN)
    return plan, member


def mine(plan_id: int, user: CurrentUser) -> CircleMember:
    """The place that the user holds in a circle. Raises Invisible when they hold none."""
    numbers = same_person({user.person_id}) if user.person_id is not None else set()
    found = next((one for one in circle(plan_id) if one.person_id is not None and one.person_id in numbers), None)
    if found is None:
        raise Invisible
    return found
