"""A75 said from the list and from the plan at the same moment: neither waits for the other without end."""

import pytest

from cptsapp.care_plans.actions import meetings, validation
from cptsapp.care_plans.models import CarePlan, PlanState
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.models import CommitmentState
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.care_plans.scene_of_meetings import make_scene, owed
from tests.tools.factories import acting
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
