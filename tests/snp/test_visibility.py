"""Which slots, bookings and identities exist for whom."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking, Slot, SlotState
from cptsapp.snp.permissions import acts_for, may_read_identity, visible_bookings, visible_slots
from tests.tools.factories import acting, make_booking, make_delegation, make_slot


@pytest.fixture
def two(cast):
    """A booking at each of the two practitioners'."""
    made = [make_booking(make_slot(p)) for p in (cast.gp_practice, cast.other_gp_practice)]
    session.commit()
    return made


def seen(user) -> set[int]:
    return set(session.scalars(select(Booking.id).where(visible_bookings(acting(user)))))


def test_a_secretary_acts_for_the_doctor_who_delegated(cast):
    persons = set(session.scalars(select(acts_for(acting(cast.secretary)).subquery().c.id)))
    assert cast.gp_person.id in persons
    assert cast.other_gp_person.id not in persons


def test_a_delegation_that_ended_opens_nothing(cast):
    ended = make_delegation(cast.other_gp_person, cast.gp_person, ends_on=clock.now().date() - timedelta(days=1))
    assert ended.id
    assert cast.gp_person.id not in set(session.scalars(acts_for(acting(cast.other_gp))))


@pytest.mark.parametrize(
    ("who", "expected"),
    [("regulator", 2), ("coordinator", 2), ("gp", 1), ("secretary", 1), ("treasurer", 0), ("outsider", 0)],
)
def test_bookings(cast, two, who, expected):
    assert len(seen(getattr(cast, who))) == expected


@pytest.mark.parametrize(
    ("who", "may"),
    [("regulator", True), ("gp", True), ("secretary", True), ("other_gp", False), ("coordinator", False)],
)
def test_identity(cast, two, who, may):
    assert may_read_identity(acting(getattr(cast, who)), two[0]) is may


def test_the_desk_no_longer_reads_yesterday(cast, two, set_clock):
    set_clock(clock.now() + timedelta(days=1))
    assert not may_read_identity(acting(cast.regulator), two[0])
    assert may_read_identity(acting(cast.gp), two[0])


def test_a_withdrawn_slot_exists_for_its_own_and_the_coordination(cast):
    make_slot(cast.gp_practice, state=SlotState.WITHDRAWN)
    session.commit()
    found = {
        who: len(session.scalars(select(Slot.id).where(visible_slots(acting(getattr(cast, who))))).all())
        for who in ("gp", "secretary", "coordinator", "regulator", "other_gp", "treasurer")
    }
    assert found == {"gp": 1, "secretary": 1, "coordinator": 1, "regulator": 0, "other_gp": 0, "treasurer": 0}


def test_whoever_has_no_sheet_acts_for_nobody(cast):
    for user in (cast.coordinator, cast.regulator, cast.treasurer):
        assert user.person_id is None
        assert session.scalars(acts_for(acting(user))).all() == []


def test_a_practitioner_acts_for_themselves_alone(cast):
    assert session.scalars(acts_for(acting(cast.gp))).all() == [cast.gp_person.id]
