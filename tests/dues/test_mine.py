"""« Mes engagements »: what is late first, whatever it comes from; one tap notes it done, and takes it back."""

from datetime import date

import pytest

from cptsapp.checklists.models import Commitment, CommitmentState, Side
from cptsapp.conventions.models import ConventionState
from cptsapp.core.db import session
from tests.tools.conventions import make_commitment, make_convention


@pytest.fixture
def convention(cast):
    """A convention in force."""
    found = make_convention()
    session.commit()
    return found.checklist_id


def owe(checklist_id, cast, **more):
    found = make_commitment(checklist_id, owner_id=cast.gp_person.id, **more)
    session.commit()
    return found.id


def test_late_first_then_the_week_then_the_rest(cast, sign_in, convention):
    owe(convention, cast, label="Plus tard", due_on=date(2026, 9, 18))
    owe(convention, cast, label="Cette fin de semaine", due_on=date(2026, 7, 26))
    owe(convention, cast, label="Depuis dix jours", due_on=date(2026, 7, 10))
    page = sign_in(cast.gp).get("/mes-engagements").text
    places = [page.index(word) for word in ("En retard", "Depuis dix jours", "Cette semaine", "Cette fin", "Plus tard")]
    assert places == sorted(places)
