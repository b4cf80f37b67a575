"""A text found again is shown, and never acts: whoever planted it, whatever the view does with it."""

import pytest

from cptsapp.accounts.models import Desk, Draft, SignIn
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking, BookingState, Seat
from tests.tools.factories import make_booking, make_slot

RESUMED = {"_resume": "1", "_draft": "1"}


@pytest.fixture
def free_slot(cast) -> int:
    """A slot that a regulator could hold."""
    slot_id = make_slot(practice=cast.gp_practice).id
    session.commit()
    return slot_id


@pytest.mark.database
def test_a_hold_found_again_holds_nothing(regulator, free_slot):
    answer = regulator.post(f"/creneaux/{free_slot}/retenir", data={"q": "x", **RESUMED})
    assert answer.status_code == 409
    assert session.query(Seat).filter(Seat.held_by_id.is_not(None)).count() == 0


@pytest.mark.database
def test_an_outcome_found_again_notes_nothing(cast, gp, set_clock):
    booking_id = make_booking(slot=make_slot(practice=cast.gp_practice)).id
    session.commit()
    set_clock(session.get_one(Booking, booking_id).seat.starts_at)
    answer = gp.post(f"/mes-creneaux/soir/{booking_id}", data={"venue": "no_show", **RESUMED})
    assert answer.status_code == 409
    assert session.get_one(Booking, booking_id).state is BookingState.BOOKED


def test_an_account_is_not_closed_by_a_text_found_again(cast, administrator):
    gp_id = cast.gp.id
    answer = administrator.post(f"/comptes/{gp_id}/fermer", data=RESUMED)
    assert answer.status_code == 409
    assert session.query(AuditEvent).filter_by(kind="user.closed").count() == 0


def test_a_role_is_not_ended_by_a_text_found_again(cast, administrator):
    grant = cast.gp.grants[0]
    path = f"/comptes/{cast.gp.id}/roles/{grant.id}/fin"
    assert administrator.post(path, data={"maintenant": "1", **RESUMED}).status_code == 409
    assert session.query(AuditEvent).filter_by(kind="role.ended").count() == 0


def test_it_says_what_became_of_the_text(regulator, free_slot):
    answer = regulator.post(f"/creneaux/{free_slot}/retenir", data={"q": "x", **RESUMED})
    assert "n’a pas été fait" in answer.text


def test_a_button_pressed_too_late_is_not_kept(cast, regulator, free_slot):
    regulator.get("/compte")
    session.query(SignIn).update({"ended_at": clock.now()})
    session.commit()
    data = {"q": "jard", "ou": "C", "place": str(free_slot), "once": "abc"}
    assert regulator.post(f"/creneaux/{free_slot}/retenir", data=data).status_code == 401
    assert session.query(Draft).count() == 0


@pytest.fixture
def locked_desk(cast, sign_in):
    """A browser whose session is locked: whoever stands there still has its cookie."""
    by_id = cast.coordinator.id
    client = sign_in(cast.regulator)
    desk = Desk(name="Poste 1", token_hash=b"x" * 32, enrolled_at=clock.now(), enrolled_by_id=by_id)
    session.add(desk)
    session.flush()
    session.query(SignIn).update({"desk_id": desk.id, "locked_at": clock.now()})
    session.commit()
    return client


def test_nobody_plants_a_text_from_a_locked_desk(locked_desk):
    data = {"draft": "name=Planté", "draft_url": "/creneaux/1/reserver"}
    assert locked_desk.post("/poste/verrouiller", data=data).status_code == 303
    assert session.query(Draft).count() == 0
