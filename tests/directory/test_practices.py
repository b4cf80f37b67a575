"""Where someone practises: an address known or new, a first and a last day."""

from datetime import date

import pytest
from sqlalchemy import func, select

from cptsapp.core.db import session
from cptsapp.core.periods import covers
from cptsapp.directory.models import Place, Practice, PracticeMode
from cptsapp.directory.queries import sheet as queries
from cptsapp.territory.models import Commune
from tests.tools.factories import acting, make_person, make_place, make_practice

NEW = {
    "place_id": "new",
    "address": "3, rue du Port",
    "commune_code": "85194",
    "phone": "02 61 91 40 40",
    "organisation_id": "0",
    "starts_on": "2026-07-20",
    "once": "abc",
}


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def path(cast):
    return f"/annuaire/{cast.gp_person.id}/exercices/nouveau"


def practices_of(cast, person_id, on):
    """What the page of a person knows of where they practise on a day."""
    sheet = queries.sheet(acting(session.merge(cast.coordinator)), person_id)
    return [p for p in (*sheet.practices, *sheet.former) if covers(p.starts_on, p.ends_on, on)]


def test_a_new_address(coordinator, cast, path):
    coordinator.post(path, data=NEW)
    place = session.scalars(select(Place).where(Place.address == "3, rue du Port")).one()
    assert (place.phone, place.commune.name) == ("+33261914040", "Les Sables-d’Olonne")
    assert place.id in {p.place_id for p in practices_of(cast, cast.gp_person.id, date(2026, 7, 20))}


def test_how_someone_practises_there(coordinator, cast, path):
    coordinator.post(path, data={**NEW, "mode": "salaried"})
    assert session.scalars(select(Practice).order_by(Practice.id.desc())).first().mode is PracticeMode.SALARIED


def test_a_known_address(coordinator, cast, path):
    place_id = cast.other_gp_practice.place_id
    coordinator.post(path, data={"place_id": place_id, "starts_on": "2026-07-20", "once": "abc"})
    assert place_id in {p.place_id for p in practices_of(cast, cast.gp_person.id, date(2026, 7, 20))}


def test_a_double_submit_adds_one_practice(coordinator, cast, path):
    coordinator.post(path, data=NEW)
    coordinator.post(path, data=NEW)
    assert session.scalar(select(func.count()).where(Place.address == "3, rue du Port")) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"address": ""}, "Écrivez une réponse ici."),
        ({"starts_on": ""}, "Donnez le premier jour."),
        ({"commune_code": "99999"}, "is-invalid"),
        ({"place_id": "424242"}, "is-invalid"),
    ],
)
def test_what_is_missing_is_said(coordinator, path, changes, sentence):
    answer = coordinator.post(path, data={**NEW, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text


def test_the_same_practice_twice_is_refused(coordinator, cast, path):
    data = {"place_id": cast.gp_practice.place_id, "starts_on": "2026-07-20", "once": "abc"}
    answer = coordinator.post(path, data=data)
    assert answer.status_code == 409
    assert "déjà noté à cette adresse" in answer.text


def test_a_last_day_before_the_first_is_refused(coordinator, path):
    answer = coordinator.post(path, data={**NEW, "ends_on": "2026-07-01"})
    assert answer.status_code == 409
    assert session.scalar(select(func.count()).where(Place.address == "3, rue du Port")) == 0


def test_ending_keeps_the_last_day(coordinator, cast):
    practice_id, person_id = cast.gp_practice.id, cast.gp_person.id
    coordinator.post(f"/annuaire/exercices/{practice_id}/terminer", data={"last_day": "2026-07-31"})
    assert session.get(Practice, practice_id).ends_on == date(2026, 7, 31)
    assert practices_of(cast, person_id, date(2026, 7, 31))
    assert not practices_of(cast, person_id, date(2026, 8, 1))


def test_ending_in_the_past_is_refused(coordinator, cast):
    answer = coordinator.post(f"/annuaire/exercices/{cast.gp_practice.id}/terminer", data={"last_day": "2026-07-01"})
    assert answer.status_code == 409
    assert "Ce jour est passé" in answer.text


def test_practices_of_someone_merged_are_kept(app, cast):
    gone = make_person(merged_into_id=cast.gp_person.id)
    kept = make_practice(gone, make_place(address="9, rue Réunie"))
    session.commit()
    assert kept.id in {p.id for p in practices_of(cast, cast.gp_person.id, date(2026, 7, 20))}


def test_an_address_is_corrected_for_everyone(coordinator, cast):
    place_id = cast.gp_practice.place_id
    data = {"address": "14, rue des Écoliers", "commune_code": "85288", "is_accessible": "y", "organisation_id": "0"}
    answer = coordinator.post(f"/annuaire/lieux/{place_id}/modifier?personne={cast.gp_person.id}", data=data)
    assert answer.location == f"/annuaire/{cast.gp_person.id}"
    place = session.get(Place, place_id)
    assert (place.address, place.is_accessible, place.phone) == ("14, rue des Écoliers", True, None)


def test_communes_offered_are_those_the_cpts_knows(coordinator, path):
    session.add(
        Commune(
            code="85191", name="La Roche-sur-Yon", folded="la roche sur yon", postcodes=[], population=1, is_own=False
        )
    )
    session.commit()
    assert "La Roche-sur-Yon" in coordinator.get(path).text
