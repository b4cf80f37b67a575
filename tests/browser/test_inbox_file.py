"""The page of a request, its forms and the diagram: axe, no overflow, triage in three gestures without a script."""

from datetime import date

import pytest

from cptsapp.core.db import session
from cptsapp.inbox.models import Request, State
from cptsapp.inbox.patients import Identity
from tests.tools import axe
from tests.tools.inbox import make_offer, make_request, make_seeker

FORMS = (
    "",
    "/modifier",
    "/personnes/nouvelle",
    "/personnes/{seeker}",
    "/personnes/{seeker}/issue",
    "/accords",
    "/priorite",
    "/medecin-trouve",
    "/clore",
    "/imprimer",
)


@pytest.fixture
def files(cast) -> dict[str, str]:
    """A household of three in search, a doctor with places, a request just received."""
    make_offer(cast.gp_person)
    household = (
        make_seeker(),
        make_seeker(who=Identity("Guérineau", "Paul-Emmanuel", date(1945, 1, 2)), long_term_illness=False),
        make_seeker(who=Identity("de La Rochefoucauld-Guérineau", "Marie-Antoinette", date(2023, 5, 1))),
    )
    searched = make_request("searching", seekers=household, needed_before=date(2026, 8, 10))
    received = make_request()
    session.commit()
    return {
        "searching": searched.reference,
        "seeker": str(searched.seekers[0].id),
        "received": received.reference,
    }


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_file_and_its_forms_have_no_fault(files, cast, open_as, phone, picture):
    page = open_as(cast.coordinator, phone=phone, dark=phone)
    for path in FORMS:
        page.goto(f"/demandes/{files['searching']}{path.format(**files)}")
        assert axe.violations(page) == [], path
        assert not overflows(page), path
        if path == "":
            picture(page, f"dossier-{360 if phone else 1280}", full=True)
    page.goto(f"/demandes/{files['received']}")
    page.get_by_text("Il manque une information").click()
    assert axe.violations(page) == []
    page.goto("/demandes/chemin?etat=searching")
    assert axe.violations(page) == []
    assert not overflows(page)
    picture(page, f"chemin-{360 if phone else 1280}", full=True)


def test_triage_takes_three_gestures_without_a_script_and_is_taken_back(files, cast, open_as):
    page = open_as(cast.coordinator, javascript=False)
    page.goto("/demandes?file=nouvelles")
    page.locator(f"a[href^='/demandes/{files['received']}']").first.click()
    page.get_by_role("button", name="Demande complète").click()
    page.get_by_role("button", name="Annuler").click()
    page.get_by_role("button", name="Demande complète").click()
    page.get_by_role("button", name="Envoyer aux médecins cochés").click()
    assert page.get_by_text("Médecins sollicités").count() == 1
    session.expire_all()
    assert session.query(Request).filter_by(reference=files["received"]).one().state is State.PROPOSED
