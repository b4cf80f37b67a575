"""/compte/notifications: which mails one gets."""

import re

import pytest

from cptsapp.core.db import session
from cptsapp.snp.models import NotificationChoice, NotificationLevel


def test_everything_until_one_says_otherwise(gp):
    text = gp.get("/compte/notifications").get_data(as_text=True)
    assert re.search(r'<input checked[^>]+value="all"', text)


@pytest.mark.parametrize("level", list(NotificationLevel))
def test_choice_is_kept(gp, level):
    assert gp.post("/compte/notifications", data={"level": level}).status_code == 303
    found = session.query(NotificationChoice).one_or_none()
    assert (found.level if found else NotificationLevel.ALL) is level


def test_choice_is_confirmed(gp):
    assert "C’est enregistré" in gp.get("/compte/notifications?note=1").get_data(as_text=True)


def test_unknown_level_is_given_back(gp):
    assert gp.post("/compte/notifications", data={"level": "sometimes"}).status_code == 422
    assert session.query(NotificationChoice).count() == 0
