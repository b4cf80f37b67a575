"""/adhesions/taux: the rate of a day, recomputed from dated facts, and each number one click from its very list."""

from datetime import UTC, date, datetime
from html import unescape

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.directory.actions.merging import merge, undo
from cptsapp.directory.actions.objections import object_for
from cptsapp.directory.models import College, Merge, Person, PracticeMode, Profession, SheetKind
from cptsapp.membership.queries import rate_list
from cptsapp.membership.queries.settings import defaults
from tests.membership.rate import PEOPLE, URL, fraction, know_since, listed, numbers, professional
from tests.tools.factories import (
    acting,
    make_application,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_user,
)

FIRST = date(2024, 1, 12)
CHANGES = ("adhesions", "fins", "arrivees", "departs")


def on(day: str) -> str:
    return f"{URL}?jour={day}"


@pytest.fixture
def coordinator(sign_in, cast):
    """A coordinator's client; the two doctors of the cast practise here and are no members."""
    return sign_in(cast.coordinator)


@pytest.fixture
def by(cast):
    """The coordinator, as actions take them."""
    return acting(cast.coordinator)


@pytest.fixture
def known(cast):
    """A territory known since January 2024, where only what a test adds is a member."""
    made = know_since(FIRST)
    session.commit()
    return made


@pytest.fixture
def mixed(cast, known):
    """A bit of everything a number may count."""
    sables = make_place(commune_code="85194", address="5, quai Garnier")
    professions = (Profession.NURSE, Profession.NURSE, Profession.MIDWIFE, Profession.PHARMACIST)
    for number, profession in enumerate(professions):
        professional(member=number % 2 == 0, place=sables, profession=profession)
    professional(member=True, practice={"mode": PracticeMode.SALARIED})
    professional(profession=Profession.OPTICIAN)
    professional(practice={"mode": PracticeMode.LOCUM, "starts_on": date(2026, 6, 1)})
    professional(member=True, practice={"starts_on": date(2026, 7, 10)})
    professional(member=True, practice={"ends_on": date(2026, 7, 5)})
    lapsed = professional(profession=Profession.MIDWIFE)
    make_membership(lapsed.person, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    left = professional()
    make_membership(left.person, left_on=date(2026, 7, 3))
    hidden = [professional(member=True), professional(member=True, place=sables)]
    for practice in hidden:
        practice.person.objected_on = date(2026, 5, 1)
    make_membership(make_person(profession=Profession.STAFF), college=College.USERS)
    make_membership(organisation=make_organisation())
    make_application()
    session.commit()


def test_600_professionals_of_whom_120_are_members_read_20_per_cent(coordinator, known):
    for number in range(598):  # and the two doctors of the cast
        professional(member=number < 120)
    session.commit()
    page = coordinator.get(URL).text
    assert fraction(page) == (120, 600)
    assert '<p class="figure"><b>20\u00a0%</b>' in page


VARIANTS = ("", "&par=commune", "&par=pratique", "&par=college", "&pas=mois", "&depuis=30-jours", "&depuis=un-an")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("day", ["2026-07-20", "2025-12-31", "2024-02-01"])
def test_every_number_opens_a_list_of_as_many(coordinator, mixed, day, variant):
    found = numbers(coordinator.get(on(day) + variant).text)
    assert len(found) >= 2
    assert [(url, number, listed(coordinator, url)) for url, number in set(found)] == [
        (url, number, number) for url, number in set(found)
    ]


def test_a_list_of_several_pages_holds_its_number_too(coordinator, mixed, monkeypatch):
    monkeypatch.setattr(rate_list, "PAGE", 2)
    found = numbers(coordinator.get(URL).text)
    assert [number for _, number in found] == [listed(coordinator, url) for url, _ in found]


def test_what_every_number_says(coordinator, mixed):
    page = coordinator.get(URL).text
    assert fraction(page) == (5, 11)
    found = dict(numbers(page))
    between = {who: found[f"{PEOPLE}?qui={who}&jour=2026-07-20&depuis=2026-06-30"] for who in CHANGES}
    assert between == {"adhesions": 1, "fins": 2, "arrivees": 1, "departs": 1}
    assert "<b>−1</b>" in page


class TestPast:
    def test_a_day_before_the_end_of_a_practice_still_counts_it(self, coordinator, known):
        professional(practice={"ends_on": date(2026, 3, 31)})
        session.commit()
        assert fraction(coordinator.get(on("2026-03-31")).text) == (0, 3)
        assert fraction(coordinator.get(on("2026-04-01")).text) == (0, 2)

    def test_a_day_before_a_membership_lapsed_still_counts_it(self, coordinator, known):
        practice = professional()
        make_membership(practice.person, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
        session.commit()
        assert fraction(coordinator.get(on("2025-12-31")).text) == (1, 3)
        assert fraction(coordinator.get(on("2026-01-01")).text) == (0, 3)

    def test_who_objects_still_counts(self, by, coordinator, known):
        practice = professional()
        person_id = make_membership(practice.person, left_on=date(2026, 7, 10)).person_id
        session.commit()
        before = fraction(coordinator.get(on("2026-06-30")).text)
        object_for(person_id, by=by)
        session.commit()
        assert fraction(coordinator.get(on("2026-06-30")).text) == before == (1, 3)
        assert fraction(coordinator.get(URL).text) == (0, 3)

    def test_two_sheets_made_one_are_one_person_on_every_day(self, by, coordinator, known):
        kept, other = (professional(member=number == 1).person_id for number in range(2))
        session.commit()
        assert fraction(coordinator.get(on("2026-06-30")).text) == (1, 4)
        done = merge(SheetKind.PERSON, kept, other, (), by=by).id
        session.commit()
        assert fraction(coordinator.get(on("2026-06-30")).text) == (1, 3)
        undo(session.get_one(Merge, done), by=by)
        session.commit()
        assert fraction(coordinator.get(on("2026-06-30")).text) == (1, 4)

    def test_the_curve_counts_two_sheets_made_one_once(self, coordinator, known):
        kept, other = professional(member=True), professional(member=True)
        session.get_one(Person, other.person_id).merged_into_id = kept.person_id
        session.commit()
        found = dict(numbers(coordinator.get(URL).text))
        assert found[f"{PEOPLE}?qui=adherents&jour=2026-06-30"] == 1

    def test_a_commit_is_read_at_once(self, coordinator, known):
        session.commit()
        assert fraction(coordinator.get(URL).text) == (0, 2)
        professional(member=True)
        session.commit()
        assert fraction(coordinator.get(URL).text) == (1, 3)


class TestUnknown:
    def test_before_any_import_there_is_no_number_and_the_way_to_one(self, coordinator):
        page = coordinator.get(URL).text
        assert "non connu" in page
        assert numbers(page) == []
        assert 'href="/annuaire/imports"' in page

    def test_who_may_not_import_is_told_who_may(self, sign_in, cast):
        page = sign_in(cast.board_member).get(URL).text
        assert '<a href="/annuaire/imports">Importer' not in page
        assert "La coordination peut l’importer." in page

    def test_a_day_before_the_first_import_is_not_known(self, coordinator, known):
        page = coordinator.get(on("2024-01-11")).text
        assert numbers(page) == []
        assert "connus depuis le 12 janvier 2024" in page

    def test_the_day_of_the_first_import_is(self, coordinator, known):
        assert fraction(coordinator.get(on("2024-01-12")).text) == (0, 2)

    def test_the_curve_begins_with_what_is_known(self, coordinator, known):
        urls = [url for url, _ in numbers(coordinator.get(f"{URL}?pas=mois").text)]
        assert min(url.split("jour=")[1][:10] for url in urls) == "2024-01-31"

    def test_an_import_that_was_abandoned_makes_nothing_known(self, coordinator, cast):
        know_since(FIRST, state="abandoned", applied_at=None)
        session.commit()
        assert "non connu" in coordinator.get(URL).text

    def test_a_list_before_it_says_so_and_names_nobody(self, coordinator, known):
        page = coordinator.get(f"{URL}/personnes?qui=professionnels&jour=2024-01-11").text
        assert "Non connu" in page
        assert "Renaudin" not in page

    def test_a_former_day_before_it_leaves_changes_out(self, coordinator, known):
        page = coordinator.get(on("2024-02-01")).text
        assert "Ce jour-là n’est pas connu" in page
        assert "qui=arrivees" not in page


class TestDay:
    def test_a_day_to_come_is_refused_in_words_and_today_is_shown(self, coordinator, known):
        answer = coordinator.get(on("2027-01-01"))
        assert answer.status_code == 422
        assert "1er janvier 2027 n’est pas encore venu" in answer.text
        assert fraction(answer.text) == (0, 2)

    def test_what_is_no_day_is_refused_too(self, coordinator, known):
        answer = coordinator.get(on("2026-02-30"))
        assert answer.status_code == 422
        assert "Ce jour n’existe pas" in answer.text

    def test_the_list_of_a_day_to_come_names_nobody(self, coordinator, known):
        answer = coordinator.get(f"{URL}/personnes?qui=professionnels&jour=2027-01-01")
        assert answer.status_code == 422
        assert "Renaudin" not in answer.text

    def test_today_is_the_cpts_s(self, coordinator, known, set_clock):
        set_clock(datetime(2026, 7, 20, 22, 30, tzinfo=UTC))  # past midnight in Paris
        assert 'value="2026-07-21"' in coordinator.get(URL).text


class TestTarget:
    @pytest.fixture(autouse=True)
    def _target(self, known):
        chosen = defaults()
        chosen.target_percent = 60
        session.add(chosen)

    def test_what_is_missing_is_said(self, coordinator):
        session.commit()
        page = coordinator.get(URL).text
        assert "pas atteinte" in page
        assert "il manque <b>2\u00a0adhésions</b>" in page

    def test_a_target_reached_is_said(self, coordinator):
        for _ in range(3):
            professional(member=True)
        session.commit()
        assert '<b class="reached">atteinte</b>' in coordinator.get(URL).text

    def test_it_is_on_the_curve(self, coordinator):
        session.commit()
        assert '<line class="target"' in coordinator.get(URL).text


class TestCollege:
    def test_members_who_are_not_counted_are_shown_apart(self, coordinator, mixed):
        page = coordinator.get(f"{URL}?par=college").text
        found = dict(numbers(page))
        assert found[f"{PEOPLE}?qui=tous-adherents&jour=2026-07-20&par=college&valeur=structures"] == 1
        assert found[f"{PEOPLE}?qui=hors-calcul&jour=2026-07-20&par=college&valeur=users"] == 1
        assert "Seuls les adhérents votent" in page

    def test_all_members_are_those_counted_and_those_apart(self, coordinator, mixed):
        found = dict(numbers(coordinator.get(f"{URL}?par=college").text))
        everyone, apart, counted = (
            found[f"{PEOPLE}?qui={who}&jour=2026-07-20"] for who in ("tous-adherents", "hors-calcul", "adherents")
        )
        assert everyone == counted + apart

    def test_two_structures_made_one_are_one_member(self, coordinator, known):
        kept, other = make_organisation(), make_organisation()
        make_membership(organisation=kept)
        make_membership(organisation=other)
        other.merged_into_id = kept.id
        session.commit()
        found = dict(numbers(coordinator.get(f"{URL}?par=college").text))
        assert found[f"{PEOPLE}?qui=hors-calcul&jour=2026-07-20"] == 1


class TestSteering:
    def test_applications_open_their_queue_for_who_approves(self, coordinator, known):
        make_application()
        session.commit()
        assert '<a href="/adhesions/demandes">1</a>' in coordinator.get(URL).text

    def test_others_read_how_many(self, sign_in, cast, known):
        make_application()
        session.commit()
        page = sign_in(cast.board_member).get(URL).text
        assert "Demandes reçues, à approuver" in page
        assert '<a href="/adhesions/demandes">1' not in page

    def test_a_past_day_does_not_say_what_waits_now(self, coordinator, known):
        page = coordinator.get(on("2026-06-30")).text
        assert "Demandes reçues" not in page
        assert "à renouveler" not in page

    def test_who_is_renewed_or_leaves_is_not_due(self, coordinator, known):
        renewed, leaves, due = professional(), professional(), professional()
        make_membership(renewed.person)
        make_membership(renewed.person, starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
        make_membership(leaves.person, left_on=date(2026, 9, 30))
        make_membership(due.person)
        session.commit()
        found = dict(numbers(coordinator.get(URL).text))
        assert found[f"{PEOPLE}?qui=echeances&jour=2026-07-20"] == 1


class TestWords:
    def test_those_left_out_are_numbered_with_the_reason(self, coordinator, mixed):
        page = unescape(coordinator.get(URL).text)
        assert ">1</a> salarié" in page
        assert ">1</a> remplaçant depuis moins de 3 mois" in page
        assert ">1</a> personne d’une autre profession" in page

    def test_the_source_says_who_brought_it_in_and_when(self, coordinator, cast):
        know_since(FIRST, applied_by_id=cast.administrator.id)
        session.commit()
        page = coordinator.get(URL).text
        assert "extrait RPPS du 12 janvier 2024, appliqué le 12 janvier 2024 par Maxime Roy" in page

    def test_rules_that_nobody_set_say_so(self, coordinator, known):
        assert "Règles d’origine, que personne n’a changées" in coordinator.get(URL).text


class TestRoles:
    @pytest.mark.parametrize("role", [Role.ASSISTANT, Role.OFFICER, Role.TREASURER, Role.BOARD_MEMBER])
    def test_who_steers_reads_it(self, sign_in, cast, known, role):
        user = make_user(role)
        session.commit()
        assert sign_in(user).get(URL).status_code == 200

    @pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.SECRETARY, Role.PARTNER, Role.REGULATOR])
    @pytest.mark.parametrize("path", ["", "/personnes.csv?qui=adherents"])
    def test_others_do_not(self, sign_in, cast, known, role, path):
        user = make_user(role)
        session.commit()
        assert sign_in(user).get(URL + path).status_code == 403

    def test_only_who_sets_the_adhesion_is_shown_the_way_to_the_rules(self, sign_in, cast, known):
        session.commit()
        assert "Changer les règles" in sign_in(cast.coordinator).get(URL).text
        assert "Changer les règles" not in sign_in(cast.treasurer).get(URL).text


def test_a_territory_where_nobody_practises_has_no_rate(coordinator, known, cast):
    for practice in (cast.gp_practice, cast.other_gp_practice):
        session.merge(practice).ends_on = date(2024, 1, 1)
    session.commit()
    page = coordinator.get(URL).text
    assert '<p class="figure"><b>—</b>' in page
    assert fraction(page) == (0, 0)
