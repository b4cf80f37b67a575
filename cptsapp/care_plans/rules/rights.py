"""Rights of the person a plan is about: what each is called, by when it is answered, what it does (§6.3)."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from cptsapp.care_plans.models import PlanEnd, RightKind
from cptsapp.core.periods import months_later

K = RightKind

KINDS: Mapping[RightKind, str] = MappingProxyType(
    {
        K.ACCESS: "Recevoir une copie de ce qui est gardé",
        K.DEPARTURE: "Quitter le plan",
        K.OBJECTION: "S’opposer au plan, et faire effacer ce qui en est gardé",
    }
)
SHORT: Mapping[RightKind, str] = MappingProxyType({K.ACCESS: "Accès", K.DEPARTURE: "Départ", K.OBJECTION: "Opposition"})
_ARTICLES = MappingProxyType({K.ACCESS: "15", K.DEPARTURE: "7", K.OBJECTION: "21"})

# The two that are answered by closing the plan, and how it then reads.
ENDS: Mapping[RightKind, PlanEnd] = MappingProxyType({K.DEPARTURE: PlanEnd.LEFT, K.OBJECTION: PlanEnd.OBJECTED})

# How a right was answered: codes of the journal, so that nobody writes of anyone's health there.
_HANDED = {
    "handed": "copie remise en main propre",
    "posted": "copie envoyée par courrier",
    "secure_mail": "copie envoyée par messagerie sécurisée",
    "read_out": "lue au téléphone, à la demande de la personne",
}
_NOT_DONE = {
    "unproved": "refusé\u202f: l’identité n’a pas pu être vérifiée",
    "given_up": "la personne y a renoncé",
}
DONE, ERASED = "done", "erased"
ANSWERS: Mapping[str, str] = MappingProxyType(
    {**_HANDED, **_NOT_DONE, DONE: "plan clos", ERASED: "plan clos et effacé"}
)

ANONYMISED = "Ce plan est anonymisé\u202f: rien n’y est plus gardé de la personne."
SAME_WAITS = "Ce droit a déjà été demandé\u202f: il attend sa réponse."
NOT_WAITING = "Ce droit a déjà reçu réponse."
SAY_HOW = "Dites comment vous y avez répondu."
ALREADY_CLOSED = "Ce plan est déjà clos\u202f: il n’y a plus rien à quitter."


def due_on(asked_on: date) -> date:
    """The last day to answer: one month later (art. 12.3), the month's last when it has no such day."""
    return months_later(asked_on, 1)


def article(kind: RightKind) -> str:
    """« RGPD, article 15 »."""
    return f"RGPD, article\u00a0{_ARTICLES[kind]}"


def answers(kind: RightKind) -> dict[str, str]:
    """What may be said of how it was answered, by code. What closes the plan is done by closing it."""
    return dict(_NOT_DONE) if kind in ENDS else {**_HANDED, **_NOT_DONE}


def why_not_ask(kind: RightKind, *, is_anonymised: bool, is_closed: bool, waits: bool) -> str | None:
    """The French reason why a right may not be queued, or None."""
    if is_anonymised:
        return ANONYMISED
    if waits:
        return SAME_WAITS
    return ALREADY_CLOSED if kind is K.DEPARTURE and is_closed else None


def why_not_answer(kind: RightKind, code: str, *, is_done: bool) -> str | None:
    """The French reason why it may not be answered so, or None."""
    if is_done:
        return NOT_WAITING
    return None if code in answers(kind) else SAY_HOW
