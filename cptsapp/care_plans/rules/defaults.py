"""What the plans use until the CPTS has set its own: delays in days, the standard commitments (A74–A79).

`queries.settings` gives them with what was set; the page of the settings changes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cptsapp.checklists.models import Side

# In days. `first_meeting` and `visit` count from the day the circle is engaged, `validation` from the first meeting.
DELAYS: Mapping[str, int] = MappingProxyType(
    {
        "first_meeting": 15,
        "validation": 15,
        "visit": 45,
        "document": 15,
        "poll": 7,
        "link": 60,
    }
)
DELAY_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "first_meeting": "Première réunion, après l’engagement du cercle",
        "validation": "Validation par le médecin traitant, après la première réunion",
        "visit": "Consultation au cabinet, après l’engagement du cercle",
        "document": "Réponse à une demande de document",
        "poll": "Réponse à un sondage de dates",
        "link": "Durée d’un lien privé",
    }
)
DELAY_RANGE = (1, 180)
RETENTION_MONTHS = 12


class Timing(StrEnum):
    """By when a standard commitment is owed. `ASKED`: no day until something is asked (A77)."""

    MEETING = "meeting"
    VALIDATION = "validation"
    VISIT = "visit"
    REVIEW_6 = "review_6"
    REVIEW_12 = "review_12"
    CONTINUOUS = "continuous"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Standard:
    """A commitment that every plan begins with: its code, who owes it, its words, by when."""

    code: str
    side: Side
    label: str
    expected: str
    timing: Timing


HEADINGS: Mapping[Side, str] = MappingProxyType(
    {
        Side.REGULAR_DOCTOR: "Engagements du médecin traitant",
        Side.LEAD: "Engagements du référent",
        Side.CIRCLE: "Engagements du cercle de soins",
    }
)
# The codes that an act of the app fills in.
MEETING_CODE, VALIDATION_CODE, DOCUMENTS_CODE, REVIEWS_CODE = "a74", "a75", "a77", "a79"
CIRCLE_MEETING_CODE = "circle_meeting"
REVIEW_CODES = MappingProxyType({Timing.REVIEW_6: "review_6", Timing.REVIEW_12: "review_12"})

_GP, _LEAD, _CIRCLE = Side.REGULAR_DOCTOR, Side.LEAD, Side.CIRCLE

# The six commitments of the regular doctor (A74–A79), then those of the lead, then those of each professional.
STANDARDS: tuple[Standard, ...] = (
    Standard(
        MEETING_CODE,
        _GP,
        "Participer à la visioconférence",
        "en présence des professionnels du cercle de soins",
        Timing.MEETING,
    ),
    Standard(VALIDATION_CODE, _GP, "Valider le plan, expertise médicale", "", Timing.VALIDATION),
    Standard(
        "a76",
        _GP,
        "Rester disponible pour le DAC",
        "si possible par un contact direct",
        Timing.CONTINUOUS,
    ),
    Standard(
        DOCUMENTS_CODE,
        _GP,
        "Adresser les documents demandés",
        "ordonnance, certificat…",
        Timing.ASKED,
    ),
    Standard("a78", _GP, "Recevoir la personne au cabinet", "", Timing.VISIT),
    Standard(REVIEWS_CODE, _GP, "Participer aux bilans, à 6 mois et à 1 an", "en visioconférence", Timing.REVIEW_12),
    Standard("lead_meeting", _LEAD, "Réunir le cercle de soins", "en visioconférence", Timing.MEETING),
    Standard("review_6", _LEAD, "Bilan des 6 mois", "", Timing.REVIEW_6),
    Standard("review_12", _LEAD, "Bilan d’un an", "", Timing.REVIEW_12),
    Standard(CIRCLE_MEETING_CODE, _CIRCLE, "Participer à la visioconférence", "", Timing.MEETING),
)
BY_CODE: Mapping[str, Standard] = MappingProxyType({one.code: one for one in STANDARDS})
