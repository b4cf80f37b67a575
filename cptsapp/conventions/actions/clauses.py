"""Writing what an article of a draft commits each party to: add, change, move, remove."""

from dataclasses import dataclass

from sqlalchemy import select

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.actions import Owed, refuse_nir
from cptsapp.checklists.models import Commitment, CommitmentState, Evidence, JournalEntry, Side
from cptsapp.conventions.actions.drafting import held_draft, touch
from cptsapp.conventions.models import Article, Convention
from cptsapp.conventions.queries.texts import articles_of
from cptsapp.conventions.rules.drafts import CHANGED_MEANWHILE, Changed
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.territory import queries as territory


@dataclass(frozen=True, slots=True)
class Typed:
    """A commitment as it was typed; months are counted from the day the convention takes effect."""

    label: str
    side: Side
    expected: str = ""
    due_months: int | None = None
    every_months: int | None = None
    is_continuous: bool = False
    owner_id: int | None = None


def add_clause(convention_id: int, article_id: int, typed: Typed, *, by: Actor | None) -> Commitment:
    """Add a commitment at the end of an article. Raises Invisible when the article is not this draft's."""
    convention = held_draft(convention_id)
    article = session.scalar(select(Article).where(Article.id == article_id, Article.convention_id == convention.id))
    if article is None:
        raise Invisible
    owed = Owed(
        label=typed.label,
        side=typed.side,
        number=article.number,
        heading=article.title,
        expected=typed.expected,
        owner_id=typed.owner_id,
        due_months=typed.due_months,
        every_months=typed.every_months,
        is_continuous=typed.is_continuous,
    )
    commitment = checklists.add(convention.checklist_id, owed, by=by)
    lay_out(convention)
    touch(convention)
    return commitment


def change_clause(
    convention_id: int, commitment_id: int, typed: Typed, *, version: int | None, by: Actor | None
) -> Commitment:
    """Rewrite a commitment. Raises Changed when someone has since the version that was read."""
    convention = held_draft(convention_id)
    commitment = _of(convention, commitment_id)
    if version is not None and version != commitment.version:
        raise Changed(CHANGED_MEANWHILE)
    refuse_nir(typed.label, typed.expected)
    commitment.label, commitment.side, commitment.expected = typed.label, typed.side, typed.expected
    commitment.is_continuous = typed.is_continuous
    commitment.due_months, commitment.every_months = typed.due_months, typed.every_months
    commitment.owner_id = typed.owner_id
    if typed.is_continuous:
        commitment.due_on = None
    checklists.touch(commitment, by)
    touch(convention)
    record("commitment.changed", commitment, by=by)
    return commitment


def move_clause(convention_id: int, commitment_id: int, *, up: bool, by: Actor | None) -> Commitment:
    """Exchange a commitment with its neighbour in the article. Raises Refusal at the end."""
    convention = held_draft(convention_id)
    moved = _of(convention, commitment_id)
    beside = [line for line in clauses_at(convention, moved.number) if line.state is not CommitmentState.DROPPED]
    if moved not in beside:
        raise Invisible
    place = beside.index(moved) + (-1 if up else 1)
    if not 0 <= place < len(beside):
        raise Refusal("Cet engagement est déjà au bout de son article.")
    other = beside[place]
    moved.position, other.position = other.position, moved.position
    touch(convention)
    record("convention.clause_moved", convention, by=by, article=moved.number)
    return moved


def remove_clause(convention_id: int, commitment_id: int, *, by: Actor | None) -> Convention:
    """Remove a commitment from a draft."""
    convention = held_draft(convention_id)
    commitment = _of(convention, commitment_id)
    record("convention.clause_removed", convention, by=by, article=commitment.number)
    drop_clause(commitment, by)
    touch(convention)
    return convention


def drop_clause(commitment: Commitment, by: Actor | None) -> None:
    """Take a commitment out of a draft; one that the journal or a proof speaks of stays there, dropped."""
    if not _is_spoken_of(commitment.id):
        session.delete(commitment)
        session.flush()
        return
    if commitment.state is not CommitmentState.DROPPED:
        checklists.set_state(commitment, CommitmentState.DROPPED, by=by, on=territory.today())


def _is_spoken_of(commitment_id: int) -> bool:
    in_journal = select(JournalEntry.id).where(JournalEntry.commitment_id == commitment_id).limit(1)
    shown = select(Evidence.id).where(Evidence.commitment_id == commitment_id).limit(1)
    again = select(Commitment.id).where(Commitment.renewed_from_id == commitment_id).limit(1)
    return any(session.scalar(found) is not None for found in (in_journal, shown, again))


def clauses_at(convention: Convention, number: str) -> list[Commitment]:
    """The commitments of an article as they stand, in order."""
    wanted = (
        select(Commitment)
        .where(Commitment.checklist_id == convention.checklist_id, Commitment.number == number)
        .order_by(Commitment.position, Commitment.id)
    )
    return list(session.scalars(wanted))


def lay_out(convention: Convention) -> None:
    """Number the lines of the checklist as they come in the text; those of no article after them."""
    places = {article.number: rank for rank, article in enumerate(articles_of(convention.id))}
    lines = list(session.scalars(select(Commitment).where(Commitment.checklist_id == convention.checklist_id)))
    lines.sort(key=lambda line: (places.get(line.number, len(places)), line.position, line.id))
    for position, line in enumerate(lines, start=1):
        line.position = position
    session.flush()


def _of(convention: Convention, commitment_id: int) -> Commitment:
    """The commitment, its row held; raises Invisible when it is not one of the draft's text."""
    commitment = checklists.locked(commitment_id)
    if commitment.checklist_id != convention.checklist_id:
        raise Invisible
    return commitment
