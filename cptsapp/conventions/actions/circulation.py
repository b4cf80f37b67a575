"""Circulating a text for comment, what its readers say of it, and what they are answered."""

from datetime import date

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions import note_event, refuse_nir
from cptsapp.conventions import mail
from cptsapp.conventions.actions.moves import move, refuse_stale
from cptsapp.conventions.models import Convention, ConventionComment, ConventionState, FrozenText
from cptsapp.conventions.queries.conventions import locked
from cptsapp.conventions.queries.texts import current_text, latest_text
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.territory import queries as territory

EMPTY = "Il n’y a encore aucun article à relire."
NO_PARTY = "Ajoutez d’abord le partenaire."
PAST = "Ce jour est passé."
NOT_CIRCULATED = "Ce texte n’est plus en relecture\u00a0: vos mots sont gardés, dites-les à la coordination."
ANSWERED = "Quelqu’un vient d’y répondre\u00a0: rechargez la page."


def circulate(convention_id: int, comments_due_on: date, *, version: int | None = None, by: Actor | None) -> FrozenText:
    """Freeze the text as it stands and ask the parties and the board for their remarks until a day.

    Raises Refusal for an empty text, a day that has passed, or a page read before the text was changed.
    """
    convention = locked(convention_id)
    refuse_stale(convention, version)
    if comments_due_on < territory.today():
        raise Refusal(PAST, "comments_due_on")
    if len(convention.parties) < 2:
        raise Refusal(NO_PARTY)
    is_first = latest_text(convention.id) is None
    frozen = _frozen(convention, by)
    convention.comments_due_on = comments_due_on
    move(
        convention,
        "circulate",
        by=by,
        number=frozen.number,
        comments_due_on=comments_due_on.isoformat(),
    )
    if convention.parent_id is not None and is_first:
        _tell_parent(convention, convention.parent_id, by)
    mail.ask_readers(convention, frozen)
    return frozen


def _tell_parent(amendment: Convention, parent_id: int, by: Actor | None) -> None:
    """The journal of a convention, which its parties read, tells of an amendment once it is out of the drawer."""
    parent = session.get_one(Convention, parent_id)
    note_event(parent.checklist_id, "convention.amendment", by=by, number=amendment.amendment_number)


def _frozen(convention: Convention, by: Actor | None) -> FrozenText:
    """The text frozen now; the last one again when no letter of it has changed, with the remarks made on it."""
    text = current_text(convention)
    if not text.articles:
        raise Refusal(EMPTY)
    last = latest_text(convention.id)
    if last is not None and last.checksum == text.checksum:
        return last
    frozen = FrozenText(
        convention_id=convention.id,
        number=(last.number if last else 0) + 1,
        content=text.as_json(),
        checksum=text.checksum,
        frozen_at=clock.now(),
        frozen_by_id=by.id if by else None,
    )
    session.add(frozen)
    session.flush()
    return frozen


def comment(
    convention_id: int, body: str, *, article_number: str | None = None, said_by: str = "", by: CurrentUser
) -> ConventionComment:
    """Write a remark on the text in circulation; `said_by`: who made it, when it came by mail or by telephone."""
    convention = locked(convention_id)
    frozen = latest_text(convention.id)
    if convention.state is not ConventionState.CIRCULATED or frozen is None:
        raise Refusal(NOT_CIRCULATED)
    refuse_nir(body, said_by)
    known = {article["number"] for article in frozen.content["articles"]}
    if article_number is not None and article_number not in known:
        raise Refusal("Cet article n’est pas dans le texte à relire.", "article_number")
    made = ConventionComment(
        convention_id=convention.id,
        text_id=frozen.id,
        article_number=article_number,
        body=body,
        author_id=by.id,
        said_by=said_by,
        said_at=clock.now(),
    )
    session.add(made)
    session.flush()
    record("convention.commented", convention, by=by, comment=made.id)
    return made


def answer(convention_id: int, comment_id: int, text: str, *, by: CurrentUser) -> ConventionComment:
    """Answer a remark, once. Raises Refusal when someone just did."""
    convention = locked(convention_id)
    wanted = select(ConventionComment).where(
        ConventionComment.id == comment_id, ConventionComment.convention_id == convention.id
    )
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise Invisible
    if found.answer is not None:
        raise Refusal(ANSWERED)
    refuse_nir(text)
    found.answer, found.answered_at, found.answered_by_id = text, clock.now(), by.id
    session.flush()
    record("convention.comment_answered", convention, by=by, comment=found.id)
    return found
