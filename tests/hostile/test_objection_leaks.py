"""Someone objects while a review, a campaign, an application are open: nothing of those brings them back."""

import io
from datetime import date

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Person, Profession
from cptsapp.imports import files, queries
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.models import Import, ImportItem, ImportKind, ImportState
from cptsapp.membership.models import Application
from tests.hostile.test_directory_leaks import paths
from tests.hostile.test_directory_leaks import world as world
from tests.hostile.tools import check_refused
from tests.imports.extract import person as line_of
from tests.imports.extract import write_extract
from tests.tools.factories import make_application, make_membership, make_person, make_place, make_practice
from tests.tools.marks import rows_of_every_table

NAME, FIRST = "ZZOBJECTE", "AGATHE"
RPPS = line_of(1)["Identifiant PP"]


def object_for(client, person_id: int):
    """At the person's request, from a page opened earlier."""
    return client.post(f"/annuaire/{person_id}/opposition", data={"sure": "y"})


@pytest.fixture
def someone(cast) -> int:
    """A nurse whom the extract knows too."""
    made = make_person(
        last_name="Zzobjecte",
        first_name="Agathe",
        profession=Profession.NURSE,
        rpps=RPPS,
        mail="zzobjecte@cpts.example",
    )
    make_practice(made, make_place(address="3, rue Zzobjecte"))
    session.commit()
    return made.id


@pytest.fixture
def review(app, someone, tmp_path) -> int:
    """A review in which they changed, and another person is new."""
    path = write_extract(
        tmp_path / "PS_LibreAcces_Personne_activite.txt",
        [line_of(1, NAME, FIRST, number="99"), line_of(2, "ARBOIS")],
    )
    made = lifecycle.start(ImportKind.EXTRACT, path.name, path.stat().st_size, files.keep(path), date(2026, 7, 6), None)
    session.commit()
    lifecycle.read(made, clock.now())
    found = queries.by_id(made.id)
    assert found.state is ImportState.REVIEW
    assert session.query(ImportItem).count() >= 2
    found_id = found.id
    session.commit()
    return found_id


def is_nowhere(*words: str) -> list[str]:
    """Where a word still stands in the database."""
    session.rollback()
    rows = list(rows_of_every_table())
    session.remove()
    return [word for word in words if any(word.lower() in str(row).lower() for row in rows)]


@pytest.mark.database
def test_an_open_review_forgets_who_objects_and_does_not_bring_them_back(someone, review, coordinator):
    assert object_for(coordinator, someone).status_code == 303
    assert is_nowhere(NAME, RPPS) == []
    for item_id in [item.id for item in session.query(ImportItem)]:
        for decision in ("take", "later"):
            coordinator.post(f"/annuaire/imports/{review}/fiches/{item_id}", data={"decision": decision})
        coordinator.post(f"/annuaire/imports/{review}/fiches/{item_id}", data={"decision": "take"})
    answer = coordinator.post(f"/annuaire/imports/{review}/appliquer")
    assert answer.status_code in (303, 409)
    assert session.get(Person, someone).last_name == ""
    assert is_nowhere(NAME, RPPS) == []


@pytest.mark.database
def test_a_list_that_waits_for_its_columns_does_not_bring_them_back(app, someone, coordinator, instance):
    rows = f"Nom;Prénom;Commune\n{NAME};{FIRST};Talmont-Saint-Hilaire\nARBOIS;Julie;Talmont-Saint-Hilaire\n"
    sent = {"file": (io.BytesIO(rows.encode()), "liste.csv"), "subject": "persons"}
    assert coordinator.post("/annuaire/imports/liste", data=sent).status_code == 303
    assert "d’abord" in check_refused(object_for(coordinator, someone), 409)
    coordinator.post(f"/annuaire/imports/{session.query(Import).one().id}/abandonner")
    assert object_for(coordinator, someone).status_code == 303
    assert is_nowhere(NAME) == []
    assert [path for path in (instance / "imports").rglob("*") if path.is_file()] == []


@pytest.mark.database
def test_an_application_they_typed_themselves_makes_no_member_without_a_name(someone, coordinator):
    """It is not linked to their sheet yet: whoever objects with it waiting leaves no empty applicant to approve."""
    number = make_application(last_name="Zzobjecte", first_name="Agathe", rpps=RPPS, mail="zzobjecte@cpts.example").id
    session.commit()
    assert "d’abord" in check_refused(object_for(coordinator, someone), 409)
    coordinator.post(f"/adhesions/demandes/{number}/retirer")
    assert object_for(coordinator, someone).status_code == 303
    assert is_nowhere("Zzobjecte", RPPS) == []


@pytest.mark.database
def test_whoever_objected_and_applies_again_is_told_by_the_coordination_not_by_the_form(someone, client, coordinator):
    """The public form keeps what is typed as of anyone; nothing of it says that they objected."""
    assert object_for(coordinator, someone).status_code == 303
    sent = {
        "college": "professionals",
        "title": "",
        "first_name": "Agathe",
        "last_name": "Zzobjecte",
        "profession": "nurse",
        "rpps": RPPS,
        "commune_code": "85288",
        "mail": "zzobjecte@cpts.example",
        "once": "k",
    }
    answer = client.post("/adherer", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/adherer/recue")
    number = session.query(Application).one().id
    assert coordinator.get(f"/adhesions/demandes/{number}").status_code == 200
    data = {
        "sheet": "new",
        "college": "professionals",
        "decided_on": "2026-07-20",
        "starts_on": "2026-07-20",
        "fee": "0",
    }
    answer = coordinator.post(f"/adhesions/demandes/{number}/approuver", data=data)
    assert answer.status_code in (303, 409)
    assert "opposition" in answer.text.lower() or "figurer" in answer.text.lower() or answer.status_code == 303


@pytest.mark.database
def test_after_it_no_page_of_the_coordination_names_them(app, someone, coordinator, world):
    """Every address of what there is, with the names of who objected looked for."""
    person = session.get(Person, someone)
    make_membership(person, starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))
    session.commit()
    assert object_for(coordinator, someone).status_code == 303
    told = []
    for path in paths(app, world, {"directory", "membership", "outreach", "imports", "audit"}):
        answer = coordinator.get(path)
        assert answer.status_code < 500, path
        told += [path] if "zzobjecte" in answer.get_data().decode("utf-8", "replace").lower() else []
    assert told == []
    for path in (
        f"/annuaire/{someone}",
        f"/annuaire/{someone}.vcf",
        f"/adhesions/p{someone}",
        f"/annuaire/{someone}/opposition",
    ):
        assert coordinator.get(path).status_code == 404
    assert session.query(Import).count() == 0
