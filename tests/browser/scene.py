"""A coast on an afternoon of July, written as rows: what the pictures of README and guides show. All invented."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cptsapp.activity import actions
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.models import Practice, Profession
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.snp.models import BookingState, Condition, Modality, RegularDoctor
from cptsapp.snp.patients import Patient, seal_patient
from cptsapp.territory.rules import local_instant
from tests.tools.cast import Cast
from tests.tools.factories import make_booking, make_campaign, make_commune, make_person, make_place, make_practice
from tests.tools.factories import make_slot as make

TODAY = date(2026, 7, 20)
OPENING = date(2026, 7, 6)
SURGERY, REMOTE, HOME = Modality.SURGERY, Modality.REMOTE, Modality.HOME

# first name, last name, commune, latitude, longitude, address, en sus
DOCTORS = (
    ("Anne", "Pouvreau", "Sainte-Foy", 46.55, -1.67, "6, rue de la Mairie", ""),
    ("Julien", "Morisset", "Bretignolles-sur-Mer", 46.63, -1.86, "17, avenue de la Plage", ""),
    ("Mathieu", "Bonnaud", "Talmont-Saint-Hilaire", 46.47, -1.62, "2, rue du Château", ""),
    ("Claire", "Guilbaud", "Jard-sur-Mer", 46.41, -1.58, "8, rue de l’Océan", "un par jour, après 18 h"),
    ("Thomas", "Rabiller", "L’Île-d’Olonne", 46.57, -1.77, "2, rue du Marais", ""),
    ("Yann", "Le Goff", "Les Sables-d’Olonne", 46.50, -1.78, "40, cours Dupont", "deux par jour"),
)
# who, day from today, hour, minute, places, modality, places taken
SLOTS = (
    ("Pouvreau", 0, 15, 45, 1, SURGERY, 0),
    ("Morisset", 0, 16, 30, 1, REMOTE, 0),
    ("Benali", 0, 16, 45, 1, SURGERY, 1),
    ("Bonnaud", 0, 17, 0, 1, SURGERY, 0),
    ("Le Goff", 0, 17, 0, 4, SURGERY, 1),
    ("Renaudin", 0, 17, 15, 1, SURGERY, 1),
    ("Guilbaud", 0, 17, 30, 1, SURGERY, 0),
    ("Rabiller", 0, 18, 0, 1, HOME, 0),
    ("Renaudin", 0, 18, 30, 1, SURGERY, 0),
    ("Benali", 1, 9, 15, 1, SURGERY, 0),
    ("Bonnaud", 1, 10, 0, 2, SURGERY, 0),
    ("Renaudin", 1, 11, 30, 1, SURGERY, 0),
    ("Morisset", 1, 14, 0, 1, REMOTE, 0),
    ("Renaudin", 1, 17, 0, 4, SURGERY, 1),
    ("Guilbaud", 1, 18, 0, 1, SURGERY, 0),
    ("Pouvreau", 2, 9, 30, 1, SURGERY, 0),
    ("Rabiller", 2, 11, 0, 1, HOME, 0),
    ("Le Goff", 2, 16, 0, 3, SURGERY, 0),
    ("Renaudin", 3, 17, 0, 4, SURGERY, 0),
)
PATIENTS = (
    Patient("Rousseau", 1988, "+33639980011"),
    Patient("Pelletier", 1951, "+33639980023"),
    Patient("Bodin", 2019, "+33639980035"),
    Patient("Jaunet", 1972, "+33639980047"),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a test needs to find again."""

    campaign_id: int


def set_scene(cast: Cast) -> Scene:
    """Eight doctors, two weeks behind, three days ahead, and a campaign. Commits."""
    campaign = make_campaign(name="Été 2026", starts_on=OPENING)
    practices = {"Renaudin": cast.gp_practice, "Benali": cast.other_gp_practice, **_doctors()}
    _season(practices, campaign.id, cast)
    _present(practices, campaign.id, cast)
    session.commit()
    scene = Scene(campaign.id)
    session.remove()
    return scene


def _doctors() -> dict[str, Practice]:
    towns = {"Talmont-Saint-Hilaire": "85288", "Les Sables-d’Olonne": "85194"}
    made = {}
    for number, (first, last, town, latitude, longitude, address, note) in enumerate(DOCTORS):
        if town not in towns:
            towns[town] = f"859{number:02}"
            make_commune(code=towns[town], name=town, folded=fold(town), latitude=latitude, longitude=longitude)
        person = make_person(
            first_name=first,
            last_name=last,
            profession=Profession.GP,
            mail=f"{fold(last).replace(' ', '')}@cpts.example",
            accepts_overbook=bool(note),
            overbook_note=note or None,
        )
        place = make_place(commune_code=towns[town], address=address, phone=f"+3326191{4100 + number * 7}")
        made[last] = make_practice(person, place)
    return made


def _season(practices: dict[str, Practice], campaign_id: int, cast: Cast) -> None:
    """Two weeks that fill up: each weekday three doctors of eight hold a plage of two."""
    names = list(practices)
    for number in range(10):
        day = OPENING + timedelta(days=number + 2 * (number // 5))
        for turn in range(3):
            practice = practices[names[(number * 3 + turn) % len(names)]]
            taken = 2 if (number + turn) % 3 or number > 6 else 1
            _acts(practice, _at(day, 9 + 3 * turn), taken, campaign_id, number + turn)
        at = _at(day, 10)
        session.add(Orientation(kind=OrientationKind.REGULAR_DOCTOR, day_on=day, at=at, by_id=cast.regulator.id))


def _acts(practice: Practice, at: datetime, taken: int, campaign_id: int, turn: int) -> None:
    """A plage of two of which so many were taken; one patient in seven did not come."""
    slot = make(practice, starts_at=at, day_on=at.date(), capacity=2, campaign_id=campaign_id)
    for rank in range(taken):
        booking = make_booking(
            slot,
            booked_at=at - timedelta(hours=5),
            regular_doctor=RegularDoctor.YES if (turn + rank) % 3 else RegularDoctor.NO,
            state=BookingState.NO_SHOW if (turn * 2 + rank) % 7 == 6 else BookingState.HONOURED,
        )
        actions.settle_act(booking, by=None)


def _present(practices: dict[str, Practice], campaign_id: int, cast: Cast) -> None:
    """Today and after, with patients where a place is taken."""
    patients = iter(PATIENTS)
    for who, days, hour, minute, places, modality, taken in SLOTS:
        day = TODAY + timedelta(days=days)
        slot = make(
            practices[who],
            starts_at=_at(day, hour, minute),
            day_on=day,
            capacity=places,
            modality=modality,
            campaign_id=campaign_id,
            conditions=[Condition.ADULTS] if who == "Pouvreau" else [],
        )
        for _ in range(taken):
            booking = make_booking(slot, booked_at=clock.now() - timedelta(minutes=20), booked_by_id=cast.regulator.id)
            session.add(seal_patient(booking, next(patients)))


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return local_instant(day, time(hour, minute), "Europe/Paris")
