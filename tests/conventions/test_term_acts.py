"""A convention in force: amended, renewed by itself or by decision, under notice, at its end."""

from datetime import UTC, date, datetime

import pytest

from cptsapp.checklists.models import Checklist, Commitment, CommitmentState, JournalEntry, Side
from cptsapp.conventions.actions.adoption import adopt
from cptsapp.conventions.actions.amending import amend
from cptsapp.conventions.actions.articles import Written, add_article
from cptsapp.conventions.actions.circulation import circulate
from cptsapp.conventions.actions.clauses import Typed, change_clause
from cptsapp.conventions.actions.drafting import Head, change_amendment
from cptsapp.conventions.actions.term import end, give_notice, renew, run, withdraw_notice
from cptsapp.conventions.models import ConventionState, EndReason, Renewal
from cptsapp.conventions.queries.page import rewritten
from cptsapp.conventions.queries.texts import articles_in_force, articles_of, clauses_of
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from tests.tools.convention_steps import TODAY, adopted, drafted, in_force, signed_by

S = ConventionState
LAST = datetime(2027, 8, 31, 8, 0, tzinfo=UTC)
AFTER = datetime(2027, 9, 1, 8, 0, tzinfo=UTC)


def kinds(convention):
    lines = session.query(JournalEntry).filter_by(checklist_id=convention.checklist_id).order_by(JournalEntry.id)
    return [line.kind for line in lines]


def signed_amendment(parent, numbers=("1",), **days):
    amendment = amend(parent.id, numbers, by=None, **days)
    if not numbers:
        add_article(amendment.id, Written("9", "En plus", "…"), by=None)
    circulate(amendment.id, date(2026, 8, 10), by=None)
    adopt(amendment.id, TODAY, by=None)
    return signed_by(amendment, 0, 1)


# -- amendments -------------------------------------------------------------------------------------------------------


def test_an_amendment_takes_up_articles_and_has_a_number_and_the_same_parties(cast):
    parent = in_force()
    amendment = amend(parent.id, ["2"], by=None)
    assert [article.number for article in articles_of(amendment.id)] == ["2"]
    assert clauses_of(amendment)["2"][0].label == "Répondre"
    assert amendment.title == "Avenant n°\u00a01, convention avec le DAC"
    assert [p.partner_id for p in amendment.parties] == [p.partner_id for p in parent.parties]
    assert amend(parent.id, [], by=None).amendment_number == 2


def test_only_a_convention_in_force_is_amended_and_never_an_amendment(cast):
    parent = in_force()
    with pytest.raises(Refusal):
        amend(amend(parent.id, [], by=None).id, [], by=None)


def test_a_draft_is_not_amended(cast):
    with pytest.raises(Refusal):
        amend(drafted().id, [], by=None)


def test_in_force_an_amendment_replaces_what_was_owed_by_its_articles(cast):
    parent = in_force()
    amendment = signed_amendment(parent)
    states = {line.label: line.state for line in session.query(Commitment).filter_by(checklist_id=parent.checklist_id)}
    assert states == {"Ouvrir les accès": CommitmentState.DROPPED, "Répondre": CommitmentState.TODO}
    assert clauses_of(amendment)["1"][0].due_on == date(2026, 10, 20)
    assert "convention.amended" in kinds(parent)


def test_the_articles_in_force_are_those_of_the_last_amendment(cast):
    parent = in_force()
    amendment = amend(parent.id, ["1"], by=None)
    line = clauses_of(amendment)["1"][0]
    change_clause(amendment.id, line.id, _typed("Ouvrir trois accès"), version=None, by=None)
    circulate(amendment.id, date(2026, 8, 10), by=None)
    adopt(amendment.id, TODAY, by=None)
    assert articles_in_force(parent)[0].clauses[0].label == "Ouvrir les accès"
    signed_by(amendment, 0, 1)
    assert articles_in_force(parent)[0].clauses[0].label == "Ouvrir trois accès"


def _typed(label):
    return Typed(label, Side.CPTS, due_months=3)


def test_an_amendment_may_move_the_end_on_and_ends_with_its_parent(cast):
    parent = in_force()
    amendment = signed_amendment(parent, (), ends_on=date(2028, 2, 29))
    assert (parent.ends_on, amendment.ends_on) == (date(2028, 2, 29), None)
    end(parent.id, TODAY, EndReason.REPLACED, by=None)
    assert (amendment.state, amendment.end_reason) == (S.ENDED, EndReason.REPLACED)


def test_an_amendment_does_not_bring_the_end_nearer(cast):
    parent = in_force()
    with pytest.raises(Refusal) as refused:
        amend(parent.id, [], ends_on=date(2027, 8, 31), by=None)
    assert refused.value.field == "ends_on"
    amendment = amend(parent.id, [], by=None)
    with pytest.raises(Refusal):
        change_amendment(amendment.id, Head("A", ends_on=date(2027, 1, 1)), version=None, by=None)


def test_an_article_rewritten_says_by_which_amendment(cast):
    parent = in_force()
    amendment = signed_amendment(parent)
    assert {number: row.id for number, row in rewritten(parent.id).items()} == {"1": amendment.id}


# -- by themselves ----------------------------------------------------------------------------------------------------


def test_on_its_last_day_a_tacit_convention_is_renewed_once(cast, set_clock):
    convention = in_force()
    set_clock(LAST)
    assert run(clock.now()) == 1
    assert run(clock.now()) == 0
    assert (convention.state, convention.ends_on) == (S.IN_FORCE, date(2028, 8, 31))
    assert kinds(convention).count("convention.renew") == 1


def test_a_job_that_slept_two_years_catches_up(cast, set_clock):
    convention = in_force()
    set_clock(datetime(2029, 8, 30, 8, 0, tzinfo=UTC))
    run(clock.now())
    assert (convention.ends_on, kinds(convention).count("convention.renew")) == (date(2029, 8, 31), 1)


def test_after_notice_it_ends_the_day_after_its_last_one(cast, set_clock):
    convention = in_force()
    give_notice(convention.id, TODAY, by_cpts=False, by=None)
    set_clock(LAST)
    assert run(clock.now()) == 0
    set_clock(AFTER)
    run(clock.now())
    assert (convention.state, convention.end_reason) == (S.ENDED, EndReason.NOTICE)
    assert convention.ended_on == date(2027, 8, 31)
    assert not session.get_one(Checklist, convention.checklist_id).is_live


@pytest.mark.parametrize("renewal", [Renewal.EXPRESS, Renewal.NONE])
def test_what_nobody_renews_comes_to_its_term(cast, set_clock, renewal):
    convention = in_force(renewal=renewal)
    amendment = signed_amendment(convention)
    set_clock(AFTER)
    run(clock.now())
    assert {convention.end_reason, amendment.end_reason} == {EndReason.TERM}


# -- by an act --------------------------------------------------------------------------------------------------------


def test_notice_too_late_is_told_the_day_it_was_due(cast, set_clock):
    convention = in_force()
    set_clock(datetime(2027, 6, 1, 8, 0, tzinfo=UTC))
    with pytest.raises(Refusal) as refused:
        give_notice(convention.id, date(2027, 6, 1), by_cpts=True, by=None)
    assert "31 mai 2027" in refused.value.message
    give_notice(convention.id, date(2027, 5, 31), by_cpts=True, by=None)
    assert convention.notice_by_cpts is True


def test_notice_is_given_once_and_taken_back(cast):
    convention = in_force()
    give_notice(convention.id, TODAY, by_cpts=True, by=None)
    with pytest.raises(Refusal):
        give_notice(convention.id, TODAY, by_cpts=False, by=None)
    withdraw_notice(convention.id, by=None)
    assert (convention.notice_given_on, convention.ends_on) == (None, date(2027, 8, 31))
    with pytest.raises(Refusal):
        withdraw_notice(convention.id, by=None)


def test_without_an_end_notice_gives_one_and_taken_back_removes_it(cast):
    convention = in_force(ends_on=None, renewal=Renewal.NONE, notice_months=2, starts_on=date(2026, 1, 1))
    give_notice(convention.id, TODAY, by_cpts=True, by=None)
    assert convention.ends_on == date(2026, 9, 20)
    withdraw_notice(convention.id, by=None)
    assert convention.ends_on is None


def test_a_decision_renews_to_a_later_day(cast):
    convention = in_force(renewal=Renewal.EXPRESS)
    with pytest.raises(Refusal) as refused:
        renew(convention.id, date(2027, 8, 31), by=None)
    assert refused.value.field == "until"
    renew(convention.id, date(2028, 8, 31), by=None)
    assert convention.ends_on == date(2028, 8, 31)


@pytest.mark.parametrize("renewal", [Renewal.TACIT, Renewal.NONE])
def test_what_renews_by_itself_or_never_is_not_decided(cast, renewal):
    with pytest.raises(Refusal):
        renew(in_force(renewal=renewal).id, date(2029, 1, 1), by=None)


def test_a_draft_is_abandoned_and_stays_closed(cast):
    convention = adopted()
    end(convention.id, TODAY, EndReason.ABANDONED, note="Le DAC renonce", by=None)
    assert (convention.state, convention.end_note) == (S.ENDED, "Le DAC renonce")
    with pytest.raises(Refusal):
        end(convention.id, TODAY, EndReason.ABANDONED, by=None)


def test_nothing_ends_tomorrow(cast):
    with pytest.raises(Refusal) as refused:
        end(in_force().id, date(2026, 7, 21), EndReason.NOTICE, by=None)
    assert refused.value.field == "ended_on"
