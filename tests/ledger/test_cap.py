"""Nobody is paid more than the cap of a year, both natures and every account together, whoever approves (§2.7)."""

from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Refusal
from cptsapp.ledger import actions, queries
from cptsapp.ledger.models import LedgerLine, LineState, Nature
from cptsapp.ledger.queries import Scope
from cptsapp.ledger.rules import STEPS, Balance, Step, beyond, may_go, room
from cptsapp.snp.models import Booking
from tests.tools.factories import acting, make_booking, make_campaign, make_slot
from tests.tools.races import at_once

CENTS = st.integers(0, 10**8)
ACCOUNTS = ("campaign/1", "campaign/2")


@given(st.lists(CENTS), CENTS)
def test_approving_one_after_the_other_never_passes_the_cap(sums, cap):
    settled = 0
    for more in sums:
        if not beyond(cap, settled, more):
            settled += more
    assert settled <= cap
    assert room(cap, settled) == cap - settled


@given(CENTS, CENTS, CENTS)
def test_what_is_too_much_is_what_the_cap_leaves_no_room_for(cap, settled, more):
    too_much = beyond(cap, settled, more)
    assert too_much >= 0
    assert bool(too_much) == (more > 0 and settled + more > cap)
    assert room(cap, settled) >= 0


@given(CENTS, CENTS)
def test_without_a_cap_nothing_is_too_much(settled, more):
    assert beyond(None, settled, more) == 0
    assert room(None, settled) is None


def test_each_step_is_one_the_lines_may_take():
    assert set(STEPS) == set(Step)
    assert all(may_go(before, after) for before, after in STEPS.values())


HOURS = count(1)


def owe(practice, cents, account=ACCOUNTS[0], nature=Nature.INCOME_LOSS, done_on=date(2026, 7, 20)):
    """Owe someone an act, each at an hour of its own."""
    due = actions.Due(practice.person_id, cents, account, "snp.act", done_on, nature)
    slot = make_slot(practice, starts_at=clock.now() + timedelta(hours=next(HOURS)))
    return actions.owe(make_booking(slot), due, by=None)


@pytest.fixture
def capped(cast):
    """A cap of 100 € in 2026; a GP who is owed 60 € twice, of two natures, on two accounts."""
    actions.save_cap(2026, 10000, by=acting(cast.treasurer))
    owe(cast.gp_practice, 6000)
    owe(cast.gp_practice, 6000, ACCOUNTS[1], Nature.MISSION_PAY)
    session.commit()
    return cast


def approve(cast, account, who="treasurer"):
    return actions.approve(account, [cast.gp_person.id], by=acting(getattr(cast, who)))


def test_what_would_pass_the_cap_is_refused_whatever_it_is_for(capped):
    approve(capped, ACCOUNTS[0])
    with pytest.raises(Refusal, match="Dr Hélène Renaudin, 20\u00a0€ de trop en 2026"):
        approve(capped, ACCOUNTS[1])


def test_an_approval_withdrawn_gives_its_room_back(capped):
    approve(capped, ACCOUNTS[0])
    actions.withdraw_approval(ACCOUNTS[0], [capped.gp_person.id], by=acting(capped.treasurer))
    assert approve(capped, ACCOUNTS[1]) == 1


def test_another_year_has_its_own_cap(capped):
    owe(capped.gp_practice, 50000, ACCOUNTS[1], done_on=date(2025, 12, 31))
    approve(capped, ACCOUNTS[0])
    scope = Scope([capped.gp_person.id], year=2025)
    assert actions.settle_lines(Step.APPROVE, scope, by=acting(capped.treasurer)) == 1


def test_two_sheets_of_one_person_share_a_cap(capped):
    owe(capped.other_gp_practice, 6000)
    capped.other_gp_person.merged_into_id = capped.gp_person.id
    approve(capped, ACCOUNTS[0])
    with pytest.raises(Refusal, match="Le plafond annuel serait dépassé"):
        actions.approve(ACCOUNTS[0], [capped.other_gp_person.id], by=acting(capped.treasurer))


def test_the_campaign_s_own_page_respects_it(capped, sign_in):
    campaign = make_campaign()
    owe(capped.gp_practice, 12000, f"campaign/{campaign.id}")
    session.commit()
    answer = sign_in(capped.treasurer).post(f"/campagnes/{campaign.id}/reglement", data={"acte": "approuver"})
    assert answer.status_code == 409
    assert "Le plafond annuel serait dépassé" in answer.text


def test_the_trail_keeps_what_the_cap_was(capped):
    actions.save_cap(2026, 20000, by=acting(capped.treasurer))
    said = session.scalars(select(AuditEvent.data).where(AuditEvent.kind == "cap.set").order_by(AuditEvent.id)).all()
    assert [data["changes"]["cents"] for data in said] == [[None, 10000], [10000, 20000]]


def test_a_professional_sets_no_cap(cast):
    with pytest.raises(Forbidden):
        actions.save_cap(2026, 10000, by=acting(cast.gp))


@pytest.mark.database
def test_two_treasurers_at_once_do_not_pass_the_cap_together(app, capped):
    person_id, users = capped.gp_person.id, [acting(capped.treasurer), acting(capped.coordinator)]
    pairs = zip(ACCOUNTS, users, strict=True)
    acts = [lambda account=account, by=by: actions.approve(account, [person_id], by=by) for account, by in pairs]
    assert at_once(app, *acts) == {"done": 1, "refused": 1}
    assert sum(queries.settled_sums([person_id]).values()) == 6000


@pytest.mark.database
def test_two_treasurers_at_once_approve_the_same_lines_once(app, capped):
    person_id, users = capped.gp_person.id, [acting(capped.treasurer), acting(capped.coordinator)]
    acts = [lambda by=by: actions.approve(ACCOUNTS[0], [person_id], by=by) for by in users]
    assert at_once(app, *acts) == {"done": 1, "refused": 1}
    kinds = session.scalars(select(AuditEvent.kind).where(AuditEvent.kind == "lines.approved")).all()
    assert kinds == ["lines.approved"]
    assert queries.balances(ACCOUNTS[0]) == {person_id: Balance(approved=6000)}


@pytest.mark.database
def test_a_line_is_not_taken_back_while_it_is_approved(app, capped):
    line = session.scalars(select(LedgerLine).where(LedgerLine.account == ACCOUNTS[0])).one()
    person_id, booking_id, by = capped.gp_person.id, line.source_id, acting(capped.treasurer)

    def take_back():
        actions.settle(session.get_one(Booking, booking_id), None, by=by)

    assert at_once(app, lambda: actions.approve(ACCOUNTS[0], [person_id], by=by), take_back) == {
        "done": 1,
        "refused": 1,
    }
    told = session.scalars(select(AuditEvent.kind).where(AuditEvent.kind.in_(("lines.approved", "line.cancelled"))))
    states = {"lines.approved": LineState.APPROVED, "line.cancelled": LineState.CANCELLED}
    state = session.scalars(select(LedgerLine.state).where(LedgerLine.account == ACCOUNTS[0])).one()
    assert [states[kind] for kind in told] == [state]
