"""What robots send to the public form: kept apart, never thrown away in silence, and never told so."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from cptsapp.accounts.actions import throttle
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.text import REFERENCE_PATTERN
from cptsapp.inbox.actions import entry
from cptsapp.inbox.actions.entry import Sending
from cptsapp.inbox.models import Request, Step
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.inbox.rules.suspicion import CALM
from cptsapp.outbox.models import Message
from tests.inbox.entry import AGREEMENT, CONTACT, PATH, PEOPLE, Walk, kept
from tests.tools.inbox import CONTACT as KNOWN
from tests.tools.inbox import JEANNE, make_intake, make_seeker

RECEIPT = f"{PATH}/recue"


@pytest.fixture
def walk(client, cast, set_clock) -> Walk:
    return Walk(client, set_clock)


def sending(**more) -> Sending:
    return Sending(**{"once": uuid4(), "address": "192.0.2.1", "seconds": 90.0, **more})


def signs() -> list[str]:
    """The signs noted on the last request."""
    step = session.query(Step).filter_by(kind="request.suspected").order_by(Step.id.desc()).first()
    return step.data["signs"] if step else []


def count(limit, value, times):
    for _ in range(times):
        throttle.count(limit, value)
    session.commit()


# -- at the form ------------------------------------------------------------------------------------------------------


def test_a_filled_trap_sets_apart(walk):
    walk.until("agreement")
    assert walk.send(AGREEMENT, website="https://spam.example").location == RECEIPT
    assert session.query(Request).one().suspected_at is not None
    assert signs() == ["bait"]


def test_a_trap_filled_on_an_earlier_page_is_remembered(walk):
    walk.until("contact")
    walk.send(CONTACT, website="x")
    walk.send(AGREEMENT)
    assert signs() == ["bait"]


def test_five_pages_in_five_seconds_set_apart(client, cast, set_clock):
    Walk(client, set_clock, seconds=1).whole()
    assert signs() == ["quick"]


def test_a_link_in_a_name_sets_apart(walk):
    walk.whole(people={**PEOPLE, "p0-last_name": "www.spam.example"})
    assert signs() == ["link"]


def test_a_page_used_for_someone_else_sets_apart(walk, client):
    page = walk.until("contact")
    for number in ("06 39 98 14 27", "06 39 98 14 28"):
        answer = client.post(PATH, data={"kept": kept(page), **CONTACT, "phone": number})
        client.post(PATH, data={"kept": kept(answer), **AGREEMENT})
    first, second = session.query(Request).order_by(Request.id)
    assert (first.suspected_at, signs()) == (None, ["replayed"])
    assert first.reference != second.reference


def test_many_from_one_address_are_set_apart(walk):
    count(entry.ADDRESS, "127.0.0.1", CALM.address)
    walk.whole()
    assert signs() == ["address"]


def test_too_many_from_one_address_are_told_so(walk):
    count(entry.ADDRESS, "127.0.0.1", entry.ADDRESS.attempts)
    answer = walk.whole()
    assert answer.status_code == 429
    assert "Réessayez dans une heure" in answer.text
    assert "02\u00a061\u00a091\u00a040\u00a000" in answer.text
    assert session.query(Request).count() == 0


def test_who_is_suspected_reads_the_same_answer(client, cast, set_clock):
    pages = []
    for more in ({}, {"website": "x"}):
        walk = Walk(client, set_clock)
        walk.until("agreement")
        walk.send(AGREEMENT, **more)
        last = session.query(Request).order_by(Request.id.desc()).first()
        page = re.sub(
            r"/suivi/[\w-]{22}|data:image[^\"]+|(?:content|value)=\"[^\"]+\.[^\"]+\"", "", client.get(RECEIPT).text
        )
        pages.append(page.replace(last.reference, "REFERENCE"))
    assert pages[0] == pages[1]


def test_who_is_suspected_is_not_written_to(walk):
    walk.until("agreement")
    walk.send(AGREEMENT, website="x")
    assert session.query(Message).count() == 0


# -- what is counted --------------------------------------------------------------------------------------------------


def test_an_honest_one_is_not_set_apart(cast):
    entry.take(make_intake(), sending())
    assert session.query(Request).one().suspected_at is None


def test_one_telephone_is_not_used_for_ever(cast):
    for number in range(entry.PHONE.attempts + 1):
        entry.take(make_intake(contact=Contact(phone=KNOWN.phone)), sending(address=f"192.0.{number}.1"))
    assert signs() == ["phone"]


def test_one_mail_is_not_written_to_for_ever(cast):
    for number in range(entry.MAIL.attempts + 1):
        contact = Contact(phone=f"+3363998140{number}", mail="victime@courriel.example")
        entry.take(make_intake(contact=contact), sending(address=f"192.0.{number}.1"))
    assert signs() == ["mail"]
    assert session.query(Message).count() == entry.MAIL.attempts


def test_in_a_tide_the_second_of_an_address_is_set_apart(cast):
    count(entry.EVERYWHERE, "all", entry.EVERYWHERE.attempts)
    for number in range(2):
        entry.take(make_intake(contact=Contact(phone=f"+3363998140{number}")), sending())
        assert bool(signs()) is (number == 1)


def test_in_a_tide_a_network_is_looked_at_as_a_whole(cast):
    count(entry.EVERYWHERE, "all", entry.EVERYWHERE.attempts)
    for number in range(4):
        contact = Contact(phone=f"+3363998140{number}")
        entry.take(make_intake(contact=contact), sending(address=f"192.0.2.{number}"))
    assert signs() == ["network"]


def test_when_the_tide_is_over_a_town_hall_sends_several(cast, set_clock):
    count(entry.EVERYWHERE, "all", entry.EVERYWHERE.attempts)
    set_clock(clock.now() + timedelta(minutes=16))
    for number in range(5):
        entry.take(make_intake(contact=Contact(phone=f"+3363998140{number}")), sending())
    assert session.query(Request).filter(Request.suspected_at.is_not(None)).count() == 0


def test_the_same_page_is_not_counted_twice(cast):
    same = sending()
    for _ in range(CALM.address + 2):
        entry.take(make_intake(), same)
    assert session.query(Request).one().suspected_at is None


def test_the_same_page_for_another_household_is_another_request(cast):
    same = sending()
    one = entry.take(make_intake(), same)
    other = entry.take(make_intake(seekers=(make_seeker(who=Identity("Merlet", "Odile", JEANNE.birth_date)),)), same)
    assert one.reference != other.reference
    assert signs() == ["replayed"]


def test_a_reference_is_written_as_all_are(app):
    for _ in range(200):
        head, tail = entry.reference_of(uuid4())[2:6], entry.reference_of(uuid4())[6:]
        assert REFERENCE_PATTERN.fullmatch(head)
        assert REFERENCE_PATTERN.fullmatch(tail)


@pytest.mark.database
def test_two_sendings_at_one_instant_make_one_request(cast, monkeypatch):
    same = sending()
    first = entry.take(make_intake(), same)
    seen = []
    known = entry._by_reference
    # The second did not see the first when it looked; the constraint did.
    monkeypatch.setattr(entry, "_by_reference", lambda ref: known(ref) if seen or seen.append(1) else None)
    assert entry.take(make_intake(), same).reference == first.reference
    assert session.query(Request).count() == 1
