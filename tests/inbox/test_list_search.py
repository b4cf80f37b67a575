"""A search by a fragment: sealed names are found, and the fragment is in no address, log nor trail."""

from datetime import UTC, date, datetime

import pytest

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.inbox.models import Request, Seeker
from cptsapp.inbox.patients import Identity, seal_seeker
from cptsapp.inbox.queries import searching
from tests.tools.factories import make_user
from tests.tools.inbox import make_request, make_seeker

pytestmark = pytest.mark.database


@pytest.fixture
def office(cast, sign_in):
    """The coordination, signed in."""
    return sign_in(cast.coordinator)


def make(last_name, first_name="Anne", **overrides) -> Request:
    found = make_request(seekers=(make_seeker(who=Identity(last_name, first_name, date(1990, 5, 4))),), **overrides)
    session.commit()
    return found


def search(office, typed):
    return office.post("/demandes/chercher", data={"q": typed}, follow_redirects=True)


def names(page) -> list[str]:
    return [bit.split("<")[0] for bit in page.text.split("data-slot-row><b>")[1:]]


@pytest.mark.parametrize("typed", ["guéri", "GUERI", "rineau", "jeanne guer", "guerineau jeanne"])
def test_a_fragment_of_a_sealed_name_finds_it(office, typed):
    make("Guérineau", "Jeanne")
    make("Rousseau")
    assert names(search(office, typed)) == ["Jeanne Guérineau"]


def test_every_state_is_searched_the_latest_first(office):
    make("Rousseau", "Anne")
    make("Rousselot", "Paul")
    page = search(office, "rouss")
    assert names(page) == ["Paul Rousselot", "Anne Rousseau"]
    assert "2 demandes" in page.text.replace("\u00a0", " ")


def test_a_commune_finds_its_files(office):
    make("Guérineau", "Jeanne")
    make("Rousseau", commune_code="85194")
    assert names(search(office, "olonne")) == ["Anne Rousseau"]


@pytest.mark.parametrize("typed", ["D-DK7F3M4X", "d-dk7f3m4x", "DK7F3M4X", "D-DK7F", "dk7f", "D DK7F 3M4X"])
def test_a_reference_finds_its_file(office, typed):
    make("Rousseau").reference = "D-DK7F3M4X"
    make("Merlet").reference = "D-K7F3M4XX"
    session.commit()
    assert "Anne Rousseau" in names(search(office, typed))


def test_one_letter_finds_nothing_and_says_why(office):
    make("Rousseau")
    assert "Deux lettres au moins" in search(office, "r").text


def test_the_address_holds_no_letter_of_it(office):
    make("Guérineau", "Jeanne")
    address = office.post("/demandes/chercher", data={"q": "guerineau"}).headers["Location"]
    assert address.startswith("/demandes?cherche=")
    assert "guer" not in address.lower()
    carried = [bit.split('"')[0].lower() for bit in search(office, "guerineau").text.split('href="')[1:]]
    assert [link for link in carried if "guer" in link] == []


def test_no_trace_of_it_is_kept(office, capsys):
    make("Rousseau")
    search(office, "rousseau")
    assert "rousseau" not in capsys.readouterr().err.lower()
    lines = session.query(AuditEvent).filter_by(kind="requests.listed").all()
    assert [line.data for line in lines] == [{"queue": "recherche", "count": 1}]


def test_the_address_opens_for_nobody_else_nor_another_day(office, cast, sign_in, set_clock):
    make("Rousseau")
    address = office.post("/demandes/chercher", data={"q": "rousseau"}).headers["Location"]
    colleague = make_user(Role.ASSISTANT)
    session.commit()
    assert "Recherche «" not in sign_in(colleague).get(address).text
    set_clock(datetime(2026, 7, 21, 8, tzinfo=UTC))
    assert "Recherche «" not in sign_in(session.merge(cast.coordinator)).get(address).text


@pytest.mark.parametrize("token", ["x", "////", "AAAA", "é", "A" * 300])
def test_an_address_made_up_is_no_search(office, token):
    make("Rousseau")
    page = office.get("/demandes", query_string={"cherche": token})
    assert page.status_code == 200
    assert "<h1>Nouvelles</h1>" in page.text


def test_a_name_corrected_is_found_under_the_new_one_alone(office):
    number = make("Rousseau").id
    assert len(names(search(office, "rousseau"))) == 1
    seeker = session.query(Seeker).filter_by(request_id=number).one()
    seal_seeker(seeker, Identity("Martin", "Anne", date(1990, 5, 4)))
    session.commit()
    assert names(search(office, "rousseau")) == []
    assert names(search(office, "martin")) == ["Anne Martin"]


def test_what_is_erased_is_not_found_nor_kept_in_memory(office):
    number = make("Rousseau").id
    search(office, "rousseau")
    session.query(Seeker).filter_by(request_id=number).update({"name": None, "birth_date": None})
    session.commit()
    assert names(search(office, "rousseau")) == []
    assert all("rousseau" not in folded for folded, _number in searching._names().rows)
    assert searching.opened_identities() == {}


def test_too_many_answers_are_cut_and_said(office, monkeypatch):
    monkeypatch.setattr(searching, "FOUND_MAX", 2)
    for number in range(3):
        make(f"Rousseau{number}")
    page = search(office, "rousseau")
    assert len(names(page)) == 2
    assert "Ajoutez des lettres" in page.text


def test_nothing_found_says_how_to_search(office):
    make("Rousseau")
    assert "Aucune demande ne répond à « zzz »" in search(office, "zzz").text


def test_nobody_else_may_search(cast, sign_in):
    assert sign_in(cast.gp).post("/demandes/chercher", data={"q": "rousseau"}).status_code == 403


def test_what_was_found_is_narrowed_by_the_other_filters(office):
    make("Rousseau")
    make("Rousselot", commune_code="85194")
    address = office.post("/demandes/chercher", data={"q": "rouss"}).headers["Location"]
    page = office.get(f"{address}&commune=85194")
    assert names(page) == ["Anne Rousselot"]
    assert "1 demande," in page.text.replace("\u00a0", " ")
