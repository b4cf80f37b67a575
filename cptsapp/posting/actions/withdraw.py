"""Withdrawing free places, with undo; a patient already booked is never dropped without saying what becomes of them."""

from collections.abc import Mapping, Sequence

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Practice
from cptsapp.posting import queries
from cptsapp.posting.actions.publish import guarded, refuse_overlap
from cptsapp.posting.queries import Consequence
from cptsapp.posting.rules.absence import follow_up_of
from cptsapp.posting.rules.draft import Outdated
from cptsapp.snp.actions import bump_version, cancel_booking
from cptsapp.snp.models import Booking, BookingState, CancelledBy, CancelReason, FollowUp, Slot, SlotOrigin, SlotState

GONE = "Ce créneau est déjà passé."
HAS_PATIENT = "Un patient est inscrit : dites d’abord ce qu’il devient."


def withdraw_free(slot_id: int, *, by: CurrentUser) -> Slot:
    """Take back the free places of a slot; the patients already booked in a plage stay expected.

    Withdrawing twice changes nothing. Raises Invisible, or Refusal for a past slot or one without a free place.
    """
    slot = queries.slot_for(by, slot_id, lock=True)
    if slot.state is SlotState.WITHDRAWN:
        return slot
    if slot.ends_at <= clock.now():
        raise Refusal(GONE)
    if slot.free_count == 0:
        raise Refusal(HAS_PATIENT)
    _withdraw(slot, by)
    return slot


def _withdraw(slot: Slot, by: CurrentUser) -> None:
    slot.state = SlotState.WITHDRAWN
    slot.withdrawn_at = clock.now()
    slot.sequence += 1
    session.flush()
    record("slot.withdrawn", slot, by=by, free=slot.free_count)
    bump_version()


def withdraw_series(series_id: int, *, by: CurrentUser) -> int:
    """Take back everything still free of a repetition that has just been published; gives whose it is."""
    series = queries.series_for(by, series_id)
    slots = [s for s in queries.open_of_series(series.id, series.starts_on, lock=True) if s.free_count]
    for slot in slots:
        _withdraw(slot, by)
    return session.get_one(Practice, series.practice_id).person_id


def targets(slot: Slot, *, following: bool, lock: bool = False) -> list[Slot]:
    """The slot alone, or with those of its repetition that follow it."""
    if not following or slot.series_id is None:
        return [slot]
    return queries.open_of_series(slot.series_id, slot.day_on, lock=lock)


def withdraw_booked(
    slot_id: int,
    choices: Mapping[int, FollowUp],
    *,
    by: CurrentUser,
    announced: str,
    following: bool = False,
) -> Consequence:
    """Withdraw a slot, or it and the following, with one of three choices for each patient.

    Raises Invisible, Refusal, or Outdated when the panel that was read no longer tells the truth.
    """
    slot = queries.slot_for(by, slot_id, lock=True)
    if slot.state is not SlotState.OPEN:
        raise Refusal("Ce créneau est déjà retiré.")
    slots = targets(slot, following=following, lock=True)
    found = queries.consequence(by, slot.person_id, slots)
    if found.digest != announced:
        raise Outdated
    settle(found, choices, by=by)
    for each in found.slots:
        if each.free_count:
            _withdraw(each, by)
    return found


def settle(found: Consequence, choices: Mapping[int, FollowUp], *, by: CurrentUser) -> None:
    """Do with each patient what was chosen: the line calls, the practitioner calls, or they come anyway."""
    for guest in found.guests:
        choice = follow_up_of(choices, guest.booking.id)
        record("booking.followed_up", guest.booking, by=by, choice=choice.value)
        if choice is not FollowUp.SEEN_ANYWAY:
            cancel_booking(
                guest.booking,
                cancelled_by=CancelledBy.PRACTITIONER,
                reason=CancelReason.PRACTITIONER_AWAY,
                needs_recall=choice is FollowUp.REGULATION_CALLS,
                by=by,
            )


def restore(slot_id: int, *, by: CurrentUser) -> list[Slot]:
    """Put withdrawn places back on the list: the slot, and those withdrawn in the same gesture.

    Raises Invisible, or Refusal when the time has passed or is taken.
    """
    slot = queries.slot_for(by, slot_id, lock=True)
    if slot.state is SlotState.OPEN:
        return [slot]
    if slot.origin is SlotOrigin.BROADCAST:
        raise Refusal("Ce créneau répondait à une diffusion : publiez-en un autre.")
    if slot.state is not SlotState.WITHDRAWN:
        raise Refusal("Ce créneau est caché par une absence : il revient quand elle prend fin.")
    slots = queries.withdrawn_together(slot)
    for each in slots:
        reopen(each, by=by)
    return slots


def reopen(slot: Slot, *, by: CurrentUser) -> None:
    """Open a withdrawn or hidden slot again. Raises Refusal when its time has passed or is taken."""
    if slot.starts_at <= clock.now():
        raise Refusal(GONE)
    refuse_overlap(slot.person_id, (slot.starts_at, slot.ends_at), except_id=slot.id)
    with guarded():
        slot.state = SlotState.OPEN
        slot.withdrawn_at = None
        slot.absence_id = None
        slot.sequence += 1
    record("slot.restored", slot, by=by)
    bump_version()


def to_call(bookings: Sequence[Booking]) -> list[Booking]:
    """Those whose practitioner said they would call the patient themselves."""
    return [
        booking
        for booking in bookings
        if booking.state is BookingState.CANCELLED
        and booking.cancel_reason is CancelReason.PRACTITIONER_AWAY
        and not booking.needs_recall
    ]
