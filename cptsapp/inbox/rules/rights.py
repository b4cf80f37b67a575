"""Rights of the persons: what each is called, by when it is answered, when it is done at once (RGPD art. 12 to 17)."""

from datetime import date
from types import MappingProxyType

from cptsapp.core.periods import months_later
from cptsapp.inbox.models import Asker, RightKind

KINDS = MappingProxyType(
    {
        RightKind.ACCESS: "Recevoir une copie de ce qui est gardé",
        RightKind.RECTIFICATION: "Corriger ce qui est faux",
        RightKind.ERASURE: "Faire effacer le dossier",
    }
)
SHORT = MappingProxyType(
    {RightKind.ACCESS: "Accès", RightKind.RECTIFICATION: "Rectification", RightKind.ERASURE: "Effacement"}
)
_ARTICLES = MappingProxyType({RightKind.ACCESS: 15, RightKind.RECTIFICATION: 16, RightKind.ERASURE: 17})

# How a right was answered: kept as these codes, so that nobody writes of anyone's health there.
DONE = MappingProxyType(
    {
        RightKind.ACCESS: MappingProxyType(
            {
                "handed": "copie remise en main propre",
                "posted": "copie envoyée par courrier",
                "secure_mail": "copie envoyée par messagerie sécurisée",
                "read_out": "lue au téléphone, à la demande de la personne",
            }
        ),
        RightKind.RECTIFICATION: MappingProxyType({"corrected": "corrigé dans le dossier"}),
        RightKind.ERASURE: MappingProxyType({"erased": "dossier effacé"}),
    }
)
REFUSED = MappingProxyType(
    {
        "unproved": "refusé\u202f: l’identité n’a pas pu être vérifiée",
        "unfounded": "refusé\u202f: ce qui est noté est exact, ou la demande a déjà reçu réponse",
        "given_up": "la personne y a renoncé",
    }
)
# Every answer by code, as the steps of a file tell them.
ANSWERS = MappingProxyType(
    {**DONE[RightKind.ACCESS], **DONE[RightKind.RECTIFICATION], **DONE[RightKind.ERASURE], **REFUSED}
)
# Why a file was anonymised.
BECAUSE = MappingProxyType(
    {
        "retention": "délai de conservation passé",
        "asked": "à la demande de la personne",
        "restored": "de nouveau, après la remise d’une sauvegarde",
    }
)

NOT_WAITING = "Ce droit a déjà reçu réponse."
SAY_HOW = "Dites comment vous y avez répondu."


def due_on(asked_on: date) -> date:
    """The last day to answer: one month later (art. 12.3), the month's last when it has no such day."""
    return months_later(asked_on, 1)


def is_done_at_once(kind: RightKind, asker: Asker, seeker_count: int) -> bool:
    """Whether the person's page may do it by itself.

    An erasure is, for someone who asked for themselves alone: a household's file holds others', and what a relative
    or a professional wrote is not theirs to take away without a word. A copy holds answers on health, which a link
    and a birth date are not enough to open; a correction needs someone to read it.
    """
    return kind is RightKind.ERASURE and asker is Asker.PERSON and seeker_count == 1


def article(kind: RightKind) -> str:
    """« RGPD, article 15 »."""
    return f"RGPD, article\u00a0{_ARTICLES[kind]}"


def answers(kind: RightKind) -> dict[str, str]:
    """What may be said of how it was answered, by code. An erasure is done by erasing, never by saying so."""
    done = {} if kind is RightKind.ERASURE else dict(DONE[kind])
    return done | dict(REFUSED)


def answer_words(kind: RightKind, code: str | None) -> str:
    """An answer in words; nothing while it waits."""
    return {**DONE[kind], **REFUSED}.get(code or "", code or "")


def why_not_answer(kind: RightKind, code: str, *, is_done: bool) -> str | None:
    """The French reason why it may not be answered so, or None."""
    if is_done:
        return NOT_WAITING
    return None if code in answers(kind) else SAY_HOW
