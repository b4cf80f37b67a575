"""Saying where a commitment stands: whose it is to say, who came first, what comes again."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cptsapp.checklists import actions, sources
from cptsapp.checklists.models import Checklist, Commitment, CommitmentState, JournalEntry
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.core.seal import ring
from cptsapp.core.text import NIR_REFUSED
from tests.conftest import MONDAY
from tests.tools.conventions import make_commitment
from tests.tools.factories import acting

S = CommitmentState


def occurrences(checklist_id):
    wanted = select(Commitment).where(Commitment.checklist_id == checklist_id).order_by(Commitment.id)
    return session.scalars(wanted).all()


def test_who_owes_it_notes_it_done(cast, owed, again):
    actions.tick(owed, S.DONE, by=acting(cast.gp), comment="Fixée au 3 septembre")
    found = again(owed)
    assert (found.state, found.done_on, found.changed_by_id) == (S.DONE, date(2026, 7, 20), cast.gp.id)
    assert ring().unseal(found.comment, found.seal_id, "comment") == "Fixée au 3 septembre"


def test_the_coordination_notes_it_for_them_on_an_earlier_day(cast, owed, again):
    actions.tick(owed, S.DONE, by=acting(cast.coordinator), on=date(2026, 7, 3))
    assert again(owed).done_on == date(2026, 7, 3)


def test_a_tick_leaves_a_line_in_the_journal(cast, owed):
    actions.tick(owed, S.DOING, by=acting(cast.gp), comment="Deux dates proposées")
    entry = session.scalars(select(JournalEntry)).one()
    assert (entry.kind, entry.user_id, entry.commitment_id) == ("commitment.doing", cast.gp.id, owed)
    assert b"dates" not in entry.note


def test_another_who_owes_nothing_does_not_see_it(cast, owed):
    with pytest.raises(Invisible):
        actions.tick(owed, S.DONE, by=acting(cast.other_gp))


def test_whoever_reads_the_convention_does_not_tick_for_others(cast, owed):
    with pytest.raises(Refusal, match="celui de quelqu’un d’autre"):
        actions.tick(owed, S.DONE, by=acting(cast.board_member))


def test_the_second_is_told_who_and_when(cast, owed):
    actions.tick(owed, S.DONE, by=acting(cast.gp), version=1)
    with pytest.raises(Refusal, match=re.escape("déjà «\u00a0Fait\u00a0» par Dr Hélène Renaudin, lun. 20 juil. 14h32")):
        actions.tick(owed, S.DONE, by=acting(cast.coordinator), version=1)


def test_a_second_click_changes_nothing(cast, owed, again):
    for _ in range(2):
        actions.tick(owed, S.DONE, by=acting(cast.gp), version=1)
    assert again(owed).version == 2


def test_a_page_read_before_a_change_is_refused_with_who_and_when(cast, owed, again):
    actions.defer(owed, date(2026, 9, 1), "Vacances", by=acting(cast.coordinator))
    with pytest.raises(Refusal, match=re.escape("Sophie Arnaud a changé cet engagement, lun. 20 juil. 14h32")):
        actions.tick(owed, S.DONE, by=acting(cast.gp), version=1)
    assert again(owed).state is S.TODO


def test_a_day_to_come_is_refused(cast, owed):
    with pytest.raises(Refusal, match="pas encore venu"):
        actions.tick(owed, S.DONE, by=acting(cast.gp), on=date(2026, 7, 21))


def test_dropping_asks_why(cast, owed):
    with pytest.raises(Refusal, match="pourquoi"):
        actions.tick(owed, S.DROPPED, by=acting(cast.coordinator))


def test_what_looks_like_a_nir_is_refused(cast, owed):
    with pytest.raises(Refusal) as refused:
        actions.tick(owed, S.DONE, by=acting(cast.gp), comment="1 38 05 85 288 012 34")
    assert refused.value.message == NIR_REFUSED


def test_nothing_is_ticked_before_the_convention_lives(cast, owed, checklist_id):
    session.get_one(Checklist, checklist_id).is_live = False
    with pytest.raises(Refusal, match="ne courent pas"):
        actions.tick(owed, S.DONE, by=acting(cast.coordinator))


def test_a_plan_is_shut_to_who_left_its_circle(cast, planned):
    with pytest.raises(Invisible):
        actions.tick(planned, S.DONE, by=acting(cast.other_gp))
    assert actions.tick(planned, S.DONE, by=acting(cast.gp)).state is S.DONE


def test_what_recurs_comes_again_from_the_day_it_was_owed(cast, checklist_id):
    first = make_commitment(checklist_id, due_on=date(2026, 1, 31), every_months=1, owner_id=cast.gp_person.id)
    actions.tick(first.id, S.DONE, by=acting(cast.gp))
    again = occurrences(checklist_id)[-1]
    assert (again.due_on, again.state, again.owner_id) == (date(2026, 2, 28), S.TODO, cast.gp_person.id)
    actions.tick(again.id, S.DONE, by=acting(cast.gp))
    assert occurrences(checklist_id)[-1].due_on == date(2026, 3, 31)


def test_taken_back_it_does_not_come_again_yet(cast, checklist_id, set_clock):
    first = make_commitment(checklist_id, every_months=3)
    for state, minutes in ((S.DONE, 0), (S.TODO, 1), (S.DONE, 2)):
        set_clock(MONDAY + timedelta(minutes=minutes))
        actions.tick(first.id, state, by=acting(cast.coordinator))
        assert len(occurrences(checklist_id)) == (2 if state is S.DONE else 1)


def test_an_occurrence_that_someone_touched_stays(cast, checklist_id):
    by, first = acting(cast.coordinator), make_commitment(checklist_id, every_months=3)
    actions.tick(first.id, S.DONE, by=by)
    actions.tick(occurrences(checklist_id)[-1].id, S.DOING, by=by)
    actions.tick(first.id, S.TODO, by=by)
    assert [one.state for one in occurrences(checklist_id)] == [S.TODO, S.DOING]


def test_dropped_it_may_be_taken_up_again(cast, owed, again):
    by = acting(cast.coordinator)
    actions.tick(owed, S.DROPPED, by=by, comment="Chacun garde le sien")
    actions.tick(owed, S.TODO, by=by)
    assert again(owed).state is S.TODO


def test_the_source_is_told(cast, owed, checklist_id, monkeypatch):
    told = []
    source = sources.source_of(session.get_one(Checklist, checklist_id))
    monkeypatch.setitem(sources._sources, source.kind, replace(source, changed=lambda *about: told.append(about)))
    actions.tick(owed, S.DONE, by=acting(cast.gp))
    assert [(one.id, who.id) for one, who in told] == [(owed, cast.gp.id)]
