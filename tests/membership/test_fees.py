"""Fees noted as paid, and the numbers of receipts: in order, each given once."""

from datetime import date, timedelta

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Membership
from cptsapp.membership.actions import fees
from tests.tools.factories import acting, make_membership

TODAY = date(2026, 7, 20)


@pytest.fixture
def by(cast):
    return acting(cast.treasurer)


def due(**values):
    return make_membership(fee_cents=1000, **values)


def test_a_payment_is_dated_and_its_receipt_numbered(by):
    held = due()
    assert fees.note_paid([held.id], TODAY, by=by).now == (held.id,)
    assert (held.paid_on, held.receipt_number) == (TODAY, 1)


@pytest.mark.database
def test_receipts_are_numbered_one_after_the_other(by):
    make_membership(fee_cents=1000, paid_on=TODAY, receipt_number=41)
    held = [due() for _ in range(3)]
    fees.note_paid([m.id for m in held], TODAY, by=by)
    assert [m.receipt_number for m in held] == [42, 43, 44]


def test_a_payment_noted_twice_keeps_its_day_and_number(by):
    held = due()
    fees.note_paid([held.id], TODAY, by=by)
    again = fees.note_paid([held.id], TODAY - timedelta(days=3), by=by)
    assert (again.now, again.already) == ((), (held.id,))
    assert (held.paid_on, held.receipt_number) == (TODAY, 1)


def test_a_number_is_never_given_to_another(by):
    first, second = due(), due()
    fees.note_paid([first.id], TODAY, by=by)
    fees.withdraw_payment([first.id], by=by)
    fees.note_paid([second.id], TODAY, by=by)
    fees.note_paid([first.id], TODAY, by=by)
    assert (first.receipt_number, second.receipt_number) == (1, 2)


def test_of_several_those_without_a_fee_are_said(by):
    free, held = make_membership(), due()
    noted = fees.note_paid([free.id, held.id], TODAY, by=by)
    assert (noted.now, noted.free) == ((held.id,), (free.id,))


def test_a_membership_without_a_fee_is_not_paid(by):
    with pytest.raises(Refusal, match="sans cotisation"):
        fees.note_paid([make_membership().id], TODAY, by=by)


def test_nobody_pays_tomorrow(by):
    with pytest.raises(Refusal, match="pas encore venu"):
        fees.note_paid([due().id, due().id], TODAY + timedelta(days=1), by=by)


def test_a_payment_is_taken_back(by):
    held = due(paid_on=TODAY, receipt_number=7)
    assert fees.withdraw_payment([held.id, due().id], by=by) == 1
    assert session.get(Membership, held.id).paid_on is None
