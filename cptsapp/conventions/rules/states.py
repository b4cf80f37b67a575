"""What may be done to a convention in each state: the one table, applied by `actions.moves`."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from cptsapp.conventions.models import ConventionState

S = ConventionState

WORDS = MappingProxyType(
    {
        S.DRAFT: "Brouillon",
        S.CIRCULATED: "À relire",
        S.ADOPTED: "À signer",
        S.IN_FORCE: "En vigueur",
        S.ENDED: "Close",
    }
)

OPEN = (S.DRAFT, S.CIRCULATED, S.ADOPTED, S.IN_FORCE)


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table: its code, its verb on the button, from which states to which."""

    code: str
    label: str
    sources: tuple[ConventionState, ...]
    target: ConventionState


MOVES: tuple[Move, ...] = (
    Move("circulate", "Faire relire", (S.DRAFT, S.CIRCULATED), S.CIRCULATED),
    Move("redraft", "Reprendre le texte", (S.CIRCULATED, S.ADOPTED), S.DRAFT),
    Move("adopt", "Noter l’adoption", (S.CIRCULATED,), S.ADOPTED),
    # By the last signature, never by hand.
    Move("enter_into_force", "Mettre en vigueur", (S.ADOPTED,), S.IN_FORCE),
    Move("renew", "Renouveler", (S.IN_FORCE,), S.IN_FORCE),
    Move("give_notice", "Noter le préavis", (S.IN_FORCE,), S.IN_FORCE),
    Move("withdraw_notice", "Retirer le préavis", (S.IN_FORCE,), S.IN_FORCE),
    Move("end", "Mettre fin", OPEN, S.ENDED),
)
BY_CODE = MappingProxyType({move.code: move for move in MOVES})


def is_in_drawer(state: ConventionState, comments_due_on: date | None, checksum: str | None) -> bool:
    """Whether a text is a draft, or was one when it ended: neither read since by its parties nor adopted."""
    return state is S.DRAFT or (state is S.ENDED and comments_due_on is None and checksum is None)


def why_not(code: str, state: ConventionState) -> str | None:
    """Why a move may not be done from a state, in French; None when it may."""
    if state in BY_CODE[code].sources:
        return None
    return f"Cette convention est «\u00a0{WORDS[state]}\u00a0»\u202f: la page a peut-être changé entre-temps."
