"""Commitments as screens show them: by article, with their evidence, and what the reader may do with them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.checklists.models import Checklist, Commitment, CommitmentState, Evidence, EvidenceKind, Side
from cptsapp.checklists.permissions import can_read, numbers_of, why_not_manage
from cptsapp.checklists.rules import (
    Tally,
    day_word,
    days_late,
    due_word,
    every_word,
    may_go,
    short_name,
    standing,
    standing_word,
    tally,
)
from cptsapp.checklists.sources import source_of
from cptsapp.core.db import session
from cptsapp.core.french import NBSP
from cptsapp.core.local import local
from cptsapp.core.refusals import Invisible
from cptsapp.core.seal import ring
from cptsapp.directory.models import Organisation, Person, Place, Practice
from cptsapp.files.models import StoredFile
from cptsapp.territory import queries as territory

# Of a line nobody has yet, the party that owes it; what a plan asks of a role says so above.
OWED_BY = {Side.CPTS: "la CPTS", Side.PARTNER: "le partenaire"}


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a commitment was kept; `at` and `withdrawn_at` are local."""

    id: int
    kind: EvidenceKind
    label: str
    url: str  # where it opens: the file, the link; empty for a figure
    value: str
    at: datetime
    by: str
    withdrawn_at: datetime | None
    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class Row:
    """A commitment as screens show it. `standing` is the code that `state()` draws, `late_days` 0 when it is not late.

    `can_tick` and `can_manage`: whether the reader may say where it stands, and change it.
    """

    id: int
    checklist_id: int
    version: int
    number: str
    heading: str
    label: str
    expected: str
    comment: str
    side: Side
    owner_id: int | None
    owner: str
    owner_of: str  # the partner's structure, under the name; of whoever is still to be named, the party
    due_on: date | None
    due: str
    every: str
    is_continuous: bool
    state: CommitmentState
    standing: str
    word: str
    under: str  # « 24 févr., S. Arnaud », « depuis 10 j »
    late_days: int
    proofs: tuple[Proof, ...]
    can_tick: bool
    can_manage: bool

    @property
    def detail(self) -> str:
        """The small line under the label: what was said last, else how it is shown to be done."""
        return self.comment or self.expected

    @property
    def is_open(self) -> bool:
        """Whether it is still owed."""
        return self.state in (CommitmentState.TODO, CommitmentState.DOING)

    @property
    def live_proofs(self) -> tuple[Proof, ...]:
        """Those that were not withdrawn."""
        return tuple(proof for proof in self.proofs if proof.withdrawn_at is None)

    def may_go(self, state: str) -> bool:
        """Whether the table lets it take a state."""
        return may_go(self.state, CommitmentState(state))


@dataclass(frozen=True, slots=True)
class Group:
    """The commitments of one article, under « Article 2.1 — Recherche de médecin traitant »."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The commitments of a checklist, in the order of its articles."""

    id: int
    groups: tuple[Group, ...]
    tally: Tally
    past: int  # older occurrences of what recurs, left out
    can_manage: bool
    is_live: bool

    @property
    def rows(self) -> list[Row]:
        """Every commitment, in order."""
        return [row for group in self.groups for row in group.rows]

    @property
    def first_late(self) -> Row | None:
        """The one that has been late for longest, or None."""
        return max((row for row in self.rows if row.late_days), key=lambda row: row.late_days, default=None)


_Owner = Person.__table__.alias()
_Changer, _Adder, _Withdrawer = (User.__table__.alias() for _ in range(3))


def checklist(checklist_id: int, user: CurrentUser) -> Checklist:
    """The checklist; raises Invisible when it does not exist for the user."""
    found = session.get(Checklist, checklist_id)
    if found is None or not source_of(found).can_see(found, user):
        raise Invisible
    return found


def commitment(commitment_id: int, user: CurrentUser) -> tuple[Commitment, Checklist]:
    """A commitment and its checklist; raises Invisible when the user may not read it."""
    found = session.get(Commitment, commitment_id)
    if found is None:
        raise Invisible
    kept = session.get_one(Checklist, found.checklist_id)
    if not can_read(kept, found.owner_id, user):
        raise Invisible
    return found, kept


def listing(checklist_id: int, user: CurrentUser, *, whole: bool = False) -> Listing:
    """What a checklist asks, as its page shows it; the older occurrences of what recurs only in a whole one.

    The caller has seen to it that the user may open the page.
    """
    kept = session.get_one(Checklist, checklist_id)
    reader, today = _Reader(kept, user), territory.today()
    found = session.execute(_commitments().where(Commitment.checklist_id == checklist_id)).all()
    past = {one.renewed_from_id for one in found if one.state is CommitmentState.DONE} - {None}
    shown = found if whole else [one for one in found if one.id not in past]
    proofs = _proofs(Commitment.checklist_id == checklist_id)
    rows = _rows(_in_order(shown, found), {checklist_id: reader}, proofs)
    return Listing(
        checklist_id, _groups(rows), tally(found, today), len(found) - len(shown), reader.manages, kept.is_live
    )


def _in_order(shown: Iterable[Any], found: Sequence[Any]) -> list[Any]:
    """By their place; what comes again stands where it first stood, after what it renews."""
    places = {one.id: one for one in found}

    def first(one: Any) -> Any:
        while one.renewed_from_id in places:
            one = places[one.renewed_from_id]
        return one

    return sorted(shown, key=lambda one: (first(one).position, first(one).id, one.position, one.id))


def row(commitment_id: int, user: CurrentUser) -> Row:
    """One commitment; raises Invisible when the user may not read it."""
    _, kept = commitment(commitment_id, user)
    found = session.execute(_commitments().where(Commitment.id == commitment_id)).all()
    return _rows(found, {kept.id: _Reader(kept, user)}, _proofs(Evidence.commitment_id == commitment_id))[0]


def articles(checklist_id: int) -> list[tuple[str, str]]:
    """The articles of a checklist that have a commitment, as (number, heading), in their order."""
    first = func.min(Commitment.position)
    wanted = select(Commitment.number, Commitment.heading).where(Commitment.checklist_id == checklist_id)
    found = session.execute(wanted.group_by(Commitment.number, Commitment.heading).order_by(first))
    return [(one.number, one.heading) for one in found]


def tallies(checklist_ids: Collection[int]) -> Mapping[int, Tally]:
    """How many commitments of each checklist stand where; one without any is there too."""
    columns = select(Commitment.checklist_id, Commitment.state, Commitment.due_on)
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for one in session.execute(columns.where(Commitment.checklist_id.in_(checklist_ids))):
        found[one.checklist_id].append(one)
    today = territory.today()
    return {checklist_id: tally(found[checklist_id], today) for checklist_id in checklist_ids}


class _Reader:
    """What whoever reads a checklist may do with it: asked once, not a row."""

    def __init__(self, kept: Checklist, user: CurrentUser) -> None:
        self.manages = why_not_manage(kept, user) is None
        self._own = numbers_of(user) if user.can("commitments.own") and kept.is_live else frozenset()

    def ticks(self, owner_id: int | None) -> bool:
        """As `permissions.why_not_tick`."""
        return self.manages or owner_id in self._own


def _commitments() -> Select[Any]:
    """Every column that a row shows, with the names around it."""
    return (
        select(
            *Commitment.__table__.columns,
            _Owner.c.title,
            _Owner.c.first_name,
            _Owner.c.last_name,
            _Owner.c.objected_on,
            _Changer.c.display_name.label("changed_by"),
        )
        .outerjoin(_Owner, _Owner.c.id == Commitment.owner_id)
        .outerjoin(_Changer, _Changer.c.id == Commitment.changed_by_id)
    )


def _rows(found: Sequence[Any], readers: Mapping[int, _Reader], proofs: Mapping[int, Sequence[Proof]]) -> list[Row]:
    today = territory.today()
    houses = workplaces({one.owner_id for one in found if one.side is Side.PARTNER and one.owner_id})
    return [_row(one, readers[one.checklist_id], proofs.get(one.id, ()), houses, today) for one in found]


def _row(one: Any, reader: _Reader, proofs: Sequence[Proof], houses: Mapping[int, str], today: date) -> Row:
    return Row(
        id=one.id,
        checklist_id=one.checklist_id,
        version=one.version,
        number=one.number,
        heading=one.heading,
        label=one.label,
        expected=one.expected,
        comment=ring().unseal(one.comment, one.seal_id, "comment") if one.comment else "",
        side=one.side,
        owner_id=one.owner_id,
        owner=_full_name(one),
        owner_of=houses.get(one.owner_id, "") if one.owner_id else OWED_BY.get(one.side, ""),
        due_on=one.due_on,
        due=due_word(one.due_on, one.due_months, is_continuous=one.is_continuous, today=today),
        every=every_word(one.every_months),
        is_continuous=one.is_continuous,
        state=one.state,
        standing=standing(one, today),
        word=standing_word(one, today),
        under=_under(one, today),
        late_days=days_late(one, today),
        proofs=tuple(proofs),
        can_tick=reader.ticks(one.owner_id),
        can_manage=reader.manages,
    )


def _full_name(one: Any) -> str:
    """As `Person.full_name` says it; empty when nobody is named."""
    if one.owner_id is None:
        return ""
    if one.objected_on is not None:
        return f"Personne n° {one.owner_id}"
    return " ".join(part for part in (one.title, one.first_name, one.last_name) if part)


def _under(one: Any, today: date) -> str:
    """Since when it is late, or who said it done or dropped and when."""
    if late := days_late(one, today):
        return f"depuis {late}{NBSP}j"
    if one.state in (CommitmentState.TODO, CommitmentState.DOING):
        return ""
    on = one.done_on if one.state is CommitmentState.DONE else local(one.changed_at).date()
    said = (day_word(on, today), short_name(one.changed_by or ""))
    return ", ".join(part.replace(" ", NBSP) for part in said if part)


def _groups(rows: Iterable[Row]) -> tuple[Group, ...]:
    """The rows under their articles, these where their first row stands: one added later joins its own."""
    kept = list(rows)
    first: dict[tuple[str, str], int] = {}
    for place, one in enumerate(kept):
        first.setdefault((one.number, one.heading), place)
    in_order = sorted(kept, key=lambda one: first[one.number, one.heading])
    parted = groupby(in_order, key=lambda one: (one.number, one.heading))
    return tuple(Group(article_title(*key), tuple(found)) for key, found in parted)


def article_title(number: str, heading: str) -> str:
    """« Article 2.1 — Recherche de médecin traitant »; a heading alone as it is; « Autres engagements » for neither."""
    if number and heading:
        return f"Article {number} — {heading}"
    return f"Article {number}" if number else heading or "Autres engagements"


def workplaces(person_ids: Collection[int]) -> dict[int, str]:
    """The structure each person works in today, by person: one of several."""
    if not person_ids:
        return {}
    today = territory.today()
    found = session.execute(
        select(Practice.person_id, Organisation.name)
        .join(Place, Place.id == Practice.place_id)
        .join(Organisation, Organisation.id == Place.organisation_id)
        .where(
            Practice.person_id.in_(person_ids),
            Practice.starts_on <= today,
            or_(Practice.ends_on.is_(None), Practice.ends_on >= today),
        )
        .order_by(Practice.id.desc())
    )
    return {one.person_id: one.name for one in found}


def _proofs(condition: Any) -> Mapping[int, Sequence[Proof]]:
    """The evidence of the commitments that match, by commitment."""
    found = session.execute(
        select(
            *Evidence.__table__.columns,
            StoredFile.name.label("file_name"),
            _Adder.c.display_name.label("added_by"),
            _Withdrawer.c.display_name.label("withdrawn_by"),
        )
        .join(Commitment, Commitment.id == Evidence.commitment_id)
        .outerjoin(StoredFile, StoredFile.id == Evidence.file_id)
        .outerjoin(_Adder, _Adder.c.id == Evidence.added_by_id)
        .outerjoin(_Withdrawer, _Withdrawer.c.id == Evidence.withdrawn_by_id)
        .where(condition)
        .order_by(Evidence.id)
    )
    proofs: defaultdict[int, list[Proof]] = defaultdict(list)
    for one in found:
        proofs[one.commitment_id].append(_proof(one))
    return proofs


def _proof(one: Any) -> Proof:
    return Proof(
        one.id,
        one.kind,
        one.label or one.file_name or one.url or "",
        file_url(one.file_id) or one.url or "",
        one.value or "",
        local(one.added_at),
        one.added_by or "",
        local(one.withdrawn_at) if one.withdrawn_at else None,
        one.withdrawn_by or "",
    )


def file_url(file_id: int | None) -> str:
    """Where a stored file opens; empty for none."""
    return f"/fichiers/{file_id}" if file_id is not None else ""
