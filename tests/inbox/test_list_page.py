"""The inbox: queues with counts, a list by deadline then criteria, filters in the address, pages by key."""

from datetime import UTC, date, datetime

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.inbox.actions import sorting, triage
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import Outcome, Request
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries import list as queries
from cptsapp.inbox.rules.triage import MISSING
from tests.tools.factories import acting
from tests.tools.inbox import make_intake, make_request, make_seeker
from tests.tools.queries import count_queries

SEARCHING = "/demandes?file=en-recherche"


@pytest.fixture
def office(cast, sign_in):
    """The coordination, signed in."""
    return sign_in(cast.coordinator)


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


def person(last_name, **answers):
    """Someone who seeks, without any criterion unless said."""
    return (
        make_seeker(**{"who": Identity(last_name, "Anne", date(1990, 5, 4)), "long_term_illness": False, **answers}),
    )


def make(last_name, state="searching", due_on=None, **overrides) -> Request:
    found = make_request(state, seekers=person(last_name, **overrides.pop("answers", {})), **overrides)
    if due_on is not None:
        found.due_on = due_on
    session.commit()
    return found


def names(page) -> list[str]:
    """The names of the rows, in order."""
    return [bit.split("<")[0] for bit in page.text.split("data-slot-row><b>")[1:]]


# -- the list ---------------------------------------------------------------------------------------------------------


def test_an_empty_inbox_says_what_comes_there(office):
    assert "Aucune demande encore" in office.get("/demandes").text


def test_it_is_the_home_of_the_coordination(office):
    assert office.get("/").headers["Location"] == "/demandes"


def test_it_opens_on_the_first_queue_that_holds_something(office):
    make("Rousseau")
    page = office.get("/demandes")
    assert names(page) == ["Anne Rousseau"]
    assert "<h1>En recherche</h1>" in page.text


def test_a_row_tells_who_what_and_by_when(office):
    make_request("searching")
    session.commit()
    text = office.get(SEARCHING).text
    words = ("Jeanne Guérineau", "79\u00a0ans", "Talmont-Saint-Hilaire", "+ 70 ans", "ALD", "Proposer des médecins")
    for word in (*words, "dans 7\u00a0j", "Demande complète", "en ligne"):
        assert word in text


def test_the_nearest_deadline_comes_first_then_the_weightiest(office):
    day = date(2026, 7, 22)
    make("Tard", due_on=date(2026, 7, 30))
    make("Leger", due_on=day)
    make("Lourd", due_on=day, answers={"long_term_illness": True})
    assert names(office.get(SEARCHING)) == ["Anne Lourd", "Anne Leger", "Anne Tard"]


def test_a_late_file_says_since_when(office):
    make("Rousseau", due_on=date(2026, 7, 17))
    text = office.get(SEARCHING).text
    assert "3\u00a0j de retard" in text
    assert '<span class="late">1 en retard</span>' in text


def test_a_household_is_told_by_all_its_ages(office):
    pair = (*person("Merlet"), make_seeker(who=Identity("Merlet", "Odile", date(1962, 1, 2)), long_term_illness=False))
    make_request("searching", seekers=pair)
    session.commit()
    text = office.get(SEARCHING).text
    assert "Anne et Odile Merlet" in text
    assert "36 et 64\u00a0ans" in text


def test_each_queue_counts_its_files(office, by):
    make("Nouvelle", state="received")
    triage.ask_more(make("Incomplete", state="received").id, [next(iter(MISSING))], by=by)
    make("Cherche")
    session.commit()
    counts = queries.queue_counts()
    assert [counts[code].count for code in ("nouvelles", "a-completer", "en-recherche", "ouvertes")] == [1, 1, 1, 3]


def test_what_looks_suspect_stands_apart(office):
    receive(make_intake(seekers=person("Robot")), by=None, is_suspect=True)
    session.commit()
    assert names(office.get("/demandes?file=nouvelles")) == []
    assert names(office.get("/demandes?file=douteuses")) == ["Anne Robot"]


def test_a_suspect_recognised_is_new(office):
    found = receive(make_intake(seekers=person("Vraie")), by=None, is_suspect=True)[0]
    session.commit()
    reference = found.reference
    answer = office.post(f"/demandes/{reference}/reconnaitre", data={"file": "douteuses"}, follow_redirects=True)
    assert "La demande est dans « Nouvelles »." in answer.text
    assert names(office.get("/demandes?file=nouvelles")) == ["Anne Vraie"]


def test_a_file_nothing_happens_to_is_told(cast, sign_in, set_clock):
    make("Oubliee")
    set_clock(datetime(2027, 2, 15, 12, tzinfo=UTC))
    assert names(sign_in(session.merge(cast.coordinator)).get("/demandes?file=sans-activite")) == ["Anne Oubliee"]


def test_closed_files_are_a_list_of_their_own(office, by):
    triage.close(make("Finie").id, Outcome.NOT_FOUND, ["doctors"], by=by)
    session.commit()
    text = office.get("/demandes?file=closes").text
    assert "Anne Finie" in text
    assert "Pas trouvé" in text
    assert "20/07/2026" in text
    assert names(office.get(SEARCHING)) == []


# -- filters ----------------------------------------------------------------------------------------------------------


def test_a_filter_in_the_address_narrows_and_a_second_click_clears(office):
    make("Avec", answers={"long_term_illness": True})
    make("Sans")
    page = office.get(f"{SEARCHING}&critere=long_term_illness")
    assert names(page) == ["Anne Avec"]
    assert '<a class="chip" href="/demandes?file=en-recherche" aria-current="true">ALD <b>1</b></a>' in page.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("suivi=moi", ["Anne Mienne"]),
        ("suivi=personne", ["Anne Libre"]),
        ("retard=1", ["Anne Libre"]),
        ("critere=aucun", ["Anne Libre"]),
        ("commune=85194", ["Anne Libre"]),
        ("etiquette=1", ["Anne Mienne"]),
        ("motif=student", ["Anne Libre"]),
        ("porte=cpts&suivi=moi", ["Anne Mienne"]),
        ("porte=dac", []),
        ("critere=n%27importe", ["Anne Libre", "Anne Mienne"]),
    ],
)
@pytest.mark.database
def test_each_filter_narrows(office, by, asked, found):
    mine = make("Mienne", due_on=date(2026, 7, 28), answers={"long_term_illness": True})
    sorting.take(mine.id, by=by)
    sorting.stick(mine.id, "à rappeler", by=by)
    make("Libre", due_on=date(2026, 7, 18), commune_code="85194", reason="student")
    assert names(office.get(f"{SEARCHING}&{asked}")) == found


def test_what_a_chip_counts_is_what_it_opens(office, by):
    for number in range(3):
        make(f"Rousseau{number}", answers={"long_term_illness": number == 0})
    page = office.get(SEARCHING)
    assert "ALD <b>1</b>" in page.text
    assert "Sans critère <b>2</b>" in page.text
    assert len(names(office.get(f"{SEARCHING}&critere=aucun"))) == 2


def test_no_row_says_to_clear_the_filters(office):
    make("Rousseau")
    page = office.get(f"{SEARCHING}&critere=urgent").text
    assert "Aucune demande ne répond à ces filtres" in page
    assert 'href="/demandes?file=en-recherche">Effacer les filtres</a>' in page


def test_every_filter_has_its_page(office, by):
    sorting.stick(make("Rousseau").id, "à rappeler", by=by)
    session.commit()
    page = office.get("/demandes/filtres?file=en-recherche&commune=85288").text
    assert "à rappeler" in page
    assert '<option value="85288" selected>Talmont-Saint-Hilaire (1)</option>' in page


# -- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.database
def test_pages_follow_by_key_there_and_back(office, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(5):
        make(f"Nom{number}", due_on=date(2026, 7, 21 + number // 2))
    first = office.get(SEARCHING)
    second = office.get(_link(first, "next"))
    third = office.get(_link(second, "next"))
    assert [names(page) for page in (first, second, third)] == [
        ["Anne Nom0", "Anne Nom1"],
        ["Anne Nom2", "Anne Nom3"],
        ["Anne Nom4"],
    ]
    assert names(office.get(_link(third, "prev"))) == ["Anne Nom2", "Anne Nom3"]


def _link(page, rel) -> str:
    before = page.text.split(f'rel="{rel}"')[0]
    return before.rpartition('href="')[2].split('"')[0].replace("&amp;", "&")


def test_a_page_after_a_file_that_is_gone_is_the_first(office):
    make("Rousseau")
    assert names(office.get(f"{SEARCHING}&apres=D-XXXXXXXX")) == ["Anne Rousseau"]


@pytest.mark.database
def test_a_file_has_its_neighbours_in_the_list(office, by):
    references = [make(f"Nom{n}", due_on=date(2026, 7, 21 + n)).reference for n in range(3)]
    page = office.get(f"/demandes/{references[1]}?file=en-recherche").text
    assert f'rel="prev" href="/demandes/{references[0]}?file=en-recherche"' in page
    assert f'rel="next" href="/demandes/{references[2]}?file=en-recherche"' in page
    assert f'href="/demandes?file=en-recherche#{references[1]}">‹ En recherche</a>' in page


def test_a_change_by_someone_else_is_seen_at_once(office, by):
    number = make("Rousseau").id
    assert "Prendre" in office.get(SEARCHING).text
    sorting.take(number, by=by)
    session.commit()
    assert "Sans suivi" not in office.get(SEARCHING).text


# -- what it costs, and who reads it ----------------------------------------------------------------------------------


def test_thirty_rows_cost_the_statements_of_one(office, by):
    make("Une")
    queries.forget()
    with count_queries() as few:
        office.get(SEARCHING)
    for number in range(29):
        sorting.stick(make(f"Nom{number}").id, f"étiquette {number}", by=by)
    session.commit()
    queries.forget()
    with count_queries() as many:
        assert len(names(office.get(SEARCHING))) == 30
    assert len(many) == len(few)


def test_reading_names_is_recorded_without_any(office):
    make("Rousseau")
    office.get(SEARCHING)
    line = session.query(AuditEvent).filter_by(kind="requests.listed").one()
    assert line.data == {"queue": "en-recherche", "count": 1}


@pytest.mark.parametrize("who", ["gp", "regulator", "board_member", "secretary", "outsider", "administrator"])
def test_nobody_else_reads_it(cast, sign_in, who):
    make("Rousseau")
    for path in ("/demandes", "/demandes/filtres", "/demandes/lot?acte=confier", "/demandes/etiquettes"):
        assert sign_in(getattr(cast, who)).get(path).status_code == 403
