"""The agenda as a machine: three people act at random on slots of one to four seats, beside a model of what must come.

The model knows nothing of the database: seats with a start, a holder and a patient. After each step the database is
asked whether its invariants hold, and whether it says of each seat what the model says.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import delete, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.submissions import Submission
from cptsapp.directory.models import Practice
from cptsapp.outbox.models import Message
from cptsapp.posting.actions.withdraw import restore, withdraw_free
from cptsapp.snp import actions
from cptsapp.snp.models import (
    Booking,
    BookingIdentity,
    BookingState,
    CancelledBy,
    CancelReason,
    RegularDoctor,
    Seat,
    Slot,
)
from cptsapp.snp.patients import Patient
from cptsapp.snp.rules import HOLD, UNDO
from tests.storms.invariants import broken
from tests.tools.factories import make_slot

PATIENT = Patient("Guérineau", 1947, "+33639981427")
TABLES = (Message, Submission, AuditEvent, BookingIdentity, Booking, Seat, Slot)
SOON = timedelta(minutes=10)
MINUTES = 15

people = st.integers(0, 2)
places = st.integers(0, 3)


@dataclass
class World:
    """What the machine acts upon: the three desks, the practices of its slots, the coordinator, and the clock."""

    users: list[CurrentUser]
    practices: list[int]
    coordinator: CurrentUser
    set_clock: Callable[[datetime], None]
    start: datetime


@dataclass
class Place:
    """One seat of the model."""

    starts_at: datetime
    holder: int | None = None
    until: datetime | None = None
    booking: int | None = None

    def is_held(self, now: datetime) -> bool:
        return self.until is not None and self.until > now


@dataclass
class Model:
    """One slot of the model."""

    id: int
    places: list[Place]
    is_open: bool = True


@dataclass
class Taken:
    """One live booking of the model."""

    id: int
    slot: int
    place: Place
    by: int
    at: datetime
    is_moved: bool = False


@dataclass
class Agenda:
    """The whole model."""

    slots: list[Model] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    keys: dict[tuple[int, str], int] = field(default_factory=dict)

    def first_for(self, slot: Model, user: int, now: datetime) -> Place | None:
        """The seat that the user must get: the one they hold, else the first that is free."""
        free = [
            place
            for place in slot.places
            if place.booking is None
            and place.starts_at > now
            and (place.holder in (None, user) or not place.is_held(now))
        ]
        return next((place for place in free if place.holder == user), free[0] if free else None)

    def let_go(self, user: int) -> None:
        """The user holds nothing any more."""
        for slot in self.slots:
            for place in slot.places:
                if place.holder == user:
                    place.holder = place.until = None


class AgendaMachine(RuleBasedStateMachine):
    """Acts of three regulators and of a coordinator; `world` is given by the subclass that the test makes."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.model = Agenda()
        self.now = self.world.start
        self.numbers = iter(range(10**6))

    def teardown(self) -> None:
        session.rollback()

    @initialize(capacities=st.lists(st.integers(1, 4), min_size=2, max_size=4))
    def begin(self, capacities: list[int]) -> None:
        session.rollback()
        for table in TABLES:
            session.execute(delete(table))
        self.world.set_clock(self.world.start)
        for practice_id, capacity in zip(self.world.practices, capacities, strict=False):
            self.add_slot(practice_id, capacity)
        session.commit()

    def add_slot(self, practice_id: int, capacity: int) -> None:
        starts_at = self.now + SOON
        slot = make_slot(session.get_one(Practice, practice_id), starts_at=starts_at, capacity=capacity)
        times = [starts_at + timedelta(minutes=MINUTES * rank) for rank in range(capacity)]
        self.model.slots.append(Model(slot.id, [Place(at) for at in times]))

    # -- the acts -----------------------------------------------------------------------------------------------------

    def act(self, is_expected: bool, deed):
        """Do it and commit. It must be refused when the model says so, and then change nothing."""
        if is_expected:
            done = deed()
            session.commit()
            return done
        with pytest.raises(Refusal, match=r"[.?]$"):
            deed()
        session.rollback()
        return None

    def slot(self, number: int) -> Model:
        return self.model.slots[number % len(self.model.slots)]

    @rule(who=people, where=places)
    def hold(self, who: int, where: int) -> None:
        user, slot = self.world.users[who], self.slot(where)
        place = self.model.first_for(slot, who, self.now) if slot.is_open else None
        seat = self.act(place is not None, lambda: actions.hold_seat(slot.id, by=user))
        if place is None:
            return
        self.model.let_go(who)
        # One's own place is given back first: of those then free, the first.
        place = self.model.first_for(slot, who, self.now)
        place.holder, place.until = who, self.now + HOLD
        assert seat.starts_at == place.starts_at

    @rule(who=people)
    def release(self, who: int) -> None:
        self.act(True, lambda: actions.release_hold(by=self.world.users[who]))
        self.model.let_go(who)

    @rule(who=people, where=places)
    def book(self, who: int, where: int) -> None:
        slot, key = self.slot(where), f"k{next(self.numbers)}"
        place = self.model.first_for(slot, who, self.now) if slot.is_open else None
        made = self.act(
            place is not None,
            lambda: actions.book(slot.id, PATIENT, RegularDoctor.NO, by=self.world.users[who], key=key),
        )
        if place is None:
            return
        assert made.seat.starts_at == place.starts_at
        place.booking = made.id
        self.model.keys[who, key] = made.id
        self.model.taken.append(Taken(made.id, slot.id, place, who, self.now))

    @precondition(lambda self: self.model.keys)
    @rule(data=st.data())
    def book_again(self, data: st.DataObject) -> None:
        """The same key, sent again whatever has happened since, gives the same booking."""
        (who, key), expected = data.draw(st.sampled_from(list(self.model.keys.items())))
        slot_id = session.get_one(Booking, expected).slot_id
        user = self.world.users[who]
        again = self.act(True, lambda: actions.book(slot_id, PATIENT, RegularDoctor.NO, by=user, key=key))
        assert again.id == expected

    def drawn(self, data: st.DataObject) -> Taken:
        return data.draw(st.sampled_from(self.model.taken))

    def freed(self, taken: Taken) -> None:
        self.model.taken.remove(taken)
        taken.place.booking = taken.place.holder = taken.place.until = None

    @precondition(lambda self: self.model.taken)
    @rule(data=st.data(), who=people)
    def cancel(self, data: st.DataObject, who: int) -> None:
        taken = self.drawn(data)
        self.act(
            True,
            lambda: actions.cancel_booking(
                session.get_one(Booking, taken.id),
                cancelled_by=CancelledBy.PATIENT,
                reason=CancelReason.CANNOT_COME,
                by=self.world.users[who],
            ),
        )
        self.freed(taken)

    @precondition(lambda self: self.model.taken)
    @rule(data=st.data(), who=people)
    def undo(self, data: st.DataObject, who: int) -> None:
        taken = self.drawn(data)
        may = taken.by == who and not taken.is_moved and self.now - taken.at < UNDO
        self.act(may, lambda: actions.undo_booking(session.get_one(Booking, taken.id), by=self.world.users[who]))
        if may:
            self.freed(taken)

    @precondition(lambda self: self.model.taken)
    @rule(data=st.data(), who=people, where=places)
    def move(self, data: st.DataObject, who: int, where: int) -> None:
        taken, slot = self.drawn(data), self.slot(where)
        place = self.model.first_for(slot, who, self.now) if slot.is_open and slot.id != taken.slot else None
        moved = self.act(
            place is not None,
            lambda: actions.move_booking(session.get_one(Booking, taken.id), slot.id, by=self.world.users[who]),
        )
        if place is None:
            return
        self.freed(taken)
        place.booking = moved.id
        self.model.taken.append(Taken(moved.id, slot.id, place, who, taken.at, is_moved=True))

    @rule(where=places)
    def withdraw(self, where: int) -> None:
        slot = self.slot(where)
        free = sum(place.booking is None for place in slot.places)
        is_over = slot.places[-1].starts_at + timedelta(minutes=MINUTES) <= self.now
        may = not slot.is_open or (free > 0 and not is_over)
        self.act(may, lambda: withdraw_free(slot.id, by=self.world.coordinator))
        slot.is_open = slot.is_open and not may

    @rule(where=places)
    def restore(self, where: int) -> None:
        slot = self.slot(where)
        may = slot.is_open or slot.places[0].starts_at > self.now
        self.act(may, lambda: restore(slot.id, by=self.world.coordinator))
        slot.is_open = may

    @rule(seconds=st.sampled_from([1, 59, 60, 119, 120, 121, 600, 900]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.world.set_clock(self.now)
        assert clock.now() == self.now

    # -- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        assert broken() == {}
        session.rollback()

    @invariant()
    def agrees(self) -> None:
        """The database and the model say the same of each seat."""
        rows = session.execute(
            select(Seat.slot_id, Seat.starts_at, Seat.held_by_id, Seat.held_until, Booking.id)
            .outerjoin(Booking, (Booking.seat_id == Seat.id) & (Booking.state != BookingState.CANCELLED))
            .order_by(Seat.slot_id, Seat.rank)
        )
        ids = {None: None} | {n: user.id for n, user in enumerate(self.world.users)}
        expected = [
            (slot.id, place.starts_at, ids[place.holder], place.until, place.booking)
            for slot in self.model.slots
            for place in slot.places
        ]
        assert [tuple(row) for row in rows] == expected
        session.rollback()
