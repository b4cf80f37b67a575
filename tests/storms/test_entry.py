"""Ten thousand posts from five hundred addresses in ten minutes, and twenty honest people among them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.forms import carried
from cptsapp.inbox.forms.carried import PAGES, Carried
from cptsapp.inbox.models import Request, Step
from cptsapp.inbox.patients import read_contact
from cptsapp.outbox.models import Message
from tests.inbox.entry import AGREEMENT, PATH, Walk
from tests.inbox.entry import PAGES as ANSWERS

POSTS, ADDRESSES, HONEST = 10_000, 500, 20
LASTS = timedelta(minutes=10)
KINDS = ("trap", "quick", "replay", "patient", "link")


def last_page(number: int, seconds: int = 90, **more) -> Carried:
    """The last page as someone carries it who answered the others, `seconds` after opening the form."""
    answers = {name: [value] for page in ANSWERS[:-1] for name, value in page.items()}
    answers |= {
        "commune_code": ["85288"],
        "mail": [""],
        "phone": [f"06 39 98 {number // 100 % 100:02d} {number % 100:02d}"],
    }
    answers |= {"p0-last_name": [f"Robot{number}"], **more}
    return Carried(uuid4(), clock.now().timestamp() - seconds, page=len(PAGES) - 1, answers=answers)


class Robots:
    """Five kinds, by turns: the patient one does all that a person does, again and again."""

    def __init__(self, client):
        self.client, self.once = client, uuid4()

    def send(self, number: int) -> int:
        """One post; gives its status."""
        kind = KINDS[number % len(KINDS)]
        state = last_page(number, seconds=3 if kind == "quick" else 90)
        if kind == "replay":
            state.once = self.once
        if kind == "link":
            state.answers["p0-first_name"] = ["www.pilules.example"]
        typed = {**AGREEMENT, "website": "x" if kind == "trap" else "", "kept": carried.pack(state)}
        return self.client.post(PATH, data=typed, environ_overrides={"REMOTE_ADDR": self.address(number)}).status_code

    @staticmethod
    def address(number: int) -> str:
        """Five hundred addresses in fifty networks, each used by every kind."""
        which = number // len(KINDS) % ADDRESSES
        return f"10.66.{which % 50}.{which // 50 + 1}"


@pytest.mark.long
def test_no_storm_keeps_honest_people_out(app, cast, client, set_clock):
    robots, began = Robots(client), clock.now()
    people = iter(range(HONEST))
    statuses = []
    for number in range(POSTS):
        if number % 100 == 0:
            set_clock(began + LASTS * number / POSTS)
        if number % (POSTS // HONEST) == 250:
            ask_as_a_person(app, set_clock, next(people))
            set_clock(began + LASTS * number / POSTS)
        statuses.append(robots.send(number))
    assert set(statuses) == {303}  # nobody is told anything, nothing is thrown away
    assert next(people, None) is None
    kept = session.scalar(select(func.count()).select_from(Request))
    assert kept == POSTS + HONEST
    new = [read_contact(request) for request in session.scalars(select(Request).where(Request.suspected_at.is_(None)))]
    honest = {contact.mail for contact in new if contact.mail}
    assert honest == {f"honnete{number}@courriel.example" for number in range(HONEST)}
    # Of the robots that do all as people do, a few of each network pass before the next are set apart.
    assert len(new) - HONEST <= 50 * 3 + 40
    assert session.scalar(select(func.count()).select_from(Step).where(Step.kind == "request.suspected")) == kept - len(
        new
    )
    assert session.scalar(select(func.count()).select_from(Message)) == HONEST


def ask_as_a_person(app, set_clock, number: int) -> None:
    """The five pages, at a person's pace, from a home of their own; the clock is put back by the caller."""
    walk = Walk(app.test_client(), set_clock, address=f"192.0.{number + 2}.7")
    contact = {**ANSWERS[3], "phone": f"06 39 98 99 {number:02d}", "mail": f"honnete{number}@courriel.example"}
    assert walk.whole(contact=contact).location == f"{PATH}/recue"
