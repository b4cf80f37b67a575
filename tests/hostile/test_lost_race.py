"""When a constraint of the database decides, whoever lost reads a sentence, not a crash, and nothing is written."""

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Seat
from tests.hostile.tools import changed, check_refused, everything

HIVER = {"name": "Hiver", "starts_on": "2026-12-01", "pay": "15", "weekly_cap": "20"}


@pytest.mark.database
def test_a_constraint_that_refuses_is_a_sentence(coordinator, monkeypatch):
    def lose(*_args, **_kwargs) -> None:
        assert session.query(Seat).count() == 0  # the transaction has begun, as in life
        session.info.clear()  # the page of the refusal reads the settings anew
        session.add(Seat(slot_id=999_999, rank=0, starts_at=clock.now()))
        session.flush()

    monkeypatch.setattr("cptsapp.activity.actions.create_campaign", lose)
    before = everything()
    told = check_refused(coordinator.post("/campagnes/nouvelle", data=HIVER), 409)
    assert "Quelqu’un d’autre" in told
    assert changed(before, everything()) == set()
