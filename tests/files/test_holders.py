"""Who reads a file is who sees what holds it: evidence, lines of a journal, minutes; nobody by its number alone."""

import pytest

from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import Evidence, EvidenceKind, JournalEntry
from cptsapp.conventions.models import ConventionState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from tests.tools import files
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import make_organisation
from tests.tools.inbox import make_partner as make_adviser


@pytest.fixture
def status(sign_in):
    """`status(user, file_id)`: what the user is answered."""
    return lambda user, file_id: sign_in(user).get(f"/fichiers/{file_id}", buffered=True).status_code


def evidence(convention, **more) -> int:
    """The number of a file that proves a commitment of the convention; `more` goes to the evidence or its owner."""
    owner_id = more.pop("owner_id", None)
    commitment = make_commitment(convention.checklist_id, owner_id=owner_id)
    file_id = files.make_file().id
    given = {"kind": EvidenceKind.FILE, "file_id": file_id, "added_at": clock.now(), **more}
    session.add(Evidence(commitment_id=commitment.id, **given))
    session.commit()
    return file_id


def test_evidence_is_read_by_the_house_and_by_who_owes(cast, status):
    file_id = evidence(make_convention(), owner_id=cast.gp_person.id)
    read = [status(user, file_id) for user in (cast.coordinator, cast.board_member, cast.gp, cast.other_gp)]
    assert read == [200, 200, 200, 404]


def test_evidence_withdrawn_is_for_the_coordination_alone(cast, status):
    file_id = evidence(make_convention(), withdrawn_at=clock.now())
    assert [status(user, file_id) for user in (cast.coordinator, cast.board_member)] == [200, 404]


def test_a_struck_line_of_the_journal_hides_its_file(cast, status):
    convention = make_convention()
    file_id = files.make_file().id
    note_event(convention.checklist_id, "journal.note", by=None, file_id=file_id, note="a")
    session.commit()
    assert status(cast.board_member, file_id) == 200
    session.query(JournalEntry).filter_by(file_id=file_id).one().cancelled_at = clock.now()
    session.commit()
    assert status(cast.board_member, file_id) == 404


def test_minutes_are_read_with_the_convention(cast, status):
    file_id = files.make_file().id
    make_convention(minutes_id=file_id)
    session.commit()
    assert [status(user, file_id) for user in (cast.treasurer, cast.gp)] == [200, 404]


def test_a_partner_reads_the_files_of_its_own_conventions_out_of_the_drawer(cast, status):
    adviser, house = make_adviser(OrganisationKind.DAC)
    other = make_organisation(name="CPAM de la Vendée", kind=OrganisationKind.CPAM)
    partner = make_partner(house)
    own, drawer = (
        evidence(make_convention(state, partner)) for state in (ConventionState.IN_FORCE, ConventionState.DRAFT)
    )
    theirs = evidence(make_convention(partner=make_partner(other)))
    assert [status(adviser, file_id) for file_id in (own, drawer, theirs)] == [200, 404, 404]


def test_a_visitor_must_sign_in(cast, client):
    assert client.get(f"/fichiers/{evidence(make_convention())}").status_code == 401
