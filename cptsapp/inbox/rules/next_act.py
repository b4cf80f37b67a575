"""The one next act of a file, and what usually follows: « ensuite… », in the coordinator's words (ux.md)."""

from dataclasses import dataclass
from types import MappingProxyType

from cptsapp.inbox.models import Deadline, State

S, D = State, Deadline


@dataclass(frozen=True, slots=True)
class Next:
    """The title of the frame on top of a file, and the steps that usually follow."""

    title: str
    then: tuple[str, ...] = ()


_DECLARE = "Vérifier la déclaration de médecin traitant"
_ANSWER = "Un médecin répond"
_CHOICE = "La personne choisit"
_PROPOSE = "Proposer des médecins"

BY_STATE = MappingProxyType(
    {
        S.RECEIVED: Next("Vérifier la demande", (_PROPOSE, _ANSWER, _DECLARE)),
        S.TO_COMPLETE: Next("Compléter avec la personne", (_PROPOSE, _ANSWER, _DECLARE)),
        S.SEARCHING: Next("Proposer 1 à 3 médecins", (_ANSWER, _CHOICE, _DECLARE)),
        S.PROPOSED: Next("Attendre la réponse des médecins", (_CHOICE, _DECLARE)),
        S.WITH_PARTNER: Next("Attendre la réponse du partenaire", (_DECLARE,)),
        S.TO_DECLARE: Next(_DECLARE),
        S.CLOSED: Next("Demande close"),
    }
)

# A deadline that runs says it better than the state alone.
BY_DEADLINE = MappingProxyType(
    {
        D.CALL_DOCTOR: Next("Appeler le médecin, qui ne répond pas", (_CHOICE, _DECLARE)),
        D.PERSON_CHOICE: Next("Attendre le choix de la personne", (_DECLARE,)),
        D.CALL_PERSON: Next("Appeler la personne, qui n’a pas choisi", (_DECLARE,)),
    }
)


def next_act(state: State, deadline: Deadline | None) -> Next:
    """What there is to do now on a file."""
    if deadline is None or state is not S.PROPOSED:
        return BY_STATE[state]
    return BY_DEADLINE.get(deadline, BY_STATE[state])
