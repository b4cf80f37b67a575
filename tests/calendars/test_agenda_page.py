"""/mes-creneaux/agenda: addresses made, shown once, revoked."""

import re

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.snp.models import CalendarFeed


def create(client, cast):
    response = client.post(f"/mes-creneaux/agenda/{cast.gp_person.id}/adresse")
    assert response.status_code == 200
    return re.search(r"/agenda/[\w-]{22}\.ics", response.get_data(as_text=True)).group()


def test_address_is_shown_in_both_forms(cast, gp):
    text = gp.post(f"/mes-creneaux/agenda/{cast.gp_person.id}/adresse").get_data(as_text=True)
    assert 'href="webcal://127.0.0.1:8000/agenda/' in text
    assert 'value="http://127.0.0.1:8000/agenda/' in text


def test_address_works(cast, gp, client):
    assert client.get(create(gp, cast)).status_code == 200


def test_address_is_shown_once(cast, gp):
    address = create(gp, cast)
    assert address not in gp.get("/mes-creneaux/agenda").get_data(as_text=True)


def test_page_says_that_it_lags(cast, gp):
    assert "peut retarder de plusieurs heures" in gp.get("/mes-creneaux/agenda").get_data(as_text=True)


def test_page_says_when_it_was_read(cast, gp, client):
    client.get(create(gp, cast))
    assert "lue lun. 20 juil. à 14h32" in gp.get("/mes-creneaux/agenda").get_data(as_text=True)


def test_revoked_address_is_dead(cast, gp, client):
    address = create(gp, cast)
    number = session.query(CalendarFeed.id).scalar()
    assert gp.post(f"/mes-creneaux/agenda/adresse/{number}/revoquer").status_code == 303
    assert client.get(address).status_code == 404


def test_making_and_revoking_are_in_the_trail(cast, gp):
    create(gp, cast)
    gp.post(f"/mes-creneaux/agenda/adresse/{session.query(CalendarFeed.id).scalar()}/revoquer")
    kinds = [e.kind for e in session.query(AuditEvent).order_by(AuditEvent.id)]
    assert kinds == ["calendar.feed_created", "calendar.feed_revoked"]


def test_a_sixth_address_is_refused(cast, gp):
    for _ in range(5):
        create(gp, cast)
    assert gp.post(f"/mes-creneaux/agenda/{cast.gp_person.id}/adresse").status_code == 409


def test_secretary_makes_it_for_her_doctor(cast, secretary):
    create(secretary, cast)
    assert session.query(CalendarFeed.person_id).scalar() == cast.gp_person.id


def test_another_doctor_does_not_exist(cast, sign_in):
    response = sign_in(cast.other_gp).post(f"/mes-creneaux/agenda/{cast.gp_person.id}/adresse")
    assert response.status_code == 404


def test_the_address_of_another_cannot_be_revoked(cast, gp, sign_in):
    create(gp, cast)
    number = session.query(CalendarFeed.id).scalar()
    assert sign_in(cast.other_gp).post(f"/mes-creneaux/agenda/adresse/{number}/revoquer").status_code == 404


@pytest.mark.parametrize("who", ["regulator", "treasurer"])
def test_it_is_closed_to_the_others(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get("/mes-creneaux/agenda").status_code == 403
