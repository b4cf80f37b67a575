"""Opening a convention from a template or blank, and changing what stands above its articles, while it is a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions import Owed, add, note_event, open_checklist
from cptsapp.checklists.models import ChecklistKind
from cptsapp.conventions.actions.moves import refuse_stale
from cptsapp.conventions.models import (
    Article,
    Convention,
    ConventionParty,
    ConventionState,
    Partner,
    Renewal,
    Signature,
    TemplateVersion,
)
from cptsapp.conventions.queries.conventions import locked
from cptsapp.conventions.rules import terms
from cptsapp.conventions.rules.texts import ArticleText, Clause, from_json
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal

NOT_A_DRAFT = "Le texte ne se change qu’au brouillon\u00a0: reprenez-le d’abord."
NO_PARTNER = "Choisissez au moins un partenaire."
LEFT = "Ce partenaire a quitté la CPTS\u00a0: rien de nouveau ne l’engage."
NOT_LATER = "Donnez un jour d’après la fin prévue, ou laissez vide."
HAS_SIGNED = "Ce partenaire a signé une version de ce texte\u00a0: il reste partie à la convention."


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the articles; see `models.Convention` for each field."""

    title: str
    starts_on: date | None = None
    ends_on: date | None = None
    renewal: Renewal = Renewal.NONE
    renewal_months: int | None = None
    notice_months: int | None = None
    lead_id: int | None = None


def create(head: Head, partner_ids: Sequence[int], template_version_id: int | None, *, by: Actor | None) -> Convention:
    """A draft with these partners, drawn from a version of a template or blank.

    Raises Refusal for a term that does not hold together, without partner, or with one who has left.
    """
    _refuse_term(head)
    _refuse_partners(partner_ids)
    version = session.get(TemplateVersion, template_version_id) if template_version_id is not None else None
    convention = blank(head, by=by)
    convention.template_version_id = version.id if version else None
    set_parties(convention, partner_ids)
    record("convention.created", convention, by=by)
    note_event(convention.checklist_id, "convention.created", by=by)
    if version is not None:
        draw(convention, from_json(version.content).articles, by=by)
    return convention


def blank(head: Head, *, by: Actor | None) -> Convention:
    """A draft without party nor article, its checklist not live."""
    convention = Convention(
        title=head.title,
        state=ConventionState.DRAFT,
        checklist_id=open_checklist(ChecklistKind.CONVENTION, is_live=False).id,
        created_at=clock.now(),
        created_by_id=by.id if by else None,
    )
    _apply(convention, head)
    session.add(convention)
    session.flush()
    return convention


def _apply(convention: Convention, head: Head) -> None:
    is_renewed = head.renewal is not Renewal.NONE
    convention.title = head.title
    convention.starts_on, convention.ends_on = head.starts_on, head.ends_on
    convention.renewal = head.renewal
    convention.renewal_months = head.renewal_months if is_renewed else None
    convention.notice_months = head.notice_months if is_renewed or head.ends_on is None else None
    convention.lead_id = head.lead_id


def draw(convention: Convention, articles: Sequence[ArticleText], *, by: Actor | None) -> None:
    """Copy articles and their commitments into a draft that has none."""
    for position, found in enumerate(articles, start=1):
        session.add(
            Article(
                convention_id=convention.id,
                position=position,
                number=found.number,
                title=found.title,
                body=found.body,
            )
        )
        for clause in found.clauses:
            add(convention.checklist_id, _owed(found, clause), by=by)
    session.flush()


def _owed(article: ArticleText, clause: Clause) -> Owed:
    return Owed(
        label=clause.label,
        side=clause.side,
        number=article.number,
        heading=article.title,
        expected=clause.expected,
        due_months=clause.due_months,
        every_months=clause.every_months,
        is_continuous=clause.is_continuous,
        code=clause.figure,
    )


def set_parties(convention: Convention, partner_ids: Sequence[int]) -> None:
    """The CPTS, then these partners, in this order. Raises Refusal when one who signed would go."""
    kept = {
        party.partner_id: party
        for party in session.scalars(select(ConventionParty).where(ConventionParty.convention_id == convention.id))
    }
    wanted: list[int | None] = [None, *dict.fromkeys(partner_ids)]
    for partner_id, party in kept.items():
        if partner_id not in wanted:
            _remove_party(party)
    for party in kept.values():  # out of the way: a position is given once
        party.position += 1000
    session.flush()
    for position, wanted_id in enumerate(wanted):
        present = kept.get(wanted_id)
        if present is None:
            session.add(ConventionParty(convention_id=convention.id, partner_id=wanted_id, position=position))
        else:
            present.position = position
    session.flush()
    session.expire(convention, ["parties"])


def _remove_party(party: ConventionParty) -> None:
    if session.scalar(select(Signature.id).where(Signature.party_id == party.id).limit(1)) is not None:
        raise Refusal(HAS_SIGNED, "partner")
    session.delete(party)


def change_head(
    convention_id: int, head: Head, partner_ids: Sequence[int], *, version: int | None, by: Actor | None
) -> Convention:
    """Change the title, the partners, the term or the lead of a draft. Raises Refusal as `create` does, or stale."""
    convention = held_draft(convention_id)
    refuse_stale(convention, version)
    _refuse_term(head)
    present = {party.partner_id for party in convention.parties}
    _refuse_partners(partner_ids, kept=present)
    _apply(convention, head)
    set_parties(convention, partner_ids)
    touch(convention)
    record("convention.changed", convention, by=by)
    return convention


def change_amendment(convention_id: int, head: Head, *, version: int | None, by: Actor | None) -> Convention:
    """Change the title, the days or the lead of a draft amendment; its parties are those of its parent."""
    convention = held_draft(convention_id)
    refuse_stale(convention, version)
    _refuse_term(head)
    refuse_end(session.get_one(Convention, convention.parent_id), head.ends_on)
    _apply(convention, head)
    touch(convention)
    record("convention.changed", convention, by=by)
    return convention


def refuse_end(parent: Convention, ends_on: date | None) -> None:
    """Raise Refusal for a new last day of a convention that does not come after the one it has."""
    if ends_on is not None and parent.ends_on is not None and ends_on <= parent.ends_on:
        raise Refusal(NOT_LATER, "ends_on")


def change_lead(convention_id: int, lead_id: int | None, *, by: Actor | None) -> Convention:
    """Give a convention to someone else, in whatever state: the text does not say who follows it."""
    convention = locked(convention_id)
    if convention.lead_id == lead_id:
        return convention
    convention.lead_id = lead_id
    touch(convention)
    record("convention.lead", convention, by=by)
    return convention


def held_draft(convention_id: int) -> Convention:
    """A draft, its row held. Raises Refusal once it has left the drawer."""
    convention = locked(convention_id)
    if convention.state is not ConventionState.DRAFT:
        raise Refusal(NOT_A_DRAFT)
    return convention


def touch(convention: Convention) -> None:
    """Raise the version: whoever read the page before is told."""
    convention.version += 1
    session.flush()


def _refuse_term(head: Head) -> None:
    wrong = terms.why_not_days(head.starts_on, head.ends_on, head.renewal, head.renewal_months, head.notice_months)
    if wrong is not None:
        raise Refusal(*wrong)


def _refuse_partners(partner_ids: Sequence[int], kept: set[int | None] | None = None) -> None:
    if not partner_ids:
        raise Refusal(NO_PARTNER, "partner")
    # Held until the end: whoever notes a departure at the same moment ends what is opened here, or refuses it.
    wanted = select(Partner.id, Partner.left_on).where(Partner.id.in_(partner_ids)).order_by(Partner.id)
    rows = session.execute(wanted.with_for_update(read=True)).all()
    if len(rows) != len(set(partner_ids)):
        raise Refusal(NO_PARTNER, "partner")
    if any(row.left_on is not None and row.id not in (kept or ()) for row in rows):
        raise Refusal(LEFT, "partner")
