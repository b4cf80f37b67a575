"""What may be done to a plan and to a meeting in each state: the two tables, applied by `actions.moves`."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

from cptsapp.care_plans.models import MeetingState, PlanState

S, M = PlanState, MeetingState
State = TypeVar("State", bound=StrEnum)

WORDS = MappingProxyType(
    {
        S.PREPARING: "En préparation",
        S.MEETING: "Réunion à tenir",
        S.VALIDATING: "À valider",
        S.ACTIVE: "Actif",
        S.CLOSED: "Clos",
    }
)
MEETING_WORDS = MappingProxyType(
    {
        M.PLANNED: "à fixer",
        M.POLLING: "sondage ouvert",
        M.FIXED: "date fixée",
        M.HELD: "tenue",
        M.CANCELLED: "annulée",
    }
)


@dataclass(frozen=True, slots=True)
class Move(Generic[State]):
    """One line of a table: its code, its verb, from which states to which."""

    code: str
    label: str
    sources: tuple[State, ...]
    target: State


_OPEN = (S.PREPARING, S.MEETING, S.VALIDATING, S.ACTIVE)

# A plan is ready for its meeting when the person agrees, a lead and a regular doctor are in the circle.
MOVES = (
    Move("engage", "Engager le cercle", (S.PREPARING,), S.MEETING),
    Move("hold", "Réunion tenue", (S.MEETING,), S.VALIDATING),
    Move("put_back", "La réunion n’a pas eu lieu", (S.VALIDATING,), S.MEETING),
    Move("validate", "Valider le plan", (S.VALIDATING,), S.ACTIVE),
    Move("unvalidate", "Revenir sur la validation", (S.ACTIVE,), S.VALIDATING),
    Move("close", "Clore", _OPEN, S.CLOSED),
)
AHEAD = (M.PLANNED, M.POLLING, M.FIXED)  # of a meeting that is still to be held
MEETING_MOVES = (
    Move("poll", "Proposer des dates", (M.PLANNED, M.POLLING), M.POLLING),
    Move("fix", "Choisir la date", (M.PLANNED, M.POLLING, M.FIXED), M.FIXED),
    Move("unfix", "Revenir au choix de la date", (M.POLLING, M.FIXED), M.PLANNED),
    Move("hold", "Noter la réunion tenue", (M.FIXED,), M.HELD),
    Move("undo_hold", "Elle n’a pas eu lieu", (M.HELD,), M.FIXED),
    Move("cancel", "Annuler", AHEAD, M.CANCELLED),
)
BY_CODE = MappingProxyType({move.code: move for move in MOVES})
MEETING_BY_CODE = MappingProxyType({move.code: move for move in MEETING_MOVES})


def why_not(code: str, state: PlanState) -> str | None:
    """Why a move of a plan may not be done from a state, in French; None when it may."""
    if state in BY_CODE[code].sources:
        return None
    return f"Ce plan est «\u00a0{WORDS[state]}\u00a0»\u202f: la page a peut-être changé entre-temps."


def why_not_meeting(code: str, state: MeetingState) -> str | None:
    """Why a move of a meeting may not be done from a state, in French; None when it may."""
    if state in MEETING_BY_CODE[code].sources:
        return None
    return f"Cette réunion est «\u00a0{MEETING_WORDS[state]}\u00a0»\u202f: la page a peut-être changé entre-temps."
