"""What comes after an outcome, on any day and under any opening hours; whose turn it is; where one stands."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.outreach.models import CallOutcome, TargetState
from cptsapp.outreach.rules import (
    ATTEMPTS,
    DEFAULT_WINDOW,
    OUTCOMES,
    RETRY_AT,
    Hours,
    Next,
    Standing,
    after,
    next_working_day,
    retry_at,
    standing,
    turn,
    why_not_call_back,
)
from cptsapp.territory.rules import DaytimeWindow, holiday_name, local

PARIS = Hours(DEFAULT_WINDOW, "Europe/Paris", "metropole")
NOW = datetime(2026, 7, 20, 12, 32, tzinfo=UTC)


@dataclass
class Made:
    outcome: CallOutcome
    called_at: datetime = NOW
    call_back_at: datetime | None = None


hours_of_day = st.integers(0, 23).flatmap(
    lambda opens: st.integers(opens + 1, 24).map(lambda closes: (time(opens), time(closes % 24, 59 * (closes == 24))))
)
windows = st.dictionaries(st.integers(0, 6), hours_of_day.filter(lambda span: span[0] < span[1])).map(DaytimeWindow)
zones = st.sampled_from(
    [
        ("Europe/Paris", "metropole"),
        ("Europe/Paris", "alsace-moselle"),
        ("Indian/Reunion", "reunion"),
        ("America/Guadeloupe", "guadeloupe"),
        ("Pacific/Noumea", "nouvelle-caledonie"),
    ]
)
settings_ = st.builds(lambda window, zone: Hours(window, *zone), windows, zones)
instants = st.datetimes(datetime(2021, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
days = st.dates(date(2021, 1, 1), date(2035, 12, 31))
finals = st.sampled_from([o for o in CallOutcome if o not in (CallOutcome.NO_ANSWER, CallOutcome.CALL_BACK)])


@given(instants, st.integers(1, ATTEMPTS), settings_)
def test_who_did_not_answer_comes_back_on_a_later_working_day(called_at, unanswered, hours):
    due = local(retry_at(called_at, unanswered, hours), hours.zone)
    assert due.date() > local(called_at, hours.zone).date()
    assert due.weekday() < 5
    assert holiday_name(due.date(), hours.region) is None


@given(instants, st.integers(1, ATTEMPTS), settings_)
def test_and_within_the_opening_hours_of_that_day(called_at, unanswered, hours):
    due = retry_at(called_at, unanswered, hours)
    own = {weekday: span for weekday, span in hours.window.hours.items() if weekday < 5}
    wall = local(due, hours.zone)
    opens, closes = (own or DEFAULT_WINDOW.hours)[wall.weekday()]
    # The hour that the spring change swallows is the one after.
    assert opens <= wall.time() < closes or wall.time() == time(opens.hour + 1, opens.minute)


@given(days, settings_)
def test_no_working_day_is_passed_over(day, hours):
    found = next_working_day(day, hours)
    open_days = {weekday for weekday in hours.window.hours if weekday < 5} or set(range(5))
    between = (day + timedelta(days=n) for n in range(1, (found - day).days))
    assert all(d.weekday() not in open_days or holiday_name(d, hours.region) for d in between)


@given(st.lists(st.just(CallOutcome.NO_ANSWER), min_size=1, max_size=9), settings_)
def test_five_calls_without_an_answer_are_the_most(outcomes, hours):
    found = after([Made(outcome) for outcome in outcomes], hours)
    assert (found.state is TargetState.DONE) == (len(outcomes) >= ATTEMPTS)
    assert (found.due_at is None) == (found.state is TargetState.DONE)


@given(st.lists(st.sampled_from(CallOutcome), max_size=6), finals, settings_)
def test_whoever_has_answered_for_good_is_done_with(before, last, hours):
    made = [Made(outcome, call_back_at=NOW) for outcome in [*before, last]]
    assert after(made, hours) == Next(TargetState.DONE, None)


@given(st.lists(st.sampled_from(CallOutcome), max_size=6), instants, settings_)
def test_a_promise_is_kept_at_its_hour(before, at, hours):
    made = [*(Made(outcome, call_back_at=NOW) for outcome in before), Made(CallOutcome.CALL_BACK, call_back_at=at)]
    assert after(made, hours) == Next(TargetState.TO_CALL, at)


def test_nobody_called_yet_is_called_at_once():
    assert after([], PARIS) == Next(TargetState.TO_CALL, None)


@pytest.mark.parametrize(
    ("called_on", "unanswered", "due"),
    [
        ("2026-07-20", 1, "2026-07-21T09:00"),
        ("2026-07-20", 2, "2026-07-21T11:00"),
        ("2026-07-20", 3, "2026-07-21T14:00"),
        ("2026-07-20", 4, "2026-07-21T17:00"),
        ("2026-07-24", 1, "2026-07-27T09:00"),  # a Friday
        ("2026-07-13", 1, "2026-07-15T09:00"),  # the 14th of July
        ("2026-12-24", 1, "2026-12-28T09:00"),  # Christmas on a Friday
        ("2026-10-23", 1, "2026-10-26T09:00"),  # the clocks change
    ],
)
def test_the_next_working_day_each_time_at_another_hour(called_on, unanswered, due):
    called_at = datetime.fromisoformat(f"{called_on}T12:00+00:00")
    assert f"{local(retry_at(called_at, unanswered, PARIS), 'Europe/Paris'):%Y-%m-%dT%H:%M}" == due


def test_an_hour_outside_the_opening_is_that_of_the_opening():
    hours = Hours(DaytimeWindow(dict.fromkeys(range(5), (time(13), time(16)))), "Europe/Paris", "metropole")
    found = [local(retry_at(NOW, n, hours), "Europe/Paris").hour for n in range(1, 5)]
    assert found == [13, 13, 14, 13]
    assert RETRY_AT[2] == time(14)


def test_an_answer_is_no_missing_answer():
    with pytest.raises(ValueError, match="not answering"):
        retry_at(NOW, 0, PARIS)


@pytest.mark.parametrize(
    ("at", "ends_on", "word"),
    [
        (NOW, None, "passé"),
        (NOW + timedelta(days=3), date(2026, 7, 22), "finie"),
        (NOW + timedelta(days=121), None, "quatre mois"),
        (NOW + timedelta(minutes=1), date(2026, 7, 20), None),
    ],
)
def test_a_promise_is_refused_with_its_reason(at, ends_on, word):
    reason = why_not_call_back(at, NOW, ends_on, "Europe/Paris")
    assert (reason is None) == (word is None)
    assert word is None or word in reason


@pytest.mark.parametrize(
    ("state", "due_at", "is_listed", "has_phone", "expected"),
    [
        (TargetState.DONE, None, False, False, Standing.DONE),
        (TargetState.REMOVED, None, True, True, Standing.OUT),
        (TargetState.TO_CALL, None, False, True, Standing.OUT),
        (TargetState.TO_CALL, None, True, False, Standing.NO_PHONE),
        (TargetState.TO_CALL, NOW + timedelta(seconds=1), True, True, Standing.LATER),
        (TargetState.TO_CALL, NOW, True, True, Standing.TO_CALL),
    ],
)
def test_where_someone_stands(state, due_at, is_listed, has_phone, expected):
    assert standing(state, due_at, NOW, is_listed=is_listed, has_phone=has_phone) is expected


def test_promises_first_then_who_was_never_called_then_who_did_not_answer():
    lines = [(CallOutcome.NO_ANSWER, NOW, 1), (None, None, 3), (None, None, 2), (CallOutcome.CALL_BACK, NOW, 9)]
    assert [rank for _, _, rank in sorted(lines, key=lambda line: turn(*line))] == [9, 2, 3, 1]


def test_every_outcome_has_its_words_in_the_order_of_its_key():
    assert list(OUTCOMES) == list(CallOutcome)
    assert len({words.slug for words in OUTCOMES.values()}) == len(CallOutcome)
