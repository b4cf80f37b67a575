"""The alerts: ninety days ahead, then thirty, each once; one mail a person and a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.checklists.models import JournalEntry
from cptsapp.conventions.actions import alerts
from cptsapp.conventions.models import ConventionState, Renewal
from cptsapp.conventions.rules.alerts import Milestone, is_review, milestones, to_tell
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox.models import Message
from tests.tools.conventions import make_commitment, make_convention, make_partner
from tests.tools.factories import make_organisation, make_person

TODAY = date(2026, 7, 20)
NONE = {"renewal": Renewal.NONE, "renewal_months": None, "notice_months": None}


def run():
    return alerts.alert(clock.now())


def told():
    return [message.body for message in session.query(Message).filter_by(kind="conventions.alert")]


@pytest.mark.parametrize(("left", "ahead"), [(91, None), (90, 90), (31, 90), (30, 30), (0, 30), (-1, None)])
def test_how_long_before(left, ahead):
    found = to_tell(Milestone.END, TODAY + timedelta(left), TODAY, ())
    assert (found.ahead if found else None) == ahead


@given(st.integers(-5, 200), st.sets(st.integers(0, 210)))
def test_a_day_is_told_once_ninety_days_ahead_and_once_thirty(left, awake):
    on, known = TODAY + timedelta(left), []
    for day in sorted(awake):
        if (found := to_tell(Milestone.END, on, TODAY + timedelta(day), known)) is not None:
            known.append(found)
    aheads = [found.ahead for found in known]
    assert aheads in ([], [90], [30], [90, 30])


@pytest.mark.parametrize(
    ("renewal", "has_notice", "found"),
    [
        (Renewal.TACIT, False, [Milestone.NOTICE]),
        (Renewal.TACIT, True, [Milestone.END]),
        (Renewal.EXPRESS, False, [Milestone.DECISION, Milestone.END]),
        (Renewal.NONE, False, [Milestone.END]),
    ],
)
def test_which_days_are_told(renewal, has_notice, found):
    days = milestones(renewal, date(2026, 12, 31), date(2026, 9, 30), has_notice=has_notice)
    assert [milestone for milestone, _on in days] == found


@pytest.mark.parametrize(
    ("label", "every", "is_told"),
    [
        ("Réunion de bilan", 6, True),
        ("Bilan annuel", None, True),
        ("Réunion d’équipe", 1, False),
        ("Transmettre ses chiffres", 12, False),
    ],
)
def test_what_is_a_meeting_to_prepare(label, every, is_told):
    assert is_review(label, every) is is_told


def test_the_coordination_and_who_leads_are_told_once_a_day(cast):
    lead = make_person(mail="lead@cpts.example")
    make_convention(ends_on=TODAY + timedelta(60), lead_id=lead.id, **NONE)
    other = make_partner(make_organisation(name="MSP des Olonnes"))
    make_convention(partner=other, ends_on=TODAY + timedelta(12), **NONE)
    assert run() == 2
    by_address = {message.to_address: message.body for message in session.query(Message)}
    assert by_address.keys() == {cast.coordinator.mail, "lead@cpts.example"}
    assert "MSP des Olonnes" in by_address[cast.coordinator.mail]
    assert "MSP des Olonnes" not in by_address["lead@cpts.example"]
    assert "DAC Vendée Littoral\u00a0: fin de la convention, le vendredi 18 septembre 2026" in told()[1]
    assert run() == 0


def test_what_was_told_is_in_the_journal_and_not_told_again(cast, set_clock):
    found = make_convention(ends_on=TODAY + timedelta(60), **NONE)
    run()
    [entry] = session.query(JournalEntry).filter_by(checklist_id=found.checklist_id)
    assert (entry.kind, entry.data["ahead"]) == ("convention.reminded", 90)
    session.commit()
    set_clock(datetime(2026, 7, 21, 9, tzinfo=UTC))
    assert run() == 0
    set_clock(datetime(2026, 8, 25, 9, tzinfo=UTC))  # the worker slept on the thirtieth day before
    assert run() == 1


def test_a_day_that_moves_is_told_again(cast, set_clock):
    found = make_convention(ends_on=TODAY + timedelta(60), **NONE)
    run()
    found.ends_on = TODAY + timedelta(70)
    session.commit()
    set_clock(datetime(2026, 7, 21, 9, tzinfo=UTC))
    assert run() == 1


def test_a_review_is_told_by_its_words(cast):
    found = make_convention(ends_on=None, **NONE)
    make_commitment(found.checklist_id, label="Réunion de bilan", due_on=TODAY + timedelta(30), every_months=6)
    make_commitment(found.checklist_id, label="Export", due_on=TODAY + timedelta(30), every_months=12)
    assert run() == 1
    [body] = told()
    assert "«\u00a0Réunion de bilan\u00a0», le mercredi 19 août 2026 (dans 30\u00a0jours)" in body
    assert "Export" not in body


@pytest.mark.parametrize("state", [ConventionState.DRAFT, ConventionState.ADOPTED, ConventionState.ENDED])
def test_what_is_not_in_force_is_not_told(cast, state):
    make_convention(state, ends_on=TODAY + timedelta(30), **NONE)
    assert run() == 0


def test_before_the_first_visit_nobody_is_told(app):
    assert run() == 0
