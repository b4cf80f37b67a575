"""What a plan keeps of its person goes: after the months set, at once when they object; what is counted stays (§7)."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from cptsapp.care_plans.actions import retention, rights
from cptsapp.care_plans.actions.closing import close
from cptsapp.care_plans.identity import read_person, shown
from cptsapp.care_plans.models import CarePlan, CircleMember, MemberRole, PlanEnd, PlanState, RightKind
from cptsapp.care_plans.queries.plans import locked
from cptsapp.checklists.actions import Owed, add, note_event
from cptsapp.checklists.erasure import OWN
from cptsapp.checklists.models import Commitment, JournalEntry, Side
from cptsapp.core import clock, erasures
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.inbox.actions import forgetting
from cptsapp.inbox.actions import retention as inbox
from cptsapp.inbox.actions.triage import withdraw
from cptsapp.outbox.models import Message
from tests.tools.factories import acting
from tests.tools.inbox import JEANNE, make_request
from tests.tools.plans import MARCEL, make_meeting, make_member, make_plan

YEAR_ON = datetime(2027, 7, 21, 12, 0, tzinfo=UTC)


def plan(number: int) -> CarePlan:
    return session.get_one(CarePlan, number)


@pytest.fixture
def closed(cast):
    """A plan closed on 20 July 2026; its number."""
    made = make_plan(PlanState.CLOSED)
    session.commit()
    return made.id


@pytest.fixture
def followed(cast):
    """A plan of Jeanne's, opened from her request; the numbers of both."""
    request = make_request("searching")
    made = make_plan(PlanState.MEETING, seeker_id=request.seekers[0].id, request_id=request.id)
    make_member(made, cast.gp_person)
    session.commit()
    return made.id, request.id


def test_a_plan_closed_for_a_year_is_anonymised(closed, set_clock):
    set_clock(YEAR_ON)
    assert retention.anonymise_due(clock.now()) == 1
    found = plan(closed)
    assert (found.name, found.birth_date, shown(read_person(found))) == (None, None, "anonymisé")


def test_a_plan_closed_for_less_is_left_alone(closed, set_clock):
    set_clock(datetime(2027, 7, 19, 12, 0, tzinfo=UTC))
    assert retention.anonymise_due(clock.now()) == 0
    assert read_person(plan(closed)) == MARCEL


def test_a_plan_under_way_is_never_due(cast, set_clock):
    make_plan(PlanState.ACTIVE)
    session.commit()
    set_clock(datetime(2031, 1, 1, tzinfo=UTC))
    assert retention.anonymise_due(clock.now()) == 0


def test_a_right_that_waits_keeps_the_plan_until_it_is_answered(closed, cast, set_clock):
    rights.ask(locked(closed), RightKind.ACCESS, by=acting(cast.coordinator))
    session.commit()
    set_clock(YEAR_ON)
    assert retention.anonymise_due(clock.now()) == 0


def test_an_open_plan_is_not_anonymised(cast):
    with pytest.raises(ValueError, match="closed"):
        retention.anonymise(make_plan(), because="asked", by=None)


def test_what_was_typed_goes_and_what_was_done_stays(closed, cast):
    found = locked(closed)
    own = add(found.checklist_id, Owed("Appeler Marcel", Side.LEAD, expected="chez Marcel"), by=None)
    kept = add(found.checklist_id, Owed("Valider le plan", Side.REGULAR_DOCTOR, code="a75"), by=None)
    note_event(found.checklist_id, "journal.note", by=None, note="Marcel préfère le matin")
    meeting = make_meeting(found, moved_reason=b"sealed", link="https://visio.example/marcel")
    retention.anonymise(found, because="asked", by=None)
    session.flush()
    session.expire_all()
    assert (own.label, own.expected, kept.label) == (OWN, "", "Valider le plan, expertise médicale")
    assert (meeting.moved_reason, meeting.link) == (None, "")
    assert session.query(JournalEntry).filter(JournalEntry.note.is_not(None)).count() == 0
    assert session.query(JournalEntry).filter_by(kind="journal.note").count() == 1
    assert session.query(Commitment).count() == 2


def test_a_relative_is_forgotten_with_the_plan(closed, cast):
    relative = make_member(plan(closed), role=MemberRole.RELATIVE)
    relative.name = ring().seal("Odile", relative.seal_id, "name")
    relative.contact = ring().seal('{"mail": "odile@courriel.example"}', relative.seal_id, "contact")
    session.flush()
    retention.anonymise(locked(closed), because="asked", by=None)
    session.expire_all()
    assert session.query(CircleMember.name, CircleMember.contact).filter_by(id=relative.id).one() == (None, None)


def test_erased_twice_is_erased_once(closed):
    retention.erase(locked(closed), by=None)
    session.commit()
    version = plan(closed).version
    retention.erase(locked(closed), by=None)
    assert plan(closed).version == version


def test_a_request_that_its_person_has_erased_ends_the_plan_and_erases_it(followed, cast):
    plan_id, request_id = followed
    inbox.erase(request_id, by=acting(cast.coordinator))
    session.commit()
    found = plan(plan_id)
    assert (found.state, found.end_reason, found.seeker_id) == (PlanState.CLOSED, PlanEnd.OBJECTED, None)
    assert found.anonymised_at is not None
    assert session.scalars(select(Message.to_address).where(Message.kind == "plan.closed")).all() == [cast.gp.mail]


def test_a_request_whose_time_has_come_leaves_the_plan_its_person(followed, set_clock):
    plan_id, request_id = followed
    withdraw(request_id, by=None)
    session.commit()
    set_clock(YEAR_ON)
    assert inbox.anonymise_due(clock.now()) == 1
    session.commit()
    found = plan(plan_id)
    assert (found.state, found.seeker_id, read_person(found)) == (PlanState.MEETING, None, JEANNE)
    assert found.request_id == request_id


def test_a_plan_erased_names_no_request_that_still_tells(followed):
    plan_id, _request_id = followed
    retention.erase(locked(plan_id), by=None)
    session.commit()
    assert plan(plan_id).request_id is None


def test_the_erasure_is_noted_outside_the_database(closed):
    retention.erase(locked(closed), by=None)
    session.commit()
    forgetting.finish()
    assert [one.thing for one in erasures.read()] == ["care_plan"]


def test_after_a_step_back_it_is_erased_again_and_nobody_is_told_twice(cast):
    made = make_plan(PlanState.ACTIVE)
    make_member(made, cast.gp_person)
    session.commit()
    gone = [erasures.Erased("care_plan", made.seal_id)]
    assert retention.erase_again(gone) == 1
    session.commit()
    assert plan(made.id).anonymised_at is not None
    assert session.query(Message).count() == 0
    assert retention.erase_again(gone) == 0


def test_closing_tells_the_circle_without_a_name(cast):
    made = make_plan(PlanState.ACTIVE, year=2026, number=17)
    make_member(made, cast.gp_person)
    make_member(made, cast.other_gp_person, role=MemberRole.PROFESSIONAL, agreed=False)
    close(locked(made.id), PlanEnd.LEFT, by=acting(cast.coordinator))
    [mail] = session.query(Message).all()
    assert (mail.to_address, mail.title) == (cast.gp.mail, "PPCS 2026-017 : le plan est clos")
    assert "Bretonnière" not in mail.text
    assert "La personne l’a quitté" in mail.text


def test_no_relative_reads_of_a_death_in_a_mail(cast):
    made = make_plan(PlanState.ACTIVE)
    relative = make_member(made, role=MemberRole.RELATIVE)
    relative.contact = ring().seal('{"mail": "odile@courriel.example"}', relative.seal_id, "contact")
    session.flush()
    close(locked(made.id), PlanEnd.DECEASED, by=acting(cast.coordinator))
    assert session.query(Message).count() == 0


def test_closing_cancels_what_was_to_come(cast):
    made = make_plan(PlanState.MEETING)
    meeting = make_meeting(made, due_on=date(2026, 8, 1))
    close(locked(made.id), PlanEnd.MOVED, by=None)
    assert meeting.state == "cancelled"
