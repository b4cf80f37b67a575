"""The settings of the CPTS: each part changed, what was before and after in the trail, what is refused."""

from datetime import time

import pytest
from sqlalchemy import func, select

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.territory import queries
from cptsapp.territory.models import Commune, IdentityMode, Neighbour

IDENTITY = {"name": "CPTS Renommée", "mark": "CR", "phone": "02 61 91 40 50", "size_tier": "2"}
HOURS = {f"opens_{day}": "08:00" for day in range(5)} | {f"closes_{day}": "19:30" for day in range(5)}
HOURS |= {f"{end}_{day}": "" for end in ("opens", "closes") for day in (5, 6)}
HOURS |= {
    "zone": "Europe/Paris",
    "holiday_region": "metropole",
    "out_of_hours_name": "ADOPS",
    "out_of_hours_phone": "15",
}
PATIENTS = {"identity_mode": "initials", "retention_months": "2", "desk_lock_minutes": "5"}
NEIGHBOUR = {
    "name": "CPTS Voisine",
    "address": "1, place du Marché",
    "phone": "02 61 91 41 00",
    "website": "https://voisine.example",
}


@pytest.fixture
def manager(cast, sign_in):
    return sign_in(cast.administrator)


def settings():
    queries.forget()
    return queries.settings()


def trail(kind):
    return session.scalars(select(AuditEvent).where(AuditEvent.kind == kind)).one()


def test_the_page_says_how_things_stand(manager):
    page = manager.get("/reglages").text
    assert "CPTS Littoral d’Essai" in page
    assert "Talmont-Saint-Hilaire" in page
    assert "8h00 à 20h00" in page
    assert "fermé" in page


def test_name_mark_phone_and_tier(manager):
    assert manager.post("/reglages/cpts", data=IDENTITY).location == "/reglages"
    now = settings()
    assert (now.name, now.mark, now.phone, now.size_tier) == ("CPTS Renommée", "CR", "+33261914050", 2)


def test_a_change_writes_before_and_after(manager):
    manager.post("/reglages/cpts", data=IDENTITY)
    assert trail("territory.settings").data["changes"]["name"] == ["CPTS Littoral d’Essai", "CPTS Renommée"]


def test_sending_the_page_back_changes_nothing(manager):
    data = {"name": "CPTS Littoral d’Essai", "mark": "LE", "phone": "02 61 91 40 00", "size_tier": "3"}
    assert manager.post("/reglages/cpts", data=data).status_code == 303
    assert session.scalar(select(func.count()).where(AuditEvent.kind == "territory.settings")) == 0


def test_a_stored_number_comes_back_as_it_may_be_sent(manager):
    assert "02\u00a061\u00a091\u00a040\u00a000" in manager.get("/reglages/cpts").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Écrivez"),
        ({"mark": "<>"}, "Des lettres."),
        ({"phone": "1"}, "n’existe pas"),
        ({"size_tier": "9"}, "is-invalid"),
    ],
)
def test_a_wrong_identity_is_said(manager, changes, sentence):
    answer = manager.post("/reglages/cpts", data={**IDENTITY, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert settings().name == "CPTS Littoral d’Essai"


def test_hours_of_each_day(manager):
    assert (
        manager.post("/reglages/horaires", data={**HOURS, "opens_6": "09:00", "closes_6": "12:00"}).status_code == 303
    )
    hours = settings().window.hours
    assert set(hours) == {0, 1, 2, 3, 4, 6}
    assert hours[0] == (time(8), time(19, 30))
    assert settings().out_of_hours_phone == "15"


def test_hours_are_in_the_trail(manager):
    manager.post("/reglages/horaires", data=HOURS)
    before, after = trail("territory.hours").data["changes"]["hours"]
    assert (before["0"], after["0"]) == ("08:00-20:00", "08:00-19:30")


def test_moving_overseas_moves_the_zone(manager):
    manager.post("/reglages/horaires", data={**HOURS, "zone": "Indian/Reunion", "holiday_region": "reunion"})
    assert (settings().zone, settings().holiday_region) == ("Indian/Reunion", "reunion")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"closes_0": ""}, "laissez les deux vides"),
        ({"closes_0": "07:00"}, "La fermeture vient après l’ouverture."),
        ({f"{end}_{day}": "" for end in ("opens", "closes") for day in range(5)}, "Ouvrez au moins un jour"),
        ({"out_of_hours_phone": ""}, "Écrivez une réponse ici."),
        ({"zone": "Mars/Olympus"}, "is-invalid"),
    ],
)
def test_wrong_hours_are_said(manager, changes, sentence):
    answer = manager.post("/reglages/horaires", data={**HOURS, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert settings().window.hours[0] == (time(8), time(20))


def test_the_holidays_of_the_year_are_listed(manager):
    page = manager.get("/reglages/horaires").text
    assert "Fête nationale" in page
    assert "Jours fériés 2026" in page


def test_patients_and_desks(manager):
    manager.post("/reglages/patients", data=PATIENTS)
    now = settings()
    assert (now.identity_mode, now.retention_months, now.desk_lock_minutes) == (IdentityMode.INITIALS, 2, 5)
    assert trail("territory.settings").data["changes"]["identity_mode"] == ["full", "initials"]


@pytest.mark.parametrize("changes", [{"identity_mode": "all"}, {"retention_months": "12"}, {"desk_lock_minutes": "0"}])
def test_wrong_choices_about_patients_are_refused(manager, changes):
    assert manager.post("/reglages/patients", data={**PATIENTS, **changes}).status_code == 422
    assert settings().identity_mode is IdentityMode.FULL


def test_communes_are_added_and_taken_away(manager):
    manager.post("/reglages/communes", data={"commune": ["85288", "85114"]})
    assert [c.name for c in queries.own_communes()] == ["Jard-sur-Mer", "Talmont-Saint-Hilaire"]
    event = trail("territory.communes")
    assert (event.data["added"], event.data["removed"]) == (["85114"], ["85194"])


def test_a_commune_taken_away_stays_known(manager):
    manager.post("/reglages/communes", data={"commune": ["85288"]})
    assert session.get(Commune, "85194").is_own is False


def test_a_cpts_without_commune_is_refused(manager):
    answer = manager.post("/reglages/communes", data={})
    assert answer.status_code == 409
    assert "Gardez au moins une commune" in answer.text


def test_searching_changes_nothing(manager):
    answer = manager.post("/reglages/communes", data={"commune": ["85288"], "act": "search", "q": "jard"})
    assert "Jard-sur-Mer" in answer.text
    assert len(queries.own_communes()) == 2


def test_a_neighbour_with_its_communes(manager):
    manager.post("/reglages/voisines/nouvelle", data={**NEIGHBOUR, "commune": ["85191"]})
    found = session.scalars(select(Neighbour)).one()
    assert (found.name, found.phone, [c.name for c in found.communes]) == (
        "CPTS Voisine",
        "+33261914100",
        ["La Roche-sur-Yon"],
    )
    assert "CPTS Voisine" in manager.get("/reglages").text


def test_a_neighbour_is_corrected_and_taken_away(manager):
    manager.post("/reglages/voisines/nouvelle", data={**NEIGHBOUR, "commune": ["85191"]})
    path = f"/reglages/voisines/{session.scalars(select(Neighbour.id)).one()}"
    manager.post(path, data={**NEIGHBOUR, "name": "CPTS d’à côté", "commune": ["85112"]})
    assert trail("neighbour.change").data["changes"]["name"] == ["CPTS Voisine", "CPTS d’à côté"]
    manager.post(f"{path}/retirer")
    assert session.scalar(select(func.count()).select_from(Neighbour)) == 0
    assert session.get(Commune, "85112").neighbour_id is None


def test_a_neighbour_may_not_take_one_of_our_communes(manager):
    answer = manager.post("/reglages/voisines/nouvelle", data={**NEIGHBOUR, "commune": ["85288"]})
    assert answer.status_code == 409
    assert "est de votre territoire" in answer.text
    assert session.scalar(select(func.count()).select_from(Neighbour)) == 0


def test_two_neighbours_have_two_names(manager):
    manager.post("/reglages/voisines/nouvelle", data=NEIGHBOUR)
    answer = manager.post("/reglages/voisines/nouvelle", data=NEIGHBOUR)
    assert answer.status_code == 409
    assert "porte déjà ce nom" in answer.text


def test_a_commune_of_a_neighbour_may_become_ours(manager):
    manager.post("/reglages/voisines/nouvelle", data={**NEIGHBOUR, "commune": ["85191"]})
    manager.post("/reglages/communes", data={"commune": ["85288", "85191"]})
    assert session.get(Commune, "85191").neighbour_id is None


def test_a_wrong_address_of_a_site_is_said(manager):
    answer = manager.post("/reglages/voisines/nouvelle", data={**NEIGHBOUR, "website": "javascript:alert(1)"})
    assert answer.status_code == 422


def test_an_unknown_neighbour_is_a_404(manager):
    assert manager.get("/reglages/voisines/999").status_code == 404


@pytest.mark.parametrize("path", ["", "/cpts", "/horaires", "/patients", "/communes", "/voisines/nouvelle"])
def test_settings_are_not_for_a_practitioner(sign_in, cast, path):
    assert sign_in(cast.gp).get(f"/reglages{path}").status_code == 403
