"""The meetings of a plan: made by its moves, dated, held, and what each of these changes."""

from datetime import date, timedelta

import pytest

from cptsapp.care_plans.actions import documents, meetings
from cptsapp.care_plans.models import (
    Attendance,
    DocumentKind,
    FeePayee,
    FeeStep,
    FlatFee,
    MeetingKind,
    MeetingState,
    PlanState,
)
from cptsapp.care_plans.queries.calendar import of_plan
from cptsapp.checklists.models import CommitmentState, JournalEntry
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.patients import read_text
from cptsapp.ledger.models import LedgerLine, LineState
from cptsapp.outbox.models import Message
from tests.care_plans.scene_of_meetings import LINK, TUESDAY, make_scene, owed
from tests.tools.factories import acting
from tests.tools.queries import count_queries

TODAY = date(2026, 7, 20)


@pytest.fixture
def scene(cast):
    return make_scene(cast)


@pytest.fixture
def held(scene, set_clock):
    """The first meeting fixed, its day come, everyone there."""
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    set_clock(TUESDAY + timedelta(hours=1))
    meetings.hold(scene.meeting.id, scene.everyone, date(2026, 7, 28), by=scene.office)
    return scene


def validated(scene):
    """The plan as the regular doctor's validation leaves it, on 31 August."""
    scene.plan.state, scene.plan.validated_on = PlanState.ACTIVE, date(2026, 8, 31)
    session.flush()
    return meetings.create_reviews(scene.plan, by=scene.office)


def test_the_first_is_owed_after_the_delay_of_the_settings(scene):
    assert (scene.meeting.kind, scene.meeting.due_on) == (MeetingKind.FIRST, date(2026, 8, 4))


def test_the_first_is_made_once(scene):
    assert meetings.create_first(scene.plan, by=scene.office).id == scene.meeting.id


def test_the_reviews_fall_six_and_twelve_months_after_the_validation(held):
    days = {meeting.kind: meeting.due_on for meeting in validated(held)}
    assert days == {MeetingKind.REVIEW_6: date(2027, 2, 28), MeetingKind.REVIEW_12: date(2027, 8, 31)}


def test_their_commitments_are_owed_that_day(held):
    validated(held)
    assert [owed(held.plan, code).due_on for code in ("review_6", "review_12", "a79")] == [
        date(2027, 2, 28), date(2027, 8, 31), date(2027, 8, 31),
    ]  # fmt: skip


def test_a_meeting_moves_with_a_reason_that_is_sealed(scene):
    moved = meetings.move_day(scene.meeting.id, date(2026, 8, 20), "Congés du cercle", by=scene.office)
    assert (moved.due_on, moved.computed_on) == (date(2026, 8, 20), date(2026, 8, 4))
    assert read_text(moved.moved_reason, moved.seal_id, "moved_reason") == "Congés du cercle"
    assert owed(scene.plan, "lead_meeting").due_on == date(2026, 8, 20)


@pytest.mark.parametrize("day", [date(2026, 7, 19), date(2026, 8, 4)])
def test_it_moves_to_no_day_gone_by_nor_to_its_own(scene, day):
    with pytest.raises(Refusal):
        meetings.move_day(scene.meeting.id, day, "Congés", by=scene.office)


def test_what_looks_like_a_nir_is_no_reason(scene):
    with pytest.raises(Refusal):
        meetings.move_day(scene.meeting.id, date(2026, 8, 20), "1 38 05 85 194 012 34", by=scene.office)


def test_a_date_is_chosen_and_whoever_brings_people_together_has_begun(scene):
    fixed = meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.leader)
    assert (fixed.state, fixed.starts_at, fixed.link) == (MeetingState.FIXED, TUESDAY, LINK)
    assert owed(scene.plan, "lead_meeting").state is CommitmentState.DOING


def test_a_link_is_an_https_address(scene):
    with pytest.raises(Refusal, match="https://"):
        meetings.fix(scene.meeting.id, TUESDAY, 45, "http://visio.example", by=scene.office)


def test_only_the_coordination_and_the_lead_choose(scene, cast):
    with pytest.raises(Refusal):
        meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=acting(cast.gp))


def test_a_page_read_before_is_refused(scene):
    before = scene.meeting.version
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    with pytest.raises(Refusal, match="a changé"):
        meetings.fix(scene.meeting.id, TUESDAY, 60, LINK, version=before, by=scene.leader)


def test_held_it_ticks_those_who_were_there(scene, set_clock):
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    set_clock(TUESDAY + timedelta(hours=1))
    meetings.hold(scene.meeting.id, [scene.doctor.id, scene.lead.id], date(2026, 7, 28), by=scene.office)
    states = {code: owed(scene.plan, code).state for code in ("a74", "lead_meeting", "circle_meeting")}
    assert states == {
        "a74": CommitmentState.DONE, "lead_meeting": CommitmentState.DONE, "circle_meeting": CommitmentState.TODO,
    }  # fmt: skip
    assert session.query(Attendance).filter_by(was_present=True).count() == 2


def test_held_the_first_lets_the_doctor_validate(held):
    assert (held.plan.state, held.meeting.held_on) == (PlanState.VALIDATING, date(2026, 7, 28))


def test_a_date_to_come_is_not_held(scene):
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    with pytest.raises(Refusal, match="pas encore commencé"):
        meetings.hold(scene.meeting.id, scene.everyone, TODAY, by=scene.office)


def test_a_meeting_where_nobody_was_is_not_held(scene, set_clock):
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    set_clock(TUESDAY + timedelta(hours=1))
    with pytest.raises(Refusal, match="qui était là"):
        meetings.hold(scene.meeting.id, [], date(2026, 7, 28), by=scene.office)


def test_neither_dated_nor_held_before_the_plan_was_opened(scene, set_clock):
    with pytest.raises(Refusal, match="pas encore ouvert"):
        meetings.fix(scene.meeting.id, TUESDAY - timedelta(days=60), 45, "", by=scene.office)
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    set_clock(TUESDAY + timedelta(hours=1))
    with pytest.raises(Refusal, match="pas encore ouvert"):
        meetings.hold(scene.meeting.id, scene.everyone, date(2026, 6, 1), by=scene.office)


def test_held_it_is_worth_its_flat_fee_until_it_was_not_held(scene, set_clock):
    amount = FlatFee(
        step=FeeStep.MEETING,
        payee=FeePayee.REGULAR_DOCTOR,
        starts_on=date(2026, 1, 1),
        cents=6000,
        created_at=clock.now(),
    )
    session.add(amount)
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    set_clock(TUESDAY + timedelta(hours=1))
    meetings.hold(scene.meeting.id, scene.everyone, date(2026, 7, 28), by=scene.office)
    (line,) = session.query(LedgerLine).all()
    assert (line.person_id, line.amount_cents, line.state) == (scene.doctor.person_id, 6000, LineState.OWED)
    meetings.undo_hold(scene.meeting.id, by=scene.office)
    assert line.state is LineState.CANCELLED


def test_not_held_after_all_everything_comes_back(held):
    meetings.undo_hold(held.meeting.id, by=held.office)
    assert (held.plan.state, held.meeting.state) == (PlanState.MEETING, MeetingState.FIXED)
    assert {owed(held.plan, code).state for code in ("a74", "circle_meeting")} == {CommitmentState.TODO}
    assert session.query(Attendance).count() == 0


def test_once_validated_the_first_stays_held(held):
    validated(held)
    with pytest.raises(Refusal, match="déjà validé"):
        meetings.undo_hold(held.meeting.id, by=held.office)


def test_the_reviews_are_one_commitment_that_the_first_begins_and_the_second_ends(held, set_clock):
    six, twelve = validated(held)
    states = []
    for review in (six, twelve):
        starts_at = TUESDAY.replace(year=review.due_on.year, month=review.due_on.month)
        meetings.fix(review.id, starts_at, 45, LINK, by=held.office)
        set_clock(starts_at + timedelta(hours=1))
        meetings.hold(review.id, [held.doctor.id], starts_at.date(), by=held.office)
        states.append(owed(held.plan, "a79").state)
    assert states == [CommitmentState.DOING, CommitmentState.DONE]


def test_one_more_is_given_up_and_the_standard_ones_are_not(scene):
    extra = meetings.add_extra(scene.plan.id, date(2026, 9, 1), by=scene.office)
    assert meetings.cancel(extra.id, by=scene.office).state is MeetingState.CANCELLED
    with pytest.raises(Refusal, match="reportez-la"):
        meetings.cancel(scene.meeting.id, by=scene.office)


def test_a_plan_that_closes_calls_off_what_was_to_come(scene):
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    assert meetings.cancel_open(scene.plan, by=scene.office) == 1
    assert session.query(Message).filter_by(kind="meeting.meeting_off").count() == 3


def test_the_journal_tells_each_act(held):
    told = [entry.kind for entry in session.query(JournalEntry).order_by(JournalEntry.id)]
    assert [kind for kind in told if kind.startswith(("meeting.", "plan."))] == [
        "meeting.fix", "meeting.hold", "plan.hold",
    ]  # fmt: skip


def test_a_calendar_is_read_in_the_same_number_of_statements_however_long(scene):
    with count_queries() as few:
        of_plan(scene.plan, {}, scene.office, TODAY)
    for number in range(6):
        meetings.add_extra(scene.plan.id, TODAY + timedelta(days=number), by=scene.office)
        documents.ask(scene.plan.id, scene.other.id, DocumentKind.REPORT, TODAY, by=scene.office)
    with count_queries() as many:
        found = of_plan(scene.plan, {}, scene.office, TODAY)
    assert (len(found.meetings), len(found.documents), len(many)) == (7, 6, len(few))
