"""What professions, structures and ways of practising are called, what an RPPS is, how names are looked for."""

from collections.abc import Mapping
from types import MappingProxyType

from cptsapp.core.text import fold
from cptsapp.directory.models import OrganisationKind, PracticeMode, Profession

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
        P.SPEECH_THERAPIST: "orthophoniste",
        P.PODIATRIST: "pédicure-podologue",
        P.PSYCHOLOGIST: "psychologue",
        P.OCCUPATIONAL_THERAPIST: "ergothérapeute",
        P.DIETITIAN: "diététicien, diététicienne",
        P.PSYCHOMOTOR_THERAPIST: "psychomotricien, psychomotricienne",
        P.ORTHOPTIST: "orthoptiste",
        P.AUDIOLOGIST: "audioprothésiste",
        P.OPTICIAN: "opticien, opticienne",
        P.RADIOGRAPHER: "manipulateur, manipulatrice radio",
        P.LABORATORY_TECHNICIAN: "technicien, technicienne de laboratoire",
        P.DENTAL_ASSISTANT: "assistant, assistante dentaire",
        P.MEDICAL_PHYSICIST: "physicien médical, physicienne médicale",
        P.PROSTHETIST: "orthoprothésiste",
        P.PODIATRIC_ORTHOTIST: "podo-orthésiste",
        P.ORTHOTIST: "orthopédiste-orthésiste",
        P.OCULARIST: "oculariste",
        P.EPITHESIST: "épithésiste",
        P.STAFF: "secrétariat, équipe",
    }
)
# In the rows of a list, where both words of a profession would take a second line.
PROFESSION_SHORT: Mapping[Profession, str] = MappingProxyType(
    dict(PROFESSION_LABELS)
    | {
        P.NURSE: "infirmier(ère)",
        P.PHARMACIST: "pharmacien(ne)",
        P.DIETITIAN: "diététicien(ne)",
        P.PSYCHOMOTOR_THERAPIST: "psychomotricien(ne)",
        P.OPTICIAN: "opticien(ne)",
        P.RADIOGRAPHER: "manipulateur(trice) radio",
        P.LABORATORY_TECHNICIAN: "technicien(ne) de labo.",
        P.DENTAL_ASSISTANT: "assistant(e) dentaire",
        P.MEDICAL_PHYSICIST: "physicien(ne) médical(e)",
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
        P.SPEECH_THERAPIST: "Orthophonistes",
        P.PODIATRIST: "Pédicures-podologues",
        P.PSYCHOLOGIST: "Psychologues",
        P.OCCUPATIONAL_THERAPIST: "Ergothérapeutes",
        P.DIETITIAN: "Diététiciens",
        P.PSYCHOMOTOR_THERAPIST: "Psychomotriciens",
        P.ORTHOPTIST: "Orthoptistes",
        P.AUDIOLOGIST: "Audioprothésistes",
        P.OPTICIAN: "Opticiens",
        P.RADIOGRAPHER: "Manipulateurs radio",
        P.LABORATORY_TECHNICIAN: "Techniciens de laboratoire",
        P.DENTAL_ASSISTANT: "Assistants dentaires",
        P.MEDICAL_PHYSICIST: "Physiciens médicaux",
        P.PROSTHETIST: "Orthoprothésistes",
        P.PODIATRIC_ORTHOTIST: "Podo-orthésistes",
        P.ORTHOTIST: "Orthopédistes-orthésistes",
        P.OCULARIST: "Ocularistes",
        P.EPITHESIST: "Épithésistes",
        P.STAFF: "Secrétariat, équipe",
    }
)
MODE_LABELS: Mapping[PracticeMode, str] = MappingProxyType(
    {
        PracticeMode.LIBERAL: "libéral",
        PracticeMode.SALARIED: "salarié",
        PracticeMode.LOCUM: "remplaçant",
        PracticeMode.VOLUNTEER: "bénévole",
    }
)
ORGANISATION_LABELS: Mapping[OrganisationKind, str] = MappingProxyType(
    {
        OrganisationKind.GROUP_PRACTICE: "maison de santé (MSP)",
        OrganisationKind.HEALTH_CENTRE: "centre de santé",
        OrganisationKind.SURGERY: "cabinet",
        OrganisationKind.PHARMACY: "pharmacie",
        OrganisationKind.HOSPITAL: "hôpital, clinique",
        OrganisationKind.CARE_HOME: "EHPAD",
        OrganisationKind.DAC: "DAC",
        OrganisationKind.CPAM: "CPAM",
        OrganisationKind.COMMUNE: "commune",
        OrganisationKind.ASSOCIATION: "association",
        OrganisationKind.REGULATION: "régulation",
        OrganisationKind.OTHER: "autre structure",
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


def name_words(folded: str) -> frozenset[str]:
    """What a folded name is found by: from each of its words on, the rest of the name written in one.

    « le goff yann » gives legoffyann, goffyann and yann: the beginning of any of them finds it.
    """
    parts = folded.split()
    return frozenset("".join(parts[rank:]) for rank in range(len(parts)))


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
