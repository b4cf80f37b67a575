"""The inbox: queues with counts, a list by deadline, filters in the address, gestures and what they answer."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import sorting
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import Request
from cptsapp.inbox.patients import Identity
from tests.tools.factories import acting
from tests.tools.inbox import make_intake, make_request, make_seeker


@pytest.fixture
def office(cast, sign_in):
    """The coordination, signed in."""
    return sign_in(cast.coordinator)


def person(last_name: str, first_name: str = "Anne", born: date = date(1990, 5, 4), **answers):
    """Someone who seeks, without any criterion unless said."""
    given = {"long_term_illness": False, **answers}
    return (make_seeker(who=Identity(last_name, first_name, born), **given),)


def make(last_name: str, state: str = "received", **overrides) -> Request:
    return make_request(state, seekers=overrides.pop("seekers", person(last_name)), **overrides)


def names(page) -> list[str]:
    """The names of the rows, in order."""
    return [bit.split("<")[0] for bit in page.text.split("data-slot-row><b>")[1:]]


def test_an_empty_inbox_says_what_comes_there(office):
    assert "Aucune demande encore" in office.get("/demandes").text


def test_it_opens_on_the_first_queue_that_holds_something(office):
    make("Rousseau", "searching")
    session.commit()
    page = office.get("/demandes")
    assert names(page) == ["Anne Rousseau"]
    assert "<h1>En recherche</h1>" in page.text


def test_a_row_tells_who_what_and_by_when(office):
    make_request("searching")
    session.commit()
    text = office.get("/demandes?file=en-recherche").text
    for words in ("Jeanne Guérineau", "79\u00a0ans", "Talmont-Saint-Hilaire", "+ 70 ans", "ALD", "Proposer des médecins"):
        assert words in text
    assert "dans 7\u00a0j" in text
