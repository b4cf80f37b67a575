"""Reviews over month ends and leap years, reminders, polls: the pure rules, by properties."""

import calendar
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cptsapp.care_plans.models import DateReply, MeetingKind, MeetingState
from cptsapp.care_plans.rules.meeting_words import where_it_stands
from cptsapp.care_plans.rules.polls import answered, tallies, why_not_dates
from cptsapp.care_plans.rules.reviews import CATCH_UP, reminder, review_days
from cptsapp.care_plans.rules.states import MEETING_MOVES, MEETING_WORDS, why_not_meeting

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
REPLIES = st.sampled_from(list(DateReply))
AT = datetime(2026, 7, 28, 16, tzinfo=UTC)


@given(DAYS)
def test_a_review_falls_on_the_same_day_or_on_the_last_of_a_shorter_month(validated_on):
    for kind, months in ((MeetingKind.REVIEW_6, 6), (MeetingKind.REVIEW_12, 12)):
        day = review_days(validated_on)[kind]
        ahead = (day.year - validated_on.year) * 12 + day.month - validated_on.month
        last = calendar.monthrange(day.year, day.month)[1]
        assert (ahead, day.day) == (months, min(validated_on.day, last))


@given(DAYS)
def test_the_second_review_comes_after_the_first_and_within_a_year_and_a_day(validated_on):
    days = review_days(validated_on)
    assert validated_on < days[MeetingKind.REVIEW_6] < days[MeetingKind.REVIEW_12] <= validated_on + timedelta(366)


def test_the_ends_of_months_and_the_leap_day():
    assert review_days(date(2026, 8, 31)) == {
        MeetingKind.REVIEW_6: date(2027, 2, 28), MeetingKind.REVIEW_12: date(2027, 8, 31),
    }  # fmt: skip
    assert review_days(date(2028, 2, 29))[MeetingKind.REVIEW_12] == date(2029, 2, 28)
    assert review_days(date(2027, 8, 30))[MeetingKind.REVIEW_6] == date(2028, 2, 29)


@given(DAYS, st.integers(-10, 60))
def test_a_reminder_is_of_the_last_mark_that_came_and_soon_after_it(target, days_before):
    today = target - timedelta(days=days_before)
    mark = reminder(target, today)
    if mark is None:
        assert days_before > 30 or days_before < 7 - CATCH_UP.days or 7 < days_before < 30 - CATCH_UP.days
    else:
        assert timedelta(0) <= today - (target - timedelta(days=mark)) <= CATCH_UP
        assert days_before >= 0


@given(st.dictionaries(st.tuples(st.integers(1, 6), st.integers(1, 8)), REPLIES), st.sets(st.integers(1, 8)))
def test_a_tally_counts_each_reply_of_the_circle_once(answers, members):
    dates = {number: AT + timedelta(days=number) for number in range(1, 7)}
    found = tallies(dates, answers, members)
    counted = sum(one.yes + one.maybe + one.no for one in found)
    assert counted == sum(who in members for _, who in answers)
    assert sorted(one.date_id for one in found) == list(dates)
    assert [one.rank for one in found] == sorted(one.rank for one in found)


@given(st.dictionaries(st.tuples(st.integers(1, 3), st.integers(1, 4)), REPLIES))
def test_whoever_answered_said_something_of_every_date(answers):
    assert answered(answers, [1, 2, 3], [1, 2, 3, 4]) == [
        who for who in (1, 2, 3, 4) if {which for which, one in answers if one == who} == {1, 2, 3}
    ]


@given(st.lists(st.integers(-3, 9), max_size=8))
def test_dates_are_two_to_six_different_and_to_come(days):
    given_dates = [AT + timedelta(days=day) for day in days]
    is_fine = 2 <= len(days) <= 6 and len(set(days)) == len(days) and all(day > 0 for day in days)
    assert (why_not_dates(given_dates, AT) is None) is is_fine


def test_every_state_of_a_meeting_is_left_or_is_an_end_and_each_refusal_says_where_it_stands():
    reached = {move.target for move in MEETING_MOVES}
    assert reached | {move.sources[0] for move in MEETING_MOVES} == set(MEETING_WORDS)
    for move in MEETING_MOVES:
        for state, word in MEETING_WORDS.items():
            reason = why_not_meeting(move.code, state)
            assert reason is None if state in move.sources else word in reason


def test_where_each_stands_is_said_in_a_line():
    due_on, local_start = date(2026, 8, 9), datetime(2026, 7, 28, 18)
    said = [where_it_stands(state, due_on, local_start, due_on, (3, 5), due_on) for state in MeetingState]
    assert said == [
        "avant le dim. 9 août",
        "avant le dim. 9 août, 3\u00a0réponses sur 5 au sondage",
        "mar. 28 juil. à 18h00",
        "tenue le dimanche 9 août 2026",
        "annulée",
    ]
