"""Who notes outcomes and manages campaigns, which figures exist for whom, and why not now."""

from datetime import datetime

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.refusals import Invisible
from cptsapp.snp.models import Booking, BookingState, Campaign, CancelReason

CLOSED = "La campagne est close\u00a0: demandez à la coordination de la rouvrir pour corriger."


def why_not_record(booking: Booking, campaign: Campaign | None, now: datetime) -> str | None:
    """Why the outcome of a booking may not be noted now; that it is the user's, `noted_by` has said."""
    if booking.seat.starts_at > now:
        return "Le patient n’est pas encore attendu\u00a0: notez sa venue à partir de l’heure du rendez-vous."
    if booking.state is BookingState.CANCELLED and not is_cancelled_afterwards(booking):
        return f"La réservation {booking.reference} a été annulée avant l’heure\u00a0: il n’y a rien à noter."
    return CLOSED if campaign is not None and campaign.closed_at is not None else None


def is_cancelled_afterwards(booking: Booking) -> bool:
    """Whether « Annulé » was noted in the evening, among the outcomes, and so may be corrected there."""
    return booking.outcome_at is not None and booking.cancel_reason is CancelReason.CANNOT_COME


def readable_person(user: CurrentUser, wanted: int | None = None) -> int | None:
    """Whose figures the user reads: everyone's (None) or one practitioner's. Raises Invisible for another's."""
    if "all" in user.scopes("campaign.read"):
        return wanted
    if user.person_id is None or wanted not in (None, user.person_id):
        raise Invisible
    return user.person_id


def sees_patients_answers(user: CurrentUser) -> bool:
    """Whether small counts of patients' answers are shown as they are: only to those who see the bookings."""
    return user.can("snp.see_bookings")


def why_not_change_terms(has_settled_lines: bool) -> str | None:
    """Why the days and the amount of a campaign no longer change."""
    if not has_settled_lines:
        return None
    return "Des paiements de cette campagne sont déjà approuvés\u00a0: ses dates et son montant ne changent plus."


def why_not_close(campaign: Campaign) -> str | None:
    """Why a campaign may not be closed."""
    return "La campagne est déjà close." if campaign.closed_at is not None else None


def why_not_reopen(campaign: Campaign) -> str | None:
    """Why a campaign may not be reopened."""
    return "La campagne est ouverte." if campaign.closed_at is None else None
