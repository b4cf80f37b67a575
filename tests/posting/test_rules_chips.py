"""The chips of a new slot."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cptsapp.posting.rules.chips import LEAD, WANTED, ranked, suggest, suggest_days
from cptsapp.posting.rules.draft import Hours, overlap
from cptsapp.territory.rules import DEFAULT_WINDOW

HOURS = Hours(DEFAULT_WINDOW, "Europe/Paris", "metropole")
MONDAY = datetime(2026, 7, 20, 12, 32, tzinfo=UTC)


def shown(now=MONDAY, habits=(), taken=()):
    return [at.strftime("%a%d %H:%M") for at in suggest(now, HOURS, habits, taken, 15)]


def test_without_habits_the_next_useful_times():
    assert shown() == ["Mon20 17:00", "Mon20 18:30", "Tue21 11:30", "Tue21 17:00", "Wed22 11:30"]


def test_a_habit_of_the_weekday_comes_first():
    habits = [(0, time(15, 45))] * 3 + [(0, time(19))] * 2
    assert shown(habits=habits)[:2] == ["Mon20 15:45", "Mon20 19:00"]


def test_what_is_taken_is_not_proposed():
    five = datetime(2026, 7, 20, 15, 0, tzinfo=UTC)
    assert "Mon20 17:00" not in shown(taken=[(five, five + timedelta(minutes=15))])


def test_late_in_the_day_the_next_half_hour_remains():
    assert shown(datetime(2026, 7, 20, 17, 10, tzinfo=UTC))[0] == "Mon20 19:30"


def test_after_closing_the_first_is_tomorrow():
    assert shown(datetime(2026, 7, 20, 19, 0, tzinfo=UTC))[0].startswith("Tue21")


def test_a_holiday_and_a_sunday_are_passed_over():
    friday_evening = datetime(2026, 8, 14, 19, 0, tzinfo=UTC)  # the 15th is Assomption, the 16th a Sunday
    assert shown(friday_evening)[0].startswith("Mon17")


def test_ranks_weekday_then_any_day_then_defaults():
    habits = [(1, time(9)), (0, time(16)), (0, time(16)), (0, time(10))]
    assert ranked(0, habits)[:3] == [time(16), time(10), time(16)]


_instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
_habits = st.lists(
    st.tuples(st.integers(0, 6), st.times().map(lambda t: t.replace(second=0, microsecond=0))), max_size=12
)


@given(
    _instants,
    _habits,
    st.lists(st.tuples(st.integers(0, 4000), st.integers(5, 240)), max_size=8),
    st.sampled_from([5, 15, 60]),
)
def test_chips_are_future_inside_the_window_and_apart(now, habits, busy, minutes):
    taken = [(now + timedelta(minutes=s), now + timedelta(minutes=s + d)) for s, d in busy]
    found = suggest(now, HOURS, habits, taken, minutes)
    spans = [(at.astimezone(UTC), at.astimezone(UTC) + timedelta(minutes=minutes)) for at in found]
    assert found == sorted(set(found))
    assert len(found) <= WANTED
    for index, span in enumerate(spans):
        window = HOURS.span(found[index].date())
        assert span[0] > now + LEAD
        assert window[0] <= span[0]
        assert span[1] <= window[1]
        assert not any(overlap(span, other) for other in [*taken, *spans[:index]])


def test_the_days_of_a_plage():
    assert suggest_days(MONDAY, HOURS, time(17)) == [date(2026, 7, 20), date(2026, 7, 21), date(2026, 7, 22)]


def test_a_plage_whose_hour_has_gone_starts_tomorrow():
    assert suggest_days(MONDAY, HOURS, time(9))[0] == date(2026, 7, 21)


def test_a_day_of_absence_is_passed_over():
    away = [(date(2026, 7, 20), date(2026, 7, 22))]
    assert suggest(MONDAY, HOURS, (), (), 15, away)[0].day == 23
    assert suggest_days(MONDAY, HOURS, time(17), away)[0] == date(2026, 7, 23)


def test_an_absence_without_an_end_leaves_no_chip():
    assert suggest(MONDAY, HOURS, (), (), 15, [(date(2026, 7, 20), None)]) == []
