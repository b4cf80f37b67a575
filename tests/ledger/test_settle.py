"""One live line per source, replaced or taken back with its act."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.ledger import actions, queries
from cptsapp.ledger.models import LedgerLine, LineState
from tests.tools.factories import acting, make_booking, make_slot

DAY = date(2026, 7, 20)


def due(cast, cents=1500):
    return actions.Due(cast.gp_person.id, cents, "campaign/1", "snp.act", DAY)


@pytest.fixture
def booking(cast):
    return make_booking(make_slot(cast.gp_practice))


def states():
    return list(session.scalars(select(LedgerLine.state).order_by(LedgerLine.id)))


def test_an_act_is_owed_once(cast, booking):
    actions.settle(booking, due(cast), by=acting(cast.gp))
    actions.settle(booking, due(cast), by=acting(cast.gp))
    assert states() == [LineState.OWED]
    assert queries.live_line(booking).amount_cents == 1500


def test_an_act_no_longer_due_leaves_a_cancelled_line(cast, booking):
    actions.settle(booking, due(cast), by=acting(cast.gp))
    actions.settle(booking, None, by=acting(cast.gp))
    assert states() == [LineState.CANCELLED]
    assert queries.live_line(booking) is None


def test_a_changed_amount_replaces_the_line(cast, booking):
    actions.settle(booking, due(cast), by=None)
    actions.settle(booking, due(cast, 2000), by=None)
    assert states() == [LineState.CANCELLED, LineState.OWED]
    assert queries.live_line(booking).amount_cents == 2000


def test_an_approved_act_is_not_taken_back(cast, booking):
    actions.settle(booking, due(cast), by=None)
    actions.approve("campaign/1", [cast.gp_person.id], by=acting(cast.treasurer))
    with pytest.raises(Refusal, match="déjà approuvé"):
        actions.settle(booking, None, by=acting(cast.gp))
    assert states() == [LineState.APPROVED]


@pytest.mark.database
def test_the_database_refuses_a_second_live_line(cast, booking):
    actions.owe(booking, due(cast), by=None)
    with pytest.raises(IntegrityError):
        actions.owe(booking, due(cast), by=None)


def test_the_trail_says_the_amount_and_who(cast, booking):
    actions.settle(booking, due(cast), by=acting(cast.gp))
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "line.owed")).one()
    assert (event.user_id, event.data) == (cast.gp.id, {"cents": 1500, "account": "campaign/1"})
