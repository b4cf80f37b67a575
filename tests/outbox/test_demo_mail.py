"""/courrier: the demonstration's mail, and nothing elsewhere."""

from dataclasses import replace

import pytest

from cptsapp.core.db import session
from cptsapp.outbox.actions import CalendarFile, join_calendar, queue
from cptsapp.outbox.models import CalendarMethod
from tests.outbox.test_calendar_file import CONTENT


@pytest.fixture
def demo(app):
    """The application as a demonstration."""
    app.config["CPTSAPP"] = replace(app.config["CPTSAPP"], mode="demo")


def write() -> int:
    body = "Bonjour <b>vous</b>\nhttps://agenda.example/invitation/abc\n"
    number = queue("try", to_address="a@cpts.example", title="Invitation", body=body).id
    session.commit()
    return number


def test_mail_is_listed(cast, client, demo):
    write()
    assert "Invitation" in client.get("/courrier").get_data(as_text=True)


def test_mail_is_read_with_its_links(cast, client, demo):
    text = client.get(f"/courrier/{write()}").get_data(as_text=True)
    assert 'href="https://agenda.example/invitation/abc"' in text
    assert "&lt;b&gt;vous" in text


def test_a_calendar_file_is_read_with_its_mail(cast, client, demo):
    message = queue("try", to_address="a@cpts.example", title="Réunion", body="Bonjour\n")
    join_calendar(message, CalendarFile(CalendarMethod.REQUEST, CONTENT))
    number = message.id
    session.commit()
    assert f"/courrier/{number}/reunion.ics" in client.get(f"/courrier/{number}").text
    assert "mailto:a@cpts.example" in client.get(f"/courrier/{number}/reunion.ics").text


def test_empty_box_says_what_to_do(cast, client, demo):
    assert "Aucun message" in client.get("/courrier").get_data(as_text=True)


@pytest.mark.parametrize("address", ["/courrier", "/courrier/1", "/courrier/1/reunion.ics"])
def test_it_does_not_exist_outside_a_demonstration(cast, client, address):
    write()
    assert client.get(address).status_code == 404
