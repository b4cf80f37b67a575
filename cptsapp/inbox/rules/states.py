"""What may be done to a request in each state: the one table, applied by `actions.moves` and drawn by the diagram."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from cptsapp.inbox.models import Actor, Deadline, Outcome, Recipient, State

S, A, D = State, Actor, Deadline


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table: from which states to which, whose act it is, what it asks for.

    `agreement`: the recipient for whom an agreement in force is needed. `deadline`: the one that begins on arrival.
    """

    code: str
    label: str
    sources: tuple[State, ...]
    target: State
    actors: tuple[Actor, ...]
    needs: str = ""
    agreement: Recipient | None = None
    deadline: Deadline | None = None


OPEN = (S.RECEIVED, S.TO_COMPLETE, S.SEARCHING, S.PROPOSED, S.WITH_PARTNER, S.TO_DECLARE)
BEFORE_SEARCH = (S.RECEIVED, S.TO_COMPLETE)

# In the order of the way a request goes; the diagram numbers its edges so.
MOVES: tuple[Move, ...] = (
    Move("ask_more", "Demander ce qui manque", (S.RECEIVED,), S.TO_COMPLETE, (A.CPTS,), deadline=D.COMPLETE),
    Move("accept", "Demande complète", BEFORE_SEARCH, S.SEARCHING, (A.CPTS,), deadline=D.PROPOSE),
    Move("put_back", "Revoir la demande", (S.TO_COMPLETE, S.SEARCHING), S.RECEIVED, (A.CPTS,), deadline=D.FIRST_ANSWER),
    Move(
        "propose",
        "Proposer des médecins",
        (S.SEARCHING, S.PROPOSED),
        S.PROPOSED,
        (A.CPTS,),
        "une place libre",
        Recipient.DOCTORS,
        D.DOCTOR_ANSWER,
    ),
    Move(
        "resume",
        "Pas cette fois, ou silence",
        (S.PROPOSED,),
        S.SEARCHING,
        (A.DOCTOR, A.CLOCK, A.CPTS, A.PERSON),
        "plus aucun médecin en attente",
        deadline=D.PROPOSE,
    ),
    Move(
        "offer_choice",
        "Je prends",
        (S.PROPOSED,),
        S.PROPOSED,
        (A.DOCTOR, A.CPTS),
        "la place est retenue",
        deadline=D.PERSON_CHOICE,
    ),
    Move(
        "await_again",
        "Annuler la réponse d’un médecin",
        (S.SEARCHING, S.PROPOSED),
        S.PROPOSED,
        (A.DOCTOR, A.CPTS),
        "une place libre",
        Recipient.DOCTORS,
        D.DOCTOR_ANSWER,
    ),
    Move("choose", "J’ai un rendez-vous", (S.PROPOSED,), S.TO_DECLARE, (A.PERSON, A.CPTS), deadline=D.DECLARATION),
    Move(
        "find",
        "Médecin trouvé",
        (*BEFORE_SEARCH, S.SEARCHING, S.PROPOSED),
        S.TO_DECLARE,
        (A.CPTS, A.PERSON),
        "le nom du médecin",
        deadline=D.DECLARATION,
    ),
    Move(
        "refer_misas",
        "Passer à la MiSAS",
        (S.SEARCHING,),
        S.WITH_PARTNER,
        (A.CPTS,),
        "accord « MiSAS »",
        Recipient.MISAS,
        D.PARTNER_ANSWER,
    ),
    Move(
        "refer_dac",
        "Passer au DAC",
        (S.SEARCHING,),
        S.WITH_PARTNER,
        (A.CPTS,),
        "accord « DAC »",
        Recipient.DAC,
        D.PARTNER_ANSWER,
    ),
    Move(
        "partner_find",
        "Médecin trouvé",
        (S.WITH_PARTNER,),
        S.TO_DECLARE,
        (A.MISAS, A.DAC),
        "le nom du médecin",
        deadline=D.DECLARATION,
    ),
    Move(
        "partner_return",
        "Pas trouvé : seconde recherche",
        (S.WITH_PARTNER,),
        S.SEARCHING,
        (A.MISAS, A.DAC, A.CPTS),
        "démarches dites",
        deadline=D.PROPOSE,
    ),
    Move(
        "hand_to_dac",
        "Trop complexe : au DAC",
        (S.WITH_PARTNER,),
        S.WITH_PARTNER,
        (A.MISAS,),
        "accord « DAC »",
        Recipient.DAC,
        D.PARTNER_ANSWER,
    ),
    Move(
        "report_break",
        "Point de rupture",
        (S.WITH_PARTNER,),
        S.CLOSED,
        (A.DAC, A.CPTS),
        "cause, parcours, commune",
    ),
    Move(
        "partner_undo",
        "Annuler la réponse du partenaire",
        (S.TO_DECLARE, S.SEARCHING, S.WITH_PARTNER, S.CLOSED),
        S.WITH_PARTNER,
        (A.MISAS, A.DAC),
        "dans les dix minutes",
        deadline=D.PARTNER_ANSWER,
    ),
    Move("declare", "Déclaration faite", (S.TO_DECLARE,), S.CLOSED, (A.CPTS, A.PERSON)),
    Move(
        "search_again",
        "Déclaration non faite",
        (S.TO_DECLARE,),
        S.SEARCHING,
        (A.CPTS, A.PERSON),
        deadline=D.PROPOSE,
    ),
    Move("withdraw", "Retirer la demande", OPEN, S.CLOSED, (A.PERSON, A.CPTS)),
    Move("close", "Clore avec un résultat", OPEN, S.CLOSED, (A.CPTS,), "démarches dites"),
    Move("merge", "Réunir avec une autre", OPEN, S.CLOSED, (A.CPTS,), "même personne"),
    Move(
        "unmerge",
        "Défaire la réunion",
        (S.CLOSED,),
        S.RECEIVED,
        (A.CPTS,),
        "réunie avec une autre",
        deadline=D.FIRST_ANSWER,
    ),
    Move("reopen", "Rouvrir", (S.CLOSED,), S.SEARCHING, (A.CPTS,), "non anonymisée", deadline=D.PROPOSE),
)

BY_CODE = MappingProxyType({move.code: move for move in MOVES})

# The outcome a move gives when it closes; « close » is told which.
OUTCOMES = MappingProxyType(
    {
        "report_break": Outcome.NOT_FOUND,
        "declare": Outcome.FOUND,
        "withdraw": Outcome.WITHDRAWN,
        "merge": Outcome.DUPLICATE,
    }
)


def possible(state: State) -> list[Move]:
    """What may follow from a state, in the order of the table."""
    return [move for move in MOVES if state in move.sources]


def why_not(move: Move, state: State) -> str | None:
    """Why this may not be done now, or None."""
    if state in move.sources:
        return None
    if state is S.CLOSED:
        return "Cette demande est close."
    return f"« {move.label} » ne se fait pas depuis « {STATE_LABELS[state]} »."


def why_not_agreed(move: Move, agreed: Iterable[Recipient]) -> str | None:
    """Why the move may not be done without an agreement, or None (§6.3)."""
    if move.agreement is None or move.agreement in set(agreed):
        return None
    return f"L’accord de la personne manque pour {RECIPIENT_LABELS[move.agreement]}."


STATE_LABELS = MappingProxyType(
    {
        S.RECEIVED: "Reçue",
        S.TO_COMPLETE: "À compléter",
        S.SEARCHING: "En recherche",
        S.PROPOSED: "Proposée",
        S.WITH_PARTNER: "Chez un partenaire",
        S.TO_DECLARE: "À déclarer",
        S.CLOSED: "Close",
    }
)

# What comes next, in the reader's words: « En recherche, ensuite : un médecin répond ».
NEXT = MappingProxyType(
    {
        S.RECEIVED: "quelqu’un la lit",
        S.TO_COMPLETE: "la personne complète",
        S.SEARCHING: "des médecins sont proposés",
        S.PROPOSED: "un médecin répond, la personne choisit",
        S.WITH_PARTNER: "le partenaire répond",
        S.TO_DECLARE: "la déclaration est vérifiée",
        S.CLOSED: "",
    }
)

RECIPIENT_LABELS = MappingProxyType(
    {Recipient.DOCTORS: "les médecins", Recipient.MISAS: "la MiSAS", Recipient.DAC: "le DAC"}
)
