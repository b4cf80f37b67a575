"""The pairs of sheets that may be the same: worked out when the page is opened, in bounded time.

Nothing is kept of it: what was true yesterday of a directory that imports change is not what one decides upon.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Distinct, Organisation, Person, Place, Practice, SheetKind
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.directory.queries.merging import Choice, Sheet, choices, model_of, where_of
from cptsapp.directory.rules.duplicates import Candidate, Pair, alike

PAGE = 15


@dataclass(frozen=True, slots=True)
class Twins:
    """Two sheets side by side, and why they are proposed."""

    pair: Pair
    low: Sheet
    high: Sheet
    choices: Sequence[Choice]
    where: tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """A page of the proposals, and how many there are of each kind."""

    rows: Sequence[Twins]
    counts: dict[SheetKind, int]
    is_last: bool


def duplicates(kind: SheetKind, page: int) -> Duplicates:
    """The pairs to decide upon, the likeliest first: as many statements however many there are."""
    pairs = {SheetKind.PERSON: _pairs(SheetKind.PERSON), SheetKind.ORGANISATION: _pairs(SheetKind.ORGANISATION)}
    shown = pairs[kind][PAGE * (page - 1) : PAGE * page]
    counts = {one: len(found) for one, found in pairs.items()}
    return Duplicates(_twins(kind, shown), counts, is_last=PAGE * page >= counts[kind])


def _pairs(kind: SheetKind) -> list[Pair]:
    candidates = _persons() if kind is SheetKind.PERSON else _organisations()
    said = session.execute(select(Distinct.low_id, Distinct.high_id).where(Distinct.sheet_kind == kind))
    return alike(candidates, {(low, high) for low, high in said})


def _persons() -> Iterable[Candidate]:
    merged = roots()
    communes: dict[int, set[str]] = defaultdict(set)
    wanted = select(Practice.person_id, Place.commune_code).join(Place, Place.id == Practice.place_id).distinct()
    for person_id, code in session.execute(wanted):
        communes[merged.get(person_id, person_id)].add(code)
    columns = (Person.id, Person.folded, Person.profession, Person.rpps, Person.phone, Person.mail)
    shown = select(*columns).where(Person.merged_into_id.is_(None), Person.objected_on.is_(None))
    for number, folded, profession, rpps, phone, mail in session.execute(shown.order_by(Person.id)):
        contacts = frozenset(contact for contact in (phone, mail) if contact)
        yield Candidate(number, folded, profession.value, frozenset(communes[number]), (rpps,), contacts)


def _organisations() -> Iterable[Candidate]:
    merged = organisation_roots()
    communes: dict[int, set[str]] = defaultdict(set)
    wanted = select(Place.organisation_id, Place.commune_code).where(Place.organisation_id.is_not(None)).distinct()
    for number, code in session.execute(wanted):
        if number is not None:
            communes[merged.get(number, number)].add(code)
    o = Organisation
    columns = (o.id, o.folded, o.kind, o.finess, o.siret, o.phone, o.mail)
    shown = select(*columns).where(o.merged_into_id.is_(None))
    for number, folded, kind, finess, siret, phone, mail in session.execute(shown.order_by(o.id)):
        contacts = frozenset(contact for contact in (phone, mail) if contact)
        yield Candidate(number, folded, kind.value, frozenset(communes[number]), (finess, siret), contacts)


def _twins(kind: SheetKind, pairs: Sequence[Pair]) -> list[Twins]:
    numbers = {number for pair in pairs for number in (pair.low_id, pair.high_id)}
    if not numbers:
        return []
    model = model_of(kind)
    rows: Sequence[Any] = session.scalars(select(model).where(model.id.in_(numbers))).all()
    sheets: dict[int, Sheet] = {sheet.id: sheet for sheet in rows}
    where = where_of(kind, numbers)
    made = []
    for pair in pairs:
        low, high = sheets[pair.low_id], sheets[pair.high_id]
        shown = [choice for choice in choices(kind, low, high) if choice.kept or choice.other]
        made.append(Twins(pair, low, high, shown, (where.get(low.id, []), where.get(high.id, []))))
    return made
