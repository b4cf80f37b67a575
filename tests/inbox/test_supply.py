"""The register of answers, the need near a practice, who leaves: each number is a count of lines."""

from datetime import date

import pytest

from cptsapp.core.db import session
from cptsapp.directory.models import MovementKind, Profession
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.models import Takes
from cptsapp.inbox.queries.doctors import Where, doctors
from cptsapp.inbox.queries.need import Need, need_near
from cptsapp.inbox.queries.supply import Standing, found, leaving, register
from tests.tools.factories import make_commune, make_movement, make_person, make_place, make_practice
from tests.tools.inbox import make_intake, make_offer, make_request, make_seeker

TODAY = date(2026, 7, 20)
TALMONT = Where("85288", "Talmont-Saint-Hilaire", (46.47, -1.62))


@pytest.mark.parametrize(
    ("answer", "standing"),
    [
        ({}, Standing.OPEN),
        ({"offered": 1, "pending": 1}, Standing.FULL),
        ({"takes": Takes.NO, "offered": 0}, Standing.NO),
        ({"valid_until": date(2026, 7, 19)}, Standing.LAPSED),
        (None, Standing.SILENT),
    ],
)
def test_a_doctor_stands_in_one_place(cast, answer, standing):
    if answer is not None:
        make_offer(cast.gp_person, **answer)
    lines = {line.doctor.person_id: line for line in register(TODAY).lines}
    assert lines[cast.gp_person.id].standing is standing


def test_the_tabs_add_up_to_all_the_doctors(cast):
    make_offer(cast.gp_person)
    found_ = register(TODAY)
    assert sum(found_.count(standing) for standing in Standing) == len(found_.lines) == 2


def test_the_places_of_all_are_one_equation(cast):
    make_offer(cast.gp_person, offered=5, taken=1, pending=1)
    make_offer(cast.other_gp_person, offered=2, taken=2)
    assert str(register(TODAY).places) == "3\u00a0places = 7\u00a0offertes − 3\u00a0prises − 1\u00a0en attente"


def test_what_lapsed_offers_no_place(cast):
    make_offer(cast.gp_person, valid_until=date(2026, 7, 19))
    assert register(TODAY).places.left == 0


def test_why_not_and_what_would_help_are_counted(cast):
    no = {"takes": Takes.NO, "offered": 0}
    make_offer(cast.gp_person, **no, obstacles=["time"], helps=["assistant", "locum"])
    make_offer(cast.other_gp_person, **no, obstacles=["time", "premises"], helps=["assistant"])
    found_ = register(TODAY)
    assert found_.obstacles() == [("time", "Pas le temps", 2), ("premises", "Locaux", 1)]
    assert found_.helps() == [("assistant", "Assistant médical", 2), ("locum", "Remplaçant", 1)]
    assert len(found_.with_help("locum")) == 1


@pytest.mark.parametrize(
    ("until", "left", "is_to_confirm"),
    [(27, 5, True), (28, 5, False), (20, 5, True), (27, 0, False)],
)
def test_an_answer_about_to_lapse_is_to_confirm(cast, until, left, is_to_confirm):
    make_offer(cast.gp_person, valid_until=date(2026, 7, until), offered=5, taken=5 - left)
    assert bool(register(TODAY).to_confirm) == is_to_confirm


def test_a_name_or_a_commune_is_found_without_accents(cast):
    lines = register(TODAY).lines
    assert [line.doctor.name for line in found(lines, "helene")] == ["Dr Hélène Renaudin"]
    assert [line.doctor.name for line in found(lines, "olonne")] == ["Dr Sarah Benali"]
    assert found(lines, "personne") == []


def test_nurses_are_no_gps(cast):
    make_practice(make_person(profession=Profession.NURSE), make_place())
    assert len(doctors(TODAY)) == 2


def test_who_practises_outside_is_not_asked(cast):
    make_commune(code="44109", name="Nantes", folded="nantes", is_own=False)
    make_practice(make_person(), make_place(commune_code="44109"))
    assert len(doctors(TODAY)) == 2


# -- the need ---------------------------------------------------------------------------------------------------------


def need(count, ill=0, near=(TALMONT,), **overrides):
    for number in range(count):
        make_request("searching", seekers=(make_seeker(long_term_illness=number < ill),), **overrides)
    return need_near(near)


def test_the_need_counts_people_and_those_with_an_ald(cast):
    assert need(11, ill=5) == Need(15, 11, 5)


def test_few_people_are_masked(cast):
    assert need(4, ill=1) == Need(15, None, None)


def test_a_small_part_is_masked(cast):
    assert need(9, ill=4) == Need(15, 9, None)


def test_a_part_that_would_tell_the_rest_is_masked(cast):
    assert need(9, ill=7) == Need(15, 9, None)


def test_nobody_is_nobody(cast):
    assert need(0) == Need(15, 0, 0)


def test_who_has_found_looks_no_more(cast):
    request = make_request("searching")
    request.seekers[0].outcome = "found"
    session.flush()
    assert need_near([TALMONT]).people == 0


def test_suspects_are_not_counted(cast):
    for _ in range(6):
        receive(make_intake(), by=None, is_suspect=True)
    assert need_near([TALMONT]).people == 0


def test_the_need_is_that_of_communes_around(cast):
    make_commune(code="85999", name="Loin", folded="loin", latitude=47.4, longitude=-1.0)
    need(5, commune_code="85999")
    assert need_near([TALMONT]).people == 0
    assert need_near([Where("85999", "Loin", None)]).people == 5


# -- who leaves -------------------------------------------------------------------------------------------------------


def test_who_leaves_is_told_with_the_requests_of_their_patients(cast):
    make_movement(cast.gp_person, is_confirmed=True)
    make_request(current_doctor_id=cast.gp_person.id)
    make_request(current_doctor_id=cast.gp_person.id)
    found_ = leaving(TODAY)
    assert [(one.name, one.request_count, one.open_count) for one in found_] == [("Dr Hélène Renaudin", 2, 2)]
    assert found_[0].words == "retraite le jeu. 31 déc. 2026"


def test_those_of_a_sheet_merged_since_count_too(cast):
    twin = make_person(last_name="Renaudin", merged_into_id=cast.gp_person.id)
    make_movement(cast.gp_person)
    make_request(current_doctor_id=twin.id)
    assert leaving(TODAY)[0].request_count == 1


@pytest.mark.parametrize(
    "movement",
    [
        {"kind": MovementKind.ARRIVAL},
        {"kind": MovementKind.MATERNITY},
        {"starts_on": date(2025, 7, 19)},
        {"starts_on": date(2028, 7, 21)},
    ],
)
def test_other_movements_are_not_departures(cast, movement):
    make_movement(cast.gp_person, **movement)
    assert leaving(TODAY) == []


def test_a_departure_not_certain_says_so(cast):
    make_movement(cast.gp_person)
    assert leaving(TODAY)[0].words.endswith(", à confirmer")


def test_a_nurse_who_leaves_is_not_among_doctors(cast):
    make_movement(make_person(profession=Profession.NURSE))
    assert leaving(TODAY) == []


def test_the_number_opens_the_requests_it_counts(sign_in, cast):
    make_movement(cast.gp_person)
    mine = make_request(current_doctor_id=cast.gp_person.id).reference
    other = make_request(current_doctor_id=cast.other_gp_person.id).reference
    session.commit()
    number, office = cast.gp_person.id, sign_in(cast.coordinator)
    address = f"/demandes/medecins/{number}/demandes"
    assert address in office.get("/demandes/medecins").text
    page = office.get(address).text
    assert (mine in page, other in page, "Guérineau" in page) == (True, False, False)


def test_a_doctor_who_stays_has_no_such_page(sign_in, cast):
    office = sign_in(cast.coordinator)
    assert office.get(f"/demandes/medecins/{session.merge(cast.gp_person).id}/demandes").status_code == 404


def test_without_a_request_the_page_says_so(sign_in, cast):
    make_movement(cast.gp_person)
    session.commit()
    number = cast.gp_person.id
    assert (
        "Aucune demande de ses patients" in sign_in(cast.coordinator).get(f"/demandes/medecins/{number}/demandes").text
    )
