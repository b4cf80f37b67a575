"""The demonstration of a Monday afternoon, written once for this file: who is there, what the pictures show."""

import shutil
from collections.abc import Iterator
from datetime import date, time, timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from cptsapp import create_app
from cptsapp.accounts.models import Role, RoleGrant, User
from cptsapp.accounts.secrets import matches
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.demo import cast, people, rules, story
from cptsapp.directory.models import Person, Place
from cptsapp.ledger.models import LedgerLine
from cptsapp.outbox.models import Message, MessageState
from cptsapp.snp.models import Absence, Booking, BookingIdentity, BookingState, Modality, Series, Slot
from tests.demo.tools import MONDAY, count, free_ahead
from tests.tools import databases
from tests.tools.settings import test_settings


@pytest.fixture(scope="module")
def template(template, tmp_path_factory) -> Iterator[databases.Template]:
    """The database that holds it, to copy for each test."""
    folder = tmp_path_factory.mktemp("afternoon")
    url = template.copy(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "HISTORY", timedelta(days=3))
        patch.setattr(rules, "AHEAD_DAYS", 4)
        with create_app(test_settings(folder, url, MONDAY)).app_context():
            story.play(MONDAY)
            databases.dispose()
    clock.configure(None)
    made = databases.Template(url, folder)
    if made.is_sqlite:
        shutil.copyfile(folder / "cptsapp.sqlite", folder / "template.sqlite")
    yield made
    made.drop()


@pytest.fixture(autouse=True)
def afternoon(app):
    """Each test stands on a copy."""


def test_the_list_is_that_of_the_pictures():
    assert 35 <= free_ahead() <= 60
    assert set(session.scalars(select(Slot.modality).distinct())) == set(Modality)
    assert {1, 2, 4} <= set(session.scalars(select(Slot.capacity).distinct()))


def test_one_absence_and_one_weekly_plage():
    assert count(Absence) == count(Series) == 1


def test_the_past_has_outcomes_and_what_they_are_worth():
    honoured = count(Booking, Booking.state == BookingState.HONOURED)
    assert honoured > 0
    assert count(LedgerLine) == honoured


def test_one_evening_is_left_to_note():
    doctor_id = session.scalars(select(Person.id).where(Person.last_name == cast.UNNOTED)).one()
    waiting = select(func.count()).select_from(Booking).join(Slot, Slot.id == Booking.slot_id)
    past = Slot.ends_at < clock.now(), Booking.state == BookingState.BOOKED
    assert session.scalar(waiting.where(Slot.person_id == doctor_id, *past)) > 0


def test_patients_are_sealed():
    assert count(BookingIdentity) > 0
    raw = b"".join(session.scalars(select(BookingIdentity.name)))
    assert not any(name.encode() in raw for name in cast.PATIENTS)


def test_nothing_is_left_to_send():
    assert count(Message, Message.state == MessageState.WAITING) == 0
    assert count(Message) > 0


def test_everyone_may_sign_in():
    hashes = set(session.scalars(select(User.password_hash)))
    assert all(matches(stored, cast.PASSWORD) for stored in hashes)
    assert set(session.scalars(select(RoleGrant.role).distinct())) == set(Role) - {Role.PARTNER}


def test_a_second_factor_is_always_the_same():
    mail = cast.mail_of("Léa Moreau")
    assert mail == "lea.moreau@littoral-vendeen.example"
    assert pyotp.TOTP(people.totp_secret(mail)).at(0) == pyotp.TOTP(people.totp_secret(mail)).at(0)


def test_telephones_and_mails_are_nobodys():
    assert all(phone.startswith("+3326191") for phone in session.scalars(select(Place.phone)))
    assert all(mail.endswith(".example") for mail in session.scalars(select(User.mail)))


def test_the_command_goes_on_and_says_who_may_sign_in(app):
    answer = app.test_cli_runner().invoke(args=["demo", "prepare"])
    assert answer.exit_code == 0, answer.output
    assert "lea.moreau@littoral-vendeen.example" in answer.output
    assert cast.PASSWORD in answer.output
    assert "written" not in answer.output


def test_a_day_is_drawn_from_its_date_alone():
    day, now = date(2026, 7, 21), clock.now()
    for line in rules.lines(day, time(20)):
        assert rules.calls(line, day, now, now, "Europe/Paris") == rules.calls(line, day, now, now, "Europe/Paris")


def test_a_short_day_ends_before_it_closes():
    assert all(line.opens < time(12) for line in rules.lines(date(2026, 7, 25), time(12)))
