"""The sheet of a person: that it is right, what others may read of it, the exchanges of the coordination alone."""

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from cptsapp.accounts.models import Role
from cptsapp.accounts.permissions import scopes_of
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import (
    Channel,
    Exchange,
    Membership,
    MovementKind,
    Person,
    PinnedField,
    PracticeMode,
    Profession,
)
from tests.tools.factories import (
    make_membership,
    make_movement,
    make_person,
    make_place,
    make_practice,
    make_user,
)
from tests.tools.queries import count_queries

SAID = {"held_on": "2026-07-17", "channel": "call", "note": "Cherche un remplaçant en août.", "once": "abc"}


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def ids(cast):
    """Numbers outlive the session that a request closes."""
    return SimpleNamespace(
        gp=cast.gp_person.id,
        other=cast.other_gp_person.id,
        practice=cast.gp_practice.id,
        other_practice=cast.other_gp_practice.id,
    )


@pytest.fixture
def path(cast):
    return f"/annuaire/{cast.gp_person.id}"


def events(kind):
    return session.scalars(select(AuditEvent).where(AuditEvent.kind == kind)).all()


def make_exchange(person_id, note):
    said = Exchange(person_id=person_id, held_on=date(2026, 7, 1), channel=Channel.CALL, note=note)
    said.created_at = clock.now()
    session.add(said)
    session.commit()
    return said.id


# -- verified ---------------------------------------------------------------------------------------------------------


def test_a_sheet_never_checked_asks_to_be(coordinator, path):
    page = coordinator.get(path).text
    assert "Vérifier la fiche" in page
    assert "jamais vérifiée" in page


def test_all_is_right_is_dated_and_signed(coordinator, path, ids):
    person_id = ids.gp
    assert coordinator.post(f"{path}/verifier").location == path
    person = session.get(Person, person_id)
    assert (person.verified_on, person.verified_by) == (date(2026, 7, 20), "Sophie Arnaud")
    assert [event.subject_id for event in events("person.verify")] == [person_id]
    assert "Vérifier la fiche" not in coordinator.get(path).text


def test_a_sheet_ages_after_twelve_months(coordinator, cast, path):
    cast.gp_person.verified_on = date(2025, 5, 5)
    session.commit()
    assert "à actualiser depuis 2 mois" in coordinator.get(path).text


def test_reading_does_not_let_one_verify(sign_in, cast, path):
    assert sign_in(cast.gp).post(f"{path}/verifier").status_code == 403
    assert "Vérifier la fiche" not in sign_in(cast.gp).get(path).text


def test_verifying_a_merged_sheet_verifies_the_one_that_stays(coordinator, ids):
    gone = make_person(merged_into_id=ids.gp)
    session.commit()
    coordinator.post(f"/annuaire/{gone.id}/verifier")
    assert session.get(Person, ids.gp).verified_on == date(2026, 7, 20)


# -- where the data come from -----------------------------------------------------------------------------------------


def test_the_sheet_says_where_its_data_come_from(coordinator, cast, path):
    cast.gp_person.rpps, cast.gp_person.adeli = "10001234565", "851234567"
    cast.gp_person.informed_on, cast.gp_person.speciality = date(2026, 1, 14), "Médecine du sport"
    cast.gp_practice.seen_on, cast.gp_practice.mode = date(2026, 7, 6), PracticeMode.SALARIED
    session.commit()
    page = coordinator.get(path).text
    for told in (
        "10001234565, extrait du 06/07/2026",
        "851234567",
        "informé le 14/01/2026",
        "Médecine du sport",
        "salarié",
    ):
        assert told in page


def correct(client, path, **changes):
    values = {"title": "Dr", "first_name": "Hélène", "last_name": "Renaudin", "profession": "gp"}
    values["mail"] = "helene.renaudin@cpts.example"
    return client.post(f"{path}/modifier", data={**values, **changes})


def test_what_is_corrected_of_an_extract_is_kept_from_imports(coordinator, cast, path):
    cast.gp_practice.seen_on = date(2026, 7, 6)
    session.commit()
    correct(coordinator, path, last_name="Renaudin-Roy", adeli="851234567")
    found = session.scalars(select(PinnedField)).all()
    assert [(pin.name, pin.file_value) for pin in found] == [("last_name", "Renaudin")]
    assert "nom\u00a0: gardé à chaque import" in coordinator.get(path).text


def test_what_was_noted_by_hand_needs_no_keeping(coordinator, path):
    correct(coordinator, path, last_name="Renaudin-Roy")
    assert session.scalar(select(func.count()).select_from(PinnedField)) == 0


def test_an_address_of_an_extract_is_kept_too(coordinator, cast, path, ids):
    place_id = cast.gp_practice.place_id
    cast.gp_practice.seen_on = date(2026, 7, 6)
    session.commit()
    data = {"address": "14, rue des Écoliers", "commune_code": "85288", "organisation_id": "0", "phone": "0261914027"}
    coordinator.post(f"/annuaire/lieux/{place_id}/modifier?personne={ids.gp}", data=data)
    pin = session.scalars(select(PinnedField)).one()
    assert (pin.sheet_id, pin.name, pin.file_value) == (place_id, "address", "12, rue des Écoliers")


def test_a_second_correction_keeps_what_the_file_said(coordinator, cast, path):
    cast.gp_practice.seen_on = date(2026, 7, 6)
    session.commit()
    correct(coordinator, path, last_name="Renaudin-Roy")
    correct(coordinator, path, last_name="Roy")
    assert session.scalars(select(PinnedField.file_value)).all() == ["Renaudin"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"adeli": "12"}, "neuf signes"),
        ({"speciality": "x" * 200}, "120 caractères"),
        ({"informed_on": "hier"}, "is-invalid"),
    ],
)
def test_a_wrong_column_is_said_under_its_field(coordinator, path, changes, sentence):
    answer = correct(coordinator, path, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.database
def test_an_adeli_belongs_to_one_person(coordinator, path):
    make_person(last_name="Benoist", adeli="851234567")
    session.commit()
    answer = correct(coordinator, path, adeli="85 1234567")
    assert answer.status_code == 409
    assert "Dr Camille Benoist a déjà ce numéro ADELI." in answer.text


def test_only_who_may_object_finds_the_link(sign_in, cast, path):
    assert f"{path}/opposition" in sign_in(cast.coordinator).get(path).text
    assert f"{path}/opposition" not in sign_in(cast.gp).get(path).text


# -- adhesion ---------------------------------------------------------------------------------------------------------


def test_the_sheet_shows_years_and_periods_of_a_member(coordinator, cast, path):
    make_membership(cast.gp_person, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), fee_cents=1000)
    session.commit()
    page = coordinator.get(path).text
    assert "2026, année civile" in page
    assert '2026<span class="sr-only"> adhérent' in page
    assert '2025<span class="sr-only"> non' in page
    assert "cotisation 10\u00a0€, à recevoir" in page


def test_who_may_not_see_members_reads_nothing_of_it(sign_in, cast, ids):
    make_membership(cast.other_gp_person)
    session.commit()
    page = sign_in(cast.gp).get(f"/annuaire/{ids.other}").text
    assert "Adhésion" not in page
    assert session.scalar(select(func.count()).select_from(Membership)) == 1


def test_a_fee_is_read_by_who_keeps_the_accounts(sign_in, cast, path):
    make_membership(cast.gp_person, fee_cents=1000)
    session.commit()
    assert "cotisation" in sign_in(cast.treasurer).get(path).text
    assert "cotisation" not in sign_in(cast.board_member).get(path).text


# -- movements on the sheet -------------------------------------------------------------------------------------------


def test_the_coordination_reads_every_movement(coordinator, cast, path):
    make_movement(cast.gp_person, kind=MovementKind.MATERNITY, ends_on=date(2027, 5, 1), note="dit au téléphone")
    session.commit()
    page = coordinator.get(path).text
    assert "Congé maternité du 31/12/2026 au 01/05/2027, à confirmer" in page
    assert "dit au téléphone" in page


def test_others_read_a_confirmed_leave_without_its_reason(sign_in, cast, path):
    make_movement(cast.gp_person, kind=MovementKind.MATERNITY, is_confirmed=True, note="dit au téléphone")
    session.commit()
    page = sign_in(cast.regulator).get(path).text
    assert "Absence le 31/12/2026" in page
    assert "maternité" not in page
    assert "dit au téléphone" not in page


@pytest.mark.parametrize("values", [{"is_confirmed": False}, {"is_confirmed": True, "cancelled_at": True}])
def test_others_do_not_read_what_is_not_sure(sign_in, cast, path, values):
    values = {**values, "cancelled_at": clock.now() if values.get("cancelled_at") else None}
    make_movement(cast.gp_person, **values)
    session.commit()
    assert "Retraite" not in sign_in(cast.regulator).get(path).text
    assert "Retraite" in sign_in(cast.coordinator).get(path).text


def test_who_stands_in_for_another_is_said_on_both_sheets(coordinator, cast, path, ids):
    leave = {"kind": MovementKind.LEAVE, "starts_on": date(2026, 8, 1), "ends_on": date(2026, 8, 31)}
    make_movement(cast.gp_person, replaced_by_id=ids.other, is_confirmed=True, **leave)
    session.commit()
    assert "remplacé par" in coordinator.get(path).text
    assert "Remplace <a" in coordinator.get(f"/annuaire/{ids.other}").text


# -- exchanges --------------------------------------------------------------------------------------------------------


def test_an_exchange_is_noted_and_read(coordinator, path, ids):
    assert coordinator.post(f"{path}/echanges/nouveau", data=SAID).location == path
    found = session.scalars(select(Exchange)).one()
    assert (found.person_id, found.held_on, found.channel) == (ids.gp, date(2026, 7, 17), Channel.CALL)
    page = coordinator.get(path).text
    assert "Cherche un remplaçant en août." in page
    assert "appel, Sophie Arnaud" in page


def test_the_trail_knows_of_an_exchange_and_not_what_was_said(coordinator, path):
    coordinator.post(f"{path}/echanges/nouveau", data=SAID)
    assert [event.data for event in events("exchange.note")] == [{}]


def test_a_double_submit_notes_once(coordinator, path):
    coordinator.post(f"{path}/echanges/nouveau", data=SAID)
    coordinator.post(f"{path}/echanges/nouveau", data=SAID)
    assert session.scalar(select(func.count()).select_from(Exchange)) == 1


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"note": ""}, 422, "Écrivez une phrase."),
        ({"note": "x" * 700}, 422, "600 caractères"),
        ({"note": "son numéro : 2 85 06 85 194 001 37"}, 422, "numéro de sécurité sociale"),
        ({"held_on": ""}, 422, "Donnez le jour."),
        ({"channel": "pigeon"}, 422, "is-invalid"),
        ({"held_on": "2026-07-21"}, 409, "n’a pas encore eu lieu"),
    ],
)
def test_a_wrong_exchange_is_not_noted(coordinator, path, changes, status, sentence):
    answer = coordinator.post(f"{path}/echanges/nouveau", data={**SAID, **changes})
    assert answer.status_code == status
    assert sentence in answer.text
    assert session.scalar(select(func.count()).select_from(Exchange)) == 0


def test_one_noted_by_mistake_is_taken_away(coordinator, path):
    coordinator.post(f"{path}/echanges/nouveau", data=SAID)
    number = session.scalars(select(Exchange.id)).one()
    assert coordinator.post(f"/annuaire/echanges/{number}/retirer").location == path
    assert session.scalar(select(func.count()).select_from(Exchange)) == 0
    assert len(events("exchange.remove")) == 1


def test_an_exchange_that_is_gone_is_a_404(coordinator):
    assert coordinator.post("/annuaire/echanges/999999/retirer").status_code == 404


def test_exchanges_follow_a_merge(coordinator, path, ids):
    gone = make_person(merged_into_id=ids.gp)
    said = Exchange(
        person_id=gone.id, held_on=date(2026, 7, 1), channel=Channel.MAIL, note="Avant", created_at=clock.now()
    )
    session.add(said)
    session.commit()
    assert "Avant" in coordinator.get(path).text


@pytest.mark.parametrize("role", list(Role))
def test_exchanges_are_for_the_coordination_alone(sign_in, cast, path, role, ids):
    cast.gp_person.verified_on = date(2026, 7, 1)
    number = make_exchange(ids.gp, "Songe à partir")
    user = make_user(role, person_id=ids.gp)
    session.commit()
    client, may = sign_in(user), "directory.notes" in scopes_of({role})
    assert may == (role in (Role.COORDINATOR, Role.ASSISTANT))
    assert ("Songe à partir" in client.get(path).text) == may
    assert (client.get(f"{path}/echanges/nouveau").status_code == 200) == may
    assert (client.post(f"/annuaire/echanges/{number}/retirer").status_code == 303) == may


# -- who reads what ---------------------------------------------------------------------------------------------------


def test_a_partner_reads_no_person(sign_in, cast, path):
    user = make_user(Role.PARTNER)
    session.commit()
    assert sign_in(user).get(path).status_code == 404


def test_nobody_signed_out_reads_a_sheet(client, cast, path):
    assert client.get(path).status_code == 401


def test_who_objected_has_no_sheet(coordinator, cast):
    gone = make_person(objected_on=date(2026, 7, 1))
    session.commit()
    assert coordinator.get(f"/annuaire/{gone.id}").status_code == 404


def test_the_sheets_follow_one_another_by_name(coordinator, cast):
    first, last = make_person(last_name="Aaa"), make_person(last_name="Aab")
    session.commit()
    assert f'rel="next" href="/annuaire/{last.id}"' in coordinator.get(f"/annuaire/{first.id}").text
    assert f'rel="prev" href="/annuaire/{first.id}"' in coordinator.get(f"/annuaire/{last.id}").text


def test_within_a_search_the_sheets_follow_those_found(coordinator, cast, ids):
    page = coordinator.get(f"/annuaire/{ids.other}?q=medecin").text
    assert "1 sur 2" in page
    assert "‹ Annuaire, «\u00a0medecin\u00a0»" in page
    assert f'rel="next" href="/annuaire/{ids.gp}?q=medecin"' in page
    assert f'href="/annuaire/{ids.other}?q=medecin"' in coordinator.get("/annuaire?q=medecin").text


def test_a_sheet_that_the_search_no_longer_finds_stands_alone(coordinator, cast, ids):
    page = coordinator.get(f"/annuaire/{ids.other}?q=zzz").text
    assert "Dr Sarah Benali" in page
    assert 'rel="next"' not in page


def test_a_member_is_renewed_and_a_receipt_read_from_the_sheet(coordinator, cast, ids, path):
    period = make_membership(cast.gp_person, fee_cents=1000, paid_on=date(2026, 1, 14), receipt_number=12)
    number = period.id
    session.commit()
    page = coordinator.get(path).text
    assert f'href="/adhesions/p{ids.gp}">Renouveler' in page
    assert f'href="/adhesions/periodes/{number}/recu.pdf"' in page
    assert coordinator.get(f"/adhesions/p{ids.gp}").status_code == 200


def test_the_sheet_of_a_secretary_has_neither_movements_nor_slots(coordinator, cast):
    person = make_person(last_name="Accueil", profession=Profession.STAFF, title="")
    session.commit()
    page = coordinator.get(f"/annuaire/{person.id}").text
    assert "Mouvements</h2>" not in page
    assert "Prend part à" not in page


def test_a_long_sheet_costs_as_many_queries(coordinator, cast, path, ids):
    coordinator.get(path)
    with count_queries() as few:
        coordinator.get(path)
    person = session.get(Person, ids.gp)
    for number in range(12):
        make_practice(person, make_place(address=f"{number}, rue Longue"))
        make_movement(person, starts_on=date(2027, 1, 1 + number), replaced_by_id=ids.other)
    session.commit()
    with count_queries() as many:
        coordinator.get(path)
    assert len(many) == len(few)


def test_a_private_telephone_and_mail_are_for_the_office_and_for_oneself(cast, sign_in):
    person = make_person(phone="+33639981234", mail="direct@exemple.example")
    session.commit()
    number = person.id
    for user, sees in ((cast.coordinator, True), (cast.gp, False), (cast.regulator, False), (cast.treasurer, False)):
        page = sign_in(session.merge(user)).get(f"/annuaire/{number}")
        assert ("tel:+33639981234" in page.text, "direct@exemple.example" in page.text) == (sees, sees)
    own = sign_in(session.merge(cast.gp)).get(f"/annuaire/{session.merge(cast.gp).person_id}")
    assert "helene.renaudin@cpts.example" in own.text
