"""A demonstration small enough for tests: a few days back, a few ahead, few professionals."""

from datetime import datetime, timedelta

import pytest

from cptsapp.demo import extract, requests, rules, story


@pytest.fixture(autouse=True)
def few_days(monkeypatch):
    monkeypatch.setattr(rules, "HISTORY", timedelta(days=3))
    monkeypatch.setattr(rules, "AHEAD_DAYS", 4)
    monkeypatch.setattr(requests, "PAST", 2)
    monkeypatch.setattr(requests, "RECENT", 3)
    for name, persons in (("FIRST", 120), ("SECOND", 124)):
        monkeypatch.setattr(extract, name, extract.Edition(persons, lines=200))


@pytest.fixture
def play(app, set_clock, clock_file):
    """`play(hour)` writes the demonstration as of that hour."""

    def at(hour: str) -> None:
        set_clock(datetime.fromisoformat(hour))
        story.play(f"@{clock_file}")

    return at
