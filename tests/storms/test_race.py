"""Sixteen regulators want the same seats at the same instant, half of them holding first."""

from collections import Counter
from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking
from tests.storms.crowd import CROWD, at_once, hold, name_of, race, reserve, slots_of, typed
from tests.storms.invariants import broken
from tests.tools.factories import make_practice

MANY = 36


def won(tries) -> Counter:
    """How many were acknowledged, by slot."""
    return Counter(t.slot_id for t in tries if t.booking_id)


def check_answers(tries, holds, ids) -> None:
    """Booked or told why not, and nothing else; whoever lost keeps what was typed and is offered the next ones."""
    assert {t.answer.status for t in tries} <= {303, 409}
    assert {a.status for a in holds} <= {303, 409}
    for lost in (t for t in tries if t.answer.status == 409):
        page = lost.answer.text
        assert "Pris à 14h32 par Poste" in page or "est retenu par Poste" in page
        assert f"Guérineau {lost.client}" in page
        assert "1947" in page
        assert "06 39 98 14 27" in page
    assert {t.slot_id for t in tries} == set(ids)


def check_seats(tries, capacities) -> None:
    """Each seat has one winner, and the database says the same."""
    assert won(tries) == capacities
    acknowledged = [t.booking_id for t in tries if t.booking_id]
    session.rollback()
    assert sorted(acknowledged) == sorted(session.scalars(session.query(Booking.id).statement))
    assert broken() == {}


@pytest.mark.database
def test_sixteen_regulators_race_for_a_few_seats(crowd, practices):
    singles = slots_of(practices[:3])
    ranges = slots_of(practices[3:4], capacity=3)
    users = crowd()
    tries, holds = race(users, singles + ranges)
    check_answers(tries, holds, singles + ranges)
    check_seats(tries, {**dict.fromkeys(singles, 1), **dict.fromkeys(ranges, 3)})


@pytest.mark.database
@pytest.mark.long
def test_sixteen_regulators_race_for_many_seats(crowd):
    practices = [make_practice() for _ in range(MANY)]
    singles = slots_of(practices[: MANY // 2])
    ranges = slots_of(practices[MANY // 2 :], capacity=3)
    ids = [i for pair in zip(singles, ranges, strict=True) for i in pair]
    users = crowd()
    tries, holds = race(users, ids)
    check_answers(tries, holds, ids)
    check_seats(tries, {**dict.fromkeys(singles, 1), **dict.fromkeys(ranges, 3)})


def test_whoever_comes_too_late_is_offered_the_next_slots(cast, practices, sign_in):
    [wanted], later = slots_of(practices[:1]), slots_of(practices[1:3], starts_at=clock.now() + timedelta(hours=3))
    first, second = sign_in(cast.regulator), sign_in(cast.other_regulator)
    assert first.post(f"/creneaux/{wanted}/reserver", data=typed(0)).status_code == 303
    page = second.post(f"/creneaux/{wanted}/reserver", data=typed(1)).text
    assert "Pris à 14h32 par Léa Moreau" in page
    assert "Guérineau 1" in page
    assert all(f"/creneaux/{slot_id}/reserver" in page for slot_id in later)


@pytest.mark.database
def test_a_hold_keeps_the_others_out_then_is_taken_over_once(crowd, practices, set_clock):
    """Three holds; two minutes later the others want the seats, and one alone gets each."""
    held, retaken, booked = slots_of(practices[:3])
    users = crowd()
    assert [hold(user, slot_id).status for user, slot_id in zip(users, (held, retaken, booked), strict=False)] == [
        303
    ] * 3
    late = at_once(lambda client: reserve(users[client], client, held), range(1, CROWD))
    assert {t.answer.status for t in late} == {409}
    assert all(f"retenu par {name_of(0)}" in t.answer.text for t in late)
    assert reserve(users[0], 0, held).booking_id
    set_clock(clock.now() + timedelta(minutes=2))
    answers = at_once(lambda user: hold(user, retaken), users[1:])
    assert Counter(a.status for a in answers) == {303: 1, 409: CROWD - 2}
    tries = at_once(lambda client: reserve(users[client], client, booked), range(CROWD))
    assert won(tries) == {booked: 1}
    assert broken() == {}
