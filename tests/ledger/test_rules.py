"""States of a line, and balances."""

from hypothesis import given
from hypothesis import strategies as st

from cptsapp.ledger.models import LineState
from cptsapp.ledger.rules import STATE_WORDS, TRANSITIONS, Balance, balance, may_go

pairs = st.lists(st.tuples(st.sampled_from(LineState), st.integers(0, 10**7)))


def test_every_state_has_a_word_and_a_way_out():
    assert set(TRANSITIONS) == set(LineState) == set(STATE_WORDS)


def test_an_owed_line_cannot_be_paid_before_it_is_approved():
    assert not may_go(LineState.OWED, LineState.PAID)
    assert may_go(LineState.OWED, LineState.APPROVED)
    assert may_go(LineState.APPROVED, LineState.PAID)


def test_a_settled_line_is_not_cancelled():
    assert may_go(LineState.OWED, LineState.CANCELLED)
    assert not may_go(LineState.APPROVED, LineState.CANCELLED)
    assert not may_go(LineState.PAID, LineState.CANCELLED)
    assert TRANSITIONS[LineState.CANCELLED] == frozenset()


def test_what_is_withdrawn_goes_back_one_state():
    assert may_go(LineState.APPROVED, LineState.OWED)
    assert may_go(LineState.PAID, LineState.APPROVED)
    assert not may_go(LineState.PAID, LineState.OWED)


@given(pairs)
def test_a_balance_adds_all_but_what_is_cancelled(sums):
    assert balance(sums).total == sum(cents for state, cents in sums if state is not LineState.CANCELLED)


@given(pairs, pairs)
def test_balances_of_parts_add_up(some, others):
    a, b, whole = balance(some), balance(others), balance(some + others)
    assert (a.owed + b.owed, a.approved + b.approved, a.paid + b.paid) == (whole.owed, whole.approved, whole.paid)


def test_the_word_is_that_of_the_least_advanced_money():
    assert Balance().word() == ""
    assert Balance(owed=1500, paid=1500).word() == "à approuver"
    assert Balance(approved=1500, paid=1500).word() == "approuvé, à payer"
    assert Balance(paid=1500).word() == "payé"
