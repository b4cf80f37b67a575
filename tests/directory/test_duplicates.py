import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.directory.models import Distinct, Merge, Person, Profession, SheetKind
from cptsapp.directory.queries.duplicates import duplicates
from cptsapp.directory.rules.duplicates import Candidate, alike, neighbours
from tests.tools.factories import make_organisation, make_person, make_place, make_practice, make_user
from tests.tools.queries import count_queries

HERE = frozenset({"85288"})
ROY = Candidate(1, "roy anne", "nurse", HERE)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Candidate(2, "roy anne", "nurse", HERE), ("même nom", "même commune")),
        (Candidate(2, "anne roy", "nurse", HERE), ("nom et prénom inversés", "même commune")),
        (Candidate(2, "roys anne", "nurse", HERE), ("noms proches", "même commune")),
        (Candidate(2, "roy anne", "midwife"), ("même nom",)),
    ],
)
def test_sheets_that_look_alike_are_proposed_with_the_reason(other, why):
    [pair] = alike([ROY, other])
    assert (pair.low_id, pair.high_id, pair.why) == (1, 2, why)


@pytest.mark.parametrize(
    "other",
    [
        Candidate(2, "roy pierre", "nurse", HERE),
        Candidate(2, "roys anne", "nurse", frozenset({"85194"})),
        Candidate(2, "roys anne", "midwife", HERE),
        Candidate(2, "roy anne", "midwife", frozenset({"85194"})),
    ],
    ids=["another first name", "near but elsewhere", "near, another profession", "same name, all else different"],
)
def test_others_are_not(other):
    assert alike([ROY, other]) == []


def test_two_rpps_are_two_persons():
    a = Candidate(1, "roy anne", "nurse", HERE, ("10001234567",))
    b = Candidate(2, "roy anne", "nurse", HERE, ("10009999999",))
    assert alike([a, b]) == []


def test_an_rpps_and_an_adeli_may_be_one_person():
    a = Candidate(1, "roy anne", "nurse", HERE, ("10001234567",))
    assert len(alike([a, Candidate(2, "roy anne", "nurse", HERE, (None,))])) == 1


def test_a_telephone_in_common_brings_names_closer():
    a = Candidate(1, "roy anne", "nurse", HERE, (), frozenset({"+33639980001"}))
    b = Candidate(2, "roy annie", "midwife", frozenset(), (), frozenset({"+33639980001"}))
    [pair] = alike([a, b])
    assert "même téléphone ou même mail" in pair.why


def test_what_was_told_apart_is_not_proposed_again():
    assert alike([ROY, Candidate(2, "roy anne", "nurse", HERE)], {(1, 2)}) == []


def test_sixty_thousand_sheets_are_compared_inside_small_blocks():
    """Each with every other would be 1.8 thousand million comparisons."""
    names = [f"{a}{b}{c} {d}" for a in "bcdfglmnprst" for b in "aeiou" for c in "bdlnrstvxz" for d in range(100)]
    sheets = [Candidate(n, name, "nurse", frozenset({str(n % 300)})) for n, name in enumerate(names)]
    assert len(sheets) == 60_000
    assert sum(1 for _ in neighbours(sheets)) < 20 * len(sheets)


@pytest.fixture
def twins(cast):
    """Two sheets of one nurse, in one commune."""
    place = make_place()
    pair = [make_person(last_name="Zéphyrin", first_name="Odile", profession=Profession.NURSE) for _ in range(2)]
    for person in pair:
        make_practice(person, place)
    pair[1].phone = "+33639980077"
    session.commit()
    return [person.id for person in pair]


def _pairs(kind=SheetKind.PERSON):
    return [(row.pair.low_id, row.pair.high_id) for row in duplicates(kind, 1).rows]


def test_the_page_shows_both_columns(cast, sign_in, twins):
    page = sign_in(cast.coordinator).get("/annuaire/doublons")
    assert page.status_code == 200
    assert page.text.count("Odile") >= 3
    assert "06 39 98 00 77" in page.text.replace("\u00a0", " ").replace("\u202f", " ")


def test_nothing_to_decide_is_said(cast, sign_in):
    assert "Aucun doublon" in sign_in(cast.coordinator).get("/annuaire/doublons").text


def test_a_pair_is_made_one_and_undone_from_the_pages(cast, sign_in, twins):
    client = sign_in(cast.coordinator)
    low, high = twins
    assert client.get(f"/annuaire/doublons/personnes/{low}/{high}").status_code == 200
    answer = client.post(f"/annuaire/doublons/personnes/{low}/{high}", data={"champ-phone": "other"})
    assert (answer.status_code, answer.location) == (303, "/annuaire/reunions")
    assert (session.get(Person, low).phone, _pairs()) == ("+33639980077", [])
    assert client.get(f"/annuaire/{high}").location == f"/annuaire/{low}"
    log = client.get("/annuaire/reunions")
    assert "1 exercice" in log.text
    merge_id = session.query(Merge.id).scalar()
    assert client.post(f"/annuaire/reunions/{merge_id}/defaire").status_code == 303
    assert _pairs() == [(low, high)]


def test_a_merge_that_is_refused_comes_back_with_its_reason(cast, sign_in, twins):
    client = sign_in(cast.coordinator)
    for number, rpps in zip(twins, ("10001234567", "10009999999"), strict=True):
        session.get(Person, number).rpps = rpps
    session.commit()
    answer = client.post(f"/annuaire/doublons/personnes/{twins[0]}/{twins[1]}")
    assert answer.status_code == 409
    assert "deux fiches distinctes" in answer.text


def test_the_reason_stands_beside_the_button(cast, sign_in, twins):
    make_user(Role.PRACTITIONER, person_id=twins[1])
    session.commit()
    page = sign_in(cast.coordinator).get(f"/annuaire/doublons/personnes/{twins[0]}/{twins[1]}")
    assert "gardez cette fiche" in page.text


def test_two_persons_are_said_once_and_may_be_proposed_again(cast, sign_in, twins):
    client = sign_in(cast.coordinator)
    low, high = twins
    for pair in ((low, high), (high, low)):
        assert client.post("/annuaire/doublons/personnes/{}/{}/distinctes".format(*pair)).status_code == 303
    assert _pairs() == []
    assert "Zéphyrin" in client.get("/annuaire/doublons/distinctes").text
    distinct_id = session.query(Distinct.id).scalar()
    assert client.post(f"/annuaire/doublons/distinctes/{distinct_id}/reprendre").status_code == 303
    assert _pairs() == [(low, high)]


def test_structures_of_near_names_in_a_commune_are_proposed_and_made_one(cast, sign_in):
    houses = [make_organisation(name=name) for name in ("Maison de santé des Olonnes", "Maison de sante des Olonne")]
    for house in houses:
        make_place(organisation_id=house.id)
    session.commit()
    low, high = (house.id for house in houses)
    assert _pairs(SheetKind.ORGANISATION) == [(low, high)]
    client = sign_in(cast.coordinator)
    assert "Olonne" in client.get("/annuaire/doublons?sorte=structures").text
    assert client.post(f"/annuaire/doublons/structures/{low}/{high}").status_code == 303
    assert "1 adresse" in client.get("/annuaire/reunions").text


def test_one_pair_or_fifteen_cost_the_same_statements(cast, twins):
    with count_queries() as one:
        duplicates(SheetKind.PERSON, 1)
    place = make_place()
    for n in range(30):
        for _ in range(2):
            make_practice(make_person(last_name=f"Quidam{n:02}x{n * 7919}", first_name="Zoé"), place)
    with count_queries() as many:
        assert len(duplicates(SheetKind.PERSON, 1).rows) == 15
    assert len(many) == len(one)


@pytest.mark.parametrize("who", ["gp", "outsider"])
def test_who_does_not_keep_the_directory_sees_none_of_it(cast, sign_in, twins, who):
    client = sign_in(getattr(cast, who))
    low, high = twins
    for path in ("/annuaire/doublons", "/annuaire/reunions", f"/annuaire/doublons/personnes/{low}/{high}"):
        assert client.get(path).status_code == 403


def test_an_objection_is_noted_from_its_page(cast, sign_in, twins):
    client = sign_in(cast.coordinator)
    assert "Ce qui est effacé" in client.get(f"/annuaire/{twins[0]}/opposition").text
    assert client.post(f"/annuaire/{twins[0]}/opposition").status_code == 422
    assert client.post(f"/annuaire/{twins[0]}/opposition", data={"sure": "y"}).location == "/annuaire/oppositions"
    assert "Talmont" in client.get("/annuaire/oppositions").text
    assert client.get(f"/annuaire/{twins[0]}").status_code == 404


def test_an_objection_that_must_wait_says_why(cast, sign_in):
    client = sign_in(cast.coordinator)
    path = f"/annuaire/{cast.gp_person.id}/opposition"
    assert "fermez-le d’abord" in client.get(path).text
    answer = client.post(path, data={"sure": "y"})
    assert answer.status_code == 409
    assert "compte ouvert" in answer.text


def test_an_objection_is_lifted_from_its_page(cast, sign_in, twins):
    client = sign_in(cast.coordinator)
    for number in twins:
        client.post(f"/annuaire/{number}/opposition", data={"sure": "y"})
    who = {"last_name": "Zéphyrin", "first_name": "Odile", "profession": "nurse", "commune_code": "85288"}
    assert client.post("/annuaire/oppositions/lever", data={**who, "last_name": "Autre"}).status_code == 409
    assert client.post("/annuaire/oppositions/lever", data=who).status_code == 303
