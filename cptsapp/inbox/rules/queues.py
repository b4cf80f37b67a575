"""The queues of the inbox, what to do in each, and the filters that an address carries.

A name never stands in an address: the fragment searched for travels sealed (`queries.searching`), as `cherche`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from cptsapp.inbox.models import Deadline, Door, Reason, State
from cptsapp.inbox.rules.ages import age_on
from cptsapp.inbox.rules.priority import CRITERIA

D, S = Deadline, State


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: its code in addresses, its name, one sentence of what to do there, the state it is of, if it is."""

    code: str
    label: str
    sentence: str
    state: State | None = None


# In the order of the way a request goes; those after « À déclarer » have no number on screen.
QUEUES = (
    Queue("nouvelles", "Nouvelles", "Vérifier la commune, les doublons et l’urgence.", S.RECEIVED),
    Queue("a-completer", "À compléter", "Une information manque\u202f: rappeler la personne.", S.TO_COMPLETE),
    Queue("en-recherche", "En recherche", "Proposer 1 à 3 médecins qui ont des places.", S.SEARCHING),
    Queue("en-attente", "En attente d’un médecin", "Relance automatique, puis appeler.", S.PROPOSED),
    Queue("chez-un-partenaire", "Chez un partenaire", "Noter le retour de la MiSAS ou du DAC.", S.WITH_PARTNER),
    Queue("a-declarer", "À déclarer", "La déclaration de médecin traitant est-elle faite\u202f?", S.TO_DECLARE),
    Queue("sans-activite", "Sans activité", "Rien n’a bougé depuis des mois\u202f: appeler, ou clore."),
    Queue("reportees", "Reportées", "Elles reviennent d’elles-mêmes au jour dit."),
    Queue("douteuses", "Douteuses", "Reconnaître une vraie demande\u202f; le reste s’efface seul."),
    Queue("ouvertes", "Toutes les ouvertes", "Toutes files confondues, par échéance."),
    Queue("closes", "Closes", "Les dernières closes d’abord."),
)
BY_CODE = MappingProxyType({queue.code: queue for queue in QUEUES})
NUMBERED = tuple(queue for queue in QUEUES if queue.state is not None)
SEARCH = Queue("recherche", "Recherche", "Toutes files confondues, la dernière reçue d’abord.")
BY_STATE = MappingProxyType({queue.state: queue for queue in QUEUES if queue.state is not None})

NO_CRITERION = "aucun"
MINE, NOBODYS = "moi", "personne"
TYPED_MAX = 80
KEY_MAX = 9  # digits of a number in an address
NAMES = ("file", "suivi", "retard", "critere", "commune", "etiquette", "porte", "motif", "cherche")

# What there is to do, by the deadline that runs; the state says it where none does.
TO_DO = MappingProxyType(
    {
        D.FIRST_ANSWER: "Vérifier et répondre",
        D.COMPLETE: "Rappeler pour ce qui manque",
        D.PROPOSE: "Proposer des médecins",
        D.DOCTOR_ANSWER: "Réponse des médecins",
        D.CALL_DOCTOR: "Appeler le médecin",
        D.PERSON_CHOICE: "Choix de la personne",
        D.CALL_PERSON: "Appeler la personne",
        D.PARTNER_ANSWER: "Noter la réponse du partenaire",
        D.DECLARATION: "Vérifier la déclaration",
    }
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks of the list. `queue` is empty when it names none; `cherche` is the sealed fragment.

    `assigned`: "moi", "personne", or a user's number. `criterion`: a code of `priority.CRITERIA`, or "aucun".
    """

    queue: str = ""
    assigned: str = ""
    is_late: bool = False
    criterion: str = ""
    commune: str = ""
    label: str = ""
    door: str = ""
    reason: str = ""
    cherche: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """As the address writes them, what is not asked left out."""
        values = (
            *(self.queue, self.assigned, "1" if self.is_late else "", self.criterion, self.commune),
            *(self.label, self.door, self.reason, self.cherche),
        )
        return [(name, value) for name, value in zip(NAMES, values, strict=True) if value]

    @property
    def narrowing(self) -> dict[str, str]:
        """Those that narrow a queue: neither its name nor what is searched for."""
        return {name: value for name, value in self.pairs() if name not in ("file", "cherche")}

    def only_queue(self) -> "Filters":
        """The same queue or search, whole."""
        return Filters(queue=self.queue, cherche=self.cherche)

    def toggled(self, name: str, value: str) -> "Filters":
        """With this value, named as in addresses, or without it when it is there already: a second click clears."""
        found = dict(self.pairs())
        return filters_of({**found, name: "" if found.get(name) == value else value})


def filters_of(args: Mapping[str, str]) -> Filters:
    """The filters of an address; a value that cannot be filters nothing."""
    assigned, criterion = args.get("suivi", ""), args.get("critere", "")
    commune, door, reason = args.get("commune", ""), args.get("porte", ""), args.get("motif", "")
    queue, label = args.get("file", ""), args.get("etiquette", "")
    return Filters(
        queue=queue if queue in BY_CODE else "",
        assigned=assigned if assigned in (MINE, NOBODYS) or _is_number(assigned) else "",
        is_late=args.get("retard") == "1",
        criterion=criterion if criterion == NO_CRITERION or criterion in CRITERIA else "",
        commune=commune if commune.isascii() and commune.isalnum() and len(commune) == 5 else "",
        label=label if _is_number(label) else "",
        door=door if door in set(Door) else "",
        reason=reason if reason in set(Reason) else "",
        cherche=args.get("cherche", "")[:400],
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= KEY_MAX


def to_do(state: State, deadline: Deadline | None) -> str:
    """What there is to do on a file, in the words of its row."""
    if state is State.CLOSED:
        return "Close"
    return TO_DO[deadline] if deadline else BY_STATE[state].label


def in_days(due: date, today: date) -> tuple[str, str]:
    """« 3 j de retard », « aujourd’hui », « dans 2 j »; and how it is marked: late, due, detail."""
    days = (due - today).days
    if days < 0:
        return f"{-days}\u00a0j de retard", "late"
    return ("aujourd’hui", "due") if days == 0 else (f"dans {days}\u00a0j", "detail")


def ages(births: list[date], today: date) -> str:
    """« 79 ans », « 66 et 64 ans », « 5 personnes »; empty when none is known."""
    years = [age_on(birth, today) for birth in births]
    if not years:
        return ""
    if len(years) > 2:
        return f"{len(years)}\u00a0personnes"
    words = " et ".join(str(age) for age in years)
    return "moins d’un an" if years == [0] else f"{words}\u00a0an{'s' if max(years) > 1 else ''}"
