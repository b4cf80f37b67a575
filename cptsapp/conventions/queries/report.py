"""The yearly report of a convention: commitments with their proofs, files sent to the partner, meetings and decisions.

Each part in a fixed number of statements, however long the convention.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from cptsapp.checklists.models import Commitment, Evidence, EvidenceKind, JournalEntry, Side
from cptsapp.conventions.models import Convention, ConventionParty, ConventionState, Partner
from cptsapp.conventions.queries.partners import names_of
from cptsapp.conventions.rules import report as rules
from cptsapp.conventions.rules.report import Facts, Sent, Standing
from cptsapp.core.db import session
from cptsapp.core.french import NBSP
from cptsapp.core.local import day_bounds, local
from cptsapp.core.refusals import Invisible
from cptsapp.core.seal import ring
from cptsapp.directory.models import Person
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.files.models import StoredFile
from cptsapp.inbox.models import CareBreak, PartnerAnswer, Referral
from cptsapp.territory import queries as territory

_WORDS_OF_SIDE = {Side.CPTS: "CPTS"}
_MET = ("journal.meeting", "journal.decision")


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a commitment was kept; `url` is empty for a figure."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A commitment as the report tells it."""

    number: str
    label: str
    who: str
    due_on: date | None
    said: str
    comment: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class PartnerFigures:
    """What was sent to one partner, in words that point to nobody."""

    name: str
    words: Mapping[str, str]
    breaks: str
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Met:
    """A meeting or a decision of the journal."""

    on: date
    is_decision: bool
    note: str
    file_name: str
    file_url: str


@dataclass(frozen=True, slots=True)
class Report:
    """A year of a convention. `since` and `until`: the days of it in which the convention held."""

    convention: Convention
    year: int
    years: Sequence[int]
    since: date
    until: date
    is_running: bool
    groups: Mapping[Standing, Sequence[Line]]
    figures: Sequence[PartnerFigures]
    met: Sequence[Met]
    counts: Mapping[Standing, int] = field(default_factory=dict)

    @property
    def titles(self) -> Mapping[Standing, str]:
        """How each group of commitments is called."""
        ended_on = self.convention.ended_on
        return rules.titles(is_running=self.is_running, has_ended=ended_on is not None and ended_on.year == self.year)


def years_of(convention: Convention) -> list[int]:
    """The years a report may be of, the last first; none for an amendment, whose commitments are its parent's."""
    if convention.parent_id is not None or convention.state not in (ConventionState.IN_FORCE, ConventionState.ENDED):
        return []
    return rules.years(convention.starts_on, convention.ended_on, territory.today())


def report(convention: Convention, year: int) -> Report:
    """The report of a year; raises Invisible for one in which the convention did not hold."""
    known, today = years_of(convention), territory.today()
    if year not in known or convention.starts_on is None:
        raise Invisible
    last = min(today, convention.ended_on or today, date(year, 12, 31))
    groups = _groups(convention, year, min(today, (convention.ended_on or today) + timedelta(days=1)))
    return Report(
        convention=convention,
        year=year,
        years=known,
        since=max(convention.starts_on, date(year, 1, 1)),
        until=last,
        is_running=last == today and convention.ended_on is None,
        groups=groups,
        figures=partner_figures(convention, year),
        met=_met(_checklists(convention), year),
        counts={stood: len(lines) for stood, lines in groups.items()},
    )


# -- commitments ------------------------------------------------------------------------------------------------------


def _checklists(convention: Convention) -> list[int]:
    """The checklists of the convention and of the amendments that were in force."""
    amended = select(Convention.checklist_id).where(
        Convention.parent_id == convention.id, Convention.checksum.is_not(None), Convention.starts_on.is_not(None)
    )
    return [convention.checklist_id, *session.scalars(amended.order_by(Convention.amendment_number))]


def _groups(convention: Convention, year: int, until: date) -> Mapping[Standing, Sequence[Line]]:
    """The commitments by where they stood, in the order they are told; what is empty is left out.

    `until`: today, or the day after the end: what was owed later was never late.
    """
    rows = session.execute(
        select(Commitment, Person)
        .outerjoin(Person, Person.id == Commitment.owner_id)
        .where(Commitment.checklist_id.in_(_checklists(convention)))
        .order_by(Commitment.checklist_id, Commitment.position, Commitment.id)
    ).all()
    stood = {row.Commitment.id: (rules.standing(facts := _facts(row.Commitment), year, until), facts) for row in rows}
    told = [row for row in rows if stood[row.Commitment.id][0] is not None]
    proofs = _proofs([row.Commitment.id for row in told])
    partner = ", ".join(names_of([convention.id]).get(convention.id, ()))
    found: dict[Standing, list[Line]] = {standing: [] for standing in rules.TITLES}
    for commitment, owner in told:
        where, facts = stood[commitment.id]
        assert where is not None  # those are not told
        found[where].append(_line(commitment, owner, partner, rules.said(facts, where), proofs[commitment.id]))
    return {standing: lines for standing, lines in found.items() if lines}


def _facts(commitment: Commitment) -> Facts:
    return Facts(
        commitment.state,
        commitment.due_on,
        commitment.done_on,
        local(commitment.changed_at).date(),
        commitment.is_continuous,
    )


def _line(commitment: Commitment, owner: Person | None, partner: str, said: str, proofs: Sequence[Proof]) -> Line:
    side = _WORDS_OF_SIDE.get(commitment.side, partner)
    sealed = commitment.comment
    return Line(
        commitment.number,
        commitment.label,
        f"{owner.full_name}, {side}" if owner else side,
        commitment.due_on,
        said,
        ring().unseal(sealed, commitment.seal_id, "comment") if sealed else commitment.expected,
        tuple(proofs),
    )


def _proofs(commitment_ids: Collection[int]) -> Mapping[int, list[Proof]]:
    """What shows that each was kept, what was withdrawn left out."""
    rows = session.execute(
        select(Evidence, StoredFile.name.label("file_name"))
        .outerjoin(StoredFile, StoredFile.id == Evidence.file_id)
        .where(Evidence.commitment_id.in_(commitment_ids), Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.id)
    ).all()
    found: dict[int, list[Proof]] = defaultdict(list)
    for evidence, file_name in rows:
        found[evidence.commitment_id].append(_proof(evidence, file_name or ""))
    return found


def _proof(evidence: Evidence, file_name: str) -> Proof:
    if evidence.kind is EvidenceKind.FILE:
        return Proof(evidence.label or file_name, f"/fichiers/{evidence.file_id}")
    if evidence.kind is EvidenceKind.LINK:
        return Proof(evidence.label or (evidence.url or ""), evidence.url or "")
    return Proof(f"{NBSP}: ".join(part for part in (evidence.label, evidence.value or "") if part), "")


# -- files sent to the partner ----------------------------------------------------------------------------------------


def partner_figures(convention: Convention, year: int) -> list[PartnerFigures]:
    """What the inbox knows of each partner of the convention, in the order they sign."""
    houses = session.scalars(
        select(Partner.organisation_id)
        .join(ConventionParty, ConventionParty.partner_id == Partner.id)
        .where(ConventionParty.convention_id == convention.id)
        .order_by(ConventionParty.position)
    ).all()
    roots = organisation_roots()
    of_house = {house: _same(house, roots) for house in houses}
    everyone = set().union(*of_house.values())
    sent, breaks = _sent(everyone, year), _breaks(everyone, year)
    names = names_of([convention.id]).get(convention.id, [])
    return [
        _of_partner(name, [one for n in of_house[house] for one in sent[n]], sum(breaks[n] for n in of_house[house]))
        for house, name in zip(houses, names, strict=True)
    ]


def _same(house: int, roots: Mapping[int, int]) -> set[int]:
    """The structure under all the numbers it has had."""
    root = roots.get(house, house)
    return {root, *(number for number, kept in roots.items() if kept == root)}


def _of_partner(name: str, sent: Sequence[Sent], breaks: int) -> PartnerFigures:
    return PartnerFigures(name, rules.shown(rules.counts(sent)), rules.breaks_shown(breaks), not sent and not breaks)


def _sent(organisation_ids: Collection[int], year: int) -> Mapping[int, list[Sent]]:
    """The files sent in the year; one that was stopped before any answer asked nothing of the partner."""
    first, last = day_bounds(date(year, 1, 1))[0], day_bounds(date(year, 12, 31))[1]
    rows = session.execute(
        select(
            Referral.organisation_id, Referral.sent_at, Referral.due_on, Referral.answered_at, Referral.answer
        ).where(
            Referral.organisation_id.in_(organisation_ids),
            Referral.sent_at >= first,
            Referral.sent_at < last,
            Referral.stopped_at.is_(None) | Referral.answered_at.is_not(None),
        )
    ).all()
    found: dict[int, list[Sent]] = defaultdict(list)
    for row in rows:
        found[row.organisation_id].append(_sent_of(row))
    return found


def _sent_of(row: Any) -> Sent:
    answered = local(row.answered_at).date() if row.answered_at else None
    return Sent(local(row.sent_at).date(), row.due_on, answered, row.answer is PartnerAnswer.FOUND)


def _breaks(organisation_ids: Collection[int], year: int) -> Mapping[int, int]:
    rows = session.execute(
        select(CareBreak.organisation_id, func.count(CareBreak.id))
        .where(
            CareBreak.organisation_id.in_(organisation_ids),
            CareBreak.happened_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .group_by(CareBreak.organisation_id)
    ).all()
    return Counter({number: many for number, many in rows if number is not None})


# -- meetings and decisions -------------------------------------------------------------------------------------------


def _met(checklist_ids: Collection[int], year: int) -> list[Met]:
    """The meetings and the decisions of the journal, the first one first; what was struck is left out."""
    rows = session.execute(
        select(JournalEntry, StoredFile.name.label("file_name"))
        .outerjoin(StoredFile, StoredFile.id == JournalEntry.file_id)
        .where(
            JournalEntry.checklist_id.in_(checklist_ids),
            JournalEntry.kind.in_(_MET),
            JournalEntry.cancelled_at.is_(None),
            JournalEntry.happened_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(JournalEntry.happened_on, JournalEntry.id)
    ).all()
    return [_met_of(entry, file_name or "") for entry, file_name in rows]


def _met_of(entry: JournalEntry, file_name: str) -> Met:
    assert entry.happened_on is not None  # asked for above
    note = ring().unseal(entry.note, entry.seal_id, "note") if entry.note else ""
    url = f"/fichiers/{entry.file_id}" if entry.file_id else ""
    return Met(entry.happened_on, entry.kind == "journal.decision", note, file_name, url)
