"""/mes-creneaux/imprimer: the day on paper; each identity opened is recorded."""

from sqlalchemy import select

from cptsapp.audit.models import AuditEvent, Category
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import BookingState, SlotState
from tests.tools.factories import make_slot

URL = "/mes-creneaux/imprimer"


def readings() -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).where(AuditEvent.category == Category.READING)))


def test_the_day_shows_hours_patients_phones_and_references(sign_in, cast, make_act):
    reference = make_act(+1).reference
    page = sign_in(cast.gp).get(URL).text
    assert "Lundi 20 juillet 2026" in page
    for text in ("15h32", "Guérineau", "1947", "06\u00a039\u00a098\u00a014\u00a027", reference):
        assert text in page


def test_free_seats_leave_room_to_write(sign_in, cast):
    make_slot(cast.gp_practice, capacity=3)
    session.commit()
    page = sign_in(cast.gp).get(URL).text
    assert page.count('class="blank"') == 3
    assert "3\u00a0libres, 0\u00a0pris" in page


def test_opening_it_records_one_reading_a_patient(sign_in, cast, make_act):
    ids = {make_act(+1).id, make_act(+2).id}
    user_id = cast.gp.id
    sign_in(cast.gp).get(URL)
    found = readings()
    assert {event.subject_id for event in found} == ids
    assert {(event.kind, event.user_id) for event in found} == {("booking.printed", user_id)}


def test_a_day_without_patients_records_nothing(sign_in, cast):
    sign_in(cast.gp).get(URL)
    assert readings() == []


def test_another_day_is_asked_in_the_address(sign_in, cast, make_act):
    make_act(+24)
    page = sign_in(cast.gp).get(f"{URL}?jour=2026-07-21").text
    assert "Mardi 21 juillet 2026" in page
    assert "Guérineau" in page


def test_a_withdrawn_free_slot_is_not_printed(sign_in, cast):
    make_slot(cast.gp_practice, state=SlotState.WITHDRAWN, withdrawn_at=clock.now())
    session.commit()
    assert "Aucun créneau ce jour-là" in sign_in(cast.gp).get(URL).text


def test_what_is_noted_already_is_written(sign_in, cast, make_act):
    make_act(-1, state=BookingState.NO_SHOW)
    assert "absent" in sign_in(cast.gp).get(URL).text


def test_the_secretary_prints_for_the_practitioner_they_assist(sign_in, cast, make_act):
    make_act(+1)
    make_act(+1, practice=cast.other_gp_practice, name="Rousseau")
    page = sign_in(cast.secretary).get(URL).text
    assert "Guérineau" in page
    assert "Rousseau" not in page


def test_for_another_is_not_found(sign_in, cast):
    other = cast.other_gp_person.id
    assert sign_in(cast.gp).get(f"{URL}?pour={other}").status_code == 404


def test_the_desk_does_not_print_a_practice(sign_in, cast):
    for user in (cast.regulator, cast.treasurer):
        assert sign_in(user).get(URL).status_code == 403


def test_the_coordination_does_not_print_a_practice_that_has_an_account(sign_in, cast, make_act):
    make_act(+1)
    assert "Aucun créneau ce jour-là" in sign_in(cast.coordinator).get(URL).text
