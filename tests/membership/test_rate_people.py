"""/adhesions/taux/personnes: the list behind a number, its files, and what is kept of who took them."""

from datetime import date
from html import unescape

import pytest
from sqlalchemy import select

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.directory.models import PracticeMode, Profession
from tests.activity.tables import read_csv, read_xlsx
from tests.membership.rate import PEOPLE, URL, know_since, listed, professional
from tests.tools.factories import make_membership, make_organisation, make_person, make_place
from tests.tools.queries import count_queries

DAY = "jour=2026-07-20"


@pytest.fixture
def coordinator(sign_in, cast):
    """A coordinator's client, in a territory known since 2024."""
    know_since(date(2024, 1, 12))
    return sign_in(cast.coordinator)


def hide(practice):
    practice.person.objected_on = date(2026, 5, 1)
    practice.person.last_name = practice.person.first_name = "Caché"


def test_each_line_opens_the_sheet(coordinator):
    person_id = professional(member=True, last_name="Guilbaud", first_name="Claire", title="").person_id
    session.commit()
    page = coordinator.get(f"{PEOPLE}?qui=adherents&{DAY}").text
    assert f'<a href="/annuaire/{person_id}">Claire Guilbaud</a>' in page
    assert "01/01/2026 – 31/12/2026" in page


def test_a_structure_opens_its_own(coordinator):
    house = make_organisation(name="Maison de santé du Port")
    make_membership(organisation=house)
    house_id = house.id
    session.commit()
    page = coordinator.get(f"{PEOPLE}?qui=hors-calcul&{DAY}").text
    assert f'<a href="/annuaire/structures/{house_id}">Maison de santé du Port</a>' in page


def test_who_asked_to_be_kept_out_is_a_count_by_profession_and_commune(coordinator):
    sables = make_place(commune_code="85194", address="5, quai Garnier")
    for practice in [professional(place=sables) for _ in range(2)]:
        hide(practice)
    hide(professional(profession=Profession.MIDWIFE, place=sables))
    session.commit()
    page = coordinator.get(f"{PEOPLE}?qui=professionnels&{DAY}").text
    assert "Caché" not in page
    assert "2\u00a0personnes ayant demandé à ne pas figurer" in page
    assert "1\u00a0personne ayant demandé à ne pas figurer" in page
    assert listed(coordinator, f"{PEOPLE}?qui=professionnels&{DAY}") == 5


def test_a_list_under_a_cut_says_which(coordinator):
    session.commit()
    page = unescape(coordinator.get(f"{PEOPLE}?qui=professionnels&{DAY}&par=commune&valeur=85194").text)
    assert "le 20 juillet 2026, Les Sables-d’Olonne" in page
    assert "Dr Sarah Benali" in page
    assert "Renaudin" not in page


def test_why_someone_is_not_counted_is_said(coordinator):
    professional(practice={"mode": PracticeMode.SALARIED})
    professional(profession=Profession.OPTICIAN)
    session.commit()
    page = coordinator.get(f"{PEOPLE}?qui=non-comptes&{DAY}").text
    assert '<td data-label="Motif">salarié</td>' in page
    assert '<td data-label="Motif">personne d’une autre profession</td>' in page


def test_a_member_who_practises_elsewhere_is_apart(coordinator):
    make_membership(make_person(last_name="Loin", first_name="Ana", title=""))
    session.commit()
    page = coordinator.get(f"{PEOPLE}?qui=hors-calcul&{DAY}&par=motif&valeur=ailleurs").text
    assert "Ana Loin" in page
    assert "sans exercice ici ce jour-là" in page


def test_someone_salaried_here_and_locum_for_a_week_is_a_new_locum(coordinator):
    practice = professional(practice={"mode": PracticeMode.SALARIED})
    make = {"mode": PracticeMode.LOCUM, "starts_on": date(2026, 7, 13), "profession": practice.profession}
    session.add(type(practice)(person_id=practice.person_id, place_id=make_place(address="2, rue Neuve").id, **make))
    session.commit()
    assert listed(coordinator, f"{PEOPLE}?qui=non-comptes&{DAY}&par=motif&valeur=remplacement") == 1


def test_nobody_says_so(coordinator):
    session.commit()
    assert "Ce nombre vaut zéro" in coordinator.get(f"{PEOPLE}?qui=adherents&{DAY}").text


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "qui=tous",
        "qui=adherents&par=taille&valeur=1",
        "qui=adherents&par=profession",
        "qui=arrivees",
        "qui=arrivees&depuis=2026-08-01",
        "qui=arrivees&depuis=jamais",
    ],
)
def test_a_list_that_no_page_leads_to_is_not_found(coordinator, arguments):
    session.commit()
    assert coordinator.get(f"{PEOPLE}?{DAY}&{arguments}").status_code == 404


def test_a_key_that_nobody_has_is_an_empty_list(coordinator):
    session.commit()
    answer = coordinator.get(f"{PEOPLE}?{DAY}&qui=adherents&par=college&valeur=x")
    assert answer.status_code == 200
    assert "Ce nombre vaut zéro" in answer.text


def test_the_list_costs_the_same_with_1_and_30_rows(coordinator, app):
    session.commit()
    url = f"{PEOPLE}?qui=professionnels&{DAY}"
    with count_queries() as few:
        coordinator.get(url)
    for _ in range(30):
        professional()
    session.commit()
    coordinator.get(url)  # what is kept in memory is read again once
    with count_queries() as many:
        coordinator.get(url)
    assert len(many) <= len(few)


class TestFiles:
    @pytest.mark.parametrize(("kind", "read"), [("csv", read_csv), ("xlsx", read_xlsx)])
    def test_a_file_holds_the_lines_of_the_screen(self, coordinator, kind, read):
        professional(member=True, last_name="Guilbaud", first_name="Claire", title="")
        hide(professional(member=True))
        session.commit()
        heads, *rows = read(coordinator.get(f"{PEOPLE}.{kind}?qui=adherents&{DAY}").data)
        assert heads == ["Nom", "Profession", "Commune", "Pratique", "Collège", "Adhésion"]
        assert [row[0] for row in rows] == ["Claire Guilbaud", "1\u00a0personne ayant demandé à ne pas figurer"]

    def test_a_name_is_no_formula(self, coordinator):
        professional(member=True, last_name="Guilbaud", first_name="=1+1", title="")
        session.commit()
        _, row = read_csv(coordinator.get(f"{PEOPLE}.csv?qui=adherents&{DAY}").data)
        assert row[0].startswith("'")

    def test_the_trail_keeps_who_took_the_list(self, coordinator, cast):
        reader_id = cast.coordinator.id
        session.commit()
        coordinator.get(f"{PEOPLE}.csv?qui=professionnels&{DAY}")
        event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "rate.list_exported")).one()
        assert (event.user_id, event.data["rows"]) == (reader_id, 2)
        assert event.data["filter"] == {"qui": "professionnels", "jour": "2026-07-20"}

    def test_a_day_that_is_not_known_has_no_file(self, coordinator):
        session.commit()
        assert coordinator.get(f"{PEOPLE}.csv?qui=adherents&jour=2020-01-01").status_code == 404


class TestRate:
    @pytest.mark.parametrize(("kind", "read"), [("csv", read_csv), ("xlsx", read_xlsx)])
    def test_its_file_holds_its_numbers_its_rules_and_its_source(self, coordinator, kind, read):
        professional(member=True)
        session.commit()
        heads, *rows = read(coordinator.get(f"{URL}.{kind}?{DAY}").data)
        assert heads[:6] == ["Tableau", "Intitulé", "Jour", "Taux", "Adhérents", "Sur"]
        assert [float(value) for value in rows[0][4:6]] == [1, 3]
        parts = {row[0] for row in rows}
        assert {"Repères", "Évolution", "Par profession", "Ce qui a changé depuis le 30/06/2026"} <= parts
        assert {"Règles", "Source"} <= parts
        assert rows[-1][1] == "Calculé le 20 juillet 2026 à 14h32, Sophie Arnaud"

    def test_its_csv_says_rates_as_the_screen_does(self, coordinator):
        professional(member=True)
        session.commit()
        first = read_csv(coordinator.get(f"{URL}.csv?{DAY}").data)[1]
        assert first == ["Taux d’adhésion", "Ensemble", "20/07/2026", "33,3\u00a0%", "1", "3", ""]
        assert "<b>33,3\u00a0%</b>" in coordinator.get(URL).text

    def test_a_day_that_is_not_known_says_so_in_the_file(self, coordinator):
        session.commit()
        rows = read_csv(coordinator.get(f"{URL}.csv?jour=2020-01-01").data)
        assert rows[1][3:6] == ["non connu"] * 3

    def test_the_trail_keeps_that_it_left(self, coordinator, cast):
        session.commit()
        coordinator.get(f"{URL}.xlsx?{DAY}&par=commune")
        event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "rate.exported")).one()
        assert event.data["filter"] == {"jour": "2026-07-20", "par": "commune"}

    @pytest.mark.parametrize("path", [".csv", ".xlsx", "/imprimer"])
    def test_a_day_to_come_has_no_file_nor_paper(self, coordinator, path):
        session.commit()
        assert coordinator.get(f"{URL}{path}?jour=2027-01-01").status_code == 404

    def test_the_paper_has_no_link_and_the_same_numbers(self, coordinator):
        professional(member=True)
        session.commit()
        paper = coordinator.get(f"{URL}/imprimer?{DAY}").text
        assert "33,3\u00a0% = 1 sur 3" in paper
        assert PEOPLE not in paper
