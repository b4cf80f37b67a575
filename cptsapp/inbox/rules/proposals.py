"""What may be done to a proposal in each of its states, and when silence comes to its next step (E22, ux.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from cptsapp.inbox.models import Deadline, ProposalState, State
from cptsapp.inbox.rules.deadlines import due_on

P, D = ProposalState, Deadline

MOST = 3  # doctors asked at once for someone (E22)
ANSWERED = (P.ACCEPTED, P.CHOSEN)
WAITING = (P.PENDING, P.ACCEPTED)
LIVE = (P.PENDING, P.ACCEPTED, P.CHOSEN)

# Why a doctor cannot, this time; said after the answer, or not at all.
DECLINE_REASONS = MappingProxyType(
    {
        "no_room": "Plus de place en ce moment",
        "no_home_visits": "Pas de visites à domicile",
        "too_far": "Trop loin",
        "known": "Je la connais déjà",
        "other": "Autre raison",
    }
)

STATE_WORDS = MappingProxyType(
    {
        P.PENDING: "attend sa réponse",
        P.ACCEPTED: "accepte d’être contacté",
        P.CHOSEN: "choisi par la personne",
        P.DECLINED: "pas cette fois",
        P.RELEASED: "libéré",
        P.CANCELLED: "annulée",
        P.LAPSED: "sans réponse",
    }
)

OVER = "Cette proposition n’a plus cours."
ASKED_AGAIN = "Une proposition plus récente attend pour cette demande\u202f: répondez à celle-là."
CHOSEN_ALREADY = "La personne vous a choisi\u202f: appelez la CPTS pour revenir sur votre réponse."
NOT_ACCEPTED = "Ce médecin n’a pas accepté d’être contacté."
ELSEWHERE = "La demande a suivi un autre chemin\u202f: cette réponse ne se reprend plus."


def why_not_accept(proposal: ProposalState, request: State) -> str | None:
    """Why « Je prends » is not possible now, or None; one who said no, or nothing in time, may still take."""
    if proposal in (P.DECLINED, P.LAPSED):
        return why_not_ask_again(request)
    return None if proposal in LIVE else OVER


def why_not_decline(proposal: ProposalState) -> str | None:
    """Why « Pas cette fois » is not possible now, or None; said twice, it is said."""
    return None if proposal in (P.PENDING, P.DECLINED) else OVER


def why_not_undo(proposal: ProposalState, request: State) -> str | None:
    """Why an answer cannot be taken back, or None."""
    if proposal is P.CHOSEN:
        return CHOSEN_ALREADY
    if proposal not in (P.ACCEPTED, P.DECLINED):
        return OVER
    return why_not_ask_again(request)


def why_not_ask_again(request: State) -> str | None:
    """Why a doctor may not be awaited again, or None: only while doctors are being sought."""
    return None if request in (State.SEARCHING, State.PROPOSED) else ELSEWHERE


def why_not_choose(proposal: ProposalState) -> str | None:
    """Why the person may not choose this doctor, or None."""
    return None if proposal is P.ACCEPTED else NOT_ACCEPTED


@dataclass(frozen=True, slots=True)
class Silence:
    """A doctor who has not answered: local days, and whether a mail reaches them."""

    sent_on: date
    reminded_on: date | None
    called_on: date | None
    has_mail: bool
    needed_before: date | None = None


def doctor_due(silence: Silence, delays: Mapping[str, int]) -> tuple[Deadline, date]:
    """What is awaited of a silent doctor, and until which day: an answer, then a call.

    Without a mail nobody but the telephone tells them: the call is what is awaited from the first day.
    """
    told = [day for day in (silence.reminded_on, silence.called_on) if day is not None]
    if told:
        return D.CALL_DOCTOR, _due(D.CALL_DOCTOR, max(told), silence, delays)
    if not silence.has_mail:
        return D.CALL_DOCTOR, silence.sent_on
    return D.DOCTOR_ANSWER, _due(D.DOCTOR_ANSWER, silence.sent_on, silence, delays)


def _due(deadline: Deadline, day: date, silence: Silence, delays: Mapping[str, int]) -> date:
    return due_on(deadline, day, dict(delays), silence.needed_before)


def is_to_remind(silence: Silence, today: date, delays: Mapping[str, int]) -> bool:
    """Whether the day of the answer is past and nobody has reminded nor rung them."""
    deadline, due = doctor_due(silence, delays)
    return deadline is D.DOCTOR_ANSWER and today > due


def is_to_lapse(silence: Silence, today: date, delays: Mapping[str, int]) -> bool:
    """Whether the search widens: reminded or rung, and silent since. Never for one whom nobody has told."""
    deadline, due = doctor_due(silence, delays)
    was_told = silence.reminded_on is not None or silence.called_on is not None
    return was_told and deadline is D.CALL_DOCTOR and today > due


def first_due(silences: Iterable[Silence], delays: Mapping[str, int]) -> tuple[Deadline, date] | None:
    """Of several silent doctors, the first thing awaited; None when nobody is silent."""
    return min((doctor_due(silence, delays) for silence in silences), key=lambda due: due[1], default=None)
