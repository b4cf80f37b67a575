"""A list of the CPTS's own, compared with the directory: it adds, it asks, it ends nothing."""

from datetime import date

import pytest

from cptsapp.core.db import session
from cptsapp.directory.models import PracticeMode, Profession
from cptsapp.imports.compare import SAME_PERSON, SEVERAL, compare
from cptsapp.imports.generator import rpps
from cptsapp.imports.models import ImportKind, ItemKind
from cptsapp.imports.rows import FoundPerson, FoundPractice, person_from_json
from tests.tools.factories import make_person, make_place, make_practice

DAY = date(2026, 7, 20)
PHONE, OTHER = "+33261914027", "+33261914028"


def found(address="12, rue des Écoliers", commune="85288", phone=None, **said) -> FoundPerson:
    practice = FoundPractice("list", Profession.GP, commune, address, phone=phone)
    values = {"last_name": "Renaudin", "first_name": "Hélène", "profession": Profession.GP, "practices": (practice,)}
    return FoundPerson(**{**values, **said})


def judged(person: FoundPerson, kind: ImportKind = ImportKind.LIST):
    return compare([person], kind, DAY).verdicts


def test_someone_known_says_nothing_new(cast):
    assert judged(found(phone=PHONE)) == []


def test_spelling_is_no_difference(cast):
    assert judged(found("12 RUE DES ECOLIERS", last_name="RENAUDIN", first_name="HELENE")) == []


def test_another_telephone_is_asked_about(cast):
    (verdict,) = judged(found(phone=OTHER))
    assert (verdict.kind, verdict.needs_decision) == (ItemKind.DOUBTFUL, True)


def test_a_mail_that_we_lack_is_taken(cast):
    cast.gp_person.mail = None
    session.flush()
    (verdict,) = judged(found(mail="helene@cabinet.example"))
    assert (verdict.kind, verdict.reason) == (ItemKind.CHANGED, "Courriel")


def test_another_address_in_the_commune_is_asked_about(cast):
    (verdict,) = judged(found("3, place du Marché"))
    assert [op["name"] for op in verdict.ops] == ["address"]
    assert verdict.needs_decision


def test_a_practice_in_another_commune_is_added(cast):
    home = found().practices[0]
    other = FoundPractice("list", Profession.GP, "85194", "5, quai Garnier")
    (verdict,) = judged(found(practices=(home, other)))
    assert (verdict.kind, verdict.reason) == (ItemKind.CHANGED, "Un exercice s’ajoute")


def test_who_is_not_in_a_list_stays(cast):
    cast.gp_practice.source_key = "R1"
    session.flush()
    assert judged(found(practices=())) == []


def test_a_number_that_we_lack_is_added(cast):
    (verdict,) = judged(found(rpps=rpps(1)))
    assert [(op["name"], op["after"]) for op in verdict.ops] == [("rpps", rpps(1))]


def test_a_namesake_with_another_number_is_someone_else(cast):
    cast.gp_person.rpps = rpps(2)
    session.flush()
    (verdict,) = judged(found(rpps=rpps(1)))
    assert verdict.kind is ItemKind.NEW


def test_a_namesake_of_another_profession_is_someone_else(cast):
    practice = FoundPractice("list", Profession.NURSE, "85288", "12, rue des Écoliers")
    (verdict,) = judged(found(profession=Profession.NURSE, practices=(practice,)))
    assert verdict.kind is ItemKind.NEW


def test_a_namesake_elsewhere_is_asked_about(cast):
    (verdict,) = judged(found("5, quai Garnier", "85194"))
    assert (verdict.reason, verdict.person_id) == (SAME_PERSON, cast.gp_person.id)


def test_two_namesakes_are_asked_about(cast):
    twin = make_person(last_name="Renaudin", first_name="Hélène")
    make_practice(twin, make_place())
    (verdict,) = judged(found())
    assert verdict.reason == SEVERAL


def test_a_merged_sheet_is_read_under_the_kept_one(cast):
    gone = make_person(last_name="Renaudin-Petit", first_name="Hélène", merged_into_id=cast.gp_person.id)
    session.flush()
    compared = compare([found(last_name="Renaudin-Petit")], ImportKind.LIST, DAY)
    assert gone.id not in compared.seen
    assert compared.seen == {cast.gp_person.id}


def test_a_sheet_merged_into_that_of_who_asked_to_be_kept_out_is_left(cast):
    make_person(last_name="Renaudin-Petit", first_name="Hélène", merged_into_id=cast.gp_person.id)
    cast.gp_person.objected_on = DAY
    session.flush()
    compared = compare([found(last_name="Renaudin-Petit")], ImportKind.LIST, DAY)
    assert (compared.seen, [verdict.kind for verdict in compared.verdicts]) == (set(), [ItemKind.NEW])


def test_staff_are_never_taken_for_a_professional(cast):
    (verdict,) = judged(found(last_name="Pallier", first_name="Agnès"))
    assert (verdict.kind, verdict.person_id) == (ItemKind.NEW, None)


def test_a_locum_stays_one(cast):
    cast.gp_practice.mode, cast.gp_practice.source_key = PracticeMode.LOCUM, "list"
    session.flush()
    assert judged(found(), ImportKind.EXTRACT) == []


def test_comparing_asks_the_same_number_of_questions_whoever_many(app, cast):
    from sqlalchemy import event

    from cptsapp.core.db import db

    def asked(number: int) -> int:
        persons = [found(last_name=f"Nom{rank}") for rank in range(number)]
        seen: list[str] = []
        note = lambda *arguments: seen.append(arguments[2])
        event.listen(db.engine, "before_cursor_execute", note)
        compare(persons, ImportKind.EXTRACT, DAY)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    assert asked(1) == asked(200)


@pytest.mark.parametrize("said", [{}, {"rpps": rpps(1), "lines": (3, 4), "doubts": ("?",)}])
def test_a_review_keeps_a_person_as_they_were_found(said):
    person = found(**said)
    assert person_from_json(person.to_json()) == person


def test_practices_are_told_apart_by_profession():
    one = FoundPractice("R1", Profession.GP, "85288", "x")
    other = FoundPractice("R1", Profession.NURSE, "85288", "x")
    assert one.name != other.name
