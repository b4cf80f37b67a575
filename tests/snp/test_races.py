"""Several at once on the same seats: the database decides, and everyone gets an answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.snp.actions import book, cancel_booking, hold_seat, move_booking
from cptsapp.snp.models import Booking, BookingState, CancelledBy, CancelReason, RegularDoctor, Seat, Slot
from tests.snp.conftest import GUERINEAU
from tests.tools.factories import acting, make_slot, make_user

pytestmark = pytest.mark.database
MANY = 8


@pytest.fixture
def crowd(cast) -> list[CurrentUser]:
    """Eight regulators."""
    users = [acting(make_user(Role.REGULATOR)) for _ in range(MANY)]
    session.commit()
    return users


def at_once(app: Flask, acts: list[Callable[[], object]]) -> list[object]:
    """Do them all at the same instant, each in its own transaction; gives results, or the refusals."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        with app.app_context():
            barrier.wait()
            try:
                result = act()
                session.commit()
            except (Refusal, IntegrityError) as refusal:
                session.rollback()
                return refusal
            finally:
                session.remove()
            return result

    session.remove()
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def booked(slot_id: int) -> int:
    return session.query(Booking).filter(Booking.slot_id == slot_id, Booking.state == BookingState.BOOKED).count()


def test_one_winner_a_seat(app, slot, crowd):
    acts = [lambda u=u: book(slot, GUERINEAU, RegularDoctor.NO, by=u, key="k").reference for u in crowd]
    results = at_once(app, acts)
    assert sum(isinstance(r, str) for r in results) == 1
    assert all("Pris" in r.message for r in results if isinstance(r, Refusal))
    assert booked(slot) == 1


def test_a_range_never_exceeds_its_places(app, cast, crowd):
    made = make_slot(cast.gp_practice, capacity=3)
    session.commit()
    number = made.id
    acts = [lambda u=u: book(number, GUERINEAU, RegularDoctor.NO, by=u, key="k").reference for u in crowd]
    results = at_once(app, acts)
    assert sum(isinstance(r, str) for r in results) == 3
    assert session.get(Slot, number).free_count == 0


def test_one_holder_a_seat(app, slot, crowd):
    results = at_once(app, [lambda u=u: hold_seat(slot, by=u).id for u in crowd])
    assert sum(isinstance(r, int) for r in results) == 1
    assert session.query(Seat).filter(Seat.held_by_id.is_not(None)).count() == 1


def test_an_expired_hold_is_taken_over_once(app, slot, crowd, regulator, set_clock):
    from datetime import timedelta

    from cptsapp.core import clock

    hold_seat(slot, by=regulator)
    session.commit()
    set_clock(clock.now() + timedelta(minutes=2))
    results = at_once(app, [lambda u=u: hold_seat(slot, by=u).id for u in crowd])
    assert sum(isinstance(r, int) for r in results) == 1


def test_the_same_form_sent_eight_times_books_once(app, cast, crowd):
    made = make_slot(cast.gp_practice, capacity=8)
    session.commit()
    number = made.id
    acts = [lambda: book(number, GUERINEAU, RegularDoctor.NO, by=crowd[0], key="same").id for _ in range(MANY)]
    results = at_once(app, acts)
    assert len({r for r in results if isinstance(r, int)}) == 1
    assert booked(number) == 1


def test_a_booking_is_cancelled_once(app, slot, crowd):
    made = book(slot, GUERINEAU, RegularDoctor.NO, by=crowd[0], key="k").id
    session.commit()
    reason = {"cancelled_by": CancelledBy.PATIENT, "reason": CancelReason.CANNOT_COME}
    acts = [lambda u=u: cancel_booking(session.get(Booking, made), by=u, **reason) for u in crowd]
    results = at_once(app, acts)
    assert sum(r is None for r in results) == 1
    assert session.get(Slot, slot).free_count == 1


def test_two_bookings_that_change_places_do_not_wait_for_each_other(app, cast, crowd):
    pairs = [make_slot(cast.gp_practice, capacity=4), make_slot(cast.other_gp_practice, capacity=4)]
    session.commit()
    first, second = (made.id for made in pairs)
    ids = [
        book(number, GUERINEAU, RegularDoctor.NO, by=user, key=f"k{number}").id
        for user in crowd[:2]
        for number in (first, second)
    ]
    session.commit()
    targets = [second, first, second, first]
    acts = [
        lambda i=i, t=t: move_booking(session.get(Booking, i), t, by=crowd[0]).id
        for i, t in zip(ids, targets, strict=True)
    ]
    results = at_once(app, acts)
    assert all(isinstance(r, int) for r in results)
    assert (booked(first), booked(second)) == (2, 2)


def test_holds_that_cross_leave_one_a_user(app, slot, later, crowd):
    acts = [lambda u=u, s=s: hold_seat(s, by=u).id for u in crowd[:3] for s in (slot, later)]
    at_once(app, acts)
    holders = [h for (h,) in session.query(Seat.held_by_id).filter(Seat.held_by_id.is_not(None))]
    assert len(holders) == len(set(holders))
