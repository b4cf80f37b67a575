"""A draft: opened from a template or blank, its articles and commitments written by several."""

from datetime import date

import pytest

from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import Commitment, CommitmentState, Side
from cptsapp.checklists.queries import listing
from cptsapp.conventions.actions import templates
from cptsapp.conventions.actions.articles import (
    Written,
    add_article,
    change_article,
    mark_of,
    move_article,
    remove_article,
)
from cptsapp.conventions.actions.clauses import Typed, change_clause, move_clause, remove_clause
from cptsapp.conventions.actions.drafting import Head, change_head, change_lead, create
from cptsapp.conventions.models import PartnerKind, Renewal
from cptsapp.conventions.queries.conventions import convention_for
from cptsapp.conventions.queries.templates import templates as offered
from cptsapp.conventions.queries.texts import articles_of, clauses_of, current_text
from cptsapp.conventions.rules.drafts import Changed, next_number
from cptsapp.conventions.rules.texts import ArticleText, Text
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from tests.tools.convention_steps import circulated, drafted
from tests.tools.conventions import make_partner
from tests.tools.factories import acting, make_organisation


def numbers(convention):
    return [(article.number, article.title) for article in articles_of(convention.id)]


def labels(convention, number):
    return [line.label for line in clauses_of(convention).get(number, ())]


def test_a_draft_takes_the_articles_and_commitments_of_its_template(cast):
    templates.install(by=acting(cast.coordinator))
    row = next(row for row in offered() if row.kind is PartnerKind.DAC)
    convention = create(Head("Avec le DAC"), [make_partner().id], row.version_id, by=acting(cast.coordinator))
    text = current_text(convention)
    assert "2.1.3" in [article.number for article in text.articles]
    assert sum(len(article.clauses) for article in text.articles) > 6
    assert text.parties == ("CPTS Littoral d’Essai", "DAC Vendée Littoral")


def test_a_template_changed_afterwards_moves_nothing(cast):
    by = acting(cast.coordinator)
    templates.install(by=by)
    row = offered()[0]
    convention = create(Head("Avec le DAC"), [make_partner().id], row.version_id, by=by)
    before = current_text(convention)
    text = Text("Autre", (ArticleText("1", "Tout autre", "…"),))
    saved = templates.save(templates.locked(row.id), row.name, text, read_number=row.number, by=by)
    assert (saved.number, current_text(convention)) == (2, before)


def test_a_draft_is_not_asked_of_anyone_nor_seen_by_the_partner(cast):
    convention = drafted()
    assert not listing(convention.checklist_id, acting(cast.coordinator)).is_live
    with pytest.raises(Invisible):
        convention_for(acting(cast.outsider), convention.id)


def test_a_partner_who_left_binds_itself_to_nothing_new(cast):
    gone = make_partner(left_on=date(2026, 7, 1), left_reason="Fermé")
    with pytest.raises(Refusal) as refused:
        create(Head("Avec le DAC"), [gone.id], None, by=None)
    assert refused.value.field == "partner"


def test_a_term_that_does_not_hold_together_is_refused(cast):
    with pytest.raises(Refusal) as refused:
        drafted(ends_on=date(2026, 8, 1))
    assert refused.value.field == "ends_on"


def test_an_article_moved_takes_the_number_of_the_other_and_its_commitments(cast):
    convention = drafted()
    second = articles_of(convention.id)[1]
    move_article(convention.id, second.id, up=True, by=None)
    assert numbers(convention) == [("1", "Suivi"), ("2", "Objet")]
    assert labels(convention, "1") == ["Répondre"]
    assert [line.label for line in listing(convention.checklist_id, acting(cast.coordinator)).rows] == [
        "Répondre",
        "Ouvrir les accès",
    ]


def test_the_first_article_does_not_go_up(cast):
    convention = drafted()
    with pytest.raises(Refusal):
        move_article(convention.id, articles_of(convention.id)[0].id, up=True, by=None)


def test_an_article_removed_takes_its_commitments_away(cast):
    convention = drafted()
    first = articles_of(convention.id)[0]
    remove_article(convention.id, first.id, read=mark_of(first), by=None)
    assert numbers(convention) == [("2", "Suivi")]
    assert session.query(Commitment).filter_by(label="Ouvrir les accès").count() == 0


def test_a_number_is_given_once(cast):
    convention = drafted()
    with pytest.raises(Refusal) as refused:
        add_article(convention.id, Written("2", "Encore", ""), by=None)
    assert refused.value.field == "number"


def test_a_renumbered_article_keeps_its_commitments(cast):
    convention = drafted()
    first = articles_of(convention.id)[0]
    change_article(convention.id, first.id, Written("1.1", "But", "Coopérer."), read=mark_of(first), by=None)
    kept = clauses_of(convention)["1.1"][0]
    assert (kept.label, kept.heading) == ("Ouvrir les accès", "But")


def test_who_writes_over_another_is_told_and_nothing_is_lost(cast):
    convention = drafted()
    first = articles_of(convention.id)[0]
    read = mark_of(first)
    change_article(convention.id, first.id, Written("1", "Objet", "La sienne."), read=read, by=None)
    with pytest.raises(Changed):
        change_article(convention.id, first.id, Written("1", "Objet", "La mienne."), read=read, by=None)
    assert articles_of(convention.id)[0].body == "La sienne."


def test_two_articles_are_written_at_once_without_a_conflict(cast):
    convention = drafted()
    first, second = articles_of(convention.id)
    marks = mark_of(first), mark_of(second)
    change_article(convention.id, first.id, Written("1", "Objet", "A"), read=marks[0], by=None)
    change_article(convention.id, second.id, Written("2", "Suivi", "B"), read=marks[1], by=None)
    assert [article.body for article in articles_of(convention.id)] == ["A", "B"]


def test_a_commitment_rewritten_since_it_was_read_is_kept(cast):
    convention = drafted()
    line = clauses_of(convention)["1"][0]
    seen = line.version
    change_clause(convention.id, line.id, Typed("Autre", Side.CPTS), version=seen, by=None)
    with pytest.raises(Changed):
        change_clause(convention.id, line.id, Typed("Mien", Side.CPTS), version=seen, by=None)


def test_a_commitment_moves_within_its_article_alone(cast):
    convention = drafted()
    with pytest.raises(Refusal):
        move_clause(convention.id, clauses_of(convention)["1"][0].id, up=False, by=None)


def test_a_commitment_the_journal_speaks_of_is_dropped_not_removed(cast):
    convention = drafted()
    line = clauses_of(convention)["1"][0]
    note_event(convention.checklist_id, "commitment.todo", by=None, commitment_id=line.id)
    remove_clause(convention.id, line.id, by=None)
    assert line.state is CommitmentState.DROPPED
    assert clauses_of(convention).get("1", []) == []


def test_another_conventions_commitment_does_not_exist_here(cast):
    other = drafted(partner=make_partner(make_organisation(name="Autre")))
    mine = drafted(partner=make_partner(make_organisation(name="Encore")))
    with pytest.raises(Invisible):
        remove_clause(mine.id, clauses_of(other)["1"][0].id, by=None)


def test_a_text_out_of_the_drawer_is_not_written(cast):
    convention = circulated()
    with pytest.raises(Refusal):
        add_article(convention.id, Written("3", "Encore", ""), by=None)


def test_the_head_read_before_a_change_is_refused(cast):
    convention = drafted()
    partners = [convention.parties[1].partner_id]
    with pytest.raises(Refusal):
        change_head(convention.id, Head("Autre"), partners, version=convention.version - 1, by=None)


def test_partners_are_changed_in_the_order_in_which_they_sign(cast):
    convention = drafted()
    first = convention.parties[1].partner_id
    second = make_partner(make_organisation(name="MSP des Olonnes")).id
    change_head(convention.id, Head("À trois"), [second, first], version=None, by=None)
    assert [party.partner_id for party in convention.parties] == [None, second, first]


def test_a_convention_changes_hands_in_whatever_state(cast):
    convention = circulated()
    before = current_text(convention).checksum
    change_lead(convention.id, cast.gp_person.id, by=None)
    assert convention.lead_id == cast.gp_person.id
    assert current_text(convention).checksum == before


def test_a_nir_is_refused_in_an_article(cast):
    convention = drafted()
    with pytest.raises(Refusal):
        add_article(convention.id, Written("3", "Suivi", "1 84 12 76 451 089 46"), by=None)


@pytest.mark.parametrize(("known", "following"), [((), "1"), (("1", "2.1", "2.1.3"), "3"), (("Préambule",), "1")])
def test_the_number_that_follows(known, following):
    assert next_number(known) == following


def test_without_renewal_its_months_are_not_kept(cast):
    assert drafted(renewal=Renewal.NONE).renewal_months is None
