from datetime import UTC, datetime

import pytest

from cptsapp.core import clock
from cptsapp.settings import BadSettings, read


def test_clock_file_sets_the_time(app, set_clock):
    moment = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    set_clock(moment)
    assert clock.now() == moment


def test_clock_is_refused_in_production(tmp_path):
    with pytest.raises(BadSettings, match="CPTSAPP_CLOCK"):
        read({"CPTSAPP_INSTANCE": str(tmp_path), "CPTSAPP_CLOCK": "2026-07-20T14:32:00+02:00"})


def test_naive_clock_is_refused(app):
    with pytest.raises(ValueError, match="offset"):
        clock.configure("2026-07-20T14:32:00")


def test_cast_is_complete(cast):
    assert cast.gp.person_id == cast.gp_person.id
