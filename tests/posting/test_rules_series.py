"""Weekly repetition: dates, wall times over the change of hour, what is left aside."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cptsapp.posting.rules import series as rules
from cptsapp.posting.rules.draft import Draft, Hours
from cptsapp.posting.rules.series import Around
from cptsapp.snp.models import Modality
from cptsapp.territory.rules import DEFAULT_WINDOW, DaytimeWindow, local

ALWAYS = DaytimeWindow(dict.fromkeys(range(7), (time(0), time(23, 59))))
HOURS = Hours(DEFAULT_WINDOW, "Europe/Paris", "metropole")
NOW = datetime(2026, 7, 20, 12, 32, tzinfo=UTC)


def make(day=date(2026, 7, 22), opens=time(17)) -> Draft:
    return Draft(1, Modality.SURGERY, (), day, opens, 60, 4)


def around(taken=(), absences=(), hours=HOURS, now=NOW) -> Around:
    return Around(hours, now, taken, absences)


def test_the_summer_of_the_picture():
    taken = [make(date(2026, 7, 23)).span("Europe/Paris")]
    absences = [(date(2026, 8, 12), date(2026, 8, 13))]
    plan = rules.plan(make(), [2, 3], date(2026, 9, 10), around(taken, absences))
    assert (len(plan.kept), plan.seat_count) == (13, 52)
    assert rules.aside_lines(plan.aside) == [
        "jeu. 23 juil. : déjà publiée",
        "mer. 12 août et jeu. 13 août : absence",
    ]


def test_a_holiday_is_left_aside_by_name():
    plan = rules.plan(make(date(2026, 8, 15)), [5], date(2026, 8, 22), around())
    assert rules.aside_lines(plan.aside) == ["sam. 15 août : férié, Assomption"]


def test_an_overlap_is_left_aside_with_its_hours():
    taken = [(datetime(2026, 7, 22, 15, 30, tzinfo=UTC), datetime(2026, 7, 22, 16, 30, tzinfo=UTC))]
    plan = rules.plan(make(), [2], date(2026, 7, 29), around(taken))
    assert rules.aside_lines(plan.aside) == ["mer. 22 juil. : chevauche 17h30 – 18h30"]


def test_a_date_already_past_is_left_aside():
    plan = rules.plan(make(date(2026, 7, 20), time(14)), [0], date(2026, 7, 27), around())
    assert [left.reason for left in plan.aside] == ["passé"]


def test_the_wall_time_stays_over_the_last_sunday_of_october():
    plan = rules.plan(make(date(2026, 10, 23)), [4, 0], date(2026, 10, 26), around())
    starts = [draft.span("Europe/Paris")[0] for draft in plan.kept]
    assert [local(at, "Europe/Paris").time() for at in starts] == [time(17), time(17)]
    assert [at.hour for at in starts] == [15, 16]


def test_the_wall_time_stays_over_the_last_sunday_of_march():
    plan = rules.plan(make(date(2027, 3, 26)), [4, 0], date(2027, 4, 2), around(now=datetime(2027, 3, 1, tzinfo=UTC)))
    starts = [draft.span("Europe/Paris")[0] for draft in plan.kept]
    assert [at.hour for at in starts] == [16, 15]  # Easter Monday, the 29th, is left aside
    assert rules.aside_lines(plan.aside) == ["lun. 29 mars : férié, Lundi de Pâques"]


def test_the_hour_that_spring_skips_is_left_aside():
    night = make(date(2027, 3, 21), time(2, 30))
    plan = rules.plan(night, [6], date(2027, 4, 4), around(hours=Hours(ALWAYS, "Europe/Paris", "metropole")))
    assert [draft.day.day for draft in plan.kept] == [21, 4]
    assert "n’existe pas" in plan.aside[0].reason


@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.dates(date(2026, 7, 21), date(2027, 3, 1)),
    st.integers(0, 120),
    st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "America/Miquelon"]),
    st.times(time(6), time(21)),
)
def test_every_date_kept_has_the_weekday_and_the_wall_time(weekdays, first, length, zone, wall):
    opens = wall.replace(second=0, microsecond=0)
    hours = Hours(DEFAULT_WINDOW, zone, "metropole")
    last = first + timedelta(days=length)
    plan = rules.plan(make(first, opens), weekdays, last, around(hours=hours))
    days = [draft.day for draft in plan.kept] + [left.day for left in plan.aside]
    assert sorted(days) == rules.occurrences(weekdays, first, last)
    for draft in plan.kept:
        starts = local(draft.span(zone)[0], zone)
        assert (starts.time(), starts.date()) == (opens, draft.day)
        assert draft.day.weekday() in weekdays


def test_an_end_before_the_beginning_is_a_fault():
    assert rules.series_fault([2], date(2026, 7, 22), date(2026, 7, 21))[1] == "until"


def test_no_weekday_is_a_fault():
    assert rules.series_fault([], date(2026, 7, 22), date(2026, 9, 10))[1] == "weekdays"


def test_beyond_a_year_is_a_fault():
    assert rules.series_fault([2], date(2026, 7, 22), date(2028, 7, 21))[1] == "until"


def test_busy_days_are_those_that_meet_the_calendar():
    drafts = [make(), make(date(2026, 7, 29))]
    busy = [(datetime(2026, 7, 29, 15, tzinfo=UTC), datetime(2026, 7, 29, 16, tzinfo=UTC))]
    assert rules.busy_days(drafts, busy, "Europe/Paris") == [date(2026, 7, 29)]


def test_an_open_ended_absence_covers_all_that_follows():
    assert rules.is_absent(date(2030, 1, 1), [(date(2026, 7, 20), None)])
    assert not rules.is_absent(date(2026, 7, 19), [(date(2026, 7, 20), None)])


def test_weekdays_in_words():
    assert rules.weekdays_words([3, 2]) == "Les mercredis et jeudis"
    assert rules.joined(["a", "b", "c"]) == "a, b et c"
