"""The directory's rules: RPPS numbers, names as one types them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.directory.queries import people as queries
from cptsapp.directory.rules import words as rules
from tests.tools.factories import make_person

BODIES = st.text("0123456789", min_size=10, max_size=10)
NAMES = ["le goff yann", "d angelo marie", "dupont jean luc", "benali sarah", "barreteau lucie", "ferre paul"]
WORDS = ["le", "goff", "legoff", "dangelo", "angelo", "jeanluc", "luc", "ali", "benal", "retea", "sarah", "goffy", "x"]


@given(BODIES)
def test_one_key_in_ten_makes_an_rpps(body):
    assert sum(rules.is_rpps(f"{body}{key}") for key in range(10)) == 1


@given(BODIES, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(body, at, shift):
    good = next(f"{body}{key}" for key in range(10) if rules.is_rpps(f"{body}{key}"))
    wrong = str((int(good[at]) + shift) % 10)
    assert not rules.is_rpps(good[:at] + wrong + good[at + 1 :])


@pytest.mark.parametrize("text", ["", "1234567890", "123456789012", "1234567890a", "²²²²²²²²²²²"])
def test_what_is_no_rpps(text):
    assert not rules.is_rpps(text)


@pytest.mark.database
def test_the_database_finds_the_names_that_the_rule_finds(app):
    for name in NAMES:
        make_person(folded=name)
    for word in WORDS:
        found = set(session.scalars(select(Person.folded).where(queries.begins(Person.folded, word))))
        assert found == {name for name in NAMES if rules.matches(name, word)}, word
