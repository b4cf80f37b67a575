"""A hold: two minutes, one a user, taken over once it has expired."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.snp.actions import hold_seat, release_hold
from cptsapp.snp.models import AgendaVersion, Seat


def held() -> dict[int, int]:
    """Who holds which seat's slot."""
    session.expire_all()
    return {s.held_by_id: s.slot_id for s in session.query(Seat).filter(Seat.held_by_id.is_not(None))}


def test_a_hold_lasts_two_minutes(slot, regulator):
    assert hold_seat(slot, by=regulator).held_until == clock.now() + timedelta(minutes=2)


@pytest.mark.database
def test_one_hold_a_user(slot, later, regulator):
    hold_seat(slot, by=regulator)
    session.commit()
    hold_seat(later, by=regulator)
    session.commit()
    assert held() == {regulator.id: later}


def test_holding_again_starts_the_two_minutes_again(slot, regulator, set_clock):
    hold_seat(slot, by=regulator)
    session.commit()
    set_clock(clock.now() + timedelta(minutes=1))
    assert hold_seat(slot, by=regulator).held_until == clock.now() + timedelta(minutes=2)


@pytest.mark.database
def test_a_held_seat_is_refused_to_others(slot, regulator, other):
    hold_seat(slot, by=regulator)
    session.commit()
    with pytest.raises(Refusal, match="retenu par Léa Moreau"):
        hold_seat(slot, by=other)


@pytest.mark.database
def test_two_users_hold_the_two_places_of_a_range(later, regulator, other):
    first = hold_seat(later, by=regulator).id
    session.commit()
    assert hold_seat(later, by=other).id != first


@pytest.mark.database
def test_an_expired_hold_is_taken_over(slot, regulator, other, set_clock):
    hold_seat(slot, by=regulator)
    session.commit()
    set_clock(clock.now() + timedelta(minutes=2))
    hold_seat(slot, by=other)
    session.commit()
    assert held() == {other.id: slot}


def test_giving_back_raises_the_version(slot, regulator):
    hold_seat(slot, by=regulator)
    session.commit()
    before = session.query(AgendaVersion.version).scalar()
    release_hold(by=regulator)
    session.commit()
    assert held() == {}
    assert session.query(AgendaVersion.version).scalar() == before + 1


def test_giving_nothing_back_changes_nothing(slot, regulator):
    before = session.query(AgendaVersion.version).scalar()
    release_hold(by=regulator)
    session.commit()
    assert session.query(AgendaVersion.version).scalar() == before
