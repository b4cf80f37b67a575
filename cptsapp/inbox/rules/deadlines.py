"""Named deadlines and delays in days: what the settings hold, what they are before anyone sets them."""

from datetime import date, timedelta
from types import MappingProxyType

from cptsapp.inbox.models import Deadline

D = Deadline

# Days; "doctor_call" and "person_call": after so many days of silence, someone rings; "partner_link": how long a
# partner's word that they begin a search holds; "link": how long the person's link lives once closed.
DELAYS = MappingProxyType(
    {
        D.FIRST_ANSWER.value: 2,
        D.COMPLETE.value: 7,
        D.PROPOSE.value: 7,
        D.DOCTOR_ANSWER.value: 3,
        D.CALL_DOCTOR.value: 2,
        D.PERSON_CHOICE.value: 10,
        D.CALL_PERSON.value: 3,
        D.PARTNER_ANSWER.value: 7,
        D.DECLARATION.value: 30,
        "partner_begins": 14,
        "link": 30,
        "suspect": 7,
        "draft": 7,
    }
)

DEADLINE_LABELS = MappingProxyType(
    {
        D.FIRST_ANSWER: "première réponse promise à la personne",
        D.COMPLETE: "ce qui manque",
        D.PROPOSE: "proposer des médecins",
        D.DOCTOR_ANSWER: "réponse des médecins",
        D.CALL_DOCTOR: "appeler le médecin",
        D.PERSON_CHOICE: "choix de la personne",
        D.CALL_PERSON: "appeler la personne",
        D.PARTNER_ANSWER: "réponse du partenaire",
        D.DECLARATION: "déclaration de médecin traitant",
    }
)

URGENT_DAYS = 31  # a follow-up needed in under one month (E25)
RIGHTS_DAYS = 30  # RGPD art. 12.3: one month


def due_on(deadline: Deadline, day: date, delays: dict[str, int], needed_before: date | None = None) -> date:
    """The day a deadline that begins on `day` falls; never after the day by which the follow-up is needed (E25)."""
    due = day + timedelta(days=delays.get(deadline.value, DELAYS[deadline.value]))
    return min(due, max(needed_before, day)) if needed_before else due


def days_late(due: date | None, today: date) -> int:
    """How many days a deadline is past; 0 when it is not."""
    return max((today - due).days, 0) if due else 0


def is_urgent(needed_before: date | None, today: date) -> bool:
    """Whether the follow-up must begin in under a month (E25)."""
    return needed_before is not None and (needed_before - today).days < URGENT_DAYS
