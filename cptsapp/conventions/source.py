"""What conventions tell of their checklists: names, who sees and changes them, figures, the texts to be read again."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, exists, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.models import Checklist, ChecklistKind, Commitment, CommitmentState, Side
from cptsapp.checklists.permissions import numbers_of
from cptsapp.checklists.sources import Asked, Named, Source
from cptsapp.conventions.models import (
    Article,
    Convention,
    ConventionComment,
    ConventionParty,
    ConventionState,
    FrozenText,
    PartnerContact,
)
from cptsapp.conventions.permissions import visible_to, why_not_manage
from cptsapp.conventions.queries.partners import names_of
from cptsapp.conventions.queries.people import house_people, partner_people
from cptsapp.conventions.queries.report import partner_figures
from cptsapp.core.db import session
from cptsapp.core.french import NBSP
from cptsapp.core.small import HIDDEN_WORDS, SMALL_WORDS
from cptsapp.territory import queries as territory

CLOSED = "Cette convention est close\u202f: ses engagements ne changent plus."


def _named(checklist_ids: Collection[int], user: CurrentUser) -> Mapping[int, Named]:
    """The partner's name for whoever owes one of its lines; the page of those who may open it, else no address."""
    rows = session.execute(
        select(
            Convention.checklist_id,
            Convention.id,
            Convention.title,
            Convention.parent_id,
            Convention.amendment_number,
            visible_to(user).label("is_visible"),
        ).where(Convention.checklist_id.in_(checklist_ids))
    ).all()
    partners = names_of({row.id for row in rows})
    return {
        row.checklist_id: Named(
            _title(row.title, partners.get(row.id, ()), row.amendment_number),
            f"/conventions/{row.id}" if row.is_visible else "",
        )
        for row in rows
    }


def _title(title: str, partners: Sequence[str], amendment_number: int | None) -> str:
    name = ", ".join(partners) or title
    return f"{name}, avenant n°{NBSP}{amendment_number}" if amendment_number else name


def _can_see(checklist: Checklist, user: CurrentUser) -> bool:
    """Whoever may open the convention; and whoever owes or kept one of its lines, who reads what they signed for."""
    found = select(Convention.id).where(Convention.checklist_id == checklist.id, visible_to(user))
    if session.scalar(found) is not None:
        return True
    if user.person_id is None or not checklist.is_live:
        return False
    numbers = numbers_of(user)
    theirs = Commitment.checklist_id == checklist.id, Commitment.owner_id.in_(numbers)
    side = or_(Commitment.side != Side.PARTNER, _is_contact(checklist, numbers))
    owed = select(Commitment.id).where(*theirs, side, Commitment.state != CommitmentState.DROPPED)
    return session.scalar(owed.limit(1)) is not None


def _is_contact(checklist: Checklist, numbers: Collection[int]) -> ColumnElement[bool]:
    """Whether someone is still a contact of one of the partners: what they kept for it opens nothing once they left."""
    return exists().where(
        Convention.checklist_id == checklist.id,
        ConventionParty.convention_id == Convention.id,
        PartnerContact.partner_id == ConventionParty.partner_id,
        PartnerContact.person_id.in_(numbers),
        PartnerContact.ended_on.is_(None),
    )


def _why_not_manage(checklist: Checklist, user: CurrentUser) -> str | None:
    if (reason := why_not_manage(user)) is not None:
        return reason
    state = session.scalar(select(Convention.state).where(Convention.checklist_id == checklist.id))
    return CLOSED if state is ConventionState.ENDED else None


def _asks(user: CurrentUser) -> Sequence[Asked]:
    """The texts in circulation that the user may comment and has said nothing of; the coordination asks, and reads."""
    if not user.can("conventions.comment") or user.can("conventions.manage"):
        return ()
    said = exists().where(
        ConventionComment.text_id == FrozenText.id,
        ConventionComment.author_id == user.id,
    )
    latest = (
        select(FrozenText.id)
        .where(FrozenText.convention_id == Convention.id)
        .order_by(FrozenText.number.desc())
        .limit(1)
        .correlate(Convention)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Convention.id, Convention.title, Convention.comments_due_on)
        .join(FrozenText, FrozenText.id == latest)
        .where(Convention.state == ConventionState.CIRCULATED, visible_to(user), ~said)
        .order_by(Convention.comments_due_on, Convention.id)
    )
    return [
        Asked(
            f"Relire{NBSP}: {row.title}",
            "texte mis en circulation",
            row.comments_due_on,
            f"/conventions/{row.id}",
            "Lire",
        )
        for row in rows
    ]


# What the inbox counts of a partner, by the codes of `rules.report.shown`.
_FIGURES = {
    "sent": "Dossiers transmis",
    "answered": "Dossiers répondus",
    "in_time": "Répondus dans le délai",
    "found": "Dossiers avec un médecin trouvé",
    "days": "Délai médian de réponse",
}


def _figures(checklist: Checklist) -> Mapping[str, tuple[str, str]]:
    """Of each partner, what was sent to it this year and what became of it; a small count is never a proof."""
    convention = session.scalar(select(Convention).where(Convention.checklist_id == checklist.id))
    if convention is None:
        return {}
    year = territory.today().year
    return {
        f"{code}.{rank}.{year}": (f"{label} en {year}, {partner.name}", partner.words[code])
        for rank, partner in enumerate(partner_figures(convention, year))
        for code, label in _FIGURES.items()
        if partner.words[code] not in _NO_PROOF
    }


_NO_PROOF = (SMALL_WORDS, HIDDEN_WORDS, "—", "0")


def _owners(checklist: Checklist) -> Mapping[int, str]:
    """The people of the house, then the partners' contacts, by name."""
    number = session.scalar(select(Convention.id).where(Convention.checklist_id == checklist.id))
    return dict([*house_people(), *(partner_people(number) if number is not None else ())])


def _articles(checklist: Checklist) -> Sequence[tuple[str, str]]:
    """Those of its text, in order, whether something is owed there yet or not."""
    wanted = select(Article.number, Article.title).join(Convention, Convention.id == Article.convention_id)
    rows = session.execute(wanted.where(Convention.checklist_id == checklist.id).order_by(Article.position))
    return [(row.number, row.title) for row in rows]


SOURCE = Source(
    kind=ChecklistKind.CONVENTION,
    named=_named,
    can_see=_can_see,
    why_not_manage=_why_not_manage,
    takes_files=True,
    figures=_figures,
    asks=_asks,
    owners=_owners,
    articles=_articles,
)
