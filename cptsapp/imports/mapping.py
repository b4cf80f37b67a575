"""Which column of a list is what: guessed from its title, corrected on screen; professions known from common words."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from cptsapp.core.text import fold
from cptsapp.directory.models import OrganisationKind, PracticeMode, Profession
from cptsapp.directory.rules import words


class Subject(enum.StrEnum):
    """What the lines of a list are about."""

    PERSONS = "persons"
    STRUCTURES = "structures"


class Field(enum.StrEnum):
    """What a column may hold."""

    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    FULL_NAME = "full_name"
    TITLE = "title"
    PROFESSION = "profession"
    SPECIALITY = "speciality"
    MODE = "mode"
    RPPS = "rpps"
    ADELI = "adeli"
    NAME = "name"
    KIND = "kind"
    FINESS = "finess"
    SIRET = "siret"
    STRUCTURE = "structure"
    ADDRESS = "address"
    POSTCODE = "postcode"
    COMMUNE = "commune"
    PHONE = "phone"
    MAIL = "mail"


F, P = Field, Profession

LABELS: Mapping[Field, str] = MappingProxyType(
    {
        F.LAST_NAME: "Nom",
        F.FIRST_NAME: "Prénom",
        F.FULL_NAME: "Nom et prénom ensemble",
        F.TITLE: "Civilité",
        F.PROFESSION: "Profession",
        F.SPECIALITY: "Spécialité",
        F.MODE: "Mode d’exercice",
        F.RPPS: "Numéro RPPS",
        F.ADELI: "Numéro ADELI",
        F.NAME: "Nom de la structure",
        F.KIND: "Sorte de structure",
        F.FINESS: "Numéro FINESS",
        F.SIRET: "Numéro SIRET",
        F.STRUCTURE: "Structure ou cabinet",
        F.ADDRESS: "Adresse",
        F.POSTCODE: "Code postal",
        F.COMMUNE: "Commune",
        F.PHONE: "Téléphone",
        F.MAIL: "Adresse de messagerie",
    }
)
_PLACE = (F.ADDRESS, F.POSTCODE, F.COMMUNE, F.PHONE, F.MAIL)
FIELDS: Mapping[Subject, tuple[Field, ...]] = MappingProxyType(
    {
        Subject.PERSONS: (
            *(F.LAST_NAME, F.FIRST_NAME, F.FULL_NAME, F.TITLE, F.PROFESSION, F.SPECIALITY, F.MODE, F.RPPS, F.ADELI),
            *(F.STRUCTURE, *_PLACE),
        ),
        Subject.STRUCTURES: (F.NAME, F.KIND, F.FINESS, F.SIRET, *_PLACE),
    }
)

# Folded beginnings of titles, the longest first to win: « nom de la structure » is no name of a person.
_TITLES: Mapping[Field, tuple[str, ...]] = MappingProxyType(
    {
        F.FULL_NAME: ("nom prenom", "nom et prenom", "prenom nom", "prenom et nom", "nom complet", "professionnel"),
        F.LAST_NAME: ("nom", "nom d exercice", "nom de famille", "nom d usage"),
        F.FIRST_NAME: ("prenom", "prenoms"),
        F.TITLE: ("civilite", "titre"),
        F.PROFESSION: ("profession", "metier", "libelle profession", "fonction", "activite"),
        F.SPECIALITY: ("specialite", "savoir faire", "libelle savoir faire"),
        F.MODE: ("mode", "mode d exercice", "libelle mode exercice", "statut"),
        F.RPPS: ("rpps", "n rpps", "no rpps", "numero rpps", "identifiant pp", "identification"),
        F.ADELI: ("adeli", "n adeli", "numero adeli"),
        F.STRUCTURE: (
            *("structure", "nom de la structure", "etablissement", "cabinet", "raison sociale", "lieu d exercice"),
            *("msp", "enseigne"),
        ),
        F.NAME: (
            *("nom", "nom de la structure", "structure", "raison sociale", "etablissement", "denomination", "intitule"),
        ),
        F.KIND: ("type", "categorie", "sorte", "nature", "type de structure"),
        F.FINESS: ("finess", "n finess", "numero finess"),
        F.SIRET: ("siret", "n siret", "numero siret"),
        F.ADDRESS: ("adresse", "adresse postale", "rue", "voie", "adresse 1", "adresse professionnelle"),
        F.POSTCODE: ("code postal", "cp", "c p"),
        F.COMMUNE: ("commune", "ville", "localite", "libelle commune"),
        F.PHONE: (
            "telephone",
            "tel",
            "tel fixe",
            "telephone fixe",
            "portable",
            "mobile",
            "n tel",
            "numero de telephone",
        ),
        F.MAIL: (
            "mail",
            "email",
            "e mail",
            "courriel",
            "adresse mail",
            "adresse email",
            "adresse e mail",
            "messagerie",
        ),
    }
)


def guess(headings: Sequence[str], subject: Subject) -> dict[Field, int]:
    """The column of each thing that a title names, by its number from 0; of two alike the first."""
    found: dict[Field, int] = {}
    best: dict[Field, int] = {}
    for number, heading in enumerate(headings):
        field, strength = _field_of(fold(heading), FIELDS[subject])
        if field is not None and strength > best.get(field, 0):
            found[field], best[field] = number, strength
    if F.LAST_NAME in found and F.FIRST_NAME in found:
        found.pop(F.FULL_NAME, None)
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _field_of(heading: str, fields: Iterable[Field]) -> tuple[Field | None, int]:
    """What a folded title names, and how surely: the whole title, else the longest beginning of it."""
    chosen: tuple[Field | None, int] = (None, 0)
    for field in fields:
        for title in _TITLES[field]:
            strength = 1000 if heading == title else len(title) if f"{heading} ".startswith(f"{title} ") else 0
            chosen = max(chosen, (field, strength), key=lambda pair: pair[1])
    return chosen


def why_not_map(columns: Mapping[Field, int], subject: Subject) -> str | None:
    """The French reason why these columns do not say who a line is about, or None."""
    if subject is Subject.STRUCTURES:
        return None if F.NAME in columns else "Dites quelle colonne porte le nom de la structure."
    if F.FULL_NAME not in columns and not {F.LAST_NAME, F.FIRST_NAME} <= set(columns):
        return "Dites quelles colonnes portent le nom et le prénom (ou celle qui porte les deux)."
    if F.PROFESSION not in columns:
        return "Dites quelle colonne porte la profession\u202f: sans elle, personne n’entre dans les taux."
    return None


# -- words of a list --------------------------------------------------------------------------------------------------

# Folded; what lists of CPTS write beside the full words.
_ABBREVIATIONS: Mapping[str, Profession] = MappingProxyType(
    {
        **dict.fromkeys(
            ("mg", "med g", "med gen", "medecin", "medecin generaliste", "generaliste", "omnipraticien"), P.GP
        ),
        **dict.fromkeys(("dr", "docteur", "medecine generale", "medecin traitant"), P.GP),
        **dict.fromkeys(("ide", "idel", "inf", "ipa", "infirmier", "infirmiere", "infirmiers", "infirmieres"), P.NURSE),
        **dict.fromkeys(("puericultrice", "iade", "ibode"), P.NURSE),
        **dict.fromkeys(
            ("mk", "mkde", "kine", "kines", "masseur kinesitherapeute", "masseur", "physio"), P.PHYSIOTHERAPIST
        ),
        **dict.fromkeys(("sf", "sage femme", "sages femmes", "maieuticien"), P.MIDWIFE),
        **dict.fromkeys(("cd", "chir dent", "dentiste", "dentistes"), P.DENTIST),
        **dict.fromkeys(("ph", "pharma", "officine"), P.PHARMACIST),
        **dict.fromkeys(("ortho", "orthophonie"), P.SPEECH_THERAPIST),
        **dict.fromkeys(("pp", "podologue", "pedicure", "podo"), P.PODIATRIST),
        **dict.fromkeys(("psy", "psycho", "psychologie"), P.PSYCHOLOGIST),
        **dict.fromkeys(("ergo",), P.OCCUPATIONAL_THERAPIST),
        **dict.fromkeys(("diet", "dieteticien nutritionniste", "nutritionniste"), P.DIETITIAN),
        **dict.fromkeys(("psychomot",), P.PSYCHOMOTOR_THERAPIST),
        **dict.fromkeys(("mem", "merm", "manip radio", "manip"), P.RADIOGRAPHER),
        **dict.fromkeys(("secretaire", "secretariat", "coordinateur", "coordinatrice", "assistant medical"), P.STAFF),
    }
)
_SPECIALISTS = (
    *("allergolog", "anatomo", "anesthesi", "angiolog", "biologiste medical", "cardiolog", "chirurgi", "dermato"),
    *("endocrino", "gastro", "geriatr", "gyneco", "hematolog", "medecin specialiste", "nephrolog", "neuro", "oncolog"),
    *(
        "ophtalmo",
        "orl",
        "oto rhino",
        "pediatr",
        "pneumolog",
        "psychiatr",
        "radiolog",
        "rhumatolog",
        "stomatolog",
        "urolog",
    ),
)
# From so many letters on the beginning of a word is enough: « orthophon. », « kinésith ».
_ENOUGH = 5


def profession_of(text: str) -> Profession | None:
    """The profession that the words of a list say, or None when they say none, or several."""
    words_said = fold(text)
    if not words_said:
        return None
    if (known := _ABBREVIATIONS.get(words_said)) is not None:
        return known
    exact = [
        p for p, label in words.PROFESSION_LABELS.items() if words_said in (fold(part) for part in label.split(","))
    ]
    if len(exact) == 1:
        return exact[0]
    if words_said.startswith("chirurgien dent"):
        return P.DENTIST
    if any(words_said.startswith(stem) or f" {stem}" in words_said for stem in _SPECIALISTS):
        return P.SPECIALIST
    return _by_first_word(words_said)


def _by_first_word(said: str) -> Profession | None:
    first = said.split()[0]
    if (known := _ABBREVIATIONS.get(first)) is not None:
        return known
    if len(first) < _ENOUGH:
        return None
    called = words.professions_called(first)
    return next(iter(called)) if len(called) == 1 else _by_stem(first)


def _by_stem(word: str) -> Profession | None:
    """By its beginning alone: « kinésithérapie », « pharmacienne titulaire »."""
    found = {p for p, label in words.PROFESSION_LABELS.items() if f" {word[:8]}" in f" {fold(label)}"}
    return found.pop() if len(found) == 1 else None


def mode_of(text: str) -> PracticeMode:
    """How someone practises, as a list says it: liberal when it does not."""
    said = fold(text)
    for stem, mode in (
        ("sala", PracticeMode.SALARIED),
        ("rempl", PracticeMode.LOCUM),
        ("benev", PracticeMode.VOLUNTEER),
    ):
        if stem in said:
            return mode
    return PracticeMode.LIBERAL


_KINDS = (
    (("msp", "maison de sante", "esp", "maison pluri"), OrganisationKind.GROUP_PRACTICE),
    (("centre de sante", "cds"), OrganisationKind.HEALTH_CENTRE),
    (("ehpad", "residence autonomie", "maison de retraite", "usld"), OrganisationKind.CARE_HOME),
    (("hopital", "clinique", "centre hospitalier", "ch ", "chu", "chd", "had", "ssr"), OrganisationKind.HOSPITAL),
    (("pharmacie", "officine"), OrganisationKind.PHARMACY),
    (("dac", "dispositif d appui"), OrganisationKind.DAC),
    (("cpam", "assurance maladie"), OrganisationKind.CPAM),
    (("commune", "mairie", "ccas", "communaute"), OrganisationKind.COMMUNE),
    (("association", "asso"), OrganisationKind.ASSOCIATION),
    (("samu", "centre 15", "regulation"), OrganisationKind.REGULATION),
    (("cabinet",), OrganisationKind.SURGERY),
)


def kind_of(text: str, name: str = "") -> OrganisationKind:
    """What a structure is, from the words of its kind, else of its name; « other » when neither tells."""
    for said in (fold(text), fold(name)):
        for beginnings, kind in _KINDS:
            if any(f" {word}" in f" {said} " for word in beginnings):
                return kind
    return OrganisationKind.OTHER


def split_name(text: str) -> tuple[str, str]:
    """Last and first name of one cell: what is in capitals is the last name, else the first word is."""
    parts = text.split()
    capitals = [part for part in parts if part.isupper() and len(part) > 1]
    if capitals and len(capitals) < len(parts):
        return " ".join(capitals), " ".join(part for part in parts if part not in capitals)
    return (parts[0], " ".join(parts[1:])) if parts else ("", "")
