"""The summer of 2020 on the Vendée coast, replayed through the web interface (B44–B50).

25 GPs, one secretary, three regulators; weekdays and Saturdays from 13 July to 10 September 2020 without the two legal
holidays: 50 days of 20 places. The script keeps its own account of what it did, place by place, and every number that
a page or a file shows is compared with that account, never with another query. Nothing is drawn from the clock or from
chance: the same seed gives the same summer.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.test import TestResponse

from cptsapp.accounts.models import Role, User
from cptsapp.core.db import session
from tests.tools.client import CheckedClient, client_for
from tests.tools.factories import make_commune, make_cpts, make_delegation, make_person, make_place, make_practice
from tests.tools.factories import make_user as user_of

PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2020, 7, 13), date(2020, 9, 10)
HOLIDAYS = {date(2020, 7, 14), date(2020, 8, 15)}
GP_COUNT, REGULATOR_COUNT, ASSISTED = 25, 3, 3
PLACES_A_DAY, PLAGE = 20, 4
# Places taken in each week, of 100, 120, 120, 120, 100, 120, 120, 120 and 80: 590 of 1,000, and all of the last week's.
TAKEN = (30, 48, 54, 60, 55, 72, 84, 107, 80)
CAP_WEEK = date(2020, 8, 31)  # the week in which the first GP gives a plage every day: 24 places, beyond the cap of 20
PAY_CENTS = 1500
ANSWERS = ("no", "no", "yes", "unknown")
OUTCOME = re.compile(r'action="/mes-creneaux/soir/(\d+)"')


@dataclass
class Taken:
    """What became of one patient."""

    booking_id: int
    booked_at: datetime
    answer: str
    outcome: str = ""


@dataclass
class Place:
    """One place that a GP gave: its day, its hour, its slot; withdrawn, or taken, or left."""

    gp: int
    day: date
    starts_at: datetime
    slot_id: int
    is_withdrawn: bool = False
    taken: Taken | None = None

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return self.day - timedelta(days=self.day.weekday())


@dataclass
class Practitioner:
    """A GP of the story: their number in the database, and whose client posts and notes for them."""

    person_id: int
    practice_id: int
    user_id: int
    name: str
    pour: int | None = None  # noted and posted for by the secretary


@dataclass
class Summer:
    """The players, and the account of what they did."""

    app: Flask
    set_clock: Callable[[datetime], None]
    random: Random = field(default_factory=lambda: Random(2020))
    gps: list[Practitioner] = field(default_factory=list)
    regulators: list[int] = field(default_factory=list)
    coordinator_id: int = 0
    campaign_id: int = 0
    places: list[Place] = field(default_factory=list)
    cancelled: int = 0
    redirected: int = 0
    overbooked: int = 0
    patients: int = 0
    corrections: int = 0

    # -- the account --------------------------------------------------------------------------------------------------

    def posted(self, *, gp: int | None = None, week: date | None = None) -> list[Place]:
        """Places that stayed open."""
        return [p for p in self._of(gp, week) if not p.is_withdrawn]

    def withdrawn(self, *, gp: int | None = None) -> list[Place]:
        """Places that were withdrawn."""
        return [p for p in self._of(gp, None) if p.is_withdrawn]

    def taken(self, *, gp: int | None = None, week: date | None = None) -> list[Taken]:
        """Patients who were booked."""
        return [p.taken for p in self._of(gp, week) if p.taken]

    def came(self, *, gp: int | None = None, week: date | None = None) -> int:
        """Patients who came."""
        return sum(t.outcome == "honoured" for t in self.taken(gp=gp, week=week))

    def beyond_cap(self, gp: int, cap: int) -> dict[date, int]:
        """Weeks with more honoured acts than the cap, and by how many."""
        weeks = {p.week for p in self.places}
        return {w: self.came(gp=gp, week=w) - cap for w in sorted(weeks) if self.came(gp=gp, week=w) > cap}

    def within(self, hours: int) -> int:
        """Patients seen so many hours after their call at most."""
        limit = timedelta(hours=hours)
        return sum(p.starts_at - p.taken.booked_at <= limit for p in self.places if p.taken)

    def _of(self, gp: int | None, week: date | None) -> Iterator[Place]:
        return (p for p in self.places if gp in (None, p.gp) and week in (None, p.week))

    # -- the players --------------------------------------------------------------------------------------------------

    def open_the_house(self) -> None:
        """The CPTS, its people, and the campaign that the coordinator opens by its form."""
        self.set_clock(local(date(2020, 7, 10), time(9)))
        make_cpts(name="CPTS de la côte", mark="CC")
        make_commune()
        secretary = make_person(last_name="Pallier", first_name="Agnès", title="")
        secretary_id = user_of(Role.SECRETARY, person_id=secretary.id).id
        self.gps = [self._gp(number, secretary, secretary_id) for number in range(GP_COUNT)]
        self.regulators = [user_of(Role.REGULATOR).id for _ in range(REGULATOR_COUNT)]
        self.coordinator_id = user_of(Role.COORDINATOR).id
        session.commit()
        form = {"name": "Été 2020", "starts_on": FIRST, "ends_on": LAST, "pay": "15", "weekly_cap": "20"}
        done = self._post(self.client(self.coordinator_id), "/campagnes/nouvelle", **form)
        self.campaign_id = int(done.headers["Location"].rpartition("/")[2])

    def _gp(self, number: int, secretary, secretary_id: int) -> Practitioner:
        person = make_person(last_name=f"Médecin{number:02}", first_name="Claude", accepts_overbook=number < 3)
        practice = make_practice(person, make_place(address=f"{number + 1}, quai de l’Été"))
        if number >= GP_COUNT - ASSISTED:
            make_delegation(secretary, person)
            return Practitioner(person.id, practice.id, secretary_id, person.full_name, person.id)
        user = user_of(Role.PRACTITIONER, person_id=person.id)
        return Practitioner(person.id, practice.id, user.id, person.full_name)

    def client(self, user_id: int) -> CheckedClient:
        """A session of that user, opened now: people sign in again through a summer."""
        return client_for(self.app, session.get(User, user_id))

    @staticmethod
    def _post(client: CheckedClient, path: str, **values: object) -> TestResponse:
        """Send a form and follow nothing; anything but a redirect is a failure of the story."""
        done = client.post(path, data={name: str(value) for name, value in values.items()})
        assert done.status_code == 303, (path, values, done.status_code, re.sub(r"<[^>]+>", " ", done.text)[-1500:])
        return done

    # -- the days -----------------------------------------------------------------------------------------------------

    def replay(self) -> None:
        """Every day of the summer, in order."""
        days = open_days()
        goals = goals_of(days)
        self.set_clock(local(days[0], time(7)))
        self._post_day(days[0], 0)
        for number, day in enumerate(days):
            self._book_day(day, goals[day])
            self._send_elsewhere(day)
            following = days[number + 1] if number + 1 < len(days) else None
            if following is not None:
                self.set_clock(local(day, closing(day)) - timedelta(hours=1))
                self._post_day(following, number + 1)
                self._book_ahead(following, 3)
            self._note_evening(day)

    def _post_day(self, day: date, number: int) -> None:
        """Two plages of four and twelve slots by fourteen GPs in turn; on Wednesdays one more, soon withdrawn."""
        turn = [(number * 14 + i) % GP_COUNT for i in range(16)]
        if day - timedelta(days=day.weekday()) == CAP_WEEK:
            turn = [0, *(gp for gp in turn if gp != 0)]
        hours = morning() if day.weekday() == 5 else afternoon()
        for gp, wall in zip(turn[:2], (time(9), time(10)), strict=True):
            self._publish_plage(gp, day, wall)
        for gp, wall in zip(turn[2:14], hours, strict=False):
            self._publish(gp, day, wall)
        if day.weekday() == 2:
            self._withdraw(self._publish(turn[14], day, time(18)))

    def _publish(self, gp: int, day: date, wall: time) -> Place:
        form = {"when": "autre", "other_day": day, "other_time": f"{wall:%H:%M}", "duration": 15}
        slot_id = self._send_post(gp, "", form)
        place = Place(gp, day, local(day, wall), slot_id)
        self.places.append(place)
        return place

    def _publish_plage(self, gp: int, day: date, wall: time) -> None:
        form = {
            "day": "autre",
            "other_day": day,
            "opens": f"{wall:%H:%M}",
            "closes": f"{wall.hour + 1}:00",
            "capacity": PLAGE,
        }
        slot_id = self._send_post(gp, "forme=plage", form)
        starts = local(day, wall)
        self.places += [Place(gp, day, starts + timedelta(minutes=15 * rank), slot_id) for rank in range(PLAGE)]

    def _send_post(self, gp: int, query: str, form: dict[str, object]) -> int:
        who = self.gps[gp]
        asked = "&".join(part for part in (query, f"pour={who.pour}" if who.pour else "") if part)
        more = {"practice": who.practice_id, "modality": "C", "once": f"{gp}-{len(self.places)}"}
        done = self._post(self.client(who.user_id), f"/mes-creneaux/nouveau?{asked}", **form, **more)
        return int(re.search(r"objet=(\d+)", done.headers["Location"]).group(1))

    def _withdraw(self, place: Place) -> None:
        self._post(self.client(self.gps[place.gp].user_id), f"/mes-creneaux/{place.slot_id}/retirer-libre")
        place.is_withdrawn = True

    def _free(self, day: date) -> list[Place]:
        """Free places in the order in which the season fills them: the plages of the cap week, then by lot."""
        free = [p for p in self.places if p.day == day and not p.is_withdrawn and p.taken is None]
        self.random.shuffle(free)
        free.sort(key=lambda p: p.week != CAP_WEEK or p.gp != 0)
        return free

    def _book_ahead(self, day: date, count: int) -> None:
        for place in self._free(day)[:count]:
            self._book(place)

    def _book_day(self, day: date, goal: int) -> None:
        self.set_clock(local(day, time(8, 5)))
        done = sum(p.taken is not None for p in self.places if p.day == day)
        for place in self._free(day)[: goal - done]:
            self._book(place)

    def _book(self, place: Place) -> None:
        """A patient for a place; of a plage, the first hour that is free, as the desk gives it."""
        taken = self._reserve(place.slot_id)
        if self.patients % 40 == 0:  # this one rings back to give up, and another takes the hour
            client = self.client(self.regulators[0])
            self._post(client, f"/reservations/{taken.booking_id}/annuler", side="patient", reason="cannot_come")
            self.cancelled += 1
            taken = self._reserve(place.slot_id)
        first_free = next(p for p in self.places if p.slot_id == place.slot_id and p.taken is None)
        first_free.taken = taken

    def _reserve(self, slot_id: int) -> Taken:
        self.patients += 1
        number = self.patients
        answer = ANSWERS[number % len(ANSWERS)]
        form = {
            "regular_doctor": answer,
            "name": f"Estivant {number}",
            "birth_year": 1930 + number % 85,
            "phone": f"063998{number:04d}",
            "once": f"p{number}",
        }
        client = self.client(self.regulators[number % REGULATOR_COUNT])
        done = self._post(client, f"/creneaux/{slot_id}/reserver", **form)
        booking_id = int(re.search(r"/reservations/(\d+)", done.headers["Location"]).group(1))
        return Taken(booking_id, self._now(), answer)

    def _send_elsewhere(self, day: date) -> None:
        """Callers sent to their own doctor every day; en sus once nothing is left, in the last week."""
        client = self.client(self.regulators[1])
        for _ in range(5 + day.weekday()):
            self.redirected += 1
            self._post(client, "/orientations", kind="regular_doctor", once=f"r{self.redirected}")
        if day > CAP_WEEK + timedelta(days=6):
            self.overbooked += 1
            self._post(
                client, "/orientations", kind="overbook", person=self.gps[0].person_id, once=f"s{self.overbooked}"
            )

    def _note_evening(self, day: date) -> None:
        """After closing, each GP opens the evening's page and taps once a patient; some correct themselves."""
        self.set_clock(local(day, closing(day)) + timedelta(minutes=10))
        waiting = {p.taken.booking_id: p for p in self.places if p.taken and not p.taken.outcome and p.day <= day}
        for gp in sorted({place.gp for place in waiting.values()}):
            who = self.gps[gp]
            client = self.client(who.user_id)
            asked = f"?pour={who.pour}" if who.pour else ""
            shown = {int(found) for found in OUTCOME.findall(client.get(f"/mes-creneaux/soir{asked}").text)}
            for booking_id in sorted(number for number, place in waiting.items() if place.gp == gp):
                assert booking_id in shown
                self._note(client, waiting[booking_id].taken, who)

    def _note(self, client: CheckedClient, taken: Taken, who: Practitioner) -> None:
        path, pour = f"/mes-creneaux/soir/{taken.booking_id}", who.pour or ""
        came = taken.booking_id % 25 != 0
        if taken.booking_id % 50 == 1:  # a slip of the thumb, corrected at once
            self.corrections += 1
            self._post(client, path, venue="no_show" if came else "honoured", pour=pour)
        taken.outcome = "honoured" if came else "no_show"
        self._post(client, path, venue=taken.outcome, pour=pour)

    @staticmethod
    def _now() -> datetime:
        from cptsapp.core import clock

        return clock.now()


def local(day: date, wall: time) -> datetime:
    """A local time of the coast."""
    return datetime.combine(day, wall, PARIS)


def closing(day: date) -> time:
    """When the day's regulation ends."""
    return time(12) if day.weekday() == 5 else time(20)


def morning() -> list[time]:
    """Hours of single slots on a Saturday, between opening and noon."""
    return [time(8, 30 + 15 * (i % 2)) if i < 2 else time(8 + (i + 2) // 4, 15 * ((i + 2) % 4)) for i in range(12)]


def afternoon() -> list[time]:
    """Hours of single slots on a weekday."""
    return [time(11 + i // 2, 30 * (i % 2)) for i in range(12)]


def open_days() -> list[date]:
    """Weekdays and Saturdays of the summer but the legal holidays."""
    days = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
    return [day for day in days if day.weekday() < 6 and day not in HOLIDAYS]


def goals_of(days: list[date]) -> dict[date, int]:
    """How many places are taken on each day, so that each week makes its number."""
    goals = {}
    for number, taken in enumerate(TAKEN):
        monday = FIRST + timedelta(weeks=number)
        week = [day for day in days if monday <= day < monday + timedelta(days=7)]
        goals |= {day: taken // len(week) + (i < taken % len(week)) for i, day in enumerate(week)}
    return goals
