"""A session that ended while someone typed: the form comes back as it was typed, to its author and to nobody else."""

import re
from html import unescape

import pytest
from sqlalchemy import select, update

from cptsapp.accounts.models import Draft, SignIn, User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking
from tests.accounts.tools import give_password, pass_door, text_of
from tests.storms.crowd import PATIENT
from tests.tools.factories import make_slot

TYPED = {**PATIENT, "name": "Guérineau-Marquée", "birth_year": "1951", "once": "k"}


@pytest.fixture
def slot_id(cast) -> int:
    """A free slot."""
    made = make_slot(cast.gp_practice)
    session.commit()
    return made.id


@pytest.fixture
def refused(cast, sign_in, slot_id):
    """The regulator's browser, whose session ended before the booking was sent; and that answer."""
    mail, _ = give_password(cast.regulator), give_password(cast.other_regulator)
    browser = sign_in(cast.regulator)
    end_sessions()
    return browser, browser.post(f"/creneaux/{slot_id}/reserver", data=TYPED), mail


def end_sessions() -> None:
    """End every session, as from another browser."""
    session.execute(update(SignIn).values(ended_at=clock.now()))
    session.commit()


def resumed(browser, page: str):
    """Press « Retrouver votre texte »: the form of the page, posted as it stands."""
    form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL)
    assert "_resume" in form.group(2)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group(2))
    data = {name: unescape(value) for name, value in fields}
    return browser.post(unescape(form.group(1)), data=data)


def test_the_refusal_says_that_the_text_is_kept(refused):
    _, answer, _ = refused
    assert answer.status_code == 401
    assert "Votre texte est gardé" in text_of(answer)
    assert "Guérineau" not in text_of(answer)
    assert session.query(Booking).count() == 0


def test_the_text_is_kept_sealed(refused):
    [draft] = session.query(Draft)
    assert b"Marqu" not in draft.content
    assert b"06 39" not in draft.content


def test_its_author_finds_the_form_as_it_was_typed(refused):
    browser, _, mail = refused
    last = pass_door(browser, mail)
    assert "/reprendre" in last.location
    form = resumed(browser, text_of(browser.get(last.location)))
    assert form.status_code == 200
    page = text_of(form)
    assert 'value="Guérineau-Marquée"' in page
    assert 'value="1951"' in page
    assert 'value="06 39 98 14 27"' in page
    assert session.query(Booking).count() == 0


def test_the_form_found_again_books_once(refused, slot_id):
    browser, _, mail = refused
    last = pass_door(browser, mail)
    resumed(browser, text_of(browser.get(last.location)))
    assert browser.post(f"/creneaux/{slot_id}/reserver", data=TYPED).status_code == 303
    assert session.query(Booking).count() == 1
    assert session.query(Draft).count() == 0


def test_nobody_else_finds_it_in_the_same_browser(refused):
    browser, _, mail = refused
    other = session.scalar(select(User.mail).where(User.display_name == "Théo Baudry"))
    assert other != mail
    last = pass_door(browser, other)
    assert "/reprendre" not in last.location
    for path in ("/reprendre", "/creneaux", "/compte"):
        assert "Guérineau" not in text_of(browser.get(path))


def test_nobody_else_can_post_or_drop_it(refused, cast, sign_in, slot_id):
    [number] = session.scalars(session.query(Draft.id).statement)
    other = sign_in(cast.other_regulator)
    assert other.post(f"/reprendre/{number}/jeter").status_code == 404
    page = other.post(f"/creneaux/{slot_id}/reserver", data={"_resume": "1", "_draft": str(number)})
    assert "Guérineau" not in text_of(page)
    session.rollback()
    assert session.query(Draft).count() == 1


def test_a_slot_taken_meanwhile_gives_the_text_and_the_next_ones(refused, cast, sign_in, slot_id):
    browser, _, mail = refused
    sign_in(cast.other_regulator).post(
        f"/creneaux/{slot_id}/reserver", data={**PATIENT, "name": "Quelconque", "once": "z"}
    )
    last = pass_door(browser, mail)
    page = text_of(resumed(browser, text_of(browser.get(last.location))))
    assert "Guérineau-Marquée" in page
    assert "Quelconque" not in page
    assert "Pris à 14h32 par Théo Baudry" in page


def test_a_practitioner_finds_a_plage_again(cast, sign_in):
    mail = give_password(cast.gp)
    practice_id = cast.gp_practice.id
    browser = sign_in(cast.gp)
    end_sessions()
    typed = {
        "practice": practice_id,
        "modality": "T",
        "day": "2026-07-22",
        "opens": "16:45",
        "closes": "18:15",
        "capacity": "6",
    }
    assert browser.post("/mes-creneaux/nouveau?forme=plage", data=typed).status_code == 401
    last = pass_door(browser, mail)
    page = text_of(resumed(browser, text_of(browser.get(last.location))))
    assert 'value="16:45"' in page
    assert 'value="18:15"' in page
    assert 'value="6"' in page


@pytest.mark.long
def test_the_same_over_http_with_two_processes(slot_id, cast, come_in):
    desk = come_in(cast.regulator)
    desk.get("/compte")
    end_sessions()
    answer = desk.post(f"/creneaux/{slot_id}/reserver", **TYPED)
    assert answer.status == 401
    assert "Votre texte est gardé" in answer.text
    again = come_in(cast.regulator)
    page = again.get("/reprendre").text
    assert "Retrouver votre texte" in page
    assert "Guérineau" not in come_in(cast.other_regulator).get("/reprendre").text
