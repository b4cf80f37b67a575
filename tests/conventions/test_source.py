"""What conventions tell of their checklists: names, who opens them, figures of the inbox, texts to read again."""

from datetime import date

import pytest

from cptsapp.checklists.models import Checklist
from cptsapp.conventions.models import ConventionComment, ConventionState, FrozenText
from cptsapp.conventions.source import SOURCE
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation
from cptsapp.inbox.actions import referrals
from cptsapp.inbox.models import Recipient
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import acting
from tests.tools.inbox import make_partner as make_house
from tests.tools.inbox import make_request

S = ConventionState


def checklist_of(convention):
    return session.get_one(Checklist, convention.checklist_id)


def test_a_checklist_is_called_by_its_partner_and_has_a_page_for_its_readers(cast):
    partner = make_partner()
    parent = make_convention(partner=partner)
    amendment = make_convention(partner=partner, parent_id=parent.id, amendment_number=2)
    ids = [parent.checklist_id, amendment.checklist_id]
    named = SOURCE.named(ids, acting(cast.coordinator))
    assert [named[number].title for number in ids] == ["DAC Vendée Littoral", "DAC Vendée Littoral, avenant n°\u00a02"]
    assert named[ids[0]].url == f"/conventions/{parent.id}"
    assert SOURCE.named(ids, acting(cast.gp))[ids[0]].url == ""


def test_whoever_owes_something_reads_the_list_while_it_lives(cast):
    found = make_convention()
    kept = checklist_of(found)
    assert SOURCE.can_see(kept, acting(cast.coordinator))
    assert not SOURCE.can_see(kept, acting(cast.gp))
    make_commitment(found.checklist_id, owner_id=cast.gp_person.id)
    assert SOURCE.can_see(kept, acting(cast.gp))
    kept.is_live = False
    assert not SOURCE.can_see(kept, acting(cast.gp))


@pytest.mark.parametrize(("state", "reason"), [(S.IN_FORCE, None), (S.ENDED, "est close")])
def test_the_list_is_held_by_the_coordination_until_it_is_over(cast, state, reason):
    kept = checklist_of(make_convention(state))
    told = SOURCE.why_not_manage(kept, acting(cast.coordinator))
    assert told is None if reason is None else reason in told
    assert "coordination" in SOURCE.why_not_manage(kept, acting(cast.board_member))


def test_a_text_in_circulation_is_asked_of_its_readers_until_they_speak(cast):
    due = date(2026, 7, 31)
    found = make_convention(S.CIRCULATED, comments_due_on=due)
    make_convention(S.DRAFT)
    reader = acting(cast.board_member)
    [asked] = SOURCE.asks(reader)
    assert (asked.title, asked.due_on) == ("Relire\u00a0: Convention avec le DAC Vendée Littoral", due)
    assert SOURCE.asks(acting(cast.coordinator)) == ()
    text_id = session.query(FrozenText.id).filter_by(convention_id=found.id).scalar()
    said = {"body": "Vu.", "author_id": reader.id, "said_at": clock.now()}
    session.add(ConventionComment(convention_id=found.id, text_id=text_id, **said))
    assert SOURCE.asks(reader) == []


def test_what_was_sent_to_the_partner_may_be_a_proof_unless_it_points_to_someone(cast):
    _answerer, house = make_house()
    found = make_convention(partner=make_partner(session.get_one(Organisation, house.id)))
    by = acting(cast.coordinator)
    for _ in range(4):
        referrals.send(make_request("searching"), Recipient.MISAS, house.id, "", by)
    assert SOURCE.figures(checklist_of(found)) == {}
    for _ in range(2):
        referrals.send(make_request("searching"), Recipient.MISAS, house.id, "", by)
    assert SOURCE.figures(checklist_of(found)) == {"sent.0.2026": (f"Dossiers transmis en 2026, {house.name}", "6")}
