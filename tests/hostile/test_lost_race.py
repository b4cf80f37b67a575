"""When a constraint of the database decides, whoever lost reads a sentence, not a crash, and nothing is written."""

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Seat
from tests.hostile.tools import changed, check_refused, everything


@pytest.mark.database
def test_a_constraint_that_refuses_is_a_sentence(gp, monkeypatch):
    def lose(*_args, **_kwargs) -> None:
        session.add(Seat(slot_id=999_999, rank=0, starts_at=clock.now()))
        session.flush()

    monkeypatch.setattr("cptsapp.posting.views.profile.set_overbook", lose)
    before = everything()
    told = check_refused(gp.post("/mes-creneaux/profil", data={"note": "x"}), 409)
    assert "Quelqu’un d’autre" in told
    assert changed(before, everything()) == set()
