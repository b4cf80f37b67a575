"""What is kept in memory of the rate is never what a transaction took back."""

import pytest

from cptsapp.core.db import session
from cptsapp.membership.queries import rate
from tests.tools.factories import make_membership

pytestmark = pytest.mark.database


def test_what_a_transaction_writes_and_takes_back_is_not_kept(cast):
    session.commit()
    before = len(rate.facts().structures) + sum(len(one.periods) for one in rate.facts().people)
    make_membership()
    assert sum(len(one.periods) for one in rate.facts().people) == before + 1
    session.rollback()
    assert sum(len(one.periods) for one in rate.facts().people) == before
