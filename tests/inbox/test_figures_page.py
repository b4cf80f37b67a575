"""The page of the figures: its numbers, the rows behind them, its files, and what is masked for whom."""

import re
from datetime import date

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import Actor, HomeVisit, Outcome, Reason
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries import figures
from cptsapp.inbox.queries.figures import Period
from tests.tools.inbox import make_intake, make_request, make_seeker

URL = "/demandes/chiffres"


@pytest.fixture
def received(cast) -> None:
    """Twelve persons: six from Talmont of whom five are closed found, six from Les Sables still sought for."""
    for number in range(12):
        who = Identity(f"Essai{'ABCDEFGHIJKL'[number]}", "Camille", date(1990, 1, 1 + number))
        request = make_request(
            commune_code="85288" if number < 6 else "85194",
            reason=Reason.NEWCOMER if number % 2 else Reason.RETIREMENT,
            seekers=(make_seeker(who=who, long_term_illness=False, home_visit=HomeVisit.NO),),
        )
        if number < 5:
            move(request, "find", actor=Actor.CPTS, by=None)
            move(request, "declare", actor=Actor.CPTS, by=None)
    session.commit()


def _numbers(text: str) -> dict[str, str]:
    """The value of each tile by its name."""
    return {name: value.strip() for name, value in re.findall(r"<h2>([^<]+)</h2>.*?<b>([^<]*)</b>", text, re.DOTALL)}


def test_the_tiles_count_persons(cast, received, sign_in):
    found = _numbers(sign_in(cast.coordinator).get(URL).text)
    assert (found["Reçues"], found["Médecin trouvé"], found["En cours"]) == ("12", "5", "7")


def test_a_duplicate_and_a_robot_are_not_counted(cast, received, sign_in):
    request = make_request()
    move(request, "merge", actor=Actor.CPTS, by=None)
    receive(make_intake(), by=None, is_suspect=True)
    session.commit()
    assert _numbers(sign_in(cast.coordinator).get(URL).text)["Reçues"] == "12"


@pytest.mark.parametrize("cut", ["mois", "porte", "voie", "raison", "age", "commune", "critere"])
def test_each_number_opens_as_many_rows(cast, received, sign_in, cut):
    client = sign_in(cast.coordinator)
    page = client.get(f"{URL}?par={cut}").text
    links = set(re.findall(r'<a href="(/demandes/chiffres/lignes[^"]+)">(\d+)</a>', page))
    assert links
    for url, number in links:
        rows = client.get(url.replace("&amp;", "&")).text
        assert rows.count('<th scope="row">') == int(number)


def test_the_file_has_what_the_screen_has(cast, received, sign_in):
    client = sign_in(cast.coordinator)
    lines = client.get(f"{URL}.csv?par=commune").data.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Les Sables-d’Olonne;6;0;6") or lines[1].startswith("Talmont-Saint-Hilaire;6;5;1")
    assert lines[-1].startswith("Ensemble;12;5;7")


def test_an_export_is_recorded(cast, received, sign_in):
    sign_in(cast.coordinator).get(f"{URL}.xlsx")
    assert session.query(AuditEvent).filter_by(kind="request.figures_exported").count() == 1


def test_the_board_reads_no_small_count_nor_reference(cast, received, sign_in):
    client = sign_in(cast.board_member)
    page = client.get(f"{URL}?par=commune").text
    assert "moins de\u00a05" in page
    assert "masqué" in page
    rows = client.get(f"{URL}/lignes?nombre=recues").text
    assert "D-" not in rows
    assert "juillet 2026" in rows


def test_a_hidden_number_opens_no_rows(cast, received, sign_in):
    client = sign_in(cast.board_member)
    assert client.get(f"{URL}/lignes?nombre=en-cours&par=commune&valeur=85288").status_code == 403


def test_the_work_of_an_actor_is_for_who_opens_files(cast, received, sign_in):
    assert sign_in(cast.board_member).get(f"{URL}/contributions/cpts").status_code == 403


def test_the_work_of_an_actor_opens_its_steps(cast, received, sign_in):
    client = sign_in(cast.coordinator)
    number = next(
        line.steps for line in figures.work(Period(date(2026, 7, 1), date(2026, 7, 31))) if line.actor == "cpts"
    )
    rows = client.get(f"{URL}/contributions/cpts?du=2026-07-01&au=2026-07-31").text
    assert rows.count('data-label="Étape"') == number == 10


def test_nothing_on_the_period_is_said(cast, sign_in):
    assert "Aucune demande sur cette période" in sign_in(cast.coordinator).get(URL).text


@pytest.mark.parametrize("who", ["regulator", "outsider"])
def test_others_do_not_read_them(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get(URL).status_code == 403


@pytest.mark.database
def test_both_databases_count_alike(received):
    rows = figures.rows(Period(date(2026, 7, 1), date(2026, 7, 31)))
    assert [row.outcome for row in rows].count(Outcome.FOUND) == 5
    assert all(row.found_on == date(2026, 7, 20) for row in rows if row.outcome)


def test_the_paper_says_what_each_number_counts(cast, received, sign_in):
    page = sign_in(cast.coordinator).get(f"{URL}/imprimer").text
    assert "ni doublons" in page
