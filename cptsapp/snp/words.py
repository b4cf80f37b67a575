"""Words of the agenda: modalities, conditions. Every screen, mail and feed takes them from here."""

from collections.abc import Iterable
from types import MappingProxyType

from cptsapp.directory.models import Profession
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.snp.models import Condition, Modality

MODALITIES = MappingProxyType(
    {Modality.SURGERY: "Cabinet", Modality.REMOTE: "Téléconsultation", Modality.HOME: "Domicile"}
)
MODALITY_AT = MappingProxyType(
    {Modality.SURGERY: "au cabinet", Modality.REMOTE: "en téléconsultation", Modality.HOME: "à domicile"}
)
CONDITIONS = MappingProxyType(
    {
        Condition.ADULTS: "adultes seulement",
        Condition.FROM_TWO_YEARS: "à partir de 2 ans",
        Condition.FROM_SIX_YEARS: "à partir de 6 ans",
        Condition.CHILDREN: "enfants seulement",
        Condition.NO_CERTIFICATE: "pas de certificat",
        Condition.NO_STITCHES: "pas de suture",
        Condition.NO_PREGNANCY: "pas de suivi de grossesse",
    }
)


def conditions(codes: Iterable[str]) -> str:
    """Conditions as one piece of line: "adultes seulement, pas de suture"."""
    return ", ".join(CONDITIONS[Condition(code)] for code in codes)


def profession(code: Profession) -> str:
    """The profession to show beside a name: nothing for a general practitioner, whom everyone expects."""
    return "" if code is Profession.GP else PROFESSION_LABELS[code]
