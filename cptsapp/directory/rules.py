"""Pure rules of the directory: what professions are called, what an RPPS is, how names are looked for."""

from collections.abc import Mapping
from types import MappingProxyType

from cptsapp.core.text import fold
from cptsapp.directory.models import Profession

P = Profession

PROFESSION_LABELS: Mapping[Profession, str] = MappingProxyType(
    {
        P.GP: "médecin généraliste",
        P.SPECIALIST: "médecin spécialiste",
        P.NURSE: "infirmier, infirmière",
        P.MIDWIFE: "sage-femme",
        P.PHYSIOTHERAPIST: "kinésithérapeute",
        P.DENTIST: "chirurgien-dentiste",
        P.PHARMACIST: "pharmacien, pharmacienne",
        P.STAFF: "secrétariat, équipe",
    }
)
PROFESSION_PLURALS: Mapping[Profession, str] = MappingProxyType(
    {
        P.GP: "Généralistes",
        P.SPECIALIST: "Spécialistes",
        P.NURSE: "Infirmiers",
        P.MIDWIFE: "Sages-femmes",
        P.PHYSIOTHERAPIST: "Kinésithérapeutes",
        P.DENTIST: "Dentistes",
        P.PHARMACIST: "Pharmaciens",
        P.STAFF: "Secrétariat, équipe",
    }
)
TITLES = ("", "Dr", "Pr", "M.", "Mme")
RPPS_DIGITS = 11
# From this many letters on, what is typed may also stand inside a name written in one: « jeanluc », « d’angelo ».
INSIDE_FROM = 5


def is_rpps(digits: str) -> bool:
    """Whether this is a number of the register of professionals: eleven digits, the last a Luhn key."""
    return len(digits) == RPPS_DIGITS and digits.isascii() and digits.isdigit() and _luhn(digits) == 0


def _luhn(digits: str) -> int:
    doubled = (int(d) * (1 + rank % 2) for rank, d in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10


def folded_name(last_name: str, first_name: str) -> str:
    """How a person is sorted and looked for."""
    return fold(f"{last_name} {first_name}")


def matches(folded: str, word: str) -> bool:
    """Whether a folded name answers to a folded word: it begins one of its words, or the name written in one.

    « goff » and « legoff » find Le Goff; « dangelo » finds D’Angelo; from five letters « jeanluc » finds Jean-Luc.
    """
    compact = folded.replace(" ", "")
    starts = f" {folded}".find(f" {word}") >= 0 or compact.startswith(word)
    return starts or (len(word) >= INSIDE_FROM and word in compact)


def professions_called(word: str) -> frozenset[Profession]:
    """The professions of whose name a word begins with this one: « inf » is a nurse, « med » any doctor."""
    return frozenset(p for p, label in PROFESSION_LABELS.items() if f" {word}" in f" {fold(label)}")
