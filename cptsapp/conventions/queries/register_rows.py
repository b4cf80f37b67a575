"""What the lines of the register are made of, counted by the database: one statement for each kind of fact.

Each function reads all conventions, or `only` one and its amendments.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from cptsapp.accounts.models import User
from cptsapp.checklists.models import Commitment, CommitmentState, Evidence
from cptsapp.checklists.rules import OPEN
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
from cptsapp.conventions.rules.next import US
from cptsapp.conventions.rules.register import Tally
from cptsapp.core.db import session
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Organisation, Person, Place, Practice
from cptsapp.directory.queries.membership import organisation_roots

S = ConventionState


@dataclass(slots=True)
class Party:
    """Who signs a convention: its name; its structure under its present number, none for the CPTS."""

    id: int
    name: str
    organisation_id: int | None
    relation: Relation | None
    kind: PartnerKind | None


@dataclass(slots=True)
class Counted:
    """What the checklist of a convention says of it."""

    tally: Tally = field(default_factory=Tally)
    unowned: int = 0
    undated: int = 0
    unproved: int = 0
    label: str = ""
    due_on: date | None = None


# -- the conventions and who signs them -------------------------------------------------------------------------------


def _within(wanted: Any, only: int | None) -> Any:
    """The statement about one convention and its amendments, or about all."""
    if only is None:
        return wanted
    return wanted.where((Convention.id == only) | (Convention.parent_id == only))


def conventions(only: int | None) -> Sequence[Any]:
    """What each convention says of itself."""
    wanted = select(
        Convention.id,
        Convention.title,
        Convention.state,
        Convention.parent_id,
        Convention.amendment_number,
        Convention.lead_id,
        Convention.starts_on,
        Convention.ends_on,
        Convention.renewal,
        Convention.notice_months,
        Convention.notice_given_on,
        Convention.comments_due_on,
        Convention.minutes_id,
        Convention.ended_on,
        Convention.end_reason,
    )
    return session.execute(_within(wanted, only)).all()


def parties(only: int | None) -> Mapping[int, list[Party]]:
    """Who signs each convention, in order; a structure merged into another is that other."""
    wanted = (
        select(
            ConventionParty.id,
            ConventionParty.convention_id,
            Partner.kind,
            Partner.relation,
            Organisation.id.label("organisation_id"),
            Organisation.name,
        )
        .join(Convention, Convention.id == ConventionParty.convention_id)
        .outerjoin(Partner, Partner.id == ConventionParty.partner_id)
        .outerjoin(Organisation, Organisation.id == Partner.organisation_id)
        .order_by(ConventionParty.convention_id, ConventionParty.position)
    )
    merged = organisation_roots()
    kept = select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(merged.values())))
    names = {row.id: row.name for row in session.execute(kept)}
    found: dict[int, list[Party]] = defaultdict(list)
    for row in session.execute(_within(wanted, only)):
        root = merged.get(row.organisation_id, row.organisation_id)
        name = names.get(root, row.name) if row.organisation_id else US
        found[row.convention_id].append(Party(row.id, name, root, row.relation, row.kind))
    return found


def leads(numbers: set[int]) -> Mapping[int | None, str]:
    """The names of those who lead; someone merged is whom they became."""
    merged = roots()
    wanted = {number: merged.get(number, number) for number in numbers}
    people = session.scalars(select(Person).where(Person.id.in_(set(wanted.values()))))
    names = {person.id: person.full_name for person in people}
    return {number: names.get(root, "") for number, root in wanted.items()}


# -- what was said, signed and written --------------------------------------------------------------------------------


def comments(only: int | None) -> tuple[Mapping[int, set[int]], Mapping[int, int]]:
    """Of the text last circulated: the parties someone spoke for, and how many remarks wait for an answer.

    A remark that came by mail or by telephone is the partner's when there is one only.
    """
    heard: dict[int, set[int]] = defaultdict(set)
    relayed: dict[int, set[int]] = defaultdict(set)
    waiting: dict[int, set[int]] = defaultdict(set)
    for row in session.execute(_within(_spoken(), only)):
        if row.party_id is not None:
            (relayed if row.said_by else heard)[row.convention_id].add(row.party_id)
        if row.waits:
            waiting[row.convention_id].add(row.id)
    for number, parties in relayed.items():
        if len(parties) == 1:
            heard[number] |= parties
    return heard, {number: len(found) for number, found in waiting.items()}


def _spoken() -> Any:
    """The remarks on the text last circulated, each with the party of its author, or those it may have been said by."""
    latest = select(func.max(FrozenText.id)).where(FrozenText.convention_id == Convention.id).scalar_subquery()
    return (
        select(
            ConventionComment.convention_id,
            ConventionComment.said_by,
            ConventionComment.answer.is_(None).label("waits"),
            ConventionComment.id,
            ConventionParty.id.label("party_id"),
        )
        .join(Convention, Convention.id == ConventionComment.convention_id)
        .outerjoin(User, User.id == ConventionComment.author_id)
        .outerjoin(Practice, Practice.person_id == User.person_id)
        .outerjoin(Place, Place.id == Practice.place_id)
        .outerjoin(Partner, Partner.organisation_id == Place.organisation_id)
        .outerjoin(
            ConventionParty,
            and_(
                ConventionParty.convention_id == Convention.id,
                or_(
                    ConventionParty.partner_id == Partner.id,
                    and_(ConventionComment.said_by != "", ConventionParty.partner_id.is_not(None)),
                ),
            ),
        )
        .where(Convention.state == S.CIRCULATED, ConventionComment.text_id == latest)
    )


def signed(only: int | None) -> Mapping[int, set[int]]:
    """The parties that have signed the text that was adopted."""
    wanted = (
        select(FrozenText.convention_id, Signature.party_id)
        .join(FrozenText, FrozenText.id == Signature.text_id)
        .join(Convention, Convention.id == FrozenText.convention_id)
        .where(
            Convention.state == S.ADOPTED,
            FrozenText.checksum == Convention.checksum,
            Signature.cancelled_at.is_(None),
        )
    )
    found: dict[int, set[int]] = defaultdict(set)
    for row in session.execute(_within(wanted, only)):
        found[row.convention_id].add(row.party_id)
    return found


def article_counts(only: int | None) -> Mapping[int, int]:
    """How many articles each draft has."""
    wanted = (
        select(Article.convention_id, func.count().label("articles"))
        .join(Convention, Convention.id == Article.convention_id)
        .where(Convention.state == S.DRAFT)
        .group_by(Article.convention_id)
    )
    return {row.convention_id: row.articles for row in session.execute(_within(wanted, only))}


# -- the checklists ---------------------------------------------------------------------------------------------------


def counted(only: int | None, today: date) -> dict[int, Counted]:
    """What each checklist says; of one without a commitment, nothing."""
    found: dict[int, Counted] = defaultdict(Counted)
    for row in session.execute(_within(_tallies(today), only)):
        tally = Tally(row.kept, row.doing, row.late, row.todo)
        found[row.id] = Counted(tally, row.unowned, row.undated, row.unproved)
    for row in session.execute(_within(_FIRST_OWED, only)):
        counted = found[row.id]
        if not counted.label:  # of several due on one day, the first of the text
            counted.label, counted.due_on = row.label, row.due_on
    return found


_IS_OPEN = Commitment.state.in_(OPEN)
_IS_DONE = Commitment.state == CommitmentState.DONE


def _tallies(today: date) -> Any:
    """A row a convention: how many of its commitments are in each state, and how many lack something."""
    is_late = and_(_IS_OPEN, Commitment.due_on.is_not(None), Commitment.due_on < today)
    asks_someone = and_(_IS_OPEN, Commitment.is_continuous.is_(False))
    shown = exists().where(Evidence.commitment_id == Commitment.id, Evidence.withdrawn_at.is_(None))
    return (
        select(
            Convention.id,
            _sum(_IS_DONE).label("kept"),
            _sum(and_(Commitment.state == CommitmentState.DOING, ~is_late)).label("doing"),
            _sum(is_late).label("late"),
            _sum(and_(Commitment.state == CommitmentState.TODO, ~is_late)).label("todo"),
            _sum(and_(asks_someone, Commitment.owner_id.is_(None))).label("unowned"),
            _sum(and_(asks_someone, Commitment.due_on.is_(None))).label("undated"),
            _sum(and_(_IS_DONE, Commitment.expected != "", ~shown)).label("unproved"),
        )
        .join(Commitment, Commitment.checklist_id == Convention.checklist_id)
        .group_by(Convention.id)
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


_FIRST = (
    select(Commitment.checklist_id, func.min(Commitment.due_on).label("due_on"))
    .where(_IS_OPEN)
    .group_by(Commitment.checklist_id)
    .subquery()
)
_FIRST_OWED = (
    select(Convention.id, Commitment.label, Commitment.due_on)
    .join(_FIRST, _FIRST.c.checklist_id == Convention.checklist_id)
    .join(
        Commitment,
        and_(Commitment.checklist_id == Convention.checklist_id, Commitment.due_on == _FIRST.c.due_on, _IS_OPEN),
    )
    .order_by(Convention.id, Commitment.position, Commitment.id)
)
