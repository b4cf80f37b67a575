"""Who leaves and who arrives between two days: counted once, and the numbers add up whatever was noted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.core.periods import months_later
from cptsapp.directory.models import MovementKind
from cptsapp.directory.rules import movements as rules
from cptsapp.directory.rules.freshness import is_stale, stale_words
from cptsapp.directory.rules.movements import Change, Way

TODAY = date(2026, 7, 20)
HORIZON = date(2028, 7, 20)
GAIN, LOSS = Way.GAIN, Way.LOSS

days = st.dates(date(2026, 7, 1), date(2028, 8, 31))
persons = st.sets(st.integers(1, 6))
changes = st.lists(
    st.builds(Change, st.integers(1, 6), days, st.sampled_from(Way), st.none() | st.integers(1, 99)), max_size=20
)


def kept(present, *every):
    return rules.real_changes(present, every, TODAY, HORIZON)


def test_who_is_here_and_leaves_is_a_loss():
    assert len(kept({1}, Change(1, date(2026, 12, 31), LOSS))) == 1


def test_a_departure_noted_twice_is_one():
    first, second = Change(1, date(2026, 12, 31), LOSS), Change(1, date(2027, 3, 31), LOSS)
    assert kept({1}, second, first) == [first]


@pytest.mark.parametrize("change", [Change(1, date(2027, 1, 1), GAIN), Change(2, date(2027, 1, 1), LOSS)])
def test_who_is_here_does_not_arrive_and_who_is_away_does_not_leave(change):
    assert kept({1}, change) == []


def test_what_was_announced_is_kept_rather_than_what_dates_tell():
    noted, announced = Change(1, date(2027, 1, 1), LOSS), Change(1, date(2027, 1, 1), LOSS, 7)
    assert kept({1}, noted, announced) == [announced]


@given(persons, changes)
def test_today_less_who_leaves_plus_who_arrives_is_later(present, every):
    found = kept(present, *every)
    here = set(present)
    for change in found:
        here = here | {change.person_id} if change.way is GAIN else here - {change.person_id}
    assert rules.balance(len(present), found).later == len(here)


@given(persons, changes)
def test_noting_everything_twice_changes_no_number(present, every):
    assert len(kept(present, *every, *every)) == len(kept(present, *every))


@given(persons, changes, st.randoms())
def test_the_order_in_which_they_were_noted_does_not_count(present, every, random):
    shuffled = random.sample(every, len(every))
    assert [(c.person_id, c.on) for c in kept(present, *every)] == [
        (c.person_id, c.on) for c in kept(present, *shuffled)
    ]


@given(persons, changes, days)
def test_two_stretches_of_time_add_up_to_the_whole(present, every, middle):
    whole = rules.real_changes(present, every, TODAY, HORIZON)
    middle = min(max(middle, TODAY), HORIZON)
    first = rules.real_changes(present, every, TODAY, middle)
    here = set(present)
    for change in first:
        here ^= {change.person_id}
    assert [*first, *rules.real_changes(here, every, middle, HORIZON)] == whole


@given(persons, changes)
def test_the_quarters_add_up_to_the_balance(present, every):
    found = kept(present, *every)
    table = rules.by_quarter(len(present), found, TODAY, HORIZON)
    assert table[-1][1].later == rules.balance(len(present), found).later
    assert sum(own.losses for _, own in table) == rules.balance(0, found).losses


@pytest.mark.parametrize("kind", sorted(rules.ABSENCES))
def test_a_leave_is_an_absence_and_no_loss(kind):
    assert rules.change_of(1, 1, kind, date(2026, 9, 1)) is None


def test_each_kind_is_a_gain_a_loss_or_an_absence():
    groups = [rules.GAINS, rules.LOSSES, rules.ABSENCES]
    assert sorted(kind for group in groups for kind in group) == sorted(MovementKind)
    assert set(rules.MOVEMENT_LABELS) == set(MovementKind)


def test_the_day_of_a_departure_is_the_last_day_here():
    assert rules.change_of(1, 1, MovementKind.RETIREMENT, date(2026, 12, 31)).on == date(2027, 1, 1)


def test_moving_within_the_territory_is_neither_leaving_nor_arriving():
    periods = [(date(2020, 1, 1), date(2026, 9, 30)), (date(2026, 10, 1), None)]
    assert [c.way for c in rules.changes_of_periods(1, periods)] == [GAIN]


def test_a_gap_between_two_practices_is_a_departure_then_an_arrival():
    periods = [(date(2027, 1, 1), None), (date(2020, 1, 1), date(2026, 9, 30))]
    found = rules.changes_of_periods(1, periods)
    assert [(c.way, c.on) for c in found[1:]] == [(LOSS, date(2026, 10, 1)), (GAIN, date(2027, 1, 1))]


def test_a_practice_without_end_hides_the_end_of_another():
    periods = [(date(2020, 1, 1), None), (date(2021, 1, 1), date(2026, 9, 30))]
    assert [c.way for c in rules.changes_of_periods(1, periods)] == [GAIN]


@given(st.lists(st.tuples(days, st.none() | st.integers(0, 400)), max_size=8), days)
def test_the_changes_of_practices_say_who_is_here_on_any_day(lengths, day):
    periods = [(first, None if n is None else first + timedelta(days=n)) for first, n in lengths]
    here = any(first <= day and (last is None or day <= last) for first, last in periods)
    before = [c for c in rules.changes_of_periods(1, periods) if c.on <= day]
    assert (len(before) % 2 == 1) == here


def test_quarters_from_a_day_to_another():
    found = rules.quarters(TODAY, HORIZON)
    assert [q.label for q in found][:3] == ["T3 26", "T4 26", "T1 27"]
    assert (found[0].first, found[-1].last, len(found)) == (date(2026, 7, 21), HORIZON, 9)


@given(days, st.integers(0, 60))
def test_quarters_follow_one_another(first, months):
    found = rules.quarters(first, months_later(first, months))
    ends = [first, *(quarter.last for quarter in found)]
    assert [quarter.first - timedelta(days=1) for quarter in found] == ends[:-1]
    assert ends[-1] == months_later(first, months)


@pytest.mark.parametrize(
    ("verified_on", "words"),
    [
        (date(2025, 7, 21), ""),
        (date(2025, 7, 20), "depuis moins d’un mois"),
        (date(2025, 5, 5), "depuis 2 mois"),
        (date(2020, 5, 5), "depuis 5 ans"),
    ],
)
def test_a_sheet_is_good_for_twelve_months(verified_on, words):
    assert stale_words(verified_on, TODAY) == words
    assert is_stale(verified_on, TODAY) == bool(words)


def test_a_sheet_never_checked_is_to_be_checked():
    assert is_stale(None, TODAY)
