"""Who is counted on a day, and what the rate is."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cptsapp.directory.models import College, PracticeMode, Profession
from cptsapp.membership.rules import rate, rate_days
from cptsapp.membership.rules.rate import Count, CountingRules, DatedPractice, Held, Professional

RULES = CountingRules()
DAY = date(2026, 7, 20)
YEAR = Held(1, None, 1, College.PROFESSIONALS, date(2026, 1, 1), date(2026, 12, 31), None)


def practice(**changes):
    values = {
        "person_id": 1,
        "id": 1,
        "profession": Profession.NURSE,
        "mode": PracticeMode.LIBERAL,
        "commune_code": "85194",
        "starts_on": date(2025, 1, 1),
        "ends_on": None,
    }
    return DatedPractice(**{**values, **changes})


def professional(number, *practices, periods=()):
    return Professional(number, practices, periods)


def test_600_professionals_of_whom_120_are_members_make_20_per_cent():
    people = [professional(n, practice(id=n), periods=(YEAR,) if n < 120 else ()) for n in range(600)]
    found = rate.count(rate.counted_on(people, RULES, DAY))
    assert (found.members, found.professionals, found.percent) == (120, 600, 20.0)


def test_someone_with_three_practices_counts_once_under_the_liberal_one():
    salaried = practice(id=1, mode=PracticeMode.SALARIED, starts_on=date(2020, 1, 1))
    newer, older = practice(id=2, starts_on=date(2024, 1, 1)), practice(id=3, starts_on=date(2023, 1, 1))
    rules = CountingRules(modes=frozenset(PracticeMode))
    (one,) = rate.counted_on([professional(1, salaried, newer, older)], rules, DAY)
    assert one.practice is older


def test_a_salaried_person_does_not_count_by_the_usual_rules():
    assert rate.counted_on([professional(1, practice(mode=PracticeMode.SALARIED), periods=(YEAR,))], RULES, DAY) == []


def test_a_profession_left_out_does_not_count():
    assert rate.counted_on([professional(1, practice(profession=Profession.OPTICIAN))], RULES, DAY) == []


def test_a_locum_counts_from_the_third_month_on():
    locum = practice(mode=PracticeMode.LOCUM, starts_on=date(2026, 4, 20))
    assert rate.counted_on([professional(1, locum)], RULES, date(2026, 7, 19)) == []
    assert len(rate.counted_on([professional(1, locum)], RULES, date(2026, 7, 20))) == 1


def test_a_locum_who_stays_two_months_never_counts():
    locum = practice(mode=PracticeMode.LOCUM, starts_on=date(2026, 4, 20), ends_on=date(2026, 6, 20))
    assert rate.counted_from(locum, RULES) is None


def test_the_last_day_of_a_practice_still_counts():
    ended = practice(ends_on=DAY)
    assert len(rate.counted_on([professional(1, ended)], RULES, DAY)) == 1
    assert rate.counted_on([professional(1, ended)], RULES, DAY + timedelta(days=1)) == []


def test_who_left_the_association_is_no_member_the_day_after():
    left = Held(1, None, 1, College.PROFESSIONALS, date(2026, 1, 1), date(2026, 12, 31), DAY)
    people = [professional(1, practice(), periods=(left,))]
    assert rate.count(rate.counted_on(people, RULES, DAY)) == Count(1, 1)
    assert rate.count(rate.counted_on(people, RULES, DAY + timedelta(days=1))) == Count(0, 1)


def test_nobody_to_count_gives_no_rate():
    assert Count().percent is None


def test_what_is_missing_to_the_target_is_rounded_up():
    assert Count(292, 500).missing(60) == 8
    assert Count(2, 3).missing(67) == 1
    assert Count(300, 500).missing(60) == 0


def test_the_changes_name_who_makes_them():
    gone, come, stays = (professional(n, practice(id=n)) for n in (1, 2, 3))
    joined = professional(3, practice(id=3), periods=(YEAR,))
    before, after = rate.counted_on([gone, stays], RULES, DAY), rate.counted_on([come, joined], RULES, DAY)
    found = rate.changes_between(before, after)
    assert (found.joined, found.ended, found.arrived, found.departed) == ({3}, set(), {2}, {1})


def test_a_curve_has_the_end_of_each_month_and_its_last_day():
    assert rate_days.month_ends(date(2026, 1, 15), date(2026, 3, 10)) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 10),
    ]


def test_a_curve_that_ends_with_a_month_has_that_day_once():
    assert rate_days.month_ends(date(2026, 2, 1), date(2026, 2, 28)) == [date(2026, 2, 28)]


_days = st.dates(date(2023, 1, 1), date(2026, 12, 31))
_practices = st.builds(
    lambda number, mode, profession, first, length: practice(
        id=number,
        mode=mode,
        profession=profession,
        starts_on=first,
        ends_on=None if length is None else first + timedelta(days=length),
    ),
    st.integers(1, 9),
    st.sampled_from(PracticeMode),
    st.sampled_from([Profession.GP, Profession.NURSE, Profession.OPTICIAN]),
    _days,
    st.none() | st.integers(0, 800),
)


@st.composite
def _periods(draw):
    """Periods that may overlap: those of one sheet never do, those of two sheets made one may."""
    pairs = [sorted(pair) for pair in draw(st.lists(st.tuples(_days, _days), max_size=3))]
    return tuple(Held(1, None, n, College.PROFESSIONALS, first, last, None) for n, (first, last) in enumerate(pairs))


@given(
    st.lists(st.tuples(st.lists(_practices, max_size=4), _periods()), max_size=5),
    st.lists(_days, min_size=1, max_size=8, unique=True),
    st.integers(0, 12),
)
def test_the_curve_counts_on_each_day_what_the_list_of_that_day_holds(facts, days, months):
    people = [professional(n, *practices, periods=periods) for n, (practices, periods) in enumerate(facts)]
    rules = CountingRules(locum_months=months)
    wanted = [rate.count(rate.counted_on(people, rules, day)) for day in days]
    tally = rate.Tally(people, rules)
    assert [tally.on(day) for day in days] == wanted
