"""Noting what became of a booking, and the line of the ledger that follows from it (B47)."""

from datetime import datetime
from typing import Any

from cptsapp.accounts.identity import CurrentUser
from cptsapp.activity.permissions import why_not_record
from cptsapp.activity.queries import evening
from cptsapp.activity.queries.statement import account_of
from cptsapp.activity.rules import amount
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import refuse_if
from cptsapp.ledger import actions as ledger
from cptsapp.snp.actions import bump_version
from cptsapp.snp.models import (
    Booking,
    BookingState,
    Campaign,
    CancelledBy,
    CancelReason,
    Slot,
    SlotOrigin,
    SlotState,
)

LINE_KIND = "snp.act"


def record_outcome(booking_id: int, outcome: BookingState, *, by: CurrentUser) -> BookingState:
    """Note a patient as come, absent or given up, or as still to note (undo); gives the state before.

    The same outcome twice changes nothing. Raises Invisible for another's patient; Refusal before the hour, for a
    closed campaign, and for an act already approved for payment.
    """
    booking = evening.booking_to_record(by, booking_id)
    before = booking.state
    if before is outcome:
        return before
    now = clock.now()
    refuse_if(why_not_record(booking, campaign_of_slot(booking.slot), now))
    _write(booking, outcome, now, by)
    _keep_count(booking.slot, before, outcome)
    session.flush()
    settle_act(booking, by=by)
    record("outcome.recorded", booking, by=by, reference=booking.reference, before=before, after=outcome)
    return before


def _write(booking: Booking, outcome: BookingState, now: datetime, by: CurrentUser) -> None:
    is_noted, is_cancelled = outcome is not BookingState.BOOKED, outcome is BookingState.CANCELLED
    values: dict[str, Any] = {
        "state": outcome,
        "outcome_at": now if is_noted else None,
        "outcome_by_id": by.id if is_noted else None,
        "cancelled_at": now if is_cancelled else None,
        "cancelled_by_id": by.id if is_cancelled else None,
        "cancelled_by": CancelledBy.PATIENT if is_cancelled else None,
        "cancel_reason": CancelReason.CANNOT_COME if is_cancelled else None,
    }
    for name, value in values.items():
        setattr(booking, name, value)


def _keep_count(slot: Slot, before: BookingState, after: BookingState) -> None:
    """A booking given up frees its seat, one taken up again keeps it: the slot's count says so at once."""
    change = (after is BookingState.CANCELLED) - (before is BookingState.CANCELLED)
    if not change:
        return
    slot.free_count += change
    slot.sequence += 1
    if slot.origin is SlotOrigin.BROADCAST:  # its time was given for one patient alone
        slot.state = SlotState.WITHDRAWN if change > 0 else SlotState.OPEN
    bump_version()


def campaign_of_slot(slot: Slot) -> Campaign | None:
    """The campaign a slot was posted in, if any."""
    return session.get(Campaign, slot.campaign_id) if slot.campaign_id is not None else None


def settle_act(booking: Booking, *, by: Actor | None) -> None:
    """Make the ledger say what this booking is worth: a line for an honoured act of a campaign, else none."""
    ledger.settle(booking, _due(booking), by=by)


def _due(booking: Booking) -> ledger.Due | None:
    slot = booking.slot
    campaign = campaign_of_slot(slot)
    if booking.state is not BookingState.HONOURED or campaign is None or not campaign.pay_per_act_cents:
        return None
    cents = amount(1, campaign.pay_per_act_cents)
    return ledger.Due(slot.person_id, cents, account_of(campaign.id), LINE_KIND, slot.day_on)
