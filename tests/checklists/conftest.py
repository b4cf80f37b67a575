"""What the tests of checklists share: a convention in force, a commitment of its GP, a plan of the same."""

import pytest

from cptsapp.checklists.models import Commitment, Side
from cptsapp.core.db import session
from tests.tools.conventions import make_commitment, make_convention
from tests.tools.plans import make_member, make_plan


@pytest.fixture
def checklist_id(cast):
    """The checklist of a convention in force."""
    found = make_convention().checklist_id
    session.commit()
    return found


@pytest.fixture
def owed(cast, checklist_id):
    """The number of a commitment that the GP owes, by 30 July."""
    found = make_commitment(checklist_id, owner_id=cast.gp_person.id)
    session.commit()
    return found.id


@pytest.fixture
def planned(cast):
    """The number of a commitment that the GP owes in a plan of which they are the regular doctor."""
    plan = make_plan()
    make_member(plan, cast.gp_person)
    found = make_commitment(plan.checklist_id, owner_id=cast.gp_person.id, side=Side.REGULAR_DOCTOR, number="")
    session.commit()
    return found.id


@pytest.fixture
def again():
    """`again(number)`: the commitment as the database has it now."""

    def read(number):
        session.expire_all()
        return session.get_one(Commitment, number)

    return read
