"""The page of a commitment: where it stands, what shows it was kept, who may say so."""

import pytest

from cptsapp.checklists.models import ChecklistKind, Commitment, CommitmentState, Evidence
from cptsapp.core.db import session
from tests.tools.conventions import make_commitment, make_convention, make_partner


@pytest.fixture
def owed(cast):
    """A commitment of the GP in a convention in force."""
    found = make_commitment(make_convention().checklist_id, owner_id=cast.gp_person.id)
    session.commit()
    return found.id


def test_page_says_what_is_owed_by_whom_and_when(cast, sign_in, owed):
    page = sign_in(cast.coordinator).get(f"/engagements/{owed}")
    for words in ("Réunion de bilan du premier semestre", "Dr Hélène Renaudin", "30 juil.", "À faire"):
        assert words in page.text
