"""`make_<thing>(**overrides)`: the smallest valid thing, flushed, in the open transaction."""

import itertools
from datetime import date, datetime, timedelta
from typing import Any

from cptsapp.accounts.actions import enable_totp
from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import Role, RoleGrant, User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.text import fold, new_reference
from cptsapp.directory.models import (
    College,
    Delegation,
    Membership,
    Movement,
    MovementKind,
    Organisation,
    Person,
    Place,
    Practice,
    Profession,
)
from cptsapp.membership.models import Application
from cptsapp.outreach.models import Call, CallCampaign, CallOutcome, CallTarget, CampaignCaller, TargetState
from cptsapp.snp.models import (
    AgendaVersion,
    Booking,
    Campaign,
    Modality,
    RegularDoctor,
    Seat,
    Slot,
)
from cptsapp.territory.models import Commune, Cpts, DaytimeHours

_numbers = itertools.count(1)
LONG_AGO = date(2020, 1, 1)
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def _add(thing: Any) -> Any:
    session.add(thing)
    session.flush()
    return thing


def make_cpts(**overrides: Any) -> Cpts:
    """A CPTS set up, with its hours and the agenda's version."""
    values = {
        "id": 1,
        "name": "CPTS Littoral d’Essai",
        "mark": "LE",
        "phone": "+33261914000",
        "zone": "Europe/Paris",
        "holiday_region": "metropole",
        "size_tier": 3,
        "out_of_hours_name": "la permanence des soins",
        "out_of_hours_phone": "116117",
        "updated_at": clock.now(),
    }
    hours = [DaytimeHours(weekday=d, opens_at=_time(8), closes_at=_time(20)) for d in range(5)]
    session.add_all([*hours, DaytimeHours(weekday=5, opens_at=_time(8), closes_at=_time(12))])
    session.add(AgendaVersion(id=1, version=1))
    return _add(Cpts(**{**values, **overrides}))


def _time(hour: int):
    return datetime(2000, 1, 1, hour).time()


def make_commune(**overrides: Any) -> Commune:
    """A commune of the territory."""
    name = overrides.get("name", "Talmont-Saint-Hilaire")
    values = {
        "code": "85288",
        "name": name,
        "folded": fold(name),
        "postcodes": ["85440"],
        "population": 8310,
        "latitude": 46.47,
        "longitude": -1.62,
        "is_own": True,
    }
    return _add(Commune(**{**values, **overrides}))


def make_person(**overrides: Any) -> Person:
    """A GP."""
    number = next(_numbers)
    values = {
        "last_name": f"Essai{number}",
        "first_name": "Camille",
        "title": "Dr",
        "profession": Profession.GP,
        "created_at": clock.now(),
        "updated_at": clock.now(),
    }
    values.update(overrides)
    values.setdefault("folded", fold(f"{values['last_name']} {values['first_name']}"))
    return _add(Person(**values))


def make_user(*roles: Role, **overrides: Any) -> User:
    """A user with roles held since long ago and a second factor. No password: tests open sessions directly."""
    number = next(_numbers)
    values = {"mail": f"user{number}@cpts.example", "display_name": f"Camille Essai{number}", "created_at": clock.now()}
    user = _add(User(**{**values, **overrides}))
    session.add_all([RoleGrant(user_id=user.id, role=role, starts_on=LONG_AGO) for role in roles])
    if roles:
        enable_totp(user, TOTP_SECRET)
    session.flush()
    return user


def acting(user: User) -> CurrentUser:
    """The user as actions take it: `by=acting(user)`."""
    roles = frozenset(g.role for g in session.query(RoleGrant).filter_by(user_id=user.id))
    return CurrentUser(user.id, user.display_name, user.person_id, roles)


def make_place(**overrides: Any) -> Place:
    """A surgery."""
    values = {"address": "12, rue des Écoliers", "phone": "+33261914027", "created_at": clock.now()}
    if "commune_code" not in overrides:
        existing = session.get(Commune, "85288") or make_commune()
        values["commune_code"] = existing.code
    return _add(Place(**{**values, **overrides}))


def make_practice(person: Person | None = None, place: Place | None = None, **overrides: Any) -> Practice:
    """A person's practice at a place."""
    person = person or make_person()
    place = place or make_place()
    values = {"person_id": person.id, "place_id": place.id, "profession": person.profession, "starts_on": LONG_AGO}
    return _add(Practice(**{**values, **overrides}))


def make_delegation(delegate: Person, practitioner: Person, **overrides: Any) -> Delegation:
    """The delegate acts for the practitioner."""
    values = {"delegate_id": delegate.id, "practitioner_id": practitioner.id, "starts_on": LONG_AGO}
    return _add(Delegation(**{**values, **overrides}))


def make_campaign(**overrides: Any) -> Campaign:
    """A season at 15 € an act."""
    values = {
        "name": f"Été {next(_numbers)}",
        "starts_on": date(2026, 7, 13),
        "ends_on": date(2026, 9, 10),
        "pay_per_act_cents": 1500,
        "created_at": clock.now(),
    }
    return _add(Campaign(**{**values, **overrides}))


def make_slot(practice: Practice | None = None, **overrides: Any) -> Slot:
    """An open slot in two hours, with its seats."""
    practice = practice or make_practice()
    starts_at = overrides.pop("starts_at", clock.now() + timedelta(hours=2))
    capacity = overrides.get("capacity", 1)
    minutes = overrides.get("duration_minutes", 15)
    values = {
        "practice_id": practice.id,
        "person_id": practice.person_id,
        "profession": practice.profession,
        "modality": Modality.SURGERY,
        "conditions": [],
        "day_on": starts_at.date(),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes * capacity),
        "duration_minutes": minutes,
        "capacity": capacity,
        "free_count": capacity,
        "posted_at": clock.now(),
        "posted_by_id": overrides.pop("posted_by_id", None)
        or session.query(User.id).order_by(User.id).limit(1).scalar(),
    }
    slot = _add(Slot(**{**values, **overrides}))
    session.add_all(
        [Seat(slot_id=slot.id, rank=r, starts_at=starts_at + timedelta(minutes=minutes * r)) for r in range(capacity)]
    )
    session.flush()
    return slot


def _unused_reference() -> str:
    """Drawn again when a booking bears it: a test with a season of bookings must not fail by chance."""
    while True:
        reference = new_reference()
        if session.query(Booking.id).filter_by(reference=reference).first() is None:
            return reference


def make_booking(slot: Slot | None = None, **overrides: Any) -> Booking:
    """A booking of the first free seat, written as rows (tests of booking use the real action)."""
    slot = slot or make_slot()
    taken = {b.seat_id for b in session.query(Booking).filter_by(slot_id=slot.id).filter(Booking.state != "cancelled")}
    seat = next(s for s in slot.seats if s.id not in taken)
    values = {
        "seat_id": seat.id,
        "slot_id": slot.id,
        "reference": _unused_reference(),
        "regular_doctor": RegularDoctor.NO,
        "booked_at": clock.now(),
        "booked_by_id": slot.posted_by_id,
    }
    slot.free_count -= 1
    return _add(Booking(**{**values, **overrides}))


def make_organisation(**overrides: Any) -> Organisation:
    """A structure."""
    name = overrides.get("name", f"Maison de santé d’Essai {next(_numbers)}")
    values = {"name": name, "folded": fold(name), "created_at": clock.now()}
    return _add(Organisation(**{**values, **overrides}))


def make_membership(
    person: Person | None = None, *, organisation: Organisation | None = None, **overrides: Any
) -> Membership:
    """A membership of the year, unpaid, without fee; of a person made for it when nobody is given."""
    if organisation is None:
        person = person or make_person()
    values = {
        "person_id": person.id if person else None,
        "organisation_id": organisation.id if organisation else None,
        "college": College.STRUCTURES if organisation else College.PROFESSIONALS,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "created_at": clock.now(),
    }
    return _add(Membership(**{**values, **overrides}))


def make_application(**overrides: Any) -> Application:
    """A nurse asks to join; nobody knows yet who that is in the directory."""
    number = next(_numbers)
    values = {
        "reference": f"A{number:05d}",
        "college": College.PROFESSIONALS,
        "title": "Mme",
        "last_name": f"Demande{number}",
        "first_name": "Inès",
        "profession": Profession.NURSE,
        "commune_code": "85288",
        "mail": f"ines{number}@cpts.example",
        "received_at": clock.now(),
    }
    return _add(Application(**{**values, **overrides}))


def make_movement(person: Person | None = None, **overrides: Any) -> Movement:
    """A retirement announced for the end of the year."""
    values = {"kind": MovementKind.RETIREMENT, "starts_on": date(2026, 12, 31), "created_at": clock.now()}
    return _add(Movement(**{**values, "person_id": (person or make_person()).id, **overrides}))


def make_nurse(commune_code: str = "85288", *, phone: str | None = "+33261915528", **overrides: Any) -> Person:
    """A nurse with a surgery in a commune of the territory; `phone` is the surgery's."""
    values = {"profession": Profession.NURSE, "title": "", **overrides}
    person = make_person(**values)
    make_practice(person, make_place(commune_code=commune_code, phone=phone, address="7, rue de l’Abbaye"))
    return person


def make_call_campaign(*people: Person, callers: tuple[User, ...] = (), **overrides: Any) -> CallCampaign:
    """A campaign that calls the nurses of two communes, with these people in its list, in that order."""
    values = {
        "name": f"Infirmiers {next(_numbers)}",
        "professions": ["nurse"],
        "communes": ["85194", "85288"],
        "opening": "«\u00a0Bonjour, {appelant}, de la CPTS.\u00a0»",
        "starts_on": date(2026, 7, 1),
        "ends_on": date(2026, 7, 31),
        "created_at": clock.now(),
        "created_by_id": overrides.pop("created_by_id", None)
        or session.query(User.id).order_by(User.id).limit(1).scalar(),
    }
    campaign = _add(CallCampaign(**{**values, **overrides}))
    session.add_all([CampaignCaller(campaign_id=campaign.id, user_id=user.id) for user in callers])
    targets = [CallTarget(campaign_id=campaign.id, person_id=p.id, rank=rank) for rank, p in enumerate(people, 1)]
    session.add_all(targets)
    session.flush()
    return campaign


def make_call(target: CallTarget, caller: User, outcome: CallOutcome = CallOutcome.INFORMED, **overrides: Any) -> Call:
    """A call written as a row, the person's line with it (tests of calling use the real action)."""
    values = {"target_id": target.id, "caller_id": caller.id, "called_at": clock.now(), "outcome": outcome}
    open_ones = (CallOutcome.NO_ANSWER, CallOutcome.CALL_BACK)
    target.state = TargetState.TO_CALL if outcome in open_ones else TargetState.DONE
    target.last_outcome, target.call_count = outcome, target.call_count + 1
    return _add(Call(**{**values, **overrides}))
