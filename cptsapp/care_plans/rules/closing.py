"""Why a plan ends, in words; what follows from it, for whoever confirms and for those who are told."""

from collections.abc import Mapping
from types import MappingProxyType

from cptsapp.care_plans.models import PlanEnd

E = PlanEnd

WORDS: Mapping[PlanEnd, str] = MappingProxyType(
    {
        E.COMPLETED: "Le plan est allé à son terme",
        E.LEFT: "La personne a quitté le plan",
        E.OBJECTED: "La personne s’y est opposée",
        E.MOVED: "La personne a déménagé",
        E.DECEASED: "La personne est décédée",
        E.CANCELLED: "Le plan n’a plus lieu d’être",
    }
)
# What the coordination or the lead may say of themselves; an objection is a right, with its own page.
CHOICES = (E.COMPLETED, E.LEFT, E.MOVED, E.DECEASED, E.CANCELLED)

# After these the person agrees to nobody any more.
WITHDRAWN = frozenset({E.LEFT, E.OBJECTED})

# Whoever is told of the end reads no reason that speaks of the person's life (§4.7).
_TOLD: Mapping[PlanEnd, str] = MappingProxyType(
    {
        E.COMPLETED: "Il est allé à son terme.",
        E.LEFT: "La personne l’a quitté\u202f: ne lui en demandez pas la raison.",
        E.OBJECTED: (
            "La personne s’y est opposée\u202f: n’utilisez plus ce que vous en gardez, hors ce que votre propre"
            " dossier vous oblige à conserver."
        ),
    }
)


def told(end: PlanEnd) -> str:
    """The sentence that those of the circle read; nothing when the reason is the person's own."""
    return _TOLD.get(end, "")


SHUT = "Le cercle ne lit plus le plan\u202f; la coordination, si."
SHUT_IF_LEFT = "Si la personne a quitté le plan, le cercle ne le lit plus\u202f; la coordination, si."


def follows(
    meetings: int, documents: int, told_count: int, retention_months: int | None, shuts: str = SHUT_IF_LEFT
) -> list[str]:
    """What closing does, in sentences, for whoever confirms. Counts of what is open.

    `shuts`: `SHUT`, or `SHUT_IF_LEFT` while the reason is still to be chosen. `retention_months`: how long the
    person's identity is kept then; None when it is erased at once.
    """
    lines = ["Plus rien n’est demandé à personne pour ce plan\u202f; ce qui a été fait reste dû."]
    if meetings:
        lines.append(_many(meetings, "réunion prévue est annulée", "réunions prévues sont annulées"))
    if documents:
        lines.append(_many(documents, "document n’est plus attendu", "documents ne sont plus attendus"))
    lines += ["Les liens privés ne s’ouvrent plus.", shuts]
    if told_count:
        lines.append(_many(told_count, "personne du cercle est prévenue", "personnes du cercle sont prévenues"))
    if retention_months is not None:
        lines.append(f"Ce qui dit qui est la personne est effacé {retention_months} mois plus tard.")
    return lines


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}."
