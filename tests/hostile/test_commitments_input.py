"""Commitments and their files, forged: dropped by who may only tick, read once dropped, a NIR in the name of a file."""

from io import BytesIO

import pytest

from cptsapp.checklists import actions as checklists
from cptsapp.checklists.models import Checklist, CommitmentState, Side
from cptsapp.conventions.source import SOURCE
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.files.actions import store
from cptsapp.files.rules import NIR_NAMED
from tests.tools.conventions import make_commitment, make_convention
from tests.tools.factories import acting

NIR = "1 84 12 76 451 089 46"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def test_whoever_owes_a_commitment_does_not_drop_it(cast, sign_in):
    found = make_convention()
    owed = make_commitment(found.checklist_id, owner_id=cast.gp_person.id)
    number = owed.id
    session.commit()
    client = sign_in(cast.gp)
    assert client.get(f"/engagements/{number}/abandonner").status_code == 403
    answer = client.post(f"/engagements/{number}/etat", data={"to": "dropped", "comment": "Je n’en veux plus."})
    assert answer.status_code == 409
    assert checklists.locked(number).state is CommitmentState.TODO


def test_what_was_dropped_opens_the_list_to_nobody_any_more(cast):
    found = make_convention()
    owed = make_commitment(found.checklist_id, owner_id=cast.gp_person.id)
    kept = session.get_one(Checklist, found.checklist_id)
    assert SOURCE.can_see(kept, acting(cast.gp))
    checklists.set_state(owed, CommitmentState.DROPPED, by=None, on=clock.now().date())
    assert not SOURCE.can_see(kept, acting(cast.gp))


def test_a_nir_in_the_name_of_a_file_is_refused(cast):
    with pytest.raises(Refusal, match=NIR_NAMED[:40]):
        store(BytesIO(PDF), f"bilan {NIR}.pdf", by=acting(cast.coordinator))


def test_and_said_under_its_field(cast, sign_in):
    number = make_commitment(make_convention().checklist_id).id
    session.commit()
    sent = {"file": (BytesIO(PDF), f"bilan {NIR}.pdf")}
    answer = sign_in(cast.coordinator).post(f"/engagements/{number}/preuves/fichier", data=sent)
    assert answer.status_code == 422
    assert NIR_NAMED[:40] in answer.text


def test_whoever_owes_a_commitment_opens_its_proof_and_nobody_else_there(cast, sign_in):
    found = make_convention()
    owed = make_commitment(found.checklist_id, side=Side.PARTNER, owner_id=cast.gp_person.id)
    file = store(BytesIO(PDF), "bilan.pdf", by=acting(cast.coordinator))
    checklists.add_file(owed.id, file.id, "", by=acting(cast.coordinator))
    path = f"/fichiers/{file.id}"
    session.commit()
    answers = [sign_in(user).get(path) for user in (cast.gp, cast.other_gp)]
    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == [200, 404]
