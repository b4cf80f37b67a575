"""The list of one's slots."""

from datetime import timedelta

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Profession
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.snp.models import SlotState
from tests.posting.helpers import booking_in, paris, slot_on
from tests.tools.factories import make_person, make_practice


def test_an_empty_list_says_what_to_do_first(gp):
    page = gp.get("/mes-creneaux").text
    assert "Aucun créneau publié" in page
    assert "/mes-creneaux/nouveau" in page


def test_days_and_states(gp, cast):
    slot_on(cast.gp_practice, paris(20, 18, 30))
    slot_on(cast.gp_practice, paris(21, 17), capacity=4)
    page = gp.get("/mes-creneaux").text
    assert page.index("Aujourd’hui, lundi 20 juillet") < page.index("Demain, mardi 21 juillet")
    assert "Retirer" in page
    assert "Plage, jusqu’à 18h00" in page
    assert "4\u00a0places libres" in page


def test_a_patient_shows_by_name_with_a_telephone_link(gp, cast):
    booking_in(slot_on(cast.gp_practice, paris(20, 17, 15)), reference="M4R8")
    page = gp.get("/mes-creneaux").text
    assert "<b>Rousseau</b>, 1988" in page
    assert "réf. M4R8 · cabinet" in page
    assert 'href="tel:+33639980011"' in page


def test_a_plage_counts_its_places(gp, cast):
    booking_in(slot_on(cast.gp_practice, paris(21, 17), capacity=4))
    assert "4\u00a0places\u00a0: 1\u00a0prise, 3\u00a0libres" in gp.get("/mes-creneaux").text


def test_the_secretary_of_one_practitioner_needs_no_choice(secretary, cast):
    booking_in(slot_on(cast.gp_practice, paris(20, 17, 15)))
    page = secretary.get("/mes-creneaux").text
    assert "Dr Hélène Renaudin" in page
    assert "Rousseau" in page


def test_a_coordinator_chooses_and_sees_references_only(coordinator, cast):
    booking_in(slot_on(cast.gp_practice, paris(20, 17, 15)), reference="M4R8")
    address = f"/mes-creneaux?pour={cast.gp_person.id}"
    assert "Dr Hélène Renaudin" in coordinator.get("/mes-creneaux").text
    page = coordinator.get(address).text
    assert "M4R8" in page
    assert "Rousseau" not in page
    assert "tel:" not in page


def test_the_choice_filters_by_letters(coordinator, cast):
    page = coordinator.get("/mes-creneaux?choisir=1&q=ben").text
    assert "Dr Sarah Benali" in page
    assert "Renaudin" not in page


def test_any_profession_can_be_posted_for(coordinator, cast):
    midwife = make_person(last_name="Sagefemme", title="", profession="midwife")
    make_practice(midwife)
    session.commit()
    assert "Sagefemme" in coordinator.get("/mes-creneaux").text


def test_another_practitioner_does_not_exist(gp, cast):
    assert gp.get(f"/mes-creneaux?pour={cast.other_gp_person.id}").status_code == 404


def test_odd_addresses_are_not_found(gp, coordinator):
    assert gp.get("/mes-creneaux?pour=abc").status_code == 404
    assert coordinator.get("/mes-creneaux?pour=999999999").status_code == 404
    assert coordinator.get("/mes-creneaux?pour=99999999999999999999").status_code == 404


def test_whoever_may_not_post_is_told(cast, sign_in):
    assert sign_in(cast.regulator).get("/mes-creneaux").status_code == 403


def test_what_is_over_is_under_past_days(gp, cast):
    slot_on(cast.gp_practice, paris(20, 9))
    assert "9h00" not in gp.get("/mes-creneaux").text
    assert "9h00" in gp.get("/mes-creneaux/passes").text


def test_the_holiday_is_written_on_the_day(gp, cast):
    slot_on(cast.gp_practice, paris(15, 9, month=8))
    assert "férié, Assomption" in gp.get("/mes-creneaux").text


def test_a_withdrawn_slot_is_gone_but_not_its_patient(gp, cast):
    slot_on(cast.gp_practice, paris(20, 18, 30), state=SlotState.WITHDRAWN)
    kept = slot_on(cast.gp_practice, paris(21, 17), capacity=4, state=SlotState.WITHDRAWN)
    booking_in(kept)
    page = gp.get("/mes-creneaux").text
    assert "18h30" not in page
    assert "1\u00a0place prise, le reste est retiré" in page


def test_a_long_list_goes_page_by_page(gp, cast):
    for day in range(70):
        slot_on(cast.gp_practice, paris(21, 17) + timedelta(days=day))
    page = gp.get("/mes-creneaux").text
    assert page.count('class="entry"') == 60
    address = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert gp.get(address).text.count('class="entry"') == 10


def test_past_days_go_page_by_page(gp, cast):
    for day in range(70):
        slot_on(cast.gp_practice, paris(19, 17) - timedelta(days=day))
    page = gp.get("/mes-creneaux/passes").text
    address = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert gp.get(address).text.count('class="entry"') == 10


def test_the_sheet_shows_and_records_who_read_it(gp, cast):
    from cptsapp.audit.models import AuditEvent

    number = slot_on(cast.gp_practice, paris(21, 17), capacity=4)
    booked, reader = booking_in(number), cast.gp.id
    page = gp.get(f"/mes-creneaux/{number}").text
    assert "Rousseau" in page
    assert "12, rue des Écoliers" in page
    event = session.query(AuditEvent).filter_by(kind="booking.read").one()
    assert (event.subject_id, event.user_id, event.data) == (booked, reader, {})


def test_a_list_is_not_a_recorded_reading(gp, cast):
    from cptsapp.audit.models import AuditEvent

    booking_in(slot_on(cast.gp_practice, paris(21, 17)))
    gp.get("/mes-creneaux")
    assert session.query(AuditEvent).filter_by(kind="booking.read").count() == 0


def test_a_coordinator_reads_no_identity_on_the_sheet(coordinator, cast):
    number = slot_on(cast.gp_practice, paris(21, 17), capacity=4)
    booking_in(number)
    assert "Rousseau" not in coordinator.get(f"/mes-creneaux/{number}").text


def test_the_sheet_of_another_does_not_exist(gp, cast):
    assert gp.get(f"/mes-creneaux/{slot_on(cast.other_gp_practice, paris(21, 17))}").status_code == 404
    assert gp.get("/mes-creneaux/999999").status_code == 404
    assert gp.get("/mes-creneaux/99999999999999999999").status_code == 404


def test_without_a_place_one_is_told_whom_to_ask(cast, sign_in):
    from cptsapp.accounts.models import Role
    from tests.tools.factories import make_user

    nowhere = make_person(last_name="Sanslieu")
    user = make_user(Role.PRACTITIONER, person_id=nowhere.id)
    session.commit()
    client = sign_in(user)
    assert "Aucun lieu d’exercice" in client.get("/mes-creneaux").text
    assert client.get("/mes-creneaux/nouveau").status_code == 303


def test_what_was_just_done_is_said_for_ten_minutes(gp, cast, set_clock):
    number = slot_on(cast.gp_practice, paris(20, 17))
    address = f"/mes-creneaux?fait=publie&objet={number}"
    assert "Publié : auj. 17h00" in gp.get(address).text
    set_clock(clock.now() + timedelta(minutes=11))
    assert "Publié" not in gp.get(address).text


def test_nothing_is_said_of_another_s_slot(gp, cast):
    other = slot_on(cast.other_gp_practice, paris(20, 17))
    assert "Publié" not in gp.get(f"/mes-creneaux?fait=publie&objet={other}").text
    assert gp.get("/mes-creneaux?fait=publie&objet=x").status_code == 200
    assert gp.get("/mes-creneaux?fait=autre&objet=1").status_code == 200


def test_a_profession_is_called_as_on_its_sheet_in_the_directory(coordinator, cast):
    nurse = make_person(last_name="Baron", first_name="Léo", title="", profession=Profession.NURSE)
    make_practice(nurse, profession=Profession.NURSE)
    session.commit()
    number = nurse.id
    called = PROFESSION_LABELS[Profession.NURSE]
    assert called in coordinator.get("/mes-creneaux?choisir=1").text
    assert called in coordinator.get(f"/annuaire/{number}").text
