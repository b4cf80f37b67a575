"""Codes of the extract (data/codes.json) and what they are in the directory."""

import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from cptsapp.core.text import fold
from cptsapp.directory.models import OrganisationKind, PracticeMode, Profession
from cptsapp.imports.rules.columns import DATA

P = Profession

DOCTOR = "10"
PROFESSIONS: Mapping[str, Profession] = MappingProxyType(
    {
        "10": P.SPECIALIST,  # a GP when a line says so
        "21": P.PHARMACIST,
        "26": P.AUDIOLOGIST,
        "28": P.OPTICIAN,
        "31": P.DENTAL_ASSISTANT,
        "32": P.MEDICAL_PHYSICIST,
        "40": P.DENTIST,
        "50": P.MIDWIFE,
        "60": P.NURSE,
        "69": P.NURSE,
        "70": P.PHYSIOTHERAPIST,
        "80": P.PODIATRIST,
        "81": P.PROSTHETIST,
        "82": P.PODIATRIC_ORTHOTIST,
        "83": P.ORTHOTIST,
        "84": P.OCULARIST,
        "85": P.EPITHESIST,
        "86": P.LABORATORY_TECHNICIAN,
        "91": P.SPEECH_THERAPIST,
        "92": P.ORTHOPTIST,
        "93": P.PSYCHOLOGIST,
        "94": P.OCCUPATIONAL_THERAPIST,
        "95": P.DIETITIAN,
        "96": P.PSYCHOMOTOR_THERAPIST,
        "98": P.RADIOGRAPHER,
    }
)
# « Indirect »: paid by the structure whose acts they are, not by the patient.
MODES: Mapping[str, PracticeMode] = MappingProxyType(
    {
        "L": PracticeMode.LIBERAL,
        "S": PracticeMode.SALARIED,
        "B": PracticeMode.VOLUNTEER,
        "I": PracticeMode.SALARIED,
        "": PracticeMode.LIBERAL,
    }
)
KINDS: Mapping[str, OrganisationKind] = MappingProxyType(
    {
        "SA01": OrganisationKind.HOSPITAL,
        "SA05": OrganisationKind.HEALTH_CENTRE,
        "SA07": OrganisationKind.SURGERY,
        "SA08": OrganisationKind.SURGERY,
        "SA09": OrganisationKind.SURGERY,
        "SA33": OrganisationKind.PHARMACY,
        "SA52": OrganisationKind.GROUP_PRACTICE,
        "SA57": OrganisationKind.DAC,
        "SA63": OrganisationKind.DAC,
    }
)
# On-call sites and teleconsultation companies: an address there is not a practice of the territory.
ELSEWHERE = frozenset({"SA50", "SA64", "SA67"})


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = json.loads((DATA / "codes.json").read_text(encoding="utf-8"))
    return tables


@lru_cache(maxsize=1)
def professions() -> Mapping[str, str]:
    """Code → label of the professions and of the titles (psychologists)."""
    return MappingProxyType(_tables()["TRE_G15_profession"] | _tables()["R95_usager_de_titre"])


@lru_cache(maxsize=1)
def sectors() -> Mapping[str, str]:
    """Code → label of the sectors of activity."""
    return MappingProxyType(_tables()["TRE_R02_secteur_extrait"])


@lru_cache(maxsize=1)
def modes() -> Mapping[str, str]:
    """Code → label of the modes of practice."""
    return MappingProxyType(_tables()["TRE_R23_mode_exercice"])


def profession_code(profession: str, category: str) -> str:
    """The profession's code: psychologists come by the category, their code being that of a title (R95)."""
    titles = _tables()["R95_usager_de_titre"]
    return category if not profession and category in titles else profession


def is_general_medicine(skill: str, label: str) -> bool:
    """Whether a « savoir-faire » makes a doctor a GP."""
    return skill in _tables()["TRE_R38_medecine_generale"] or "medecine generale" in fold(label)


def unknown_code(profession: str, mode: str, sector: str) -> str | None:
    """What code of a line is not known, in a French sentence; an empty mode or sector says nothing."""
    if not profession:
        return "La profession n’est pas dite"
    if profession not in professions():
        return f"Profession de code {profession}, inconnue"
    if mode and mode not in modes():
        return f"Mode d’exercice de code {mode}, inconnu"
    if sector and sector not in sectors():
        return f"Secteur d’activité de code {sector}, inconnu"
    return None
