"""Owed, approved, paid: by the treasurer, one person and account at a time."""

from datetime import date

import pytest

from cptsapp.core.refusals import Forbidden, Refusal
from cptsapp.ledger import actions, queries
from cptsapp.ledger.rules import Balance
from tests.tools.factories import acting, make_booking, make_slot

ACCOUNT = "campaign/1"


@pytest.fixture
def owed(cast):
    """Two acts of one GP, one of another, and one of the first on another account."""
    rows = [(cast.gp_practice, ACCOUNT), (cast.gp_practice, ACCOUNT), (cast.other_gp_practice, ACCOUNT)]
    for number, (practice, account) in enumerate([*rows, (cast.gp_practice, "campaign/2")]):
        booking = make_booking(make_slot(practice, capacity=4) if number == 0 else make_slot_later(practice, number))
        due = actions.Due(practice.person_id, 1500, account, "snp.act", date(2026, 7, 20))
        actions.owe(booking, due, by=None)
    return cast


def make_slot_later(practice, hours):
    from datetime import timedelta

    from cptsapp.core import clock

    return make_slot(practice, starts_at=clock.now() + timedelta(hours=2 + hours))


def test_one_person_on_one_account_is_approved(owed):
    count = actions.approve(ACCOUNT, [owed.gp_person.id], by=acting(owed.treasurer))
    assert count == 2
    assert queries.balances(ACCOUNT) == {
        owed.gp_person.id: Balance(approved=3000),
        owed.other_gp_person.id: Balance(owed=1500),
    }
    assert queries.balances("campaign/2") == {owed.gp_person.id: Balance(owed=1500)}


def test_what_is_approved_is_paid_and_both_can_be_undone(owed):
    by, person = acting(owed.treasurer), [owed.gp_person.id]
    for act in (actions.approve, actions.pay, actions.withdraw_payment, actions.withdraw_approval):
        assert act(ACCOUNT, person, by=by) == 2
    assert queries.balances(ACCOUNT)[owed.gp_person.id] == Balance(owed=3000)


def test_nothing_is_paid_before_it_is_approved(owed):
    with pytest.raises(Refusal, match="Rien n’est"):
        actions.pay(ACCOUNT, [owed.gp_person.id], by=acting(owed.treasurer))


def test_approving_twice_says_that_nothing_is_left(owed):
    actions.approve(ACCOUNT, [owed.gp_person.id], by=acting(owed.treasurer))
    with pytest.raises(Refusal, match="Rien n’est"):
        actions.approve(ACCOUNT, [owed.gp_person.id], by=acting(owed.coordinator))


def test_a_practitioner_does_not_approve_their_own(owed):
    with pytest.raises(Forbidden):
        actions.approve(ACCOUNT, [owed.gp_person.id], by=acting(owed.gp))


def test_lines_settled_are_known(owed):
    assert not queries.has_settled_lines(ACCOUNT)
    actions.approve(ACCOUNT, [owed.gp_person.id], by=acting(owed.treasurer))
    assert queries.has_settled_lines(ACCOUNT)
    assert not queries.has_settled_lines("campaign/2")
