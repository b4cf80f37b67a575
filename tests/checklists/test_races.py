"""Two people on one commitment at the same moment: the database decides, and what recurs comes again once."""

import pytest
from sqlalchemy import func, select

from cptsapp.checklists import actions
from cptsapp.checklists.models import Commitment, CommitmentState, JournalEntry
from cptsapp.core.db import session
from tests.tools.conventions import make_commitment
from tests.tools.factories import acting
from tests.tools.races import at_once

pytestmark = pytest.mark.database


def test_of_two_who_tick_one_passes_and_it_comes_again_once(app, cast, checklist_id):
    number = make_commitment(checklist_id, owner_id=cast.gp_person.id, every_months=6).id
    people = [acting(cast.gp), acting(cast.coordinator)]
    session.commit()
    done = CommitmentState.DONE
    ended = at_once(app, *(lambda by=by: actions.tick(number, done, by=by, version=1) for by in people))
    assert ended == {"done": 1, "refused": 1}
    assert session.scalar(select(func.count()).select_from(Commitment)) == 2
    assert session.scalar(select(func.count()).select_from(JournalEntry)) == 1


def test_of_two_who_take_it_back_one_passes(app, cast, checklist_id):
    number = make_commitment(checklist_id, owner_id=cast.gp_person.id, every_months=6).id
    actions.set_state(actions.locked(number), CommitmentState.DONE, by=None, on=make_commitment(checklist_id).due_on)
    people = [acting(cast.gp), acting(cast.coordinator)]
    session.commit()
    todo = CommitmentState.TODO
    ended = at_once(app, *(lambda by=by: actions.tick(number, todo, by=by, version=2) for by in people))
    assert ended == {"done": 1, "refused": 1}
    assert session.scalar(select(func.count()).where(Commitment.renewed_from_id.is_not(None))) == 0
