"""What a partner may answer, when an answer is taken, until when it may be taken back (A29–A34, A62)."""

from datetime import date, datetime, timedelta
from types import MappingProxyType

from cptsapp.core.french import NBSP
from cptsapp.inbox.models import Actor, PartnerAnswer, Recipient, Referral, State

UNDO = timedelta(minutes=10)

A = PartnerAnswer
ACTORS = MappingProxyType({Recipient.MISAS: Actor.MISAS, Recipient.DAC: Actor.DAC})
REFER = MappingProxyType({Recipient.MISAS: "refer_misas", Recipient.DAC: "refer_dac"})
# Five answers each: the MiSAS hands on what is too complex, the DAC documents a break.
ANSWERS = MappingProxyType(
    {
        Recipient.MISAS: (A.FOUND, A.NOT_FOUND, A.TOO_COMPLEX, A.UNREACHABLE, A.REFUSED),
        Recipient.DAC: (A.FOUND, A.NOT_FOUND, A.CARE_BREAK, A.UNREACHABLE, A.REFUSED),
    }
)
MOVE_OF = MappingProxyType(
    {
        A.FOUND: "partner_find",
        A.NOT_FOUND: "partner_return",
        A.TOO_COMPLEX: "partner_return",
        A.UNREACHABLE: "partner_return",
        A.REFUSED: "partner_return",
        A.CARE_BREAK: "report_break",
    }
)
NO_PARTNER = MappingProxyType(
    {
        Recipient.MISAS: "Choisissez une MiSAS de l’annuaire.",
        Recipient.DAC: "Choisissez un DAC de l’annuaire.",
    }
)


def why_not_answer(referral: Referral, state: State) -> str | None:
    """Why nothing is waited for from the partner, or None."""
    if referral.stopped_at is not None:
        return f"Ce dossier ne vous est plus transmis{NBSP}: la personne ou la CPTS y a mis fin."
    if referral.answered_at is not None:
        return "La réponse est déjà donnée."
    if state is not State.WITH_PARTNER:
        return "Cette demande n’attend plus de réponse."
    return None


def why_not_said(recipient: Recipient, said: PartnerAnswer) -> str | None:
    """Why this answer is not this partner's, or None."""
    if said in ANSWERS[recipient]:
        return None
    return "Cette réponse n’est pas de celles de ce partenaire."


def why_not_called_on(on: date, sent_on: date, today: date) -> str | None:
    """Why a call back may not have that day, or None."""
    if on > today:
        return "Ce jour est à venir."
    if on < sent_on:
        return "Ce jour est avant l’envoi du dossier."
    return None


def why_not_undo(referral: Referral, now: datetime, *, is_last: bool) -> str | None:
    """Why an answer may not be taken back, or None. `is_last`: nothing was done to the request since."""
    if referral.answered_at is None or referral.stopped_at is not None:
        return "Il n’y a pas de réponse à annuler."
    if now >= referral.answered_at + UNDO:
        return f"Les dix minutes sont passées{NBSP}: appelez la CPTS."
    if not is_last:
        return f"La suite a déjà commencé{NBSP}: appelez la CPTS."
    return None
