"""When retention ends identities go, and everything that is counted stays (§6.4)."""

from datetime import date

import pytest
from sqlalchemy import func, select

from cptsapp.activity import actions
from cptsapp.activity.queries.figures import Filter, cells
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.regulation.models import Broadcast
from cptsapp.snp.models import BookingIdentity, RegularDoctor
from tests.activity.conftest import at

THREE_MONTHS_ON = at(20, 3, month=10)


def identities() -> int:
    return session.scalar(select(func.count()).select_from(BookingIdentity)) or 0


def events() -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).where(AuditEvent.kind == "identities.erased")))


@pytest.fixture
def broadcast(cast):
    """A broadcast whose identity is to go on 20 October."""
    made = Broadcast(
        circle="all",
        regular_doctor=RegularDoctor.NO,
        created_at=clock.now(),
        created_by_id=cast.regulator.id,
        expires_at=clock.now(),
        erase_on=date(2026, 10, 20),
    )
    session.add(made)
    session.flush()
    for column in ("name", "birth_year", "phone"):
        setattr(made, column, ring().seal("x", made.seal_id, column))
    session.commit()
    return made


def test_identities_go_on_their_day_and_not_the_day_before(cast, make_act):
    make_act()
    assert actions.erase_due(at(19, 23, month=10)) == 0
    assert actions.erase_due(THREE_MONTHS_ON) == 1
    assert identities() == 0


def test_a_later_one_stays(cast, make_act):
    make_act(), make_act(+24)
    actions.erase_due(THREE_MONTHS_ON)
    assert identities() == 1


def test_the_sealed_columns_of_a_broadcast_go(broadcast):
    assert actions.erase_due(THREE_MONTHS_ON) == 1
    session.refresh(broadcast)
    assert (broadcast.name, broadcast.birth_year, broadcast.phone) == (None, None, None)


def test_figures_are_the_same_afterwards(cast, campaign, make_act):
    make_act(campaign=campaign)
    before = cells(Filter(), THREE_MONTHS_ON)
    actions.erase_due(THREE_MONTHS_ON)
    assert cells(Filter(), THREE_MONTHS_ON) == before


def test_the_trail_says_how_many_as_the_software_s_act(cast, make_act, broadcast):
    make_act()
    actions.erase_due(THREE_MONTHS_ON)
    event = events()[0]
    assert (event.user_id, event.data) == (None, {"bookings": 1, "broadcasts": 1})


def test_a_second_pass_has_nothing_to_say(cast, make_act, broadcast):
    make_act()
    actions.erase_due(THREE_MONTHS_ON)
    assert actions.erase_due(THREE_MONTHS_ON) == 0
    assert len(events()) == 1
