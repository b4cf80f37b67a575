"""What the page of one convention shows beside its checklist: parties and signatures, remarks, amendments, texts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.audit.models import AuditEvent
from cptsapp.conventions.models import (
    Article,
    Convention,
    ConventionComment,
    ConventionParty,
    ConventionState,
    FrozenText,
    Partner,
    PartnerKind,
    Relation,
    Signature,
)
from cptsapp.conventions.permissions import visible_to
from cptsapp.conventions.queries.partners import names_of
from cptsapp.conventions.rules.register import KIND_LABELS, RELATION_LABELS
from cptsapp.conventions.rules.states import WORDS
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.files.models import StoredFile
from cptsapp.territory import queries as territory


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """A signature as noted; `cancelled_at` is local, None for one that counts."""

    id: int
    signer: str
    function: str
    signed_on: date
    file_id: int
    file_name: str
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartyRow:
    """Who signs. `signature` is the one that counts, `cancelled` those that no longer do."""

    id: int
    partner_id: int | None
    name: str
    detail: str
    has_left: bool
    signature: SignatureRow | None = None
    cancelled: list[SignatureRow] = field(default_factory=list)


def parties(convention: Convention) -> list[PartyRow]:
    """The parties in the order they sign, with their signatures; four statements."""
    signed = _signatures(convention.id)
    names = iter(names_of([convention.id]).get(convention.id, []))
    rows = session.execute(
        select(ConventionParty.id, Partner.id.label("partner_id"), Partner.kind, Partner.relation, Partner.left_on)
        .outerjoin(Partner, Partner.id == ConventionParty.partner_id)
        .where(ConventionParty.convention_id == convention.id)
        .order_by(ConventionParty.position)
    ).all()
    return [
        PartyRow(
            row.id,
            row.partner_id,
            territory.settings().name if row.partner_id is None else next(names),
            _detail(row.kind, row.relation),
            row.left_on is not None,
            next((one for one in signed.get(row.id, ()) if one.cancelled_at is None), None),
            [one for one in signed.get(row.id, ()) if one.cancelled_at is not None],
        )
        for row in rows
    ]


def _detail(kind: PartnerKind | None, relation: Relation | None) -> str:
    return f"{KIND_LABELS[kind]}, {RELATION_LABELS[relation]}" if kind and relation else ""


def _signatures(convention_id: int) -> dict[int, list[SignatureRow]]:
    rows = session.execute(
        select(Signature, StoredFile.name)
        .join(ConventionParty, ConventionParty.id == Signature.party_id)
        .join(StoredFile, StoredFile.id == Signature.file_id)
        .where(ConventionParty.convention_id == convention_id)
        .order_by(Signature.id)
    ).all()
    found: dict[int, list[SignatureRow]] = {}
    for signature, name in rows:
        found.setdefault(signature.party_id, []).append(
            SignatureRow(
                signature.id,
                signature.signer,
                signature.function,
                signature.signed_on,
                signature.file_id,
                name,
                local(signature.cancelled_at) if signature.cancelled_at else None,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A remark and what it was answered; moments are local. `text_number`: of the version it was made on."""

    id: int
    article_number: str
    body: str
    who: str
    said_at: datetime
    answer: str | None
    answered_at: datetime | None
    answered_by: str
    text_number: int


def comments(convention_id: int) -> list[CommentRow]:
    """The remarks on every version, those of the last version first, each in the order in which it was made."""
    rows = session.execute(
        select(ConventionComment, FrozenText.number)
        .join(FrozenText, FrozenText.id == ConventionComment.text_id)
        .where(ConventionComment.convention_id == convention_id)
        .order_by(FrozenText.number.desc(), ConventionComment.said_at, ConventionComment.id)
    ).all()
    names = _names({user_id for row in rows for user_id in (row[0].author_id, row[0].answered_by_id)})
    return [
        CommentRow(
            comment.id,
            comment.article_number or "",
            comment.body,
            _author(comment, names),
            local(comment.said_at),
            comment.answer,
            local(comment.answered_at) if comment.answered_at else None,
            names.get(comment.answered_by_id, ""),
            number,
        )
        for comment, number in rows
    ]


def comment_count(convention_id: int) -> int:
    """How many remarks were made, on whatever version."""
    wanted = select(func.count(ConventionComment.id)).where(ConventionComment.convention_id == convention_id)
    return session.scalar(wanted) or 0


def _author(comment: ConventionComment, names: dict[int | None, str]) -> str:
    writer = names.get(comment.author_id, "")
    return f"{comment.said_by}, noté par {writer}" if comment.said_by else writer


def _names(user_ids: set[int | None]) -> dict[int | None, str]:
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(user_ids - {None})))
    return {row.id: row.display_name for row in rows}


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """An amendment of a convention, as its page names it."""

    id: int
    number: int
    title: str
    state: ConventionState
    words: str
    starts_on: date | None


def amendments(convention_id: int, user: CurrentUser) -> list[AmendmentRow]:
    """The amendments that the user may see, in order."""
    rows = session.execute(
        select(
            Convention.id,
            Convention.amendment_number,
            Convention.title,
            Convention.state,
            Convention.starts_on,
        )
        .where(Convention.parent_id == convention_id, visible_to(user))
        .order_by(Convention.amendment_number)
    )
    return [_amendment(row) for row in rows]


def _amendment(row: Any) -> AmendmentRow:
    return AmendmentRow(row.id, row.amendment_number, row.title, row.state, WORDS[row.state], row.starts_on)


def rewritten(convention_id: int) -> dict[str, AmendmentRow]:
    """The amendment in force that binds in the place of an article, by number: the last that took it up."""
    rows = session.execute(
        select(Convention, Article.number)
        .join(Article, Article.convention_id == Convention.id)
        .where(Convention.parent_id == convention_id, Convention.state == ConventionState.IN_FORCE)
        .order_by(Convention.amendment_number)
    )
    return {number: _amendment(row) for row, number in rows}


def parent_of(convention: Convention) -> Convention | None:
    """The convention that an amendment changes."""
    return session.get(Convention, convention.parent_id) if convention.parent_id is not None else None


def versions(convention_id: int) -> Sequence[FrozenText]:
    """The texts that were frozen, last first."""
    return session.scalars(
        select(FrozenText).where(FrozenText.convention_id == convention_id).order_by(FrozenText.number.desc())
    ).all()


def file_name(file_id: int | None) -> str:
    """The name of a file; nothing when there is none."""
    if file_id is None:
        return ""
    return session.scalar(select(StoredFile.name).where(StoredFile.id == file_id)) or ""


def last_writer(convention_id: int) -> str:
    """Who changed a draft last, and when: « Sophie Arnaud, à 14h32 » is for the page to write."""
    row = session.execute(
        select(User.display_name, AuditEvent.at)
        .join(User, User.id == AuditEvent.user_id)
        .where(AuditEvent.subject_type == "convention", AuditEvent.subject_id == convention_id)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return ""
    at = local(row.at)
    return f"{row.display_name}, à {at.hour}h{at.minute:02d}"
