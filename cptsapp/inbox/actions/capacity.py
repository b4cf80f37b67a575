"""A doctor says how many new patients they take: by private link, signed in, or to the coordination on the phone.

Within its time an answer changes in place: proposals keep pointing at it, and what is held is kept. A new campaign, or
an answer that has lapsed, begins a new count.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from cptsapp.audit.actions import Actor as ByUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Person
from cptsapp.inbox.models import AnsweredBy, CapacityAsk, CapacityCampaign, DoctorProposal, Offer, Takes
from cptsapp.inbox.rules import places as rules
from cptsapp.territory import queries as territory

TOO_LATE = "Cette réponse ne s’annule plus\u202f: donnez-en une autre."
ASKED_SINCE = "Un patient a été proposé depuis sur cette réponse\u202f: changez-la plutôt."
NOTHING_TO_CONFIRM = "Il n’y a pas de réponse à confirmer."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a doctor says. `more`: new patients from now on; `held`: those taken and pending that their page showed."""

    takes: Takes
    valid_until: date
    more: int = 0
    held: int = 0
    long_term_illness: bool = False
    children: bool = False
    households: bool = False
    own_commune: bool = False
    max_km: int | None = None
    home_visits: bool = False
    obstacles: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()

    @property
    def meant(self) -> "Answer":
        """Without what the answer makes void: conditions of a plain yes, places of a no, obstacles of a yes."""
        said = self
        if self.takes is not Takes.CONDITIONS:
            said = replace(
                said, long_term_illness=False, children=False, households=False, own_commune=False, max_km=None
            )
        if self.takes is Takes.NO:
            return replace(said, more=0, home_visits=False)
        return replace(said, obstacles=(), helps=())


def answer(
    person_id: int, said: Answer, *, via: AnsweredBy, by: ByUser | None, campaign_id: int | None = None
) -> Offer:
    """Keep a doctor's answer. `campaign_id`: the one it answers, or that of the answer in force.

    Raises Refusal: too many places, a day past or too far, or places held meanwhile that the answer does not count.
    """
    said, now, today = said.meant, clock.now(), territory.today()
    _check(said, today)
    number = _locked_doctor(person_id)
    live = _live(number, now)
    asked = campaign_id or _campaign_asking(number)
    if live and rules.continues(live.valid_until, live.campaign_id, asked, today):
        _change(live, said, now)
        kept = live
    else:
        kept = _begin(number, live, said, now)
    _sign(kept, said, via, by, now)
    kept.campaign_id = asked or kept.campaign_id
    _mark_answered(number, now)
    told: dict[str, Any] = {"person": number, "takes": said.takes.value, "places": said.more, "answered_by": via.value}
    record("offer.answered", kept, by=by, **told, until_on=said.valid_until.isoformat())
    return kept


def _check(said: Answer, today: date) -> None:
    is_no = said.takes is Takes.NO
    reasons = {
        "ask_again" if is_no else "until": rules.why_not_until(said.valid_until, today),
        "more": None if is_no else rules.why_not_more(said.more),
        "conditions": rules.why_not_conditions(said.takes, said),
    }
    for field, reason in reasons.items():
        if reason is not None:
            raise Refusal(reason, field=field)


def _locked_doctor(person_id: int) -> int:
    """The number the doctor has now, their row held: of two answers at once the second sees the first.

    FOR NO KEY UPDATE: a proposal that names the doctor meanwhile need not wait.
    """
    number = roots().get(person_id, person_id)
    found = session.scalar(select(Person.id).where(Person.id == number).with_for_update(key_share=True))
    if found is None:
        raise Invisible
    return number


def _live(number: int, now: datetime) -> Offer | None:
    """The latest answer, its row held; those of sheets merged since give way to it."""
    found = select(Offer).where(Offer.person_id.in_(sorted(same_person({number}))), Offer.replaced_at.is_(None))
    rows = session.scalars(found.order_by(Offer.id).with_for_update().execution_options(populate_existing=True)).all()
    latest = max(rows, key=lambda row: (row.answered_at, row.id), default=None)
    for row in rows:
        if row is not latest:
            row.replaced_at = now
    return latest


def _campaign_asking(number: int) -> int | None:
    """The campaign under way in which the doctor was asked."""
    found = (
        select(CapacityCampaign.id)
        .join(CapacityAsk, CapacityAsk.campaign_id == CapacityCampaign.id)
        .where(CapacityAsk.person_id.in_(sorted(same_person({number}))), CapacityCampaign.closed_at.is_(None))
        .where(CapacityCampaign.starts_on <= territory.today(), CapacityCampaign.ends_on >= territory.today())
    )
    return session.scalar(found.order_by(CapacityCampaign.id.desc()).limit(1))


# -- writing ----------------------------------------------------------------------------------------------------------

COPIED = (
    "person_id", "campaign_id", "takes", "offered", "taken", "pending", "valid_until", "long_term_illness", "children",
    "households", "own_commune", "max_km", "home_visits", "obstacles", "helps", "answered_at", "answered_by",
    "answered_by_id", "confirmed_at", "confirm_asked_at",
)  # fmt: skip
SAID = (
    "takes", "valid_until", "long_term_illness", "children", "households", "own_commune", "max_km", "home_visits",
)  # fmt: skip


def _change(live: Offer, said: Answer, now: datetime) -> None:
    """The same row, what it was before kept aside."""
    held = live.taken + live.pending
    offered = held if said.takes is Takes.NO else said.held + said.more
    refuse_if(rules.why_not_offer(offered, live.taken, live.pending))
    values = {name: getattr(live, name) for name in COPIED}
    session.add(Offer(**values, replaced_at=now, version_of_id=live.id))
    live.offered = offered


def _begin(number: int, before: Offer | None, said: Answer, now: datetime) -> Offer:
    """A new count; what is pending or taken on the former answer stays counted there."""
    if before is not None:
        before.replaced_at = now
        session.flush()
    made = Offer(person_id=number, offered=said.more, taken=0, pending=0)
    session.add(made)
    return made


def _sign(offer: Offer, said: Answer, via: AnsweredBy, by: ByUser | None, now: datetime) -> None:
    for name in SAID:
        setattr(offer, name, getattr(said, name))
    offer.obstacles, offer.helps = list(said.obstacles), list(said.helps)
    offer.answered_at, offer.answered_by = now, via
    offer.answered_by_id = by.id if by else None
    offer.confirmed_at = offer.confirm_asked_at = None


def _mark_answered(number: int, now: datetime) -> None:
    """They need not be asked again: every campaign under way knows it."""
    live = select(CapacityCampaign.id).where(CapacityCampaign.closed_at.is_(None))
    session.execute(
        update(CapacityAsk)
        .where(
            CapacityAsk.person_id.in_(sorted(same_person({number}))),
            CapacityAsk.campaign_id.in_(live),
            CapacityAsk.answered_at.is_(None),
        )
        .values(answered_at=now)
        .execution_options(synchronize_session="fetch")
    )


# -- undoing, confirming ----------------------------------------------------------------------------------------------


def undo(person_id: int, *, by: ByUser | None) -> None:
    """Take the last answer back, within ten minutes: the one before holds again, or none. Raises Refusal."""
    number = _locked_doctor(person_id)
    live = _live(number, clock.now())
    if live is None or not may_undo(live):
        raise Refusal(TOO_LATE)
    earlier, former = _version_before(live), _answer_before(live, number)
    answered_at = earlier.answered_at if earlier else former.answered_at if former else None
    if earlier is not None:
        _restore(live, earlier)
    else:
        _withdraw(live, former)
    record("offer.undone", live if earlier else former, by=by, person=number)
    _unmark_answered(number, answered_at)


def may_undo(offer: Offer) -> bool:
    """Whether an answer may still be taken back."""
    return clock.now() < offer.answered_at + timedelta(minutes=rules.UNDO_MINUTES) and offer.confirmed_at is None


def _version_before(live: Offer) -> Offer | None:
    """What this answer was before it changed."""
    return session.scalar(select(Offer).where(Offer.version_of_id == live.id, Offer.replaced_at == live.answered_at))


def _answer_before(live: Offer, number: int) -> Offer | None:
    """The former answer, that this one replaced."""
    found = select(Offer).where(
        Offer.person_id.in_(sorted(same_person({number}))),
        Offer.replaced_at == live.answered_at,
        Offer.version_of_id.is_(None),
    )
    return session.scalar(found.order_by(Offer.answered_at.desc(), Offer.id.desc()).limit(1))


def _restore(live: Offer, before: Offer) -> None:
    held = live.taken + live.pending
    offered = held if before.takes is Takes.NO else before.offered
    if offered < held:
        raise Refusal(ASKED_SINCE)
    for name in COPIED:
        if name not in {"taken", "pending", "offered"}:
            setattr(live, name, getattr(before, name))
    live.offered = offered
    session.delete(before)
    session.flush()


def _withdraw(live: Offer, before: Offer | None) -> None:
    used = session.scalar(select(DoctorProposal.id).where(DoctorProposal.offer_id == live.id).limit(1))
    if used is not None or live.taken or live.pending:
        raise Refusal(ASKED_SINCE)
    session.delete(live)
    session.flush()
    if before is not None:
        before.replaced_at = None
        session.flush()


def _unmark_answered(number: int, earlier: datetime | None) -> None:
    """The campaigns under way wait for an answer again, but for one that the answer before was given to."""
    theirs = CapacityAsk.person_id.in_(sorted(same_person({number})))
    live = select(CapacityCampaign.id).where(CapacityCampaign.closed_at.is_(None))
    waiting = update(CapacityAsk).where(theirs, CapacityAsk.campaign_id.in_(live))
    waiting = waiting.where(CapacityAsk.answered_at > earlier) if earlier is not None else waiting
    session.execute(waiting.values(answered_at=None).execution_options(synchronize_session="fetch"))


def confirm(person_id: int, *, via: AnsweredBy, by: ByUser | None) -> Offer:
    """« Toujours 3 places » : the answer in force, or lapsed, holds again from today. Raises Refusal when none does."""
    number = _locked_doctor(person_id)
    now = clock.now()
    live = _live(number, now)
    if live is None:
        raise Refusal(NOTHING_TO_CONFIRM)
    live.valid_until = max(live.valid_until, rules.default_until(live.takes, territory.today()))
    live.campaign_id = _campaign_asking(number) or live.campaign_id
    live.confirmed_at, live.confirm_asked_at = now, None
    session.flush()
    _mark_answered(number, now)
    until = live.valid_until.isoformat()
    record("offer.confirmed", live, by=by, person=number, answered_by=via.value, until_on=until)
    return live
