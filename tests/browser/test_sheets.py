"""The sheet of a person, of a structure and the register of movements: whole, at the desk and in a pocket."""

from datetime import date

import pytest
from playwright.sync_api import expect

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Channel, Exchange, MovementKind, Profession
from tests.browser.conftest import LOOKS
from tests.tools import axe
from tests.tools.factories import (
    make_booking,
    make_campaign,
    make_membership,
    make_movement,
    make_organisation,
    make_person,
    make_place,
    make_practice,
    make_slot,
)

PROFESSIONS = (Profession.NURSE, Profession.PHYSIOTHERAPIST, Profession.MIDWIFE, Profession.PHARMACIST)


@pytest.fixture
def scene(cast):
    """A territory with members, movements of every kind, exchanges, a structure, slots."""
    gp, other = session.merge(cast.gp_person), session.merge(cast.other_gp_person)
    practice, noted_by = session.merge(cast.gp_practice), session.merge(cast.coordinator).id
    gp.rpps, gp.speciality, gp.verified_on, gp.verified_by = "10001234565", "Gériatrie", date(2025, 5, 5), "Maxime Roy"
    practice.seen_on = date(2026, 7, 6)
    house = make_organisation(name="MSP des Olonnes", finess="850012345", phone="+33261915010")
    make_practice(gp, make_place(organisation_id=house.id, name="MSP des Olonnes", address="1, rue du Moulin"))
    for year, paid_on in ((2022, date(2022, 2, 3)), (2023, date(2023, 2, 3)), (2026, None)):
        days = {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
        make_membership(gp, fee_cents=1000, paid_on=paid_on, **days)
    make_movement(gp, note="dit par elle-même, le 12 mars", replaced_by_id=other.id, is_confirmed=True)
    make_movement(gp, kind=MovementKind.LEAVE, starts_on=date(2025, 8, 4), ends_on=date(2025, 8, 22))
    make_movement(gp, kind=MovementKind.DEPARTURE, starts_on=date(2027, 1, 1), cancelled_at=clock.now())
    make_movement(other, kind=MovementKind.MATERNITY, starts_on=date(2026, 8, 31), ends_on=date(2027, 2, 28))
    for rank, profession in enumerate(PROFESSIONS):
        for number in range(3 + rank):
            person = make_practice(make_person(profession=profession, title="")).person
            if number <= rank:
                make_movement(person, starts_on=date(2027, 1 + 3 * rank, 1 + number))
        newcomer = make_person(profession=profession, title="")
        make_movement(newcomer, kind=MovementKind.ARRIVAL, starts_on=date(2026, 10, 1))
    for day in (1, 12):
        said = Exchange(person_id=gp.id, held_on=date(2026, 3, day), channel=Channel.CALL, created_at=clock.now())
        said.note, said.created_by_id = "Annonce sa retraite, cherche un successeur.", noted_by
        session.add(said)
    make_booking(make_slot(practice, campaign_id=make_campaign(name="Été 2026").id, capacity=3))
    session.commit()
    return {"person": gp.id, "house": house.id}


PAGES = (
    "/annuaire/{person}",
    "/annuaire/{person}/echanges/nouveau",
    "/annuaire/structures",
    "/annuaire/structures/{house}",
    "/annuaire/structures/{house}/modifier",
    "/annuaire/structures/{house}/adresses/nouvelle",
    "/annuaire/mouvements",
    "/annuaire/mouvements?profession=nurse",
    "/annuaire/mouvements/liste?sens=departs",
    "/annuaire/mouvements/aujourdhui",
    "/annuaire/mouvements/nouveau?personne={person}",
    "/annuaire/mouvements/1/exercices",
    "/campagnes/medecins/{person}",
)
PICTURES = {PAGES[0]: "fiche", PAGES[3]: "structure", PAGES[6]: "mouvements", PAGES[10]: "mouvement-nouveau"}


@pytest.mark.parametrize(("phone", "dark"), LOOKS)
def test_no_violation_and_nothing_overflows(open_as, cast, scene, picture, phone, dark):
    page = open_as(cast.coordinator, phone=phone, dark=dark)
    for path in PAGES:
        page.goto(path.format(**scene))
        page.wait_for_load_state("networkidle")
        assert axe.violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if path in PICTURES:
            picture(page, f"{PICTURES[path]}-{'360-sombre' if phone else '1280'}", full=True)


def test_the_sheet_loads_what_one_takes_part_in(open_as, cast, scene):
    page = open_as(cast.coordinator)
    page.goto(f"/annuaire/{scene['person']}")
    expect(page.get_by_role("link", name="3\u00a0publiés")).to_be_visible()
    page.get_by_role("button", name="Tout est juste").click()
    expect(page.get_by_role("heading", name="Vérifier la fiche")).to_have_count(0)


def test_a_retirement_is_noted_and_ends_the_practice_without_script(open_as, cast, scene):
    page = open_as(cast.coordinator, javascript=False)
    page.goto("/annuaire/mouvements/nouveau")
    page.get_by_label("Qui", exact=True).fill("benali")
    page.get_by_label("retraite", exact=True).check()
    page.get_by_label("Date", exact=True).fill("2026-12-31")
    page.get_by_label("C’est confirmé").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Terminer les exercices")).to_be_visible()
    page.get_by_role("button", name="Terminer ce jour-là").click()
    expect(page.get_by_text("jusqu’au 31/12/2026")).to_be_visible()


def test_the_sheet_on_paper_keeps_exchanges_to_the_coordination(open_as, cast, scene, picture):
    page = open_as(cast.coordinator)
    page.goto(f"/annuaire/{scene['person']}")
    page.emulate_media(media="print")
    expect(page.get_by_text("Annonce sa retraite").first).to_be_hidden()
    expect(page.get_by_role("heading", name="Dr Hélène Renaudin")).to_be_visible()
    picture(page, "fiche-papier", full=True)
