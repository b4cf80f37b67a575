"""Patients en sus: the flag and its note."""

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.directory.models import Person

URL = "/mes-creneaux/profil"


def test_the_flag_and_the_note_are_kept(gp, cast):
    number = cast.gp_person.id
    answer = gp.post(URL, data={"accepts": "y", "note": "Appeler avant 11h"})
    person = session.get(Person, number)
    assert (person.accepts_overbook, person.overbook_note) == (True, "Appeler avant 11h")
    assert "Enregistré" in gp.get(answer.location).text
    assert session.query(AuditEvent).filter_by(kind="person.overbook_set").count() == 1


def test_the_page_shows_what_is(gp):
    gp.post(URL, data={"accepts": "y", "note": "Appeler avant 11h"})
    page = gp.get(URL).text
    assert "checked" in page
    assert "Appeler avant 11h" in page


def test_a_social_security_number_is_refused(gp, cast):
    number = cast.gp_person.id
    answer = gp.post(URL, data={"note": "1 47 07 85 194 123 45"})
    assert answer.status_code == 422
    assert session.get(Person, number).overbook_note is None


def test_a_note_too_long_is_refused(gp):
    assert gp.post(URL, data={"note": "x" * 10000}).status_code == 422


def test_the_secretary_does_it_for_her_practitioner(secretary, cast):
    number = cast.gp_person.id
    secretary.post(URL, data={"accepts": "y"})
    assert session.get(Person, number).accepts_overbook


def test_not_for_another(gp, cast):
    assert gp.post(f"{URL}?pour={cast.other_gp_person.id}", data={"accepts": "y"}).status_code == 404
