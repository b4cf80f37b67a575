"""The documents asked of a circle: asked, come, no longer awaited; the doctor's commitment follows them."""

from datetime import date, timedelta

import pytest

from cptsapp.care_plans.actions import documents
from cptsapp.care_plans.models import DocumentKind
from cptsapp.care_plans.queries.calendar import asked_of
from cptsapp.checklists.models import CommitmentState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.outbox.models import Message
from tests.care_plans.scene_of_meetings import make_scene, owed
from tests.tools.factories import acting

TODAY, SOON, LATER = date(2026, 7, 20), date(2026, 7, 24), date(2026, 8, 3)


@pytest.fixture
def scene(cast):
    return make_scene(cast)


def ask(scene, member=None, due_on=SOON):
    whom = (member or scene.doctor).id
    return documents.ask(scene.plan.id, whom, DocumentKind.CERTIFICATE, due_on, by=scene.office)


def test_the_doctors_commitment_says_how_many_came(scene):
    first, _, _ = ask(scene), ask(scene, due_on=LATER), ask(scene, due_on=LATER)
    documents.receive(first.id, TODAY, by=scene.office)
    a77 = owed(scene.plan, "a77")
    assert (a77.expected, a77.due_on, a77.state) == ("1\u00a0document sur 3", LATER, CommitmentState.DOING)


def test_it_is_kept_once_all_came_and_open_again_with_another(scene):
    documents.receive(ask(scene).id, TODAY, by=scene.office)
    assert owed(scene.plan, "a77").state is CommitmentState.DONE
    ask(scene, due_on=LATER)
    assert owed(scene.plan, "a77").state is CommitmentState.DOING


def test_what_is_no_longer_awaited_does_not_count(scene):
    documents.drop(ask(scene).id, by=scene.office)
    a77 = owed(scene.plan, "a77")
    assert (a77.state, a77.due_on, a77.expected) == (CommitmentState.TODO, None, "ordonnance, certificat…")


def test_one_is_awaited_again(scene):
    asked = ask(scene)
    documents.receive(asked.id, TODAY, by=scene.office)
    documents.await_again(asked.id, by=scene.office)
    assert (asked.received_on, owed(scene.plan, "a77").state) == (None, CommitmentState.DOING)


def test_whoever_it_was_asked_of_may_say_they_sent_it(scene, cast):
    assert documents.receive(ask(scene).id, TODAY, by=acting(cast.gp)).received_on == TODAY


def test_another_of_the_circle_may_not(scene, cast):
    with pytest.raises(Refusal):
        documents.receive(ask(scene).id, TODAY, by=acting(cast.other_gp))


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=1)])
def test_it_came_neither_tomorrow_nor_before_it_was_asked(scene, day):
    with pytest.raises(Refusal):
        documents.receive(ask(scene).id, day, by=scene.office)


def test_it_comes_once(scene):
    asked = ask(scene)
    documents.receive(asked.id, TODAY, by=scene.office)
    with pytest.raises(Refusal, match="déjà noté"):
        documents.receive(asked.id, TODAY, by=scene.leader)


def test_nothing_is_asked_of_who_left(scene):
    scene.other.left_at = clock.now()
    with pytest.raises(Refusal):
        ask(scene, scene.other)


def test_the_mail_says_neither_which_nor_of_whom(scene):
    ask(scene)
    (message,) = session.query(Message).filter_by(kind="document.asked").all()
    assert message.to_address == "helene.renaudin@cpts.example"
    assert not any(word in message.body + message.title for word in ("ertificat", "Bretonnière", "M. B."))


def test_the_others_find_it_in_their_own_list(scene, cast):
    ask(scene, scene.other)
    ask(scene)
    assert [one.title for one in asked_of(acting(cast.other_gp))] == ["Adresser un document demandé"]
    assert asked_of(acting(cast.gp)) == []  # a commitment says it already


def test_a_plan_that_closes_awaits_nothing(scene):
    asked = ask(scene)
    assert documents.drop_open(scene.plan, by=scene.office) == 1
    assert asked.dropped_on == TODAY
