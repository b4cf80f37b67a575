"""The evening's mail: after closing, once a day and person, a count and a link, nothing more."""

import pytest
from sqlalchemy import select

from cptsapp.accounts.models import User
from cptsapp.activity import actions
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox.models import Message
from cptsapp.snp.models import BookingState, NotificationChoice, NotificationLevel
from tests.activity.conftest import at
from tests.tools.factories import acting

EVENING = at(20, 20, 5)


def messages() -> list[Message]:
    return list(session.scalars(select(Message).order_by(Message.to_address)))


@pytest.fixture
def waiting(cast, make_act):
    """Three patients of one GP, whose hour is past."""
    return [make_act(-i).id for i in (1, 2, 3)]


def test_practitioner_and_secretary_are_told_once_closed(cast, waiting):
    assert actions.remind_outcomes(EVENING) == 2
    assert [m.to_address for m in messages()] == [cast.secretary.mail, cast.gp.mail]
    assert {m.title for m in messages()} == {"3\u00a0patients à renseigner"}


def test_the_mail_holds_a_link_and_no_identity(cast, waiting):
    actions.remind_outcomes(EVENING)
    body = messages()[0].body
    assert "/mes-creneaux/soir" in body
    for word in ("Guérineau", "1947", "réf"):
        assert word not in body


def test_nothing_leaves_before_closing(cast, waiting):
    assert actions.remind_outcomes(at(20, 19, 59)) == 0


def test_saturday_closes_at_noon_and_sunday_does_not_open(cast, waiting):
    assert actions.remind_outcomes(at(25, 12, 1)) == 2
    assert actions.remind_outcomes(at(26, 21)) == 0


def test_once_a_day_at_most(cast, waiting):
    actions.remind_outcomes(EVENING)
    assert actions.remind_outcomes(at(20, 22)) == 0
    assert actions.remind_outcomes(at(21, 20, 1)) == 2


def test_it_stops_with_the_outcomes(cast, waiting, set_clock):
    set_clock(at(20, 20))
    for booking_id in waiting:
        actions.record_outcome(booking_id, BookingState.HONOURED, by=acting(cast.gp))
    assert actions.remind_outcomes(EVENING) == 0


def test_it_does_not_ask_for_what_is_to_come(cast, make_act):
    make_act(+10)
    assert actions.remind_outcomes(EVENING) == 0


def test_it_stops_asking_after_two_weeks(cast, make_act):
    make_act(-24 * 15)
    assert actions.remind_outcomes(EVENING) == 0


def test_who_asked_never_to_be_written_to_is_not(cast, waiting):
    session.add(NotificationChoice(user_id=cast.gp.id, level=NotificationLevel.NEVER))
    session.commit()
    actions.remind_outcomes(EVENING)
    assert [m.to_address for m in messages()] == [cast.secretary.mail]


def test_a_closed_account_is_not_written_to(cast, waiting):
    session.get(User, cast.secretary.id).is_active = False
    session.commit()
    actions.remind_outcomes(EVENING)
    assert [m.to_address for m in messages()] == [cast.gp.mail]


def test_before_the_first_visit_nothing_happens(app):
    assert actions.remind_outcomes(clock.now()) == 0
