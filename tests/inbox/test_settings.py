"""What a CPTS decides of its requests, who came from outside, the poster and the cards."""

from datetime import date

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.inbox.actions import outside
from cptsapp.inbox.forms.settings import SET_DELAYS
from cptsapp.inbox.models import Deadline, InboxSettings, Request
from cptsapp.inbox.queries.settings import delays, settings, weights
from cptsapp.inbox.rules.deadlines import DELAYS
from cptsapp.inbox.rules.priority import CRITERIA, WEIGHTS
from tests.tools.inbox import make_request

PAGE = "/demandes/reglages"
GIVEN = {
    "is_open": "y",
    "line_phone": "02 61 91 41 00",
    "line_hours": "du lundi au vendredi de 8h30 à 18h30",
    "dpo_contact": "dpo@cpts.example",
    "inactive_months": "6",
    "retention_months": "12",
    **{f"delay_{code}": str(DELAYS[code]) for code in SET_DELAYS},
    **{f"weight_{code}": str(WEIGHTS[code]) for code in CRITERIA},
}


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


def changes() -> dict:
    return (
        session.query(AuditEvent)
        .filter_by(kind="inbox.settings")
        .order_by(AuditEvent.id.desc())
        .first()
        .data["changes"]
    )


def test_they_are_shown_as_they_stand(coordinator):
    page = coordinator.get(PAGE).text
    assert "Première réponse promise à la personne" in page
    assert 'value="40"' in page


def test_they_are_saved(coordinator):
    assert coordinator.post(PAGE, data=GIVEN).location == f"{PAGE}?enregistre=1"
    kept = settings()
    assert (kept.line_phone, kept.dpo_contact) == ("+33261914100", "dpo@cpts.example")
    assert "8h30" in coordinator.get("/medecin-traitant").text


def test_the_trail_keeps_what_was(coordinator):
    coordinator.post(PAGE, data=GIVEN)
    coordinator.post(PAGE, data={**GIVEN, "delay_first_answer": "3", "weight_urgent": "50"})
    assert changes() == {"first_answer": [2, 3], "urgent": [40, 50]}


def test_saving_the_same_says_nothing(coordinator):
    for _ in range(2):
        coordinator.post(PAGE, data=GIVEN)
    assert session.query(AuditEvent).filter_by(kind="inbox.settings").count() == 1


def test_a_delay_holds_for_the_requests_to_come(coordinator):
    before = make_request().reference
    session.commit()
    coordinator.post(PAGE, data={**GIVEN, "delay_first_answer": "5"})
    after = make_request()
    assert (after.deadline, after.due_on) == (Deadline.FIRST_ANSWER, date(2026, 7, 25))
    assert session.query(Request).filter_by(reference=before).one().due_on == date(2026, 7, 22)


def test_a_weight_puts_open_requests_in_order_at_once(coordinator):
    number = make_request().id
    session.commit()
    coordinator.post(PAGE, data={**GIVEN, "weight_long_term_illness": "70"})
    assert session.get(Request, number).priority == 80


def test_what_is_fixed_stays(coordinator):
    coordinator.post(PAGE, data={**GIVEN, "delay_link": "1", "delay_suspect": "90"})
    assert (delays()["link"], delays()["suspect"]) == (30, 7)
    assert weights()["urgent"] == 40


def test_a_closed_form_is_closed(coordinator, client):
    coordinator.post(PAGE, data={name: value for name, value in GIVEN.items() if name != "is_open"})
    assert "fermées" in client.get("/medecin-traitant").text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("retention_months", "11", "De 12 à 24"),
        ("retention_months", "25", "De 12 à 24"),
        ("inactive_months", "13", "De 1 à 12"),
        ("inactive_months", "", "Écrivez un nombre"),
        ("delay_first_answer", "0", "De 1 à 120"),
        ("weight_urgent", "101", "De 0 à 100"),
        ("line_phone", "02 61", "dix chiffres"),
    ],
)
def test_what_makes_no_sense_is_refused(coordinator, field, typed, sentence):
    answer = coordinator.post(PAGE, data={**GIVEN, field: typed})
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert session.query(InboxSettings).count() == 0


@pytest.mark.parametrize("role", ["gp", "regulator", "board_member"])
def test_nobody_else_sets_them(cast, sign_in, role):
    assert sign_in(getattr(cast, role)).get(PAGE).status_code == 403


def test_who_came_from_outside_is_read_by_commune(coordinator):
    outside.count("35238", "192.0.2.1")
    session.commit()
    page = coordinator.get("/demandes/hors-territoire").text
    assert "Rennes" in page
    assert "1\u00a0personne a écrit" in page


def test_when_nobody_came_the_page_says_what_it_is_for(coordinator):
    assert "Personne encore" in coordinator.get("/demandes/hors-territoire").text


@pytest.mark.parametrize("path", ["/medecin-traitant/affiche", "/medecin-traitant/depliant"])
def test_the_poster_and_the_cards_lead_to_the_form(client, cast, path):
    page = client.get(path).text
    assert "data:image/svg+xml" in page
    assert "http://127.0.0.1:8000/medecin-traitant<" in page
    assert "liste d’attente" in page
