"""« 17h00 pris, réf. K7F2 »: who is told, of what, and what is never said."""

from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Delegation
from cptsapp.outbox.models import Message, MessageState
from cptsapp.snp import mail
from cptsapp.snp.models import BookingState, CancelReason, NotificationChoice, NotificationLevel
from tests.tools.factories import acting, make_booking, make_person, make_practice, make_slot, make_user

FIVE = datetime(2026, 7, 20, 15, 0, tzinfo=UTC)  # 17h00 à Paris


def booked(cast, practice=None, at=FIVE, **overrides):
    return make_booking(make_slot(practice or cast.gp_practice, starts_at=at), reference="K7F3", **overrides)


def told():
    return sorted(session.scalars(session.query(Message.to_address).statement))


def titles():
    return {m.title for m in session.query(Message)}


def test_practitioner_and_secretary_are_told(cast):
    mail.tell_practice("booked", booked(cast), by=acting(cast.regulator))
    assert told() == ["agnes.pallier@cpts.example", "helene.renaudin@cpts.example"]


def test_title_says_hour_and_reference(cast):
    mail.tell_practice("booked", booked(cast), by=acting(cast.regulator))
    assert titles() == {"17h00 pris, réf.\u00a0K7F3"}


def test_another_day_is_named(cast):
    mail.tell_practice("booked", booked(cast, at=FIVE + timedelta(days=2)), by=acting(cast.regulator))
    assert titles() == {"Mer. 22 juil. 17h00 pris, réf.\u00a0K7F3"}


def test_message_is_about_the_booking(cast):
    booking = booked(cast)
    mail.tell_practice("booked", booking, by=acting(cast.regulator))
    assert {(m.subject_type, m.subject_id) for m in session.query(Message)} == {("booking", booking.id)}


def test_nobody_is_told_of_their_own_act(cast):
    mail.tell_practice("cancelled", booked(cast), by=acting(cast.secretary))
    assert told() == ["helene.renaudin@cpts.example"]


def test_software_acts_are_told_to_all(cast):
    mail.tell_practice("cancelled", booked(cast), by=None)
    assert len(told()) == 2


def test_never_means_never(cast):
    session.add(NotificationChoice(user_id=cast.gp.id, level=NotificationLevel.NEVER))
    mail.tell_practice("booked", booked(cast), by=acting(cast.regulator))
    assert told() == ["agnes.pallier@cpts.example"]


@pytest.mark.parametrize(("minutes", "count"), [(119, 2), (120, 1)])
def test_soon_means_under_two_hours(cast, minutes, count):
    session.add(NotificationChoice(user_id=cast.gp.id, level=NotificationLevel.SOON))
    mail.tell_practice("booked", booked(cast, at=clock.now() + timedelta(minutes=minutes)), by=acting(cast.regulator))
    assert len(told()) == count


def test_practitioner_without_account_is_told_at_their_own_address(cast):
    person = make_person(mail="sans.compte@cpts.example")
    mail.tell_practice("booked", booked(cast, make_practice(person)), by=acting(cast.regulator))
    assert told() == ["sans.compte@cpts.example"]


def test_practitioner_with_neither_account_nor_mail_queues_nothing(cast):
    mail.tell_practice("booked", booked(cast, make_practice(make_person())), by=acting(cast.regulator))
    assert told() == []


def test_ended_delegation_is_not_told(cast):
    session.query(Delegation).update({"ends_on": clock.now().date() - timedelta(days=1)})
    mail.tell_practice("booked", booked(cast), by=acting(cast.regulator))
    assert told() == ["helene.renaudin@cpts.example"]


def test_closed_account_of_a_secretary_is_not_told(cast):
    cast.secretary.is_active = False
    mail.tell_practice("booked", booked(cast), by=acting(cast.regulator))
    assert told() == ["helene.renaudin@cpts.example"]


def test_merged_person_is_told_under_the_name_kept(cast):
    old = make_person(merged_into_id=cast.gp_person.id, mail="ancienne.fiche@cpts.example")
    mail.tell_practice("booked", booked(cast, make_practice(old)), by=acting(cast.regulator))
    assert told() == ["agnes.pallier@cpts.example", "helene.renaudin@cpts.example"]


def test_two_roles_one_address_one_mail(cast):
    make_user(Role.SECRETARY, person_id=cast.secretary.person_id, mail="AGNES.pallier@cpts.example")
    mail.tell_practice("booked", booked(cast), by=acting(cast.regulator))
    assert len(told()) == 2


def move(cast, practice, at):
    former = booked(cast, state=BookingState.CANCELLED, cancel_reason=CancelReason.MOVED)
    new = booked(cast, practice, at, moved_from_id=former.id)
    mail.tell_practice("moved", new, by=acting(cast.regulator))


def test_move_within_the_practice_is_one_mail(cast):
    move(cast, cast.gp_practice, FIVE + timedelta(minutes=75))
    assert titles() == {"17h00 déplacé à 18h15, réf.\u00a0K7F3"}


def test_move_to_a_colleague_tells_each_their_half(cast):
    move(cast, cast.other_gp_practice, FIVE + timedelta(minutes=75))
    by_address = {m.to_address: m.title for m in session.query(Message)}
    assert by_address["helene.renaudin@cpts.example"].startswith("17h00 annulé")
    assert by_address["sarah.benali@cpts.example"].startswith("18h15 pris")


def test_undo_before_the_mail_left_sends_neither(cast):
    booking = booked(cast)
    mail.tell_practice("booked", booking, by=acting(cast.regulator))
    booking.state, booking.cancel_reason = BookingState.CANCELLED, CancelReason.UNDONE
    mail.tell_practice("cancelled", booking, by=acting(cast.regulator))
    assert {m.state for m in session.query(Message)} == {MessageState.DROPPED}


def test_undo_after_the_mail_left_is_told(cast):
    booking = booked(cast)
    mail.tell_practice("booked", booking, by=acting(cast.regulator))
    session.query(Message).update({"state": MessageState.SENT, "attempts": 1})
    booking.state, booking.cancel_reason = BookingState.CANCELLED, CancelReason.UNDONE
    mail.tell_practice("cancelled", booking, by=acting(cast.regulator))
    assert session.query(Message).filter_by(kind="booking.cancelled").count() == 2


@pytest.mark.parametrize("kind", ["booked", "cancelled"])
def test_body_names_practitioner_and_links_to_the_agenda(cast, kind):
    mail.tell_practice(kind, booked(cast), by=acting(cast.regulator))
    body = session.query(Message).first().body
    assert "Dr Hélène Renaudin, lundi 20 juillet 2026, au cabinet, 12, rue des Écoliers." in body
    assert "/mes-creneaux" in body
