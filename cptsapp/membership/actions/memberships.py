"""Periods of membership: opened, renewed together, corrected, ended. No period of a member overlaps another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import College, LeaveReason, Membership, Organisation, Person
from cptsapp.directory.queries.membership import organisation_periods_of, organisation_roots, periods_of
from cptsapp.directory.rules.membership import Period
from cptsapp.membership import permissions
from cptsapp.membership.models import Application, MembershipReminder
from cptsapp.membership.queries import renewals
from cptsapp.membership.rules.members import Member, organisation, person
from cptsapp.territory import queries as territory

_GUARD = "membership_no_overlap"


@dataclass(frozen=True, slots=True)
class Terms:
    """A period as it is to be noted; days included, the fee in cents."""

    college: College
    starts_on: date
    ends_on: date
    fee_cents: int = 0


def member_of(membership: Membership) -> Member:
    """Whose membership it is: the sheet it was merged into, when it was."""
    if membership.person_id is not None:
        return person(roots().get(membership.person_id, membership.person_id))
    number = membership.organisation_id or 0
    return organisation(organisation_roots().get(number, number))


def open_membership(member: Member, terms: Terms, *, by: Actor | None) -> Membership:
    """Add a period. Raises Refusal when it meets another of the same member, whichever was written first."""
    lock([member])
    refuse_if(permissions.why_not_open(_periods(member), terms.starts_on, terms.ends_on))
    made = Membership(
        person_id=member.person_id,
        organisation_id=member.organisation_id,
        college=terms.college,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        fee_cents=terms.fee_cents,
        created_at=clock.now(),
        created_by_id=by.id if by else None,
    )
    _write(made)
    record("membership.opened", made, by=by, starts_on=terms.starts_on.isoformat(), ends_on=terms.ends_on.isoformat())
    return made


def _write(membership: Membership) -> None:
    """Let the database check it too. Raises Refusal when its guard finds an overlap that nobody saw."""
    try:
        with session.begin_nested():
            session.add(membership)
            session.flush()
    except IntegrityError as error:
        if _GUARD not in str(error.orig):
            raise
        raise Refusal(permissions.TWICE) from error


def lock(members: Sequence[Member]) -> None:
    """Let nobody else write these members' periods until the end of the transaction (SQLite has one writer anyway)."""
    people = same_person({m.number for m in members if not m.is_organisation})
    structures = {m.number for m in members if m.is_organisation}
    for table, numbers in ((Person, people), (Organisation, structures)):
        if numbers:
            session.execute(select(table.id).where(table.id.in_(numbers)).order_by(table.id).with_for_update())


def _periods(member: Member) -> list[Period]:
    read = organisation_periods_of if member.is_organisation else periods_of
    return read([member.number]).get(member.number, [])


def renew(members: Sequence[Member], *, by: CurrentUser) -> list[Membership]:
    """Renew these members in one transaction; who is renewed already gets nothing more. Gives the new periods."""
    lock(members)
    planned = renewals.plan(by, members, territory.today())
    return [
        open_membership(r.member, Terms(r.college, r.starts_on, r.ends_on, r.fee_cents), by=by)
        for r in planned.renewals
    ]


def correct(membership: Membership, terms: Terms, *, by: Actor) -> None:
    """Change the days, the college or the fee. Raises Refusal: overlap, or a receipt already numbered."""
    member = member_of(membership)
    lock([member])
    refuse_if(permissions.why_not_correct(membership, terms.fee_cents))
    others = [period for period in _periods(member) if period.id != membership.id]
    refuse_if(permissions.why_not_open(others, terms.starts_on, terms.ends_on))
    if membership.left_on is not None and not terms.starts_on <= membership.left_on <= terms.ends_on:
        raise Refusal("Le départ noté tombe hors de ces jours\u00a0: retirez-le d’abord.")
    before = [membership.starts_on.isoformat(), membership.ends_on.isoformat()]
    membership.college, membership.fee_cents = terms.college, terms.fee_cents
    membership.starts_on, membership.ends_on = terms.starts_on, terms.ends_on
    _write(membership)
    changes = {
        "starts_on": [before[0], terms.starts_on.isoformat()],
        "ends_on": [before[1], terms.ends_on.isoformat()],
    }
    record("membership.corrected", membership, by=by, changes={k: v for k, v in changes.items() if v[0] != v[1]})


def leave(membership: Membership, left_on: date, reason: LeaveReason, *, by: Actor) -> None:
    """Note the last day of who leaves before the end, and why. Raises Refusal (field left_on)."""
    member = member_of(membership)
    lock([member])
    others = [period for period in _periods(member) if period.id != membership.id]
    why_not = permissions.why_not_leave(membership, left_on)
    # Whoever left and came back may not be noted as having left later than that.
    why_not = why_not or permissions.why_not_open(others, membership.starts_on, left_on)
    if why_not is not None:
        raise Refusal(why_not, "left_on")
    membership.left_on, membership.left_reason = left_on, reason
    session.flush()
    record("membership.left", membership, by=by, ends_on=left_on.isoformat(), leave_reason=reason.value)


def come_back(membership: Membership, *, by: Actor) -> None:
    """Take a departure back. Raises Refusal when another period has begun since."""
    member = member_of(membership)
    lock([member])
    others = [period for period in _periods(member) if period.id != membership.id]
    refuse_if(permissions.why_not_open(others, membership.starts_on, membership.ends_on))
    membership.left_on = membership.left_reason = None
    _write(membership)
    record("membership.kept", membership, by=by)


def remove(membership: Membership, *, by: Actor) -> None:
    """Take away a period noted by mistake. Raises Refusal when a receipt or an application bears on it."""
    application = session.scalar(select(Application.id).where(Application.membership_id == membership.id))
    refuse_if(permissions.why_not_remove(membership, has_application=application is not None))
    starts_on, ends_on = membership.starts_on.isoformat(), membership.ends_on.isoformat()
    record("membership.removed", membership, by=by, starts_on=starts_on, ends_on=ends_on)
    session.execute(delete(MembershipReminder).where(MembershipReminder.membership_id == membership.id))
    session.delete(membership)
    session.flush()
