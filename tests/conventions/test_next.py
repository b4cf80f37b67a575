"""What comes next for a convention, in each state: its words, its day, what is missing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.conventions.models import ConventionState, EndReason, Renewal
from cptsapp.conventions.rules.next import AmendmentFacts, Facts, Step, as_next, is_due, is_late, next_step, term_step

S = ConventionState
TODAY = date(2026, 7, 20)
SOON, LATER = date(2026, 7, 24), date(2026, 9, 30)
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
MAYBE = st.none() | DAYS
COUNTS = st.integers(0, 3)
FACTS = st.builds(
    Facts,
    state=st.sampled_from(ConventionState),
    starts_on=MAYBE,
    ends_on=MAYBE,
    renewal=st.sampled_from(Renewal),
    notice_on=MAYBE,
    notice_given_on=MAYBE,
    comments_due_on=MAYBE,
    end_reason=st.sampled_from(EndReason),
    article_count=COUNTS,
    awaited=st.lists(st.sampled_from(("DAC", "CPTS", "MSP")), max_size=3),
    unanswered_count=COUNTS,
    is_minuted=st.booleans(),
    owed_label=st.sampled_from(("", "Réunion de bilan", "PPCS à relire")),
    owed_on=MAYBE,
    unowned_count=COUNTS,
    undated_count=COUNTS,
    unproved_count=COUNTS,
)


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        (Facts(S.DRAFT), Step("écrire le texte", None, ("texte", "dates"))),
        (Facts(S.DRAFT, starts_on=SOON, article_count=3), Step("faire relire le texte", SOON)),
        (
            Facts(S.CIRCULATED, comments_due_on=SOON, awaited=("Hôpital",)),
            Step("réponse attendue du partenaire", SOON, ("relecture",)),
        ),
        (
            Facts(S.CIRCULATED, comments_due_on=SOON, unanswered_count=2),
            Step("répondre aux remarques", SOON, ("réponse",)),
        ),
        (Facts(S.CIRCULATED, comments_due_on=SOON), Step("adoption par le conseil", SOON, ("adoption",))),
        (
            Facts(S.ADOPTED, starts_on=SOON, awaited=("la CPTS", "MSP", "CCAS"), partner_count=2, is_minuted=False),
            Step("signature de 3\u00a0parties sur 3", SOON, ("signature", "procès-verbal")),
        ),
        (
            Facts(S.ADOPTED, awaited=("la CPTS", "MSP")),
            Step("signature de la CPTS et du partenaire", None, ("signature",)),
        ),
        (Facts(S.ADOPTED), Step("entrée en vigueur")),
        (Facts(S.ENDED, end_reason=EndReason.PARTNER_LEFT), Step("le partenaire a quitté la CPTS")),
        (Facts(S.IN_FORCE), Step("rien n’est attendu")),
        (
            Facts(S.IN_FORCE, owed_label="Réunion de bilan", owed_on=SOON, ends_on=LATER, unowned_count=1),
            Step("réunion de bilan", SOON, ("responsable",)),
        ),
        (
            Facts(S.IN_FORCE, ends_on=LATER, amendments=(AmendmentFacts(1, S.CIRCULATED, SOON),)),
            Step("avenant n°\u00a01 à relire", SOON),
        ),
    ],
)
def test_what_comes_next(facts, step):
    assert next_step(facts, TODAY) == step


@pytest.mark.parametrize(
    ("facts", "words", "due_on"),
    [
        (Facts(S.IN_FORCE, ends_on=LATER), "fin de la convention", LATER),
        (Facts(S.IN_FORCE, ends_on=LATER, renewal=Renewal.TACIT, notice_on=SOON), "tacite reconduction, préavis", SOON),
        (
            Facts(S.IN_FORCE, ends_on=LATER, renewal=Renewal.TACIT, notice_on=TODAY),
            "tacite reconduction, préavis",
            TODAY,
        ),
        (
            Facts(S.IN_FORCE, ends_on=LATER, renewal=Renewal.TACIT, notice_on=TODAY - timedelta(1)),
            "tacite reconduction",
            LATER,
        ),
        (Facts(S.IN_FORCE, ends_on=LATER, renewal=Renewal.EXPRESS, notice_on=SOON), "décider du renouvellement", SOON),
        (Facts(S.IN_FORCE, ends_on=LATER, renewal=Renewal.TACIT, notice_given_on=SOON), "fin après préavis", LATER),
        (Facts(S.IN_FORCE), "", None),
    ],
)
def test_what_its_term_asks_for(facts, words, due_on):
    assert term_step(facts, TODAY)[:2] == (words, due_on)


@pytest.mark.parametrize(("label", "said"), [("Réunion", "réunion"), ("PPCS relus", "PPCS relus"), ("", "")])
def test_a_label_after_a_colon(label, said):
    assert as_next(label) == said


@given(FACTS, DAYS)
def test_there_is_always_a_next_step_and_it_is_the_first(facts, today):
    step = next_step(facts, today)
    assert step.words
    if facts.state is S.IN_FORCE and facts.owed_label and facts.owed_on:
        assert step.due_on is not None
        assert step.due_on <= facts.owed_on


@given(FACTS, DAYS)
def test_what_is_late_is_due(facts, today):
    step = next_step(facts, today)
    assert is_due(step, today) or not is_late(step, today)
