"""The poll of dates: put to the circle, answered by who is asked, asked again once a day."""

from datetime import date, timedelta

import pytest

from cptsapp.care_plans.actions import meetings, polls
from cptsapp.care_plans.models import DateAnswer, DateReply, MeetingState, MemberRole, PlanAgreement
from cptsapp.care_plans.queries.calendar import asked_of
from cptsapp.care_plans.queries.polls import poll_of
from cptsapp.checklists.models import CommitmentState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.outbox.models import Message
from tests.care_plans.scene_of_meetings import LINK, THURSDAY, TUESDAY, make_scene, owed
from tests.tools.factories import acting, make_organisation
from tests.tools.plans import make_member

FRIDAY = THURSDAY + timedelta(days=1)
CLOSES = date(2026, 7, 24)
YES, MAYBE, NO = DateReply.YES, DateReply.MAYBE, DateReply.NO


@pytest.fixture
def scene(cast):
    """A circle asked for two dates."""
    made = make_scene(cast)
    polls.propose(made.meeting.id, [TUESDAY, THURSDAY], CLOSES, by=made.office)
    return made


def dates(scene) -> dict:
    """The number of each date, by its instant."""
    return {starts_at: number for number, starts_at in poll_of(scene.meeting).dates.items()}


def says(scene, member, tuesday, thursday) -> None:
    numbers = dates(scene)
    replies = {numbers[TUESDAY]: tuesday, numbers[THURSDAY]: thursday}
    polls.answer(scene.meeting.id, member.id, replies, by=None)


def test_each_of_the_circle_is_asked_by_mail_without_a_name(scene):
    asked = session.query(Message).filter_by(kind="meeting.dates_asked").all()
    assert len(asked) == 3
    assert not any("Bretonnière" in one.body or "M. B." in one.body or "Fradet" in one.body for one in asked)


def test_whoever_brings_people_together_has_begun(scene):
    assert owed(scene.plan, "lead_meeting").state is CommitmentState.DOING


def test_who_has_no_account_gets_a_private_link(scene):
    house = make_organisation(name="DAC Vendée Littoral", mail="dac@cpts.example")
    make_member(scene.plan, role=MemberRole.STRUCTURE, organisation_id=house.id)
    polls.propose(scene.meeting.id, [TUESDAY, FRIDAY], CLOSES, by=scene.office)
    (message,) = session.query(Message).filter_by(to_address="dac@cpts.example").all()
    assert "/ppcs/lien/" in message.text
    assert "/ppcs/lien/" not in message.body  # sealed until it leaves


def test_from_two_to_six_different_dates_to_come(scene):
    many, past = [TUESDAY + timedelta(days=n) for n in range(7)], TUESDAY - timedelta(days=30)
    for given in ([TUESDAY], many, [TUESDAY, TUESDAY], [TUESDAY, past]):
        with pytest.raises(Refusal):
            polls.propose(scene.meeting.id, given, CLOSES, by=scene.office)


def test_without_anyone_to_ask_no_poll_opens(scene):
    session.query(PlanAgreement).update({"withdrawn_at": clock.now()})
    with pytest.raises(Refusal, match="accord"):
        polls.propose(scene.meeting.id, [TUESDAY, FRIDAY], CLOSES, by=scene.office)


def test_the_date_that_suits_most_comes_first(scene):
    says(scene, scene.doctor, NO, YES)
    says(scene, scene.lead, YES, YES)
    found = poll_of(scene.meeting)
    assert (found.best.starts_at, found.best.yes) == (THURSDAY, 2)
    assert (len(found.answered), found.silent) == (2, (scene.other.id,))


def test_answering_again_replaces_what_was_said(scene):
    says(scene, scene.doctor, NO, YES)
    says(scene, scene.doctor, YES, MAYBE)
    assert session.query(DateAnswer).count() == 2
    assert poll_of(scene.meeting).best.starts_at == TUESDAY


def test_proposed_anew_a_date_that_stays_keeps_its_answers(scene):
    says(scene, scene.doctor, NO, YES)
    polls.propose(scene.meeting.id, [THURSDAY, FRIDAY], CLOSES, by=scene.office)
    assert session.query(DateAnswer).one().reply is YES
    assert poll_of(scene.meeting).answered == ()  # one date is new: it is asked of them too


def test_who_is_not_of_the_circle_answers_nothing(scene):
    scene.other.left_at = clock.now()
    with pytest.raises(Invisible):
        says(scene, scene.other, YES, YES)


def test_every_date_wants_a_reply(scene):
    with pytest.raises(Refusal, match="ont changé"):
        polls.answer(scene.meeting.id, scene.doctor.id, {dates(scene)[TUESDAY]: YES}, by=None)


def test_once_the_date_is_chosen_nobody_answers(scene):
    numbers = dates(scene)
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    with pytest.raises(Refusal, match="terminé"):
        polls.answer(scene.meeting.id, scene.doctor.id, dict.fromkeys(numbers.values(), YES), by=None)


def test_the_silent_are_asked_again(scene):
    says(scene, scene.doctor, YES, YES)
    assert polls.remind(scene.meeting.id, by=scene.office) == 2


def test_once_a_day_at_most(scene):
    polls.remind(scene.meeting.id, by=scene.office)
    with pytest.raises(Refusal, match="aujourd’hui"):
        polls.remind(scene.meeting.id, by=scene.office)


def test_not_when_everyone_has_answered(scene):
    for member in (scene.doctor, scene.lead, scene.other):
        says(scene, member, YES, NO)
    with pytest.raises(Refusal, match="Tout le monde"):
        polls.remind(scene.meeting.id, by=scene.office)


def test_a_circle_member_does_not_open_a_poll(scene, cast):
    with pytest.raises(Refusal):
        polls.propose(scene.meeting.id, [TUESDAY, FRIDAY], CLOSES, by=acting(cast.other_gp))
    assert scene.meeting.state is MeetingState.POLLING


def test_what_another_answered_leaves_one_s_own_answer_awaited(scene, cast):
    says(scene, scene.lead, YES, NO)
    assert [one.due_on for one in asked_of(acting(cast.gp))] == [CLOSES]


def test_the_poll_is_in_the_list_of_whoever_has_not_answered(scene, cast):
    asked = asked_of(acting(cast.gp))
    says(scene, scene.doctor, YES, YES)
    assert [(one.title, one.due_on) for one in asked] == [("Répondre au sondage de dates", CLOSES)]
    assert asked_of(acting(cast.gp)) == []
