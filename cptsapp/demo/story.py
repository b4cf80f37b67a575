"""Playing the demonstration: each post, call and evening at its hour, through the real actions, the clock moving."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import func, select, update

from cptsapp.activity.actions import campaigns, outcomes
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.periods import months_later
from cptsapp.core.refusals import Refusal
from cptsapp.demo import cast, rules
from cptsapp.demo.conventions import seed_conventions
from cptsapp.demo.days import moving_clock, stand_at
from cptsapp.demo.people import People, known_people, seed_cpts, seed_people
from cptsapp.demo.plans import seed_plans
from cptsapp.demo.register import seed_register
from cptsapp.demo.requests import seed_requests
from cptsapp.demo.rules import Call, Line
from cptsapp.outbox.models import Message, MessageState
from cptsapp.posting.actions import absence, publish
from cptsapp.posting.rules.draft import Draft, Outdated, ToConfirm
from cptsapp.regulation.actions.orientations import note_orientation
from cptsapp.regulation.models import OrientationKind
from cptsapp.snp import actions as snp
from cptsapp.snp.models import Booking, BookingState, CancelledBy, CancelReason, FollowUp, Modality, Slot
from cptsapp.snp.patients import Patient
from cptsapp.territory import queries as territory
from cptsapp.territory import rules as territory_rules

DAY = timedelta(days=1)
SEATS_WANTED = 8  # within the three days of the list; fewer, and some doctors answer outside the daytime
PAY_CENTS, WEEKLY_CAP = 1500, 20
LONG_SINCE_MONTHS = 30  # the cast practised here before the first extract


@dataclass(frozen=True, slots=True)
class Event:
    """Something that someone does at an instant."""

    at: datetime
    act: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """When the story is played, and by whom."""

    people: People
    now: datetime
    quiet_since: datetime
    zone: str

    @property
    def today(self) -> date:
        """The present day where the CPTS is."""
        return territory_rules.day_of(self.now, self.zone)


def play(real_clock: str | None) -> None:
    """Seed everything up to the present; `real_clock` is what the clock goes back to. Commits as it goes."""
    now = clock.now()
    first_day = _monday(now.date() - rules.HISTORY)
    with moving_clock(real_clock):
        stand_at(datetime.combine(first_day - 9 * DAY, time(8), now.tzinfo))
        administrator = seed_cpts()
        people = seed_people(administrator, since=months_later(first_day, -LONG_SINCE_MONTHS))
        session.commit()
        stage = Stage(people, now, _last_awake(now), territory.zone())
        _open_campaign(stage, first_day)
        for _, events in groupby(_events(stage, first_day), key=lambda event: event.at.date()):
            for event in events:
                _play_one(event)
            session.commit()
    with moving_clock(real_clock):
        stand_at(now)
        _absence(stage)
        _series(stage)
        _fill_if_bare(stage)
        session.commit()
        seed_register(stage.people)
        seed_requests(stage.people)
        seed_conventions(stage.people)
        seed_plans(stage.people)
        _mark_mails_sent()
        session.commit()


def go_on(real_clock: str | None) -> None:
    """A demonstration that was left some days ago: the doctors post what is missing of the days to come. Commits."""
    now = clock.now()
    with moving_clock(real_clock):
        stand_at(now)
        stage = Stage(known_people(), now, _last_awake(now), territory.zone())
        for ahead in range(rules.AHEAD_DAYS):
            day = stage.today + ahead * DAY
            for line in rules.lines(day, closes) if (closes := _closing(day)) else ():
                _play_one(Event(now, _posting(stage, line, day)))
        _fill_if_bare(stage)
        session.commit()


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _last_awake(now: datetime) -> datetime:
    """The present while the CPTS answers, else the last closing: nobody posts or calls at night."""
    cpts = territory.settings()
    if territory_rules.is_daytime(now, cpts.window, cpts.zone, cpts.holiday_region):
        return now
    today = territory_rules.day_of(now, cpts.zone)
    spans = (
        territory_rules.daytime_of(today - back * DAY, cpts.window, cpts.zone, cpts.holiday_region)
        for back in range(territory_rules.SEARCH_DAYS)
    )
    return next((span[1] for span in spans if span and span[1] <= now), now)


def _open_campaign(stage: Stage, first_day: date) -> None:
    season = ("hiver", "printemps", "été", "automne")[first_day.month % 12 // 3]
    name = f"Soins non programmés, {season} {first_day.year}"
    terms = campaigns.Terms(name, first_day, first_day + 12 * 7 * DAY, PAY_CENTS, WEEKLY_CAP)
    campaigns.create_campaign(terms, by=stage.people.coordinator)


# -- the events -------------------------------------------------------------------------------------------------------


def _events(stage: Stage, first_day: date) -> list[Event]:
    """Everything that happens, in order."""
    days = [first_day + ahead * DAY for ahead in range((stage.today - first_day).days + rules.AHEAD_DAYS)]
    events = [event for day in days for event in _events_of(stage, day)]
    return sorted((event for event in events if event.at < stage.now), key=lambda event: event.at)


def _events_of(stage: Stage, day: date) -> Iterator[Event]:
    closes = _closing(day)
    if closes is None:
        return
    for line in rules.lines(day, closes):
        yield Event(rules.posted_at(line, day, stage.quiet_since, stage.zone), _posting(stage, line, day))
        for call in rules.calls(line, day, stage.now, stage.quiet_since, stage.zone):
            yield Event(call.at, _booking(stage, line, day, call))
    yield from _evening(stage, day)


def _closing(day: date) -> time | None:
    """The local closing hour of a day, or None when the CPTS does not answer."""
    cpts = territory.settings()
    span = territory_rules.daytime_of(day, cpts.window, cpts.zone, cpts.holiday_region)
    return territory_rules.local(span[1], cpts.zone).time() if span else None


def _evening(stage: Stage, day: date) -> Iterator[Event]:
    noted_at = territory_rules.local_instant(day, rules.NOTED_AT, stage.zone)
    yield Event(noted_at, lambda: _note_outcomes(stage, day))
    chance = rules.dice("orientations", day)
    for number in range(chance.randrange(2, 6)):
        at = territory_rules.local_instant(day, time(9 + 2 * number, chance.randrange(60)), stage.zone)
        yield Event(at, _orientation(stage, chance.choice(list(OrientationKind)[:2]), f"{day}/{number}"))


def _play_one(event: Event) -> None:
    """Move the clock and act; what cannot be (an hour already taken) does not happen."""
    stand_at(event.at)
    with suppress(Refusal), session.begin_nested():
        event.act()


# -- the acts ---------------------------------------------------------------------------------------------------------


def _draft(stage: Stage, line: Line, day: date) -> Draft:
    return Draft(
        practice_id=stage.people.practices[line.doctor],
        modality=line.modality,
        conditions=line.conditions,
        day=day,
        opens=line.opens,
        minutes=line.minutes * line.capacity,
        capacity=line.capacity,
    )


def _posting(stage: Stage, line: Line, day: date) -> Callable[[], None]:
    def act() -> None:
        by = stage.people.poster(line.doctor)
        publish.publish(_draft(stage, line, day), by=by, key=f"demo {day} {line.opens} {line.doctor}")

    return act


def _booking(stage: Stage, line: Line, day: date, call: Call) -> Callable[[], None]:
    def act() -> None:
        slot_id = _slot_of(stage, line, day)
        if slot_id is None:
            return
        by = stage.people.regulator(call.number)
        booking = snp.book(slot_id, _patient(call), call.regular_doctor, by=by, key=f"demo {call.at} {call.number}")
        if call.gives_up:
            snp.cancel_booking(booking, cancelled_by=CancelledBy.PATIENT, reason=CancelReason.NO_LONGER_NEEDED, by=by)

    return act


def _slot_of(stage: Stage, line: Line, day: date) -> int | None:
    starts_at = territory_rules.local_instant(day, line.opens, stage.zone)
    return session.scalar(
        select(Slot.id).where(Slot.person_id == stage.people.persons[line.doctor], Slot.starts_at == starts_at)
    )


def _patient(call: Call) -> Patient:
    chance = rules.dice("patient", call.number)
    name = f"{chance.choice(cast.PATIENTS)} {chance.choice(cast.FIRST_NAMES)}"
    return Patient(name, chance.randrange(1936, 2024), f"+3363998{call.number:04d}")


def _orientation(stage: Stage, kind: OrientationKind, key: str) -> Callable[[], None]:
    person = stage.people.persons["Martineau"] if kind is OrientationKind.OVERBOOK else None
    return lambda: _noted(stage, kind, key, person)


def _noted(stage: Stage, kind: OrientationKind, key: str, person_id: int | None) -> None:
    note_orientation(kind, by=stage.people.regulator(len(key)), key=f"demo {key}", person_id=person_id)


def _note_outcomes(stage: Stage, day: date) -> None:
    """Each doctor's evening; the last one of `cast.UNNOTED` is left for the visitor."""
    rows = session.execute(
        select(Booking.id, Slot.person_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Slot.day_on == day, Booking.state == BookingState.BOOKED)
        .order_by(Booking.id)
    )
    doctors = {person_id: name for name, person_id in stage.people.persons.items()}
    for booking_id, person_id in rows.all():
        name = doctors[person_id]
        if name == cast.UNNOTED and _is_last_day(stage, day):
            continue
        outcome = rules.dice("outcome", day, booking_id).choice(rules.OUTCOMES)
        outcomes.record_outcome(booking_id, BookingState(outcome), by=stage.people.poster(name))


def _is_last_day(stage: Stage, day: date) -> bool:
    """Whether the CPTS has not answered since that day, today aside."""
    between = (day + ahead * DAY for ahead in range(1, (stage.today - day).days))
    return not any(_closing(other) for other in between)


def _absence(stage: Stage) -> None:
    """One doctor is away next week: what they had posted is hidden."""
    first = stage.today + 5 * DAY
    by, person_id = stage.people.poster(cast.ABSENT), stage.people.persons[cast.ABSENT]
    found = absence.what_goes(by, person_id, first, first + 4 * DAY)
    choices = {guest.booking.id: FollowUp.REGULATION_CALLS for guest in found.guests}
    days = (first, first + 4 * DAY)
    absence.declare_absence(person_id, days, choices, by=by, key="demo absence", announced=found.digest)


def _series(stage: Stage) -> None:
    """A plage that comes back each week until the end of the campaign."""
    first = next(day for day in (stage.today + ahead * DAY for ahead in range(1, 15)) if day.weekday() == 1)
    line = Line(time(12, 15), "Arnaudeau", Modality.SURGERY, capacity=3)
    draft, until, by = _draft(stage, line, first), first + 6 * 7 * DAY, stage.people.poster(line.doctor)
    plan = publish.plan_series(draft, [1, 3], until, stage.people.persons[line.doctor])
    publish.publish_series(draft, [1, 3], until, by=by, key="demo series", announced=plan.digest)


def _fill_if_bare(stage: Stage) -> None:
    """When the three days of the list are nearly closed, some post outside the daytime."""
    for ahead in (1, 2):
        if _seats_ahead(stage) < SEATS_WANTED:
            for line in rules.SPARE:
                _post_anyway(stage, line, stage.today + ahead * DAY)


def _seats_ahead(stage: Stage) -> int:
    free = select(func.sum(Slot.free_count)).where(Slot.starts_at > stage.now, Slot.day_on < stage.today + 3 * DAY)
    return session.scalar(free) or 0


def _post_anyway(stage: Stage, line: Line, day: date) -> None:
    """Post, and confirm the one warning about the hour."""
    draft, by, key = _draft(stage, line, day), stage.people.poster(line.doctor), f"demo {day} {line.opens}"
    try:
        publish.publish(draft, by=by, key=key)
    except ToConfirm as warning:
        publish.publish(draft, by=by, key=key, confirmed=warning.key)
    except (Refusal, Outdated):
        return


def _mark_mails_sent() -> None:
    """What the story wrote has been read: the worker has nothing old to send."""
    session.execute(
        update(Message)
        .where(Message.state == MessageState.WAITING)
        .values(state=MessageState.SENT, sent_at=Message.created_at, attempts=1)
    )
