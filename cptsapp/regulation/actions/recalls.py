"""Calls the desk has to make when a doctor withdraws."""

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core.refusals import Refusal
from cptsapp.snp.models import Booking


def recalled(booking: Booking, *, by: CurrentUser) -> None:
    """Note that the patient has been rung back. Raises Refusal when nobody had to be."""
    if not booking.needs_recall:
        raise Refusal("Ce patient a déjà été rappelé.")
    booking.needs_recall = False
    record("booking.recalled", booking, by=by, reference=booking.reference)
