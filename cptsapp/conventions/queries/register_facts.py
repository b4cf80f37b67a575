"""What the lines of the register are made of, counted by the database: one statement for each kind of fact."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from cptsapp.conventions.rules.next import US, AmendmentFacts, Facts, Step, next_step
from cptsapp.conventions.rules.register import KIND_LABELS, RELATION_LABELS, Line, Tally, day_words
from cptsapp.conventions.rules.states import WORDS
from cptsapp.conventions.rules.terms import decision_due_on
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
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


def lines(today: date) -> Mapping[int, Line]:
    """The line of each convention that is no amendment."""
    found = _all(today, None)
    leads = _leads({each.row.lead_id for each in found.values() if each.row.lead_id is not None})
    return {
        number: _line(each, leads.get(each.row.lead_id, ""), today)
        for number, each in found.items()
        if each.row.parent_id is None
    }


def step_of(convention_id: int, today: date, *, reads_drafts: bool = True) -> Step:
    """What comes next for one convention; raises Invisible when there is none."""
    found = _all(today, convention_id).get(convention_id)
    if found is None:
        raise Invisible
    return next_step(found.facts if reads_drafts else _told(found.facts), today)


def _told(facts: Facts) -> Facts:
    """What a partner may know: nothing of an amendment that is a draft."""
    return replace(facts, amendments=[each for each in facts.amendments if each.state is not S.DRAFT])


@dataclass(slots=True)
class Known:
    """All that is known of a convention; what its amendments in force list counts for it."""

    row: Any
    facts: Facts
    parties: Sequence[Party]
    tally: Tally


def _all(today: date, only: int | None) -> Mapping[int, Known]:
    """What is known of all conventions, or of one and its amendments."""
    rows = _conventions(only)
    parties, counted = _parties(only), _counted(only, today)
    answered, unanswered = _comments(only)
    signed, articles = _signed(only), _article_counts(only)
    found: dict[int, Known] = {}
    pending: dict[int, list[AmendmentFacts]] = defaultdict(list)
    # Amendments first: what they wait for, and what is owed by them, is part of what they amend.
    for row in sorted(rows, key=lambda row: (row.parent_id is None, row.id)):
        done = answered[row.id] if row.state is S.CIRCULATED else signed[row.id]
        silent = [party for party in parties[row.id] if party.id not in done]
        partner_count = sum(party.organisation_id is not None for party in parties[row.id])
        counts = articles.get(row.id, 0), unanswered.get(row.id, 0)
        facts = _facts(row, counted[row.id], counts, (silent, partner_count), pending[row.id])
        found[row.id] = Known(row, facts, parties[row.id], counted[row.id].tally)
        if row.parent_id is not None and row.state in _AMENDING:
            due_on = next_step(facts, today).due_on
            pending[row.parent_id].append(AmendmentFacts(row.amendment_number, row.state, due_on))
        elif row.parent_id is not None:
            counted[row.parent_id] = _with(counted[row.parent_id], counted[row.id])
    return found


def _with(counted: Counted, more: Counted) -> Counted:
    """What two checklists say together."""
    first = min((each for each in (counted, more) if each.due_on), key=_day_of, default=counted)
    return Counted(
        counted.tally + more.tally,
        counted.unowned + more.unowned,
        counted.undated + more.undated,
        counted.unproved + more.unproved,
        first.label,
        first.due_on,
    )


def _day_of(counted: Counted) -> date:
    return counted.due_on or date.max


_AMENDING = (S.DRAFT, S.CIRCULATED, S.ADOPTED)


def _facts(
    row: Any,
    counted: Counted,
    counts: tuple[int, int],
    parties: tuple[Sequence[Party], int],
    pending: Sequence[AmendmentFacts],
) -> Facts:
    (article_count, unanswered_count), (silent, partner_count) = counts, parties
    awaited = [party.name for party in silent if row.state is S.ADOPTED or party.organisation_id is not None]
    return Facts(
        state=row.state,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        renewal=row.renewal,
        notice_on=decision_due_on(row.renewal, row.ends_on, row.notice_months),
        notice_given_on=row.notice_given_on,
        comments_due_on=row.comments_due_on,
        end_reason=row.end_reason,
        article_count=article_count,
        awaited=awaited,
        partner_count=partner_count,
        unanswered_count=unanswered_count,
        is_minuted=row.minutes_id is not None,
        owed_label=counted.label,
        owed_on=counted.due_on,
        unowned_count=counted.unowned,
        undated_count=counted.undated,
        unproved_count=counted.unproved,
        amendments=tuple(pending),
    )


def _line(known: Known, lead: str, today: date) -> Line:
    row, step = known.row, next_step(known.facts, today)
    partners = [party for party in known.parties if party.organisation_id is not None]
    names = ", ".join(party.name for party in partners)
    relation = next((party.relation for party in partners if party.relation), None)
    kinds = " ".join(KIND_LABELS[party.kind] for party in partners if party.kind)
    return Line(
        id=row.id,
        title=row.title,
        partners=names or row.title,
        relation=RELATION_LABELS[relation] if relation else "",
        state=row.state,
        state_words=WORDS[row.state],
        step=step,
        told_step=next_step(_told(known.facts), today),
        day=day_words(row.ended_on if row.state is S.ENDED else step.due_on, today, is_past=row.state is S.ENDED),
        tally=known.tally.once_over() if row.state is S.ENDED else known.tally,
        lead=lead,
        ended_on=row.ended_on,
        folded=fold(f"{names} {row.title} {kinds} {lead}"),
    )


# -- the conventions and who signs them -------------------------------------------------------------------------------


def _within(wanted: Any, only: int | None) -> Any:
    """The statement about one convention and its amendments, or about all."""
    if only is None:
        return wanted
    return wanted.where((Convention.id == only) | (Convention.parent_id == only))


def _conventions(only: int | None) -> Sequence[Any]:
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


def _parties(only: int | None) -> Mapping[int, list[Party]]:
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


def _leads(numbers: set[int]) -> Mapping[int | None, str]:
    """The names of those who lead; someone merged is whom they became."""
    merged = roots()
    wanted = {number: merged.get(number, number) for number in numbers}
    people = session.scalars(select(Person).where(Person.id.in_(set(wanted.values()))))
    names = {person.id: person.full_name for person in people}
    return {number: names.get(root, "") for number, root in wanted.items()}


# -- what was said, signed and written --------------------------------------------------------------------------------


def _comments(only: int | None) -> tuple[Mapping[int, set[int]], Mapping[int, int]]:
    """Of the text last circulated: the parties someone spoke for, and how many remarks wait for an answer.

    A remark that came by mail or by telephone is the partner's when there is one only.
    """
    latest = select(func.max(FrozenText.id)).where(FrozenText.convention_id == Convention.id).scalar_subquery()
    wanted = (
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
    heard: dict[int, set[int]] = defaultdict(set)
    relayed: dict[int, set[int]] = defaultdict(set)
    waiting: dict[int, set[int]] = defaultdict(set)
    for row in session.execute(_within(wanted, only)):
        if row.party_id is not None:
            (relayed if row.said_by else heard)[row.convention_id].add(row.party_id)
        if row.waits:
            waiting[row.convention_id].add(row.id)
    for number, parties in relayed.items():
        if len(parties) == 1:
            heard[number] |= parties
    return heard, {number: len(found) for number, found in waiting.items()}


def _signed(only: int | None) -> Mapping[int, set[int]]:
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


def _article_counts(only: int | None) -> Mapping[int, int]:
    """How many articles each draft has."""
    wanted = (
        select(Article.convention_id, func.count().label("articles"))
        .join(Convention, Convention.id == Article.convention_id)
        .where(Convention.state == S.DRAFT)
        .group_by(Article.convention_id)
    )
    return {row.convention_id: row.articles for row in session.execute(_within(wanted, only))}


# -- the checklists ---------------------------------------------------------------------------------------------------


def _counted(only: int | None, today: date) -> dict[int, Counted]:
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
