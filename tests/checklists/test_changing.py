"""Putting off, correcting, handing over, adding: who may, what is refused, what the journal says."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.checklists import actions
from cptsapp.checklists.actions import Terms
from cptsapp.checklists.models import CommitmentState, JournalEntry, Side
from cptsapp.checklists.queries import journal
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from tests.tools.conventions import count, make_commitment
from tests.tools.factories import acting

TERMS = Terms(
    label="Réunion commune",
    expected="compte rendu",
    side=Side.CPTS,
    number="4",
    heading="Suivi",
    due_on=date(2026, 9, 18),
    every_months=None,
    is_continuous=False,
    owner_id=None,
)


def kinds():
    return session.scalars(select(JournalEntry.kind).order_by(JournalEntry.id)).all()


def test_put_off_with_its_reason(cast, owed, again):
    actions.defer(owed, date(2026, 9, 1), "Le DAC déménage", by=acting(cast.coordinator), version=1)
    assert again(owed).due_on == date(2026, 9, 1)
    line = journal(again(owed).checklist_id, acting(cast.coordinator)).lines[0]
    assert "mardi 1er septembre 2026" in line.sentence
    assert line.note == "Le DAC déménage"


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        (date(2026, 7, 19), "Vacances", "due_on"),
        (date(2026, 7, 30), "Vacances", "due_on"),
        (date(2026, 9, 1), " ", "reason"),
    ],
)
def test_put_off_to_a_day_gone_by_the_same_or_without_reason_is_refused(cast, owed, day, reason, field):
    with pytest.raises(Refusal) as refused:
        actions.defer(owed, day, reason, by=acting(cast.coordinator))
    assert refused.value.field == field


def test_what_is_done_is_not_put_off(cast, owed):
    actions.tick(owed, CommitmentState.DONE, by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="rien à reporter"):
        actions.defer(owed, date(2026, 9, 1), "Vacances", by=acting(cast.coordinator))


def test_who_owes_it_does_not_put_it_off_alone(cast, owed):
    with pytest.raises(Refusal, match="Seule la coordination"):
        actions.defer(owed, date(2026, 9, 1), "Vacances", by=acting(cast.gp))


def test_changed_and_handed_over(cast, owed, again):
    terms = replace(TERMS, owner_id=cast.other_gp_person.id)
    actions.change(owed, terms, by=acting(cast.coordinator), version=1)
    found = again(owed)
    assert (found.label, found.due_on, found.owner_id) == ("Réunion commune", TERMS.due_on, cast.other_gp_person.id)
    assert kinds() == ["commitment.changed", "commitment.reassigned"]


def test_the_same_again_changes_nothing(cast, owed, again):
    actions.change(owed, TERMS, by=acting(cast.coordinator))
    actions.change(owed, TERMS, by=acting(cast.coordinator))
    assert again(owed).version == 2


def test_a_day_not_known_yet_still_comes_with_the_start(cast, checklist_id, again):
    made = make_commitment(checklist_id, due_on=None, due_months=3)
    actions.change(made.id, replace(TERMS, due_on=None), by=acting(cast.coordinator))
    assert again(made.id).due_months == 3


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(TERMS, label=" "), "label"),
        (replace(TERMS, is_continuous=True), "is_continuous"),
        (replace(TERMS, due_on=None, every_months=3), "due_on"),
    ],
)
def test_terms_that_do_not_hold_are_refused_under_their_field(cast, checklist_id, terms, field):
    with pytest.raises(Refusal) as refused:
        actions.add_by_hand(checklist_id, terms, by=acting(cast.coordinator))
    assert refused.value.field == field


def test_one_more(cast, checklist_id, again):
    made = actions.add_by_hand(checklist_id, TERMS, by=acting(cast.coordinator))
    assert (again(made.id).number, kinds()) == ("4", ["commitment.added"])


def test_handed_to_the_same_person_changes_nothing(cast, owed, again):
    actions.reassign(again(owed), cast.gp_person.id, by=acting(cast.coordinator))
    assert (again(owed).version, count(JournalEntry)) == (1, 0)


def test_left_without_anyone(cast, owed, again):
    actions.reassign(again(owed), None, by=acting(cast.coordinator))
    assert (again(owed).owner_id, kinds()) == (None, ["commitment.released"])
