"""The rules of commitments: the table of states, lateness, recurrence over ends of months, and their words."""

from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.checklists import rules
from cptsapp.checklists.models import CommitmentState
from cptsapp.core.periods import months_later

S = CommitmentState
TODAY = date(2026, 7, 20)
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@dataclass
class Owed:
    state: CommitmentState = S.TODO
    due_on: date | None = TODAY


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_each_change_is_allowed_or_says_why_not(before, after):
    reason = rules.why_not_go(before, after, "Sophie Arnaud", "lun. 20 juil. 14h32")
    assert rules.may_go(before, after) == (reason is None)
    assert reason is None or "par Sophie Arnaud, lun. 20 juil. 14h32" in reason


def test_every_state_can_be_left_and_reached():
    assert {after for found in rules.TRANSITIONS.values() for after in found} == set(S) == set(rules.TRANSITIONS)


def test_the_same_again_is_said_to_be_done_already():
    assert rules.why_not_go(S.DONE, S.DONE, "", "hier").startswith("C’est déjà «\u00a0Fait\u00a0»")


@given(DAYS, st.sampled_from(S))
def test_late_is_open_and_after_its_day(due_on, state):
    found = Owed(state, due_on)
    assert rules.is_late(found, TODAY) == (state in rules.OPEN and due_on < TODAY)
    assert (rules.days_late(found, TODAY) > 0) == rules.is_late(found, TODAY)


def test_what_has_no_day_is_never_late():
    assert not rules.is_late(Owed(due_on=None), TODAY)


@given(DAYS, st.integers(1, 24), st.integers(1, 30))
def test_what_recurs_falls_on_the_day_of_the_first_time_whatever_short_months_came_between(first, every, times):
    days = [first]
    for _ in range(times):
        days.insert(0, rules.falls_again(days[0], days[1:], every))
    assert days[0] == months_later(first, times * every)


@given(st.lists(st.tuples(st.sampled_from(S), st.none() | DAYS), max_size=12))
def test_a_tally_counts_each_once(pairs):
    found = rules.tally([Owed(*pair) for pair in pairs], TODAY)
    assert found.kept_of + found.dropped == len(pairs)
    assert found.open == sum(state in rules.OPEN for state, _ in pairs)
    assert found.next_due == min((day for state, day in pairs if state in rules.OPEN and day), default=None)


def test_a_tally_says_only_what_there_is():
    found = rules.Tally(done=3, doing=2, late=1, dropped=1)
    assert found.words() == "3\u00a0faits, 2\u00a0en cours, 1\u00a0en retard, 1\u00a0abandonné"


@pytest.mark.parametrize(
    ("day", "words"), [(date(2026, 2, 27), "27 févr."), (date(2027, 2, 1), "1er févr. 2027"), (TODAY, "20 juil.")]
)
def test_a_day_says_its_year_when_it_is_another(day, words):
    assert rules.day_word(day, TODAY) == words


def test_a_day_of_the_week_to_come_is_named():
    assert rules.near_day(date(2026, 7, 24), TODAY) == "ven. 24 juil."


@pytest.mark.parametrize(
    ("due_on", "months", "always", "words"),
    [
        (date(2026, 7, 31), None, False, "31 juil."),
        (None, None, True, "en\u00a0continu"),
        (None, 3, False, "3\u00a0mois après le début"),
        (None, 0, False, "dès le début"),
        (None, None, False, "sans\u00a0date"),
    ],
)
def test_when_it_is_owed(due_on, months, always, words):
    assert rules.due_word(due_on, months, is_continuous=always, today=TODAY) == words


@pytest.mark.parametrize(
    ("months", "words"), [(None, ""), (1, "chaque mois"), (3, "chaque trimestre"), (5, "tous les 5\u00a0mois")]
)
def test_how_often(months, words):
    assert rules.every_word(months) == words


@pytest.mark.parametrize(
    ("name", "short"),
    [("Dr Émilie Fradet", "É. Fradet"), ("Anne-Lise Brochard", "A.-L. Brochard"), ("Bureau", "Bureau"), ("", "")],
)
def test_a_name_cut_short(name, short):
    assert rules.short_name(name) == short
