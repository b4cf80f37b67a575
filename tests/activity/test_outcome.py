"""Noting an outcome: one's own past acts, once, corrected at will; the ledger follows."""

import pytest
from sqlalchemy import select

from cptsapp.accounts.models import Role
from cptsapp.activity import actions
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.ledger import actions as ledger
from cptsapp.ledger.models import LedgerLine, LineState
from cptsapp.snp.models import Booking, BookingState, CancelReason, Slot, SlotOrigin, SlotState
from tests.tools.factories import acting, make_campaign, make_slot, make_user

HONOURED, NO_SHOW, CANCELLED = BookingState.HONOURED, BookingState.NO_SHOW, BookingState.CANCELLED


def lines() -> list[LedgerLine]:
    return list(session.scalars(select(LedgerLine).order_by(LedgerLine.id)))


def live() -> list[LedgerLine]:
    return [line for line in lines() if line.state is not LineState.CANCELLED]


def test_a_patient_who_came_is_noted_with_who_and_when(cast, make_act):
    booking = make_act()
    assert actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp)) is BookingState.BOOKED
    assert (booking.state, booking.outcome_by_id, booking.outcome_at) == (HONOURED, cast.gp.id, clock.now())


def test_an_honoured_act_of_a_campaign_is_owed_at_its_pay(cast, campaign, make_act):
    booking = make_act(campaign=campaign)
    actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))
    line = live()[0]
    assert (line.person_id, line.amount_cents, line.account) == (cast.gp_person.id, 1500, f"campaign/{campaign.id}")
    assert (line.source_type, line.source_id, line.done_on) == ("booking", booking.id, booking.slot.day_on)


def test_the_line_of_the_ledger_names_no_patient(cast, campaign, make_act):
    booking = make_act(campaign=campaign, name="Xylophage")
    actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))
    session.commit()
    for table in (LedgerLine.__table__, AuditEvent.__table__):
        assert "Xylophage" not in str(session.execute(select(table)).all())


def test_an_act_out_of_any_campaign_owes_nothing(cast, make_act):
    actions.record_outcome(make_act().id, HONOURED, by=acting(cast.gp))
    assert lines() == []


def test_a_campaign_without_pay_owes_nothing(cast, make_act):
    free = make_campaign(pay_per_act_cents=0)
    actions.record_outcome(make_act(campaign=free).id, HONOURED, by=acting(cast.gp))
    assert lines() == []


@pytest.mark.parametrize("outcome", [NO_SHOW, CANCELLED])
def test_who_did_not_come_owes_nothing(cast, campaign, make_act, outcome):
    actions.record_outcome(make_act(campaign=campaign).id, outcome, by=acting(cast.gp))
    assert lines() == []


def test_the_same_outcome_twice_changes_nothing(cast, campaign, make_act):
    booking = make_act(campaign=campaign)
    for _ in range(2):
        actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))
    assert len(lines()) == 1
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.kind == "outcome.recorded")).all()) == 1


def test_a_correction_takes_the_line_back_and_another_writes_it_again(cast, campaign, make_act):
    booking = make_act(campaign=campaign)
    for outcome in (HONOURED, NO_SHOW, HONOURED):
        actions.record_outcome(booking.id, outcome, by=acting(cast.gp))
    assert [line.state for line in lines()] == [LineState.CANCELLED, LineState.OWED]


def test_undoing_makes_the_patient_wait_again(cast, campaign, make_act):
    booking = make_act(campaign=campaign)
    actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))
    actions.record_outcome(booking.id, BookingState.BOOKED, by=acting(cast.gp))
    assert (booking.state, booking.outcome_at, booking.outcome_by_id) == (BookingState.BOOKED, None, None)
    assert live() == []


def test_annule_frees_the_seat_and_a_correction_takes_it_back(cast, make_act):
    booking = make_act()
    actions.record_outcome(booking.id, CANCELLED, by=acting(cast.gp))
    assert (booking.cancel_reason, booking.slot.free_count) == (CancelReason.CANNOT_COME, 1)
    actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))
    assert (booking.cancel_reason, booking.cancelled_at, booking.slot.free_count) == (None, None, 0)


def test_the_time_of_a_broadcast_is_withdrawn_when_its_patient_gives_up(cast, make_act):
    slot = make_slot(cast.gp_practice, starts_at=clock.now(), origin=SlotOrigin.BROADCAST)
    booking = make_act(slot=slot)
    actions.record_outcome(booking.id, CANCELLED, by=acting(cast.gp))
    assert session.get(Slot, slot.id).state is SlotState.WITHDRAWN
    actions.record_outcome(booking.id, NO_SHOW, by=acting(cast.gp))
    assert session.get(Slot, slot.id).state is SlotState.OPEN


def test_an_outcome_is_noted_from_the_hour_of_the_seat(cast, make_act):
    assert actions.record_outcome(make_act(hours=0).id, HONOURED, by=acting(cast.gp)) is BookingState.BOOKED


def test_an_outcome_is_refused_before_the_hour(cast, make_act):
    booking = make_act(hours=0.1)
    with pytest.raises(Refusal, match="pas encore attendu"):
        actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))
    assert booking.state is BookingState.BOOKED


def test_a_booking_cancelled_before_its_hour_is_not_noted(cast, make_act):
    booking = make_act(state=CANCELLED, cancel_reason=CancelReason.NO_LONGER_NEEDED)
    with pytest.raises(Refusal, match="annulée avant l’heure"):
        actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))


def test_a_closed_campaign_takes_no_outcome(cast, campaign, make_act):
    booking = make_act(campaign=campaign)
    campaign.closed_at = clock.now()
    with pytest.raises(Refusal, match="close"):
        actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))


def test_an_act_approved_for_payment_is_not_corrected(cast, campaign, make_act):
    booking = make_act(campaign=campaign)
    actions.record_outcome(booking.id, HONOURED, by=acting(cast.gp))
    ledger.approve(f"campaign/{campaign.id}", [cast.gp_person.id], by=acting(cast.treasurer))
    with pytest.raises(Refusal, match="déjà approuvé"):
        actions.record_outcome(booking.id, NO_SHOW, by=acting(cast.gp))


def test_the_secretary_notes_for_the_practitioner_they_assist_in_their_own_name(cast, make_act):
    booking = make_act()
    actions.record_outcome(booking.id, HONOURED, by=acting(cast.secretary))
    assert booking.outcome_by_id == cast.secretary.id


@pytest.mark.parametrize("who", ["other_gp", "regulator", "coordinator", "treasurer", "outsider"])
def test_another_s_patient_does_not_exist(cast, make_act, who):
    booking = make_act()
    with pytest.raises(Invisible):
        actions.record_outcome(booking.id, HONOURED, by=acting(getattr(cast, who)))


def test_a_secretary_without_delegation_finds_nobody(cast, make_act):
    stranger = make_user(Role.SECRETARY, person_id=cast.other_gp_person.id)
    with pytest.raises(Invisible):
        actions.record_outcome(make_act().id, HONOURED, by=acting(stranger))


@pytest.mark.database
def test_one_live_line_a_booking_whatever_is_noted(cast, campaign, make_act):
    bookings = [make_act(-1 - i, campaign=campaign) for i in range(3)]
    for outcome in (HONOURED, CANCELLED, HONOURED, NO_SHOW, HONOURED):
        for booking in bookings:
            actions.record_outcome(booking.id, outcome, by=acting(cast.gp))
    session.commit()
    assert sorted(line.source_id for line in live()) == sorted(b.id for b in session.scalars(select(Booking)))
