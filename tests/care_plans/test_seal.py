"""Whom a plan is about is sealed, and opens again."""

import pytest

from cptsapp.care_plans.identity import names_person, read_person, seal_person, shown, title
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.patients import Identity
from tests.tools.plans import MARCEL, make_plan


def test_an_identity_opens_again(app, cast):
    assert read_person(make_plan()) == MARCEL


def test_pages_show_initials_and_a_year(app, cast):
    assert shown(read_person(make_plan())) == "M. B., 1938"


def test_a_plan_has_a_number_of_its_year(app, cast):
    assert title(make_plan(year=2026, number=17)) == "PPCS 2026-017"


def test_a_nir_is_refused_for_a_name(app, cast):
    with pytest.raises(Refusal):
        seal_person(make_plan(), Identity("1 38 05 85 288 001 42", "Marcel", MARCEL.birth_date))


@pytest.mark.parametrize(
    ("words", "is_named"),
    [
        ("Appeler Mme BRETONNIERE", True),
        ("Appeler Marcel", False),
        ("Appeler le 06.39.98.01.99", True),
        ("Appeler le cabinet", False),
    ],
)
def test_words_kept_in_clear_do_not_say_who(app, cast, words, is_named):
    plan = make_plan()
    seal_person(plan, MARCEL, "+33639980199")
    assert names_person(plan, words) is is_named
