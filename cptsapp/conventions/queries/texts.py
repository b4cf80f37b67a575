"""The text of a convention as it stands in the drawer, and those that were frozen."""

from collections.abc import Sequence

from sqlalchemy import select

from cptsapp.checklists.models import Commitment, CommitmentState
from cptsapp.conventions.models import Article, Convention, ConventionState, FrozenText
from cptsapp.conventions.queries.partners import names_of
from cptsapp.conventions.rules import terms
from cptsapp.conventions.rules.texts import ArticleText, Clause, Text, from_json
from cptsapp.core.db import session
from cptsapp.territory import queries as territory


def articles_of(convention_id: int) -> Sequence[Article]:
    """The articles in order."""
    return session.scalars(
        select(Article).where(Article.convention_id == convention_id).order_by(Article.position, Article.id)
    ).all()


def clauses_of(convention: Convention) -> dict[str, list[Commitment]]:
    """The commitments that the text has, by number of article; what was dropped or renewed is not its."""
    found: dict[str, list[Commitment]] = {}
    wanted = (
        select(Commitment)
        .where(
            Commitment.checklist_id == convention.checklist_id,
            Commitment.state != CommitmentState.DROPPED,
            Commitment.renewed_from_id.is_(None),
        )
        .order_by(Commitment.position, Commitment.id)
    )
    for commitment in session.scalars(wanted):
        found.setdefault(commitment.number, []).append(commitment)
    return found


def party_names(convention_id: int) -> tuple[str, ...]:
    """Who signs: the CPTS, then the partners in order."""
    return (territory.settings().name, *names_of([convention_id]).get(convention_id, ()))


def current_text(convention: Convention) -> Text:
    """The text as the articles and commitments of the drawer make it: what « Faire relire » would freeze."""
    clauses = clauses_of(convention)
    articles = tuple(
        ArticleText(
            article.number, article.title, article.body, tuple(_clause(c) for c in clauses.get(article.number, ()))
        )
        for article in articles_of(convention.id)
    )
    return Text(convention.title, articles, party_names(convention.id), _term(convention))


def _clause(commitment: Commitment) -> Clause:
    return Clause(
        commitment.label,
        commitment.side,
        commitment.expected,
        commitment.due_months,
        commitment.every_months,
        commitment.is_continuous,
        commitment.code,
    )


def _term(convention: Convention) -> str:
    return terms.words(
        convention.starts_on,
        convention.ends_on,
        convention.renewal,
        convention.renewal_months,
        convention.notice_months,
    )


def latest_text(convention_id: int) -> FrozenText | None:
    """The text that was frozen last, whatever became of it; None for a draft nobody has read."""
    return session.scalar(
        select(FrozenText).where(FrozenText.convention_id == convention_id).order_by(FrozenText.number.desc()).limit(1)
    )


def articles_in_force(convention: Convention) -> list[ArticleText]:
    """The articles that bind today: those of the adopted text, as the amendments in force have rewritten them."""
    bound: dict[str, ArticleText] = {}
    for text in _texts_in_force(convention):
        bound |= {article.number: article for article in from_json(text.content).articles}
    return list(bound.values())


def _texts_in_force(convention: Convention) -> Sequence[FrozenText]:
    """The adopted text of the convention, then those of its amendments in the order of their numbers."""
    return session.scalars(
        select(FrozenText)
        .join(Convention, Convention.id == FrozenText.convention_id)
        .where(
            (Convention.id == convention.id)
            | ((Convention.parent_id == convention.id) & (Convention.state == ConventionState.IN_FORCE)),
            FrozenText.checksum == Convention.checksum,
        )
        .order_by(Convention.amendment_number.nulls_first(), FrozenText.number)
    ).all()
