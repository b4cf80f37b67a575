"""From the review to the directory: what is written, what is asked, what is left alone."""

from datetime import date, datetime

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import (
    Organisation,
    OrganisationKind,
    Person,
    PinnedField,
    Place,
    Practice,
    PracticeMode,
    Profession,
    SheetKind,
)
from cptsapp.imports import queries
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.generator import rpps
from cptsapp.imports.models import Decision, ImportItem, ImportState, ItemKind
from tests.imports.conftest import DAY
from tests.imports.extract import line, person
from tests.tools.factories import acting, make_person, make_place, make_practice

LATER = date(2026, 7, 13)


def items(made, kind: ItemKind | None = None) -> list[ImportItem]:
    wanted = session.query(ImportItem).filter_by(import_id=made.id)
    return (wanted.filter_by(kind=kind) if kind else wanted).order_by(ImportItem.id).all()


def sheet(number: int) -> Person:
    return session.query(Person).filter_by(rpps=rpps(number)).one()


def decide_all(made, decision: Decision) -> None:
    for item in items(made):
        if item.needs_decision:
            lifecycle.decide(item, decision, None)
    lifecycle.apply(made, None)
    session.commit()


# -- new people -------------------------------------------------------------------------------------------------------


def test_someone_new_is_written_with_their_practice(apply):
    apply([person(1, phone="0261914500")])
    found = sheet(1)
    practice = session.query(Practice).filter_by(person_id=found.id).one()
    assert (found.last_name, found.first_name, found.profession) == ("Mercadal", "Julie", Profession.NURSE)
    assert (practice.starts_on, practice.seen_on, practice.mode) == (DAY, DAY, PracticeMode.LIBERAL)
    assert (practice.place.address, practice.place.phone) == ("12 rue des Tamaris", "+33261914500")


def test_nothing_is_written_before_applying(read):
    made = read([person(1)])
    assert (made.state, session.query(Person).filter_by(rpps=rpps(1)).count()) == (ImportState.REVIEW, 0)
    assert [item.kind for item in items(made)] == [ItemKind.NEW]


def test_someone_new_is_found_by_their_name(apply, cast, sign_in):
    apply([person(1, "LE GOFF", "YANN")])
    page = sign_in(cast.coordinator).get("/annuaire?q=goff")
    assert f"/annuaire/{sheet(1).id}" in page.text


def test_two_lines_of_one_practice_make_one(apply):
    doctor = {"profession": "10", "civility": "DR", "skill": "SM04", "skill_type": "S", "skill_label": "Cardiologie"}
    apply([person(1, **doctor), person(1, **doctor | {"skill": "C35", "skill_label": "Médecine du sport"})])
    found = sheet(1)
    assert (found.profession, found.speciality, found.title) == (Profession.SPECIALIST, "Cardiologie", "Dr")
    assert session.query(Practice).filter_by(person_id=found.id).count() == 1


def test_a_doctor_is_a_gp_when_one_line_says_so(apply):
    apply(
        [
            person(1, profession="10", skill="SM20", skill_type="S", skill_label="Gériatrie"),
            person(1, profession="10", skill="SM54", skill_type="S", skill_label="Médecine Générale"),
        ]
    )
    assert (sheet(1).profession, sheet(1).speciality) == (Profession.GP, None)


def test_one_person_has_several_practices(apply):
    apply([person(1, structure="R1"), person(1, structure="R2", street="DU PORT")])
    assert session.query(Practice).filter_by(person_id=sheet(1).id).count() == 2


def test_a_structure_is_written_once_for_all_who_practise_there(apply):
    house = {"structure": "F850001234", "company": "MAISON DE SANTE DU PORT", "sector": "SA52", "finess": "850001234"}
    apply([person(1, **house), person(2, "ARBOIS", **house)])
    found = session.query(Organisation).filter_by(structure_id="F850001234").one()
    assert (found.name, found.kind) == ("Maison de Santé du Port", OrganisationKind.GROUP_PRACTICE)
    assert session.query(Place).filter_by(organisation_id=found.id).count() == 1


def test_two_practitioners_of_one_address_keep_their_telephones(apply):
    apply([person(1, phone="0261914501"), person(2, "ARBOIS", phone="0261914502")])
    assert {p.phone for p in session.query(Place).filter(Place.address == "12 rue des Tamaris")} == {
        "+33261914501",
        "+33261914502",
    }


# -- again ------------------------------------------------------------------------------------------------------------


LINES = (
    person(1, phone="0261914501"),
    person(1, structure="R2", street="DU PORT", phone="0261914502"),
    person(2, "ARBOIS", company="CENTRE DE SANTE", sector="SA05", finess="850001235", structure="F850001235", mode="S"),
    person(3, "DOUSSIN", profession="10", skill="SM54"),
    line(identifier_type="0", identifier="859912345", last_name="ESNARD", profession="93"),
)


def test_the_same_file_again_changes_nothing(read, apply):
    apply(LINES)
    again = read(LINES)
    assert (items(again), again.unchanged_count) == ([], 4)


def test_the_same_file_again_is_noted_as_seen(apply):
    apply(LINES)
    apply(LINES, LATER)
    assert {row[0] for row in session.query(Practice.seen_on).filter(Practice.source_key.is_not(None))} == {LATER}


def test_an_older_extract_is_refused(read, apply):
    apply(LINES, LATER)
    with pytest.raises(Refusal, match="plus ancien"):
        read(LINES, DAY)


def test_the_territory_is_known_since_the_first_extract(apply):
    apply(LINES)
    apply(LINES, LATER)
    assert queries.known_since() == DAY


# -- what changes -----------------------------------------------------------------------------------------------------


def test_what_an_extract_wrote_a_later_one_changes(apply):
    apply([person(1, phone="0261914501")])
    made = apply([person(1, phone="0261914599", structure="")], LATER)
    assert [(item.kind, item.reason) for item in items(made)] == [(ItemKind.CHANGED, "Téléphone")]
    assert session.query(Practice).filter_by(person_id=sheet(1).id).one().place.phone == "+33261914599"


def test_both_sides_of_a_change_are_shown(read, apply):
    apply([person(1, phone="0261914501")])
    (item,) = items(read([person(1, phone="0261914599")], LATER))
    assert item.ours["fields"]["Téléphone"] == "02\u00a061\u00a091\u00a045\u00a001"
    assert item.found["fields"]["Téléphone"] == "02\u00a061\u00a091\u00a045\u00a099"


def test_an_empty_cell_says_nothing(read, apply):
    apply([person(1, phone="0261914501")])
    assert items(read([person(1)], LATER)) == []


def test_a_practice_that_is_no_longer_there_ends(apply):
    apply([person(1, structure="R1"), person(1, structure="R2", street="DU PORT")])
    apply([person(1, structure="R1")], LATER)
    ends = dict(session.query(Practice.source_key, Practice.ends_on).filter_by(person_id=sheet(1).id).all())
    assert ends == {"R1": None, "R2": LATER}


def practice_ids() -> set[int]:
    return {row[0] for row in session.query(Practice.id).filter_by(person_id=sheet(1).id)}


def test_a_sole_practitioner_who_moves_keeps_their_practice(apply):
    apply([person(1)])
    before = practice_ids()
    made = apply([person(1, street="DU PORT")], LATER)
    assert (practice_ids(), [item.reason for item in items(made)]) == (before, ["Adresse"])
    assert session.get(Practice, before.pop()).place.address == "12 rue du Port"


def test_a_structure_that_changes_its_number_is_the_same_practice(apply, read):
    apply([person(1, structure="R1")])
    made = apply([person(1, structure="R2")], LATER)
    assert [item.reason for item in items(made)] == ["Reconnu dans l’extrait, rien d’autre ne change"]
    assert session.query(Practice.source_key).filter_by(person_id=sheet(1).id).all() == [("R2",)]


def test_who_becomes_salaried_begins_another_practice(apply):
    apply([person(1)])
    house = {"structure": "F850001235", "company": "CENTRE DE SANTE", "sector": "SA05", "mode": "S"}
    apply([person(1, **house, street="DU PORT")], LATER)
    found = session.query(Practice.mode, Practice.ends_on).filter_by(person_id=sheet(1).id).order_by(Practice.id)
    assert found.all() == [(PracticeMode.LIBERAL, LATER), (PracticeMode.SALARIED, None)]


def test_a_shared_address_is_not_moved_with_one_person(apply):
    house = {"structure": "F850001234", "company": "MAISON DE SANTE DU PORT", "sector": "SA52", "finess": "850001234"}
    apply([person(1, **house), person(2, "ARBOIS", **house)])
    apply([person(1, **house, phone="0261914501"), person(2, "ARBOIS", **house)], LATER)
    phones = {p.person.rpps: p.place.phone for p in session.query(Practice).filter(Practice.source_key.is_not(None))}
    assert phones == {rpps(1): "+33261914501", rpps(2): None}


def test_a_married_name_is_changed_and_found(apply, cast, sign_in):
    apply([person(1)])
    apply([person(1, "SANTOLINI")], LATER)
    assert (sheet(1).last_name, sheet(1).folded) == ("Santolini", "santolini julie")
    client, number = sign_in(cast.coordinator), sheet(1).id
    assert f"/annuaire/{number}" in client.get("/annuaire?q=santo").text
    assert f"/annuaire/{number}" not in client.get("/annuaire?q=merca").text


# -- who left ---------------------------------------------------------------------------------------------------------


def test_who_disappeared_is_proposed_as_left_and_kept(apply):
    apply([person(1), person(2, "ARBOIS")])
    made = apply([person(1)], LATER)
    assert [item.label for item in items(made, ItemKind.GONE)] == [
        "Julie Arbois, infirmier, infirmière, Talmont-Saint-Hilaire"
    ]
    assert session.query(Practice).filter_by(person_id=sheet(2).id).one().ends_on == LATER


def test_who_is_still_there_is_not_asked_about_again(read, apply):
    apply([person(1), person(2, "ARBOIS")])
    made = read([person(1)], LATER)
    (item,) = items(made, ItemKind.GONE)
    lifecycle.decide(item, Decision.KEEP_OURS, None)
    lifecycle.apply(made, None)
    session.commit()
    assert session.query(Practice).filter_by(person_id=sheet(2).id).one().ends_on is None
    assert items(read([person(1)], LATER)) == []


def test_who_was_written_by_hand_without_a_number_is_not_gone(read):
    made = read([person(1)])
    assert items(made, ItemKind.GONE) == []


def test_who_has_a_number_and_is_not_in_the_extract_is_proposed(read, cast):
    cast.gp_person.rpps = rpps(50)
    session.commit()
    (item,) = items(read([person(1)]), ItemKind.GONE)
    assert (item.person_id, item.needs_decision) == (cast.gp_person.id, True)
    assert item.reason == "N’est plus dans l’extrait, et a un compte ici\u202f: est-ce un départ\u202f?"


def test_who_asked_to_be_kept_out_is_not_said_gone(read, apply):
    apply([person(1), person(2, "ARBOIS")])
    sheet(2).objected_on = DAY
    session.commit()
    assert items(read([person(1)], LATER), ItemKind.GONE) == []


def test_a_locum_is_not_said_gone(read, cast):
    cast.gp_person.rpps, cast.gp_practice.mode = rpps(50), PracticeMode.LOCUM
    session.commit()
    assert items(read([person(1)]), ItemKind.GONE) == []


def test_who_came_after_the_extract_is_not_said_gone(read, cast):
    cast.gp_person.rpps, cast.gp_practice.starts_on = rpps(50), LATER
    session.commit()
    assert items(read([person(1)], DAY), ItemKind.GONE) == []


def test_many_gone_at_once_are_asked_about(read, apply):
    apply([person(number, f"NOM{number}") for number in range(1, 21)])
    gone = items(read([person(1, "NOM1")], LATER), ItemKind.GONE)
    assert (len(gone), all(item.needs_decision for item in gone)) == (19, True)
    assert "le fichier est-il entier" in gone[0].reason


# -- one person, whatever the number ----------------------------------------------------------------------------------


def test_who_passes_from_adeli_to_rpps_stays_one_person(apply):
    apply([line(identifier_type="0", identifier="859912345")])
    apply([person(1)], LATER)
    assert session.query(Person).filter_by(last_name="Mercadal").count() == 1
    assert (sheet(1).rpps, sheet(1).adeli) == (rpps(1), "859912345")


def test_who_is_there_under_both_numbers_is_one_person(apply):
    apply([line(identifier_type="0", identifier="859912345"), person(1)])
    assert session.query(Person).filter_by(last_name="Mercadal").one().adeli == "859912345"


def test_a_namesake_elsewhere_is_asked_about(read, apply):
    apply([line(identifier_type="0", identifier="859912345")])
    made = read(
        [line(identifier_type="0", identifier="859912345"), person(1, commune="85194", street="DU PORT")], LATER
    )
    (item,) = items(made)
    assert (item.kind, item.needs_decision, item.person_id is not None) == (ItemKind.DOUBTFUL, True, True)


def test_two_persons_are_told_apart_once_and_for_all(read, apply):
    lines = [line(identifier_type="0", identifier="859912345"), person(1, commune="85194", street="DU PORT")]
    apply(lines[:1])
    decide_all(read(lines, LATER), Decision.SEPARATE)
    assert session.query(Person).filter_by(last_name="Mercadal").count() == 2
    assert items(read(lines, LATER)) == []


def test_someone_noted_by_hand_is_recognised(apply, cast):
    doctor = {"profession": "10", "skill": "SM54", "civility": "DR"}
    apply([person(1, "RENAUDIN", "HELENE", number="12", street="DES ECOLIERS", **doctor)])
    session.refresh(cast.gp_person)
    assert (cast.gp_person.rpps, session.query(Person).filter_by(last_name="Renaudin").count()) == (rpps(1), 1)
    assert session.query(Practice).filter_by(person_id=cast.gp_person.id).one().source_key is not None


# -- corrected by hand ------------------------------------------------------------------------------------------------


def corrected(apply, name: str = "phone", value: str = "+33261914577") -> Practice:
    apply([person(1, phone="0261914501")])
    practice = session.query(Practice).filter_by(person_id=sheet(1).id).one()
    setattr(practice.place, name, value)
    pin = {"sheet_kind": SheetKind.PLACE, "sheet_id": practice.place_id, "name": name, "file_value": "+33261914501"}
    session.add(PinnedField(**pin, pinned_at=datetime.fromisoformat("2026-07-08T10:00:00+02:00")))
    session.commit()
    return practice


def test_a_correction_is_not_asked_about_while_the_file_says_the_same(read, apply):
    corrected(apply)
    assert items(read([person(1, phone="0261914501")], LATER)) == []


def test_a_correction_is_asked_about_when_the_file_says_otherwise(read, apply):
    corrected(apply)
    (item,) = items(read([person(1, phone="0261914599")], LATER))
    assert (item.kind, item.needs_decision) == (ItemKind.DOUBTFUL, True)
    assert item.reason == "Corrigé à la main\u202f; le fichier dit autre chose"


def test_ours_is_kept_and_not_asked_about_again(read, apply):
    practice = corrected(apply)
    decide_all(read([person(1, phone="0261914599")], LATER), Decision.KEEP_OURS)
    assert session.get(Place, practice.place_id).phone == "+33261914577"
    assert items(read([person(1, phone="0261914599")], LATER)) == []


def test_the_file_is_taken_and_the_correction_forgotten(read, apply):
    practice = corrected(apply)
    decide_all(read([person(1, phone="0261914599")], LATER), Decision.TAKE)
    assert session.get(Place, practice.place_id).phone == "+33261914599"
    assert session.query(PinnedField).count() == 0


def test_what_was_written_by_hand_is_asked_about(read, cast):
    lines = [person(1, "RENAUDIN", "HELENE", number="12", street="DES ECOLIERS", profession="10", phone="0261914599")]
    kinds = {item.kind: item for item in items(read(lines))}
    assert kinds.keys() == {ItemKind.CHANGED, ItemKind.DOUBTFUL}
    assert kinds[ItemKind.DOUBTFUL].found["fields"]["Téléphone"] == "02\u00a061\u00a091\u00a045\u00a099"


# -- what is doubtful -------------------------------------------------------------------------------------------------


def test_nothing_is_applied_while_something_waits(read):
    made = read([line(identifier="99000000000")])
    with pytest.raises(Refusal, match="Il reste 1"):
        lifecycle.apply(made, None)


def test_a_wrong_number_is_taken_without_it(read):
    decide_all(read([line(identifier="99000000000")]), Decision.TAKE)
    assert session.query(Person).filter_by(last_name="Mercadal").one().rpps is None


def test_what_was_taken_once_is_not_asked_about_again(read):
    decide_all(read([line(identifier="99000000000")]), Decision.TAKE)
    assert items(read([line(identifier="99000000000")])) == []


def test_what_was_refused_once_is_not_asked_about_again(read):
    decide_all(read([line(identifier="99000000000")]), Decision.KEEP_OURS)
    assert items(read([line(identifier="99000000000")])) == []


def test_what_was_put_off_comes_back(read, apply):
    apply([line(identifier="99000000000")])
    assert len(items(read([line(identifier="99000000000")]))) == 1


UNDECIDED = {"commune": "", "commune_label": "", "cedex": "", "postcode": "85440"}


def test_an_undecided_commune_is_chosen(read):
    made = read([person(1, **UNDECIDED)])
    (item,) = items(made)
    assert item.found["communes"] == [{"code": "85288", "name": "Talmont-Saint-Hilaire"}]
    lifecycle.decide(item, Decision.TAKE, None, "85288")
    lifecycle.apply(made, None)
    assert session.query(Practice).filter_by(person_id=sheet(1).id).one().place.commune_code == "85288"


def test_a_commune_is_not_taken_without_choosing(read):
    (item,) = items(read([person(1, **UNDECIDED)]))
    with pytest.raises(Refusal, match="Choisissez"):
        lifecycle.decide(item, Decision.TAKE, None)


def test_an_unknown_profession_is_never_taken(read):
    (item,) = items(read([person(1, profession="97")]))
    with pytest.raises(Refusal, match="ne connaît pas cette profession"):
        lifecycle.decide(item, Decision.TAKE, None)


def test_a_doubtful_second_practice_does_not_hold_the_first(apply):
    made = apply([person(1, structure="R1"), person(1, structure="R2", street="DU PORT", sector="SA99")])
    assert [item.kind for item in items(made)] == [ItemKind.NEW, ItemKind.DOUBTFUL]
    assert session.query(Practice.source_key).filter_by(person_id=sheet(1).id).all() == [("R1",)]


def test_a_doubtful_second_practice_is_added_to_the_sheet_just_made(read):
    made = read([person(1, structure="R1"), person(1, structure="R2", street="DU PORT", sector="SA99")])
    decide_all(made, Decision.TAKE)
    assert session.query(Practice).filter_by(person_id=sheet(1).id).count() == 2


# -- the directory changed meanwhile ----------------------------------------------------------------------------------


def test_what_no_longer_fits_is_named_and_shown_again(read, apply):
    apply([person(1, phone="0261914501")])
    made = read([person(1, phone="0261914599")], LATER)
    place = session.query(Practice).filter_by(person_id=sheet(1).id).one().place
    place.phone = "+33261914588"
    session.commit()
    with pytest.raises(Refusal, match="L’annuaire a changé depuis la revue\u202f: Julie Mercadal"):
        lifecycle.apply(made, None)
    session.rollback()
    (item,) = items(made)
    assert item.ours["fields"]["Téléphone"].endswith("88")


def test_someone_added_by_hand_meanwhile_is_not_written_twice(read):
    made = read([person(1)])
    make_practice(make_person(last_name="Mercadal", first_name="Julie", profession=Profession.NURSE), make_place())
    session.commit()
    with pytest.raises(Refusal, match="Julie Mercadal"):
        lifecycle.apply(made, None)
    session.rollback()
    lifecycle.apply(queries.by_id(made.id), None)
    assert session.query(Person).filter_by(last_name="Mercadal").count() == 1


def test_who_applied_is_remembered(read, cast):
    made = read([person(1)])
    lifecycle.apply(made, acting(cast.coordinator))
    assert (made.state, made.applied_by_id, made.turn) == (ImportState.APPLIED, cast.coordinator.id, None)
