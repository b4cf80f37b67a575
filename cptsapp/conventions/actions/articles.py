"""Writing the articles of a draft: add, change, move, remove. Their commitments follow them."""

from dataclasses import dataclass

from sqlalchemy import func, select

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions import refuse_nir
from cptsapp.checklists.models import Commitment
from cptsapp.conventions.actions.clauses import clauses_at, drop_clause, lay_out
from cptsapp.conventions.actions.drafting import held_draft, touch
from cptsapp.conventions.models import Article, Convention
from cptsapp.conventions.queries.texts import articles_of
from cptsapp.conventions.rules.drafts import CHANGED_MEANWHILE, Changed, fingerprint
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal


@dataclass(frozen=True, slots=True)
class Written:
    """An article as it was typed."""

    number: str
    title: str
    body: str


def mark_of(article: Article) -> str:
    """What tells whether the article is still the one that was read."""
    return fingerprint(article.number, article.title, article.body)


def add_article(convention_id: int, written: Written, *, by: Actor | None) -> Article:
    """Add an article at the end. Raises Refusal when its number is taken."""
    convention = held_draft(convention_id)
    _refuse_text(written)
    _refuse_taken(convention, written.number)
    last = session.scalar(select(func.max(Article.position)).where(Article.convention_id == convention.id))
    article = Article(
        convention_id=convention.id,
        position=(last or 0) + 1,
        number=written.number,
        title=written.title,
        body=written.body,
    )
    session.add(article)
    touch(convention)
    record("convention.article_added", convention, by=by, article=article.number)
    return article


def change_article(
    convention_id: int, article_id: int, written: Written, *, read: str | None, by: Actor | None
) -> Article:
    """Rewrite an article. Raises Changed when it is no longer the one of the mark `read`."""
    convention = held_draft(convention_id)
    article = _of(convention, article_id)
    if read is not None and read != mark_of(article):
        raise Changed(CHANGED_MEANWHILE)
    _refuse_text(written)
    if written.number != article.number:
        _refuse_taken(convention, written.number)
    _carry(clauses_at(convention, article.number), written.number, written.title)
    article.number, article.title, article.body = written.number, written.title, written.body
    touch(convention)
    record("convention.article_changed", convention, by=by, article=article.number)
    return article


def move_article(convention_id: int, article_id: int, *, up: bool, by: Actor | None) -> Article:
    """Exchange an article with its neighbour: each takes the other's place and number, its commitments with it."""
    convention = held_draft(convention_id)
    moved = _of(convention, article_id)
    ordered = list(articles_of(convention.id))
    place = ordered.index(moved) + (-1 if up else 1)
    if not 0 <= place < len(ordered):
        raise Refusal("Cet article est déjà au bout.")
    _exchange(convention, moved, ordered[place])
    lay_out(convention)
    touch(convention)
    record("convention.article_moved", convention, by=by, article=moved.number)
    return moved


def _exchange(convention: Convention, one: Article, other: Article) -> None:
    ours, theirs = clauses_at(convention, one.number), clauses_at(convention, other.number)
    number, position = one.number, one.position
    one.number = ""  # a number is given once
    session.flush()
    one_number, one.position, other.position = other.number, other.position, position
    other.number = number
    session.flush()
    one.number = one_number
    session.flush()
    _carry(ours, one.number, one.title)
    _carry(theirs, other.number, other.title)


def remove_article(convention_id: int, article_id: int, *, read: str | None, by: Actor | None) -> Convention:
    """Remove an article and its commitments. Raises Changed when it is no longer the one that was read."""
    convention = held_draft(convention_id)
    article = _of(convention, article_id)
    if read is not None and read != mark_of(article):
        raise Changed(CHANGED_MEANWHILE)
    for commitment in clauses_at(convention, article.number):
        drop_clause(commitment, by)
    record("convention.article_removed", convention, by=by, article=article.number)
    session.delete(article)
    touch(convention)
    return convention


def _of(convention: Convention, article_id: int) -> Article:
    """The article as the base has it now; raises Invisible when it is another convention's, or gone."""
    wanted = select(Article).where(Article.id == article_id, Article.convention_id == convention.id)
    article = session.scalar(wanted.execution_options(populate_existing=True))
    if article is None:
        raise Invisible
    return article


def _carry(commitments: list[Commitment], number: str, title: str) -> None:
    for commitment in commitments:
        commitment.number, commitment.heading = number, title
    session.flush()


def _refuse_text(written: Written) -> None:
    refuse_nir(written.title, written.body)


def _refuse_taken(convention: Convention, number: str) -> None:
    taken = select(Article.id).where(Article.convention_id == convention.id, Article.number == number)
    if session.scalar(taken) is not None:
        raise Refusal(f"Il y a déjà un article {number}.", "number")
