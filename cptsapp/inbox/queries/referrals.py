"""What was sent to the partners: for the file, for the organisation it was sent to, and to whom a mail may go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Organisation, OrganisationKind, Place, Practice
from cptsapp.directory.permissions import in_force
from cptsapp.inbox.models import DoctorProposal, PartnerAnswer, Recipient, Referral, Request, State, Step
from cptsapp.inbox.patients import read_text
from cptsapp.inbox.permissions import organisations_of, reads_all
from cptsapp.inbox.rules.closing import taken_from
from cptsapp.inbox.rules.referrals import UNDO
from cptsapp.inbox.rules.words import PARTNER_ANSWERS, RECIPIENTS
from cptsapp.territory import queries as territory

KINDS = {Recipient.MISAS: OrganisationKind.CPAM, Recipient.DAC: OrganisationKind.DAC}
_Row = TypeVar("_Row", Organisation, User)
KEPT = timedelta(days=31)  # what was answered stays in the partner's list that long; the file itself is the CPTS's


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One sending as screens show it, its sealed words opened. `undo_until` is None once the answer stands."""

    id: int
    recipient: Recipient
    to: str
    organisation_name: str
    organisation_phone: str | None
    asked: str
    sent_at: datetime
    sent_by: str
    due_on: date
    acknowledged_at: datetime | None
    called_back_on: date | None
    handled_by: str
    needs_ppcs: bool | None
    answer: PartnerAnswer | None
    answer_label: str
    answered_at: datetime | None
    answered_by: str
    doctor_name: str
    first_visit_on: date | None
    note: str
    stopped_at: datetime | None
    is_handed: bool
    undo_until: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether an answer is waited for."""
        return self.answered_at is None and self.stopped_at is None


def of_request(request: Request) -> list[ReferralLine]:
    """Every sending of a request, the first one first."""
    found = session.scalars(select(Referral).where(Referral.request_id == request.id).order_by(Referral.id)).all()
    return lines(found)


def lines(referrals: Sequence[Referral]) -> list[ReferralLine]:
    """The same for some sendings, in their order: names of organisations and users in one statement each."""
    houses = _by_id(Organisation, {r.organisation_id for r in referrals})
    users = _by_id(User, {n for r in referrals for n in (r.sent_by_id, r.answered_by_id) if n is not None})
    return [_line(r, houses, users) for r in referrals]


def _by_id(kind: type[_Row], ids: set[int]) -> dict[int, _Row]:
    return {row.id: row for row in session.scalars(select(kind).where(kind.id.in_(ids)))} if ids else {}


def _line(r: Referral, houses: dict[int, Organisation], users: dict[int, User]) -> ReferralLine:
    house = houses[r.organisation_id]
    until = r.answered_at + UNDO if r.answered_at is not None and r.stopped_at is None else None
    return ReferralLine(
        id=r.id,
        recipient=r.recipient,
        to=RECIPIENTS[r.recipient],
        organisation_name=house.name,
        organisation_phone=house.phone,
        asked=read_text(r.asked, r.seal_id, "asked"),
        sent_at=r.sent_at,
        sent_by=_name(users, r.sent_by_id),
        due_on=r.due_on,
        acknowledged_at=r.acknowledged_at,
        called_back_on=r.called_back_on,
        handled_by=r.handled_by or "",
        needs_ppcs=r.needs_ppcs,
        answer=r.answer,
        answer_label=PARTNER_ANSWERS[r.answer] if r.answer else "",
        answered_at=r.answered_at,
        answered_by=_name(users, r.answered_by_id),
        doctor_name=r.doctor_name or "",
        first_visit_on=r.first_visit_on,
        note=read_text(r.note, r.seal_id, "note"),
        stopped_at=r.stopped_at,
        is_handed=r.handed_from_id is not None,
        undo_until=until if until is not None and clock.now() < until else None,
    )


def _name(users: dict[int, User], number: int | None) -> str:
    return users[number].display_name if number is not None and number in users else ""


# -- for the partner --------------------------------------------------------------------------------------------------


def theirs(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over sendings joined to their request: to answer, or answered lately; never a stopped one (A38)."""
    live = and_(Referral.answered_at.is_(None), Request.state == State.WITH_PARTNER)
    lately = Referral.answered_at > clock.now() - KEPT
    return and_(Referral.organisation_id.in_(organisations_of(user)), Referral.stopped_at.is_(None), or_(live, lately))


def received(user: CurrentUser) -> list[Referral]:
    """What a partner's organisation has to answer, the most pressing first, then what it answered lately."""
    found = session.scalars(
        select(Referral)
        .join(Request, Request.id == Referral.request_id)
        .where(theirs(user))
        .order_by(Referral.answered_at.is_not(None), Referral.answered_at.desc(), Referral.due_on, Referral.id)
    )
    return list(found)


def received_one(user: CurrentUser, reference: str) -> tuple[Referral, Request]:
    """The sending of a request that a partner may open: the one to answer, else the last answered.

    Raises Invisible for one that was not sent to them, was stopped, or was answered long ago.
    """
    row = session.execute(
        select(Referral, Request)
        .join(Request, Request.id == Referral.request_id)
        .where(Request.reference == reference.upper(), theirs(user))
        .order_by(Referral.answered_at.is_not(None), Referral.id.desc())
        .limit(1)
    ).first()
    if row is None:
        raise Invisible
    return row.Referral, row.Request


def readable_one(user: CurrentUser, reference: str) -> tuple[Referral, Request]:
    """The same, and any last sending of a request for the coordination (the sheet to print)."""
    if not reads_all(user):
        return received_one(user, reference)
    row = session.execute(
        select(Referral, Request)
        .join(Request, Request.id == Referral.request_id)
        .where(Request.reference == reference.upper())
        .order_by(Referral.id.desc())
        .limit(1)
    ).first()
    if row is None:
        raise Invisible
    return row.Referral, row.Request


def live_of(request_id: int) -> Referral | None:
    """The sending whose answer a request waits for."""
    return session.scalar(
        select(Referral).where(
            Referral.request_id == request_id, Referral.answered_at.is_(None), Referral.stopped_at.is_(None)
        )
    )


def last_answered(request_id: int) -> Referral | None:
    """The last sending that was answered, not stopped."""
    wanted = Referral.request_id == request_id, Referral.answered_at.is_not(None), Referral.stopped_at.is_(None)
    return session.scalar(select(Referral).where(*wanted).order_by(Referral.answered_at.desc()).limit(1))


def with_joined(request_id: int) -> set[int]:
    """The number of a request and of those joined with it, near or far: their sendings stay on them."""
    known: set[int] = set()
    more = {request_id}
    while more:
        known |= more
        more = set(session.scalars(select(Request.id).where(Request.merged_into_id.in_(more)))) - known
    return known


# -- to whom ----------------------------------------------------------------------------------------------------------


def partners(recipient: Recipient) -> Sequence[Organisation]:
    """The organisations that are such a partner, by name."""
    wanted = Organisation.kind == KINDS[recipient], Organisation.merged_into_id.is_(None)
    return session.scalars(select(Organisation).where(*wanted).order_by(Organisation.name)).all()


def own_organisation(organisation_ids: Sequence[int]) -> int:
    """Of the organisations a partner works in, those merged into them included, the one they are now."""
    wanted = Organisation.id.in_(organisation_ids), Organisation.merged_into_id.is_(None)
    kept = session.scalar(select(Organisation.id).where(*wanted).order_by(Organisation.id).limit(1))
    return kept if kept is not None else organisation_ids[0]


def office() -> Sequence[User]:
    """Who handles the files, their accounts open today."""
    return session.scalars(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.is_active,
            RoleGrant.role.in_(sorted(roles_with("inbox.manage"))),
            in_force(RoleGrant, territory.today()),
        )
        .order_by(User.id)
    ).all()


def _same_houses(organisation_ids: set[int]) -> set[int]:
    """These organisations, what they were merged into, and what was merged into that."""
    into = select(Organisation.merged_into_id).where(Organisation.id.in_(organisation_ids))
    kept = organisation_ids | {number for number in session.scalars(into) if number is not None}
    return kept | set(session.scalars(select(Organisation.id).where(Organisation.merged_into_id.in_(kept))))


def accounts_of(organisation_ids: Iterable[int]) -> Sequence[User]:
    """The partners' own accounts, open today, of those who practise in these organisations, merged or not."""
    today = territory.today()
    houses = _same_houses(set(organisation_ids))
    return session.scalars(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .join(Practice, Practice.person_id == User.person_id)
        .join(Place, Place.id == Practice.place_id)
        .where(
            User.is_active,
            RoleGrant.role.in_(sorted(roles_with("inbox.answer"))),
            in_force(RoleGrant, today),
            in_force(Practice, today),
            Place.organisation_id.in_(houses),
        )
        .distinct()
        .order_by(User.id)
    ).all()


def steps_taken(request_id: int) -> dict[str, Any]:
    """What the timeline shows was done, as a closing step holds it: codes, and how many doctors were asked (A46)."""
    kinds = session.scalars(select(Step.kind).where(Step.request_id == request_id, Step.cancelled_at.is_(None)))
    asked = select(func.count(DoctorProposal.person_id.distinct())).where(DoctorProposal.request_id == request_id)
    return {"taken": taken_from(kinds), "doctors": session.scalar(asked) or 0}
