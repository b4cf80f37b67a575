"""Same person or not: spelled otherwise, slipped dates, twins, couples; then what holds for any names."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cptsapp.core.text import fold
from cptsapp.inbox.rules.duplicates import NEAR_FIRST, Said, compare, first_likeness, is_slip, likeness

BORN = date(1947, 3, 4)


def jeanne(last="Guérineau", first="Jeanne", born=BORN):
    return Said(last, first, born)


@pytest.mark.parametrize(
    "other",
    [
        jeanne("GUERINEAU", "jeanne"),
        jeanne("Jeanne", "Guérineau"),
        jeanne("Guérinaud"),
        jeanne("Guerrineau", "Jeannne"),
        jeanne(first="J."),
        jeanne("Guérineau-Morin"),
        jeanne("Morin"),
        jeanne(born=date(1947, 4, 3)),
        jeanne(born=date(1947, 3, 14)),
        jeanne(born=date(1974, 3, 4)),
    ],
)
def test_the_same_person_said_otherwise_is_asked_about(other):
    assert compare(jeanne(), other, shares_phone=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Ben Ali", "Samia"), ("Benali", "Samia")),
        (("Merlet", "Jean-Pierre"), ("Merlet", "J.-P.")),
        (("Merlet", "Jean Pierre"), ("Merlet", "Jean-Pierre")),
        (("Lefèvre", "Mathieu"), ("Lefebvre", "Matthieu")),
        (("d’Hérouville", "Anne"), ("Herouville", "Anne")),
        (("N’Diaye", "Fatou"), ("Ndiaye", "Fatou")),
    ],
)
def test_names_as_they_are_misspelled_on_the_telephone(one, other):
    assert compare(Said(*one, BORN), Said(*other, BORN), shares_phone=False)


@pytest.mark.parametrize(
    "names", [("Léa", "Léo"), ("Paul", "Pierre"), ("Jean", "Jeanne"), ("Lucas", "Louis"), ("Emma", "Anna")]
)
def test_twins_are_two(names):
    one, other = (Said("Ndiaye", name, date(2019, 5, 6)) for name in names)
    assert compare(one, other, shares_phone=True) is None


def test_a_couple_that_shares_a_phone_is_two():
    alain, odile = Said("Merlet", "Alain", date(1950, 1, 2)), Said("Merlet", "Odile", date(1952, 7, 8))
    assert compare(alain, odile, shares_phone=True) is None


def test_namesakes_born_another_day_of_the_year_are_two():
    assert compare(jeanne(), jeanne(born=date(1947, 11, 28)), shares_phone=False) is None


def test_namesakes_of_one_phone_are_asked_about():
    assert compare(jeanne(), jeanne(born=date(1971, 11, 28)), shares_phone=True)


def test_before_the_date_is_said_the_phone_and_the_name_are_enough():
    assert compare(Said("Guérineau", "Jeanne"), jeanne(), shares_phone=True)


def test_before_the_date_is_said_a_name_alone_is_not_enough():
    assert compare(Said("Guérineau", "Jeanne"), jeanne(), shares_phone=False) is None


def test_a_phone_alone_says_nothing():
    assert compare(Said("", ""), jeanne(), shares_phone=True) is None


def test_only_the_same_words_and_day_are_exact():
    assert compare(jeanne(), jeanne("JEANNE", "GUERINEAU"), shares_phone=False).is_exact
    assert not compare(jeanne(), jeanne("Guérinaud"), shares_phone=True).is_exact


# -- for any names ----------------------------------------------------------------------------------------------------

names = st.text(st.sampled_from("abcdefghilmnoprstuvéèïç -'"), min_size=2, max_size=14).filter(
    lambda text: len(fold(text)) > 1
)
days = st.dates(date(1920, 1, 1), date(2026, 7, 20))
people = st.builds(Said, names, names, days)


@given(people, people, st.booleans())
def test_the_order_of_the_two_does_not_count(one, other, shares_phone):
    there, back = (compare(*pair, shares_phone=shares_phone) for pair in ((one, other), (other, one)))
    assert there == back


@given(people, st.booleans())
def test_anyone_is_exactly_themselves(one, shares_phone):
    assert compare(one, one, shares_phone=shares_phone).is_exact


@given(people)
def test_capitals_accents_and_the_order_of_the_names_do_not_count(one):
    other = Said(fold(one.first_name).upper(), fold(one.last_name).upper(), one.birth_date)
    assert compare(one, other, shares_phone=False).is_exact


@given(names, names, names, days)
def test_twins_of_names_that_no_one_takes_for_each_other_are_two(last, first, second, day):
    assume(first_likeness(first, second) < NEAR_FIRST)
    one, other = Said(last, first, day), Said(last, second, day)
    assume(sorted(fold(first).split()) != sorted(fold(second).split()))
    assume(likeness(last, first) < NEAR_FIRST and likeness(last, second) < NEAR_FIRST)
    assert compare(one, other, shares_phone=True) is None


@given(people, people)
def test_a_shared_phone_never_makes_one_of_two_different_first_names(one, other):
    assume(one.birth_date != other.birth_date)
    assume(first_likeness(one.first_name, other.first_name) < NEAR_FIRST)
    assume(likeness(one.last_name, other.first_name) < NEAR_FIRST)
    assume(
        sorted(fold(f"{one.last_name} {one.first_name}").split())
        != sorted(fold(f"{other.last_name} {other.first_name}").split())
    )
    assert compare(one, other, shares_phone=True) is None


@given(people, people)
def test_knowing_a_shared_phone_never_takes_a_question_away(one, other):
    assume(compare(one, other, shares_phone=False))
    assert compare(one, other, shares_phone=True)


@given(
    st.text(st.sampled_from("abcdefghilmnoprstuv"), min_size=6, max_size=12),
    names,
    days,
    st.data(),
)
def test_one_wrong_letter_in_a_long_name_is_asked_about(last, first, day, data):
    place = data.draw(st.integers(0, len(last) - 1))
    letter = data.draw(st.sampled_from("wxyz"))
    wrong = last[:place] + letter + last[place + 1 :]
    assert compare(Said(last, first, day), Said(wrong, first, day), shares_phone=False)


@given(people, st.data())
def test_one_wrong_digit_of_the_date_is_asked_about(one, data):
    other = data.draw(_slips(one.birth_date))
    assert compare(one, Said(one.last_name, one.first_name, other), shares_phone=False)


def _slips(day: date):
    """The dates that a slip makes of one."""
    years = [day.replace(year=year) for year in (day.year - 10, day.year + 1) if (day.month, day.day) != (2, 29)]
    near = [other for other in years if is_slip(day, other)]
    turned = [date(day.year, day.day, day.month)] if day.day <= 12 and day.day != day.month else []
    assume(near or turned)
    return st.sampled_from(near + turned)


@given(days, days)
def test_a_slip_goes_both_ways_and_is_never_the_day_itself(one, other):
    assert is_slip(one, other) == is_slip(other, one)
    assert not is_slip(one, one)
