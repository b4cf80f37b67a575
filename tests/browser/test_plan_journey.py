"""A plan from a request to its reviews, on screen: circle, meeting, validation, what the doctor owes and is owed."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cptsapp.care_plans.models import CarePlan, CircleMember, FeePayee, FeeStep, FlatFee, PlanMeeting
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.tools.factories import make_person
from tests.tools.inbox import make_request


@pytest.fixture
def asked(cast):
    """A request in search, a nurse in the directory, a fee of 60 € for the doctor who comes to the meeting."""
    make_person(
        last_name="Jolly", first_name="Carole", title="", mail="carole.jolly@cabinet.example", profession="nurse"
    )
    fee = FlatFee(step=FeeStep.MEETING, payee=FeePayee.REGULAR_DOCTOR, starts_on=date(2026, 1, 1), cents=6000)
    fee.created_at = clock.now()
    session.add(fee)
    reference = make_request("searching").reference
    session.commit()
    return reference


def opened(page: Page, reference: str) -> None:
    """From the request: open, name the lead and the doctor, engage."""
    page.goto(f"/demandes/{reference}")
    page.get_by_role("button", name="Ouvrir un PPCS pour J. G., 1947").click()
    expect(page.get_by_role("heading", name="PPCS 2026-001, J. G., 1947")).to_be_visible()
    page.get_by_role("link", name="Nommer le référent").click()
    page.get_by_label("Qui", exact=True).fill("jolly")
    page.get_by_label("De vive voix").check()
    page.get_by_label("L’inviter maintenant").check()
    page.get_by_role("button", name="Ajouter au cercle").click()
    page.get_by_role("link", name="Ajouter le médecin traitant").click()
    page.get_by_label("Qui", exact=True).fill("renaudin")
    page.get_by_label("Par téléphone").check()
    page.get_by_role("button", name="Ajouter au cercle").click()
    page.get_by_role("button", name="Engager le cercle").click()
    expect(page.get_by_role("heading", name="Choisir la date de la première réunion")).to_be_visible()


def held(page: Page, set_clock) -> None:
    """The date is chosen for the next day, and the day after that who came is noted."""
    page.get_by_role("link", name="Choisir la date").click()
    page.get_by_role("link", name="La date est connue").click()
    page.get_by_label("Jour").fill("2026-07-21")
    page.get_by_label("Heure").fill("18:00")
    page.get_by_role("button", name="Choisir cette date").click()
    expect(page.get_by_role("heading", name="Mardi 21 juillet 2026 à 18h00")).to_be_visible()
    set_clock(clock.now() + timedelta(days=2))
    page.goto("/ppcs/2026-1")
    page.get_by_role("link", name="Noter les présents").click()
    page.get_by_role("checkbox", name="Renaudin").check()
    page.get_by_role("button", name="Noter la réunion tenue").click()
    expect(page.get_by_role("heading", name="Tenue le mardi 21 juillet 2026")).to_be_visible()


def test_from_a_request_to_its_reviews_and_what_the_doctor_is_owed(asked, open_as, cast, set_clock):
    office = open_as(session.merge(cast.coordinator))
    opened(office, asked)
    session.rollback()
    assert session.scalars(select(CarePlan)).one().state == "meeting"
    assert session.scalars(select(CircleMember.role).order_by(CircleMember.id)).all() == ["lead", "regular_doctor"]
    session.rollback()
    held(office, set_clock)

    doctor = open_as(session.merge(cast.gp), phone=True)
    doctor.goto("/ppcs/2026-1")
    doctor.get_by_role("button", name="Valider le plan", exact=True).click()
    expect(doctor.get_by_text("Plan validé\u00a0: les bilans sont à 6 et 12 mois")).to_be_visible()
    doctor.goto("/mes-engagements")
    expect(doctor.get_by_text("Recevoir la personne au cabinet")).to_be_visible()
    expect(doctor.get_by_text("Forfait PPCS 2026-001, visioconférence")).to_be_visible()
    expect(doctor.get_by_text("60\u00a0€").first).to_be_visible()
    session.rollback()
    due = session.scalars(select(PlanMeeting.due_on).order_by(PlanMeeting.due_on)).all()
    assert due[1:] == [date(2027, 1, 22), date(2027, 7, 22)]
