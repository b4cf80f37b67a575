"""Two acts on a plan at the same moment, from two pages: neither waits for the other without end."""

from datetime import date
from threading import Event
from time import sleep

import pytest

from cptsapp.accounts.models import Role
from cptsapp.care_plans.actions import fees, meetings, validation
from cptsapp.care_plans.models import CarePlan, FeePayee, FeeStep, FlatFee, PlanState
from cptsapp.care_plans.queries import fees as queries
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.models import CommitmentState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.ledger import actions as ledger
from cptsapp.ledger.models import Nature
from tests.care_plans.scene_of_meetings import make_scene, owed
from tests.tools.factories import acting, make_user
from tests.tools.races import at_once


@pytest.mark.database
def test_a_tick_of_a75_and_a_validation_at_once_are_one(app, cast):
    scene = make_scene(cast)
    meetings.fix(scene.meeting.id, clock.now(), 45, "", by=scene.office)
    meetings.hold(scene.meeting.id, scene.everyone, clock.now().date(), by=scene.office)
    plan_id, number, doctor = scene.plan.id, owed(scene.plan, "a75").id, acting(cast.gp)
    session.commit()
    told = at_once(
        app,
        lambda: checklists.tick(number, CommitmentState.DONE, by=doctor),
        lambda: validation.validate(plan_id, by=scene.office),
    )
    assert told == {"done": 1, "refused": 1}
    assert session.get_one(CarePlan, plan_id).state is PlanState.ACTIVE
    assert checklists.locked(number).state is CommitmentState.DONE


@pytest.mark.database
def test_a_meeting_taken_back_while_its_fees_are_approved(app, cast, monkeypatch):
    scene = make_scene(cast)
    for payee in FeePayee:
        of = {"step": FeeStep.MEETING, "payee": payee, "starts_on": date(2026, 1, 1)}
        session.add(FlatFee(cents=5000, nature=Nature.MISSION_PAY, created_at=clock.now(), **of))
    meetings.fix(scene.meeting.id, clock.now(), 45, "", by=scene.office)
    meetings.hold(scene.meeting.id, scene.everyone, clock.now().date(), by=scene.office)
    number, people = scene.meeting.id, [scene.doctor.person_id, scene.lead.person_id, scene.other.person_id]
    treasurer = acting(make_user(Role.TREASURER))
    begun, settle, in_order = Event(), fees._settle, queries.fees_of_step

    def settle_slowly(*args):
        settle(*args)
        if not begun.is_set():
            begun.set()
            sleep(0.5)  # the treasurer comes in between

    def approve():
        begun.wait(5)
        ledger.approve("ppcs/2026", people, by=treasurer)

    monkeypatch.setattr(fees, "_settle", settle_slowly)
    monkeypatch.setattr(queries, "fees_of_step", lambda *of: list(reversed(in_order(*of))))
    session.commit()
    told = at_once(app, lambda: meetings.undo_hold(number, by=scene.office), approve)
    assert told == {"done": 1, "refused": 1}
