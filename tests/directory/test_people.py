"""Adding and correcting a person; their sheet."""

import pytest
from sqlalchemy import func, select

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.directory.actions import people as actions
from cptsapp.directory.models import Person, Profession
from tests.tools.factories import make_person

RPPS = "10001234565"
VALUES = {"title": "Dr", "first_name": "Inès", "last_name": "Haddad", "profession": "gp", "once": "abc"}


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


def add(client, **changes):
    return client.post("/annuaire/nouveau", data={**VALUES, **changes})


def the(last_name):
    return session.scalars(select(Person).where(Person.last_name == last_name)).one()


def test_someone_new_has_a_sheet(coordinator):
    answer = add(coordinator, phone="02 61 91 40 30", mail="ines@cpts.example")
    person = the("Haddad")
    assert answer.location == f"/annuaire/{person.id}"
    assert (person.phone, person.mail, person.profession) == ("+33261914030", "ines@cpts.example", Profession.GP)
    assert "Dr Inès Haddad" in coordinator.get(answer.location).text


def test_adding_is_in_the_trail_without_what_was_typed(coordinator):
    add(coordinator, mail="ines@cpts.example")
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "person.create")).one()
    assert (event.subject_type, event.subject_id, event.data) == ("person", the("Haddad").id, {})


def test_a_double_submit_adds_once(coordinator):
    assert add(coordinator).location == add(coordinator).location
    assert the("Haddad")


def test_a_namesake_is_shown_once_and_a_second_submit_passes(coordinator):
    add(coordinator)
    again = add(coordinator, once="other")
    assert again.status_code == 422
    assert "Quelqu’un porte déjà ce nom" in again.text
    assert add(coordinator, once="other", sure="1").status_code == 303
    assert session.scalar(select(func.count()).where(Person.last_name == "Haddad")) == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_name": ""}, "Écrivez une réponse ici."),
        ({"last_name": "x" * 10_000}, "60 caractères"),
        ({"rpps": "12345678901"}, "onze chiffres"),
        ({"mail": "ines"}, "il lui faut un @"),
        ({"phone": "0000"}, "n’existe pas en France"),
        ({"profession": "wizard"}, "is-invalid"),
        ({"overbook_note": "2 85 06 85 194 001 37"}, "numéro de sécurité sociale"),
    ],
)
def test_a_wrong_answer_is_refused_under_its_field(coordinator, changes, sentence):
    answer = add(coordinator, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count()).where(Person.last_name == "Haddad")) == 0


@pytest.mark.database
def test_an_rpps_belongs_to_one_person(coordinator):
    make_person(last_name="Benoist", rpps=RPPS)
    session.commit()
    answer = add(coordinator, rpps="100 0123 4565")
    assert answer.status_code == 409
    assert "Dr Camille Benoist a déjà ce numéro RPPS." in answer.text


def test_correcting_writes_before_and_after_but_no_private_number(coordinator, cast):
    person_id = cast.gp_person.id
    values = {
        "title": "Dr",
        "first_name": "Hélène",
        "last_name": "Renaudin-Roy",
        "profession": "gp",
        "phone": "0639980101",
    }
    coordinator.post(f"/annuaire/{person_id}/modifier", data=values)
    person = session.get(Person, person_id)
    assert person.folded == "renaudin roy helene"
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "person.correct")).one()
    assert event.data["changes"]["last_name"] == ["Renaudin", "Renaudin-Roy"]
    assert event.data["changes"]["phone"] is None


def test_correcting_nothing_leaves_no_trace(coordinator, cast):
    person = cast.gp_person
    values = {"title": person.title, "first_name": person.first_name, "last_name": person.last_name}
    values |= {"profession": "gp", "mail": person.mail}
    coordinator.post(f"/annuaire/{person.id}/modifier", data=values)
    assert session.scalar(select(func.count()).where(AuditEvent.kind == "person.correct")) == 0


def test_the_sheet_shows_where_and_who_assists(sign_in, cast):
    page = sign_in(cast.regulator).get(f"/annuaire/{cast.gp_person.id}").text
    assert "12, rue des Écoliers" in page
    assert "Agnès Pallier" in page
    assert "Corriger" not in page


def test_the_sheet_of_a_secretary_says_for_whom(coordinator, cast):
    person = the("Pallier")
    assert "Agit pour" in coordinator.get(f"/annuaire/{person.id}").text


def test_a_merged_sheet_opens_the_one_that_stays(coordinator, cast):
    gone = make_person(last_name="Doublon", merged_into_id=cast.gp_person.id)
    session.commit()
    page = coordinator.get(f"/annuaire/{gone.id}", follow_redirects=True).text
    assert "Hélène Renaudin" in page


def test_whoever_has_no_account_may_be_invited_from_the_sheet(coordinator, cast):
    person = make_person(last_name="Sans Compte", mail="sans@cpts.example")
    session.commit()
    page = coordinator.get(f"/annuaire/{person.id}").text
    assert f"/comptes/inviter?personne={person.id}&amp;nom=" in page


@pytest.mark.parametrize("person_id", [0, 999999, 99999999999])
def test_an_unknown_sheet_is_a_404(coordinator, person_id):
    assert coordinator.get(f"/annuaire/{person_id}").status_code == 404


@pytest.mark.parametrize("path", ["/annuaire/nouveau", "/annuaire/1/modifier", "/annuaire/1/exercices/nouveau"])
def test_reading_does_not_let_one_write(sign_in, cast, path):
    assert sign_in(cast.gp).get(path).status_code == 403


def test_someone_without_a_role_reads_nothing(sign_in, cast):
    assert sign_in(cast.outsider).get("/annuaire").status_code == 403


def test_a_person_made_by_the_software_names_nobody(app, cast):
    values = {"last_name": "Sans", "first_name": "Auteur", "profession": Profession.GP}
    person = actions.create_person(values, by=None)
    session.commit()
    assert person.folded == "sans auteur"
