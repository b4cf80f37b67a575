"""What the tests of activity share: a campaign, and acts of times past or to come."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Practice
from cptsapp.snp.models import Booking, Campaign
from cptsapp.snp.patients import Patient, seal_patient
from tests.tools.cast import Cast
from tests.tools.factories import make_booking, make_campaign, make_slot

MakeAct = Callable[..., Booking]


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """Summer 2026 at 15 € an act, in progress."""
    made = make_campaign(name="Été 2026")
    session.commit()
    return made


@pytest.fixture
def make_act(cast: Cast) -> MakeAct:
    """`make_act(hours=-1, name="Guérineau")`: a booking so many hours from now, sealed, in a slot of its own."""

    own_id = cast.gp_practice.id

    def make(hours: float = -1, *, practice=None, campaign=None, name="Guérineau", year=1947, slot=None, **overrides):
        starts_at = clock.now() + timedelta(hours=hours)
        where = practice or session.get(Practice, own_id)
        posted = slot or make_slot(where, starts_at=starts_at, campaign_id=campaign.id if campaign else None)
        booking = make_booking(posted, booked_at=starts_at - timedelta(hours=5), **overrides)
        session.add(seal_patient(booking, Patient(name, year, "+33639981427")))
        session.flush()
        session.commit()
        return booking

    return make


def at(day: int, hour: int, minute: int = 0, month: int = 7) -> datetime:
    """A local time of July 2026, as an instant."""
    from zoneinfo import ZoneInfo

    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))
