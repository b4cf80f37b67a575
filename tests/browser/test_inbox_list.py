"""The coordinator's morning in the inbox: axe, nothing overflows, the keys, and the main acts without a script."""

from datetime import date

import pytest
from playwright.sync_api import expect

from cptsapp.core.db import session
from cptsapp.inbox.actions import sorting
from cptsapp.inbox.models import HomeVisit
from cptsapp.inbox.patients import Identity
from tests.tools import axe
from tests.tools.factories import acting
from tests.tools.inbox import make_request, make_seeker

PEOPLE = (
    ("Moinard", "Lucas", date(2022, 3, 1), {"social_cover": True}),
    ("Barbeau", "Yvette", date(1940, 5, 2), {"home_visit": HomeVisit.EXCLUSIVELY}),
    ("Cherif", "Nadia", date(1992, 4, 3), {}),
    ("Thibaud", "Gérard", date(1955, 1, 9), {"long_term_illness": True}),
    ("Praud", "Chloé", date(2006, 2, 12), {}),
)


@pytest.fixture
def inbox(cast) -> list[str]:
    """Five files searched for and one new; the references of the five, by deadline."""
    references = []
    for last, first, born, answers in PEOPLE:
        given = {"long_term_illness": False, **answers}
        found = make_request("searching", seekers=(make_seeker(who=Identity(last, first, born), **given),))
        references.append(found.reference)
    make_request()
    by = acting(cast.coordinator)
    for rank, found in enumerate(references):
        row = session.query(type(make_request())).filter_by(reference=found).one()
        row.due_on = date(2026, 7, 17 + rank)
        if rank < 2:
            sorting.take(row.id, by=by)
    session.commit()
    return references


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk", "telephone"])
def test_the_pages_have_no_fault(inbox, open_as, cast, phone, dark, picture):
    page = open_as(session.merge(cast.coordinator), phone=phone, dark=dark)
    ticked = "&".join(f"choix={reference}" for reference in inbox)
    for path, name in (
        ("/demandes", "demandes-files"),
        ("/demandes?file=en-recherche", "demandes"),
        ("/demandes?file=a-declarer", "demandes-vide"),
        ("/demandes/filtres?file=en-recherche", "demandes-filtres"),
        (f"/demandes/lot?file=en-recherche&acte=etiqueter&{ticked}", "demandes-lot"),
        ("/demandes/etiquettes", "demandes-etiquettes"),
    ):
        page.goto(path)
        assert axe.violations(page) == [], path
        assert not overflows(page), path
        picture(page, f"{name}-{'360-sombre' if phone else '1280'}", full=True)
