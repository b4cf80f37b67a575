"""The list behind a number of the rate, by name; who asked to be kept out is a count by profession and commune."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.tables import Column, Kind, Sheet, SheetRow
from cptsapp.directory.models import Organisation, Person
from cptsapp.directory.permissions import visible_structures, visible_to
from cptsapp.directory.rules.membership import COLLEGE_LABELS
from cptsapp.directory.rules.words import MODE_LABELS, ORGANISATION_LABELS, PROFESSION_LABELS
from cptsapp.membership.queries.rate import is_known, present, saved_rules
from cptsapp.membership.queries.rate_page import communes
from cptsapp.membership.rules import rate_lists
from cptsapp.membership.rules.members import Member, organisation, person
from cptsapp.membership.rules.rate import CountingRules
from cptsapp.membership.rules.rate_lists import Asked, Entry, Who
from cptsapp.membership.rules.rate_words import WHO_WORDS, reason_words

PAGE = 500
# A longer list of numbers would not pass as parameters of one statement.
_PARAMETERS_MAX = 500
UNNAMED = ("personne ayant demandé à ne pas figurer", "personnes ayant demandé à ne pas figurer")
_COLUMNS = (
    Column("name", "Nom", Kind.TEXT),
    Column("profession", "Profession", Kind.TEXT),
    Column("commune", "Commune", Kind.TEXT),
    Column("mode", "Pratique", Kind.TEXT),
    Column("college", "Collège", Kind.TEXT),
    Column("membership", "Adhésion", Kind.TEXT),
)
_REASON = Column("reason", "Motif", Kind.TEXT)
WITH_REASON = frozenset({Who.APART, Who.LEFT_OUT, Who.ALL_MEMBERS})


class Named(NamedTuple):
    """A member or a professional that the reader may name."""

    member: Member
    folded: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole list: `sheet` has a row for each who is named, its key the member, then those without a name."""

    total: int
    named: int
    sheet: Sheet

    def page(self, number: int) -> Sequence[SheetRow]:
        """The rows of a page, from 1 on; those without a name follow the last named."""
        return self.sheet.rows[PAGE * (number - 1) : PAGE * number]

    @property
    def unnamed(self) -> int:
        """How many are counted without their name."""
        return self.total - self.named


def listing(user: CurrentUser, asked: Asked) -> Listing | None:
    """The list that a number counts, or None when the day, or the one before, is not known."""
    if not is_known(min(asked.day, asked.since or asked.day)):
        return None
    rules = saved_rules().rules
    kept = present()
    former = kept.day(rules, asked.since) if asked.since is not None else None
    found = rate_lists.entries(kept.day(rules, asked.day), former, asked)
    names = _names(user, found)
    towns = communes()
    has_reason = asked.who in WITH_REASON
    shown = [(named, entry) for entry in found if (named := names.get(_member(entry))) is not None]
    shown.sort(key=lambda pair: (pair[0].folded, pair[0].member))
    rows = [SheetRow(named.member, _values(named, entry, towns, rules, has_reason)) for named, entry in shown]
    rows += _unnamed_rows((e for e in found if _member(e) not in names), towns, rules, has_reason)
    columns = (*_COLUMNS, _REASON) if has_reason else _COLUMNS
    return Listing(len(found), len(shown), Sheet(WHO_WORDS[asked.who][1].capitalize(), columns, tuple(rows)))


def _member(entry: Entry) -> Member:
    if entry.organisation_id is not None:
        return organisation(entry.organisation_id)
    return person(entry.person_id or 0)


def _names(user: CurrentUser, found: Sequence[Entry]) -> dict[Member, Named]:
    """Those whom the reader may name. A statement for persons, one for structures when there are any."""
    people = {entry.person_id for entry in found if entry.person_id is not None}
    structures = {entry.organisation_id for entry in found if entry.organisation_id is not None}
    names: dict[Member, Named] = {}
    if people:
        columns = (Person.id, Person.folded, Person.title, Person.first_name, Person.last_name, Person.profession)
        for row in session.execute(_among(select(*columns).where(visible_to(user)), Person.id, people)):
            name = " ".join(part for part in (row.title, row.first_name, row.last_name) if part)
            member = person(row.id)
            names[member] = Named(member, row.folded, name, PROFESSION_LABELS[row.profession])
    if structures:
        wanted = select(Organisation.id, Organisation.folded, Organisation.name, Organisation.kind)
        for row in session.execute(_among(wanted.where(visible_structures(user)), Organisation.id, structures)):
            member = organisation(row.id)
            names[member] = Named(member, row.folded, row.name, ORGANISATION_LABELS[row.kind])
    return names


def _among(wanted: Select[*tuple[Any, ...]], key: Any, numbers: set[int]) -> Select[*tuple[Any, ...]]:
    return wanted.where(key.in_(numbers)) if len(numbers) <= _PARAMETERS_MAX else wanted


def _values(
    named: Named, entry: Entry, towns: Mapping[str, str], rules: CountingRules, has_reason: bool
) -> tuple[str, ...]:
    practice, period = entry.practice, entry.period
    values = (
        named.name,
        PROFESSION_LABELS[practice.profession] if practice else named.what,
        towns.get(practice.commune_code, "") if practice else "",
        MODE_LABELS[practice.mode] if practice else "",
        COLLEGE_LABELS[period.college] if period else "",
        f"{french.day_numeric(period.starts_on)} – {french.day_numeric(period.last_day)}" if period else "non adhérent",
    )
    return (*values, _reason(entry, rules)) if has_reason else values


def _reason(entry: Entry, rules: CountingRules) -> str:
    return reason_words(entry.reason, rules, 1) if entry.reason is not None else "compté"


def _unnamed_rows(
    hidden: Iterable[Entry], towns: Mapping[str, str], rules: CountingRules, has_reason: bool
) -> list[SheetRow]:
    """A row a profession and a commune: how many, and nothing that would tell who (§6.2)."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for entry in hidden:
        practice = entry.practice
        profession = PROFESSION_LABELS[practice.profession] if practice else ""
        commune = towns.get(practice.commune_code, "") if practice else ""
        counts[profession, commune, _reason(entry, rules) if has_reason else ""] += 1
    rows = []
    for (profession, commune, reason), number in sorted(counts.items()):
        values = (french.count(number, *UNNAMED), profession, commune, "", "", "")
        rows.append(SheetRow(None, (*values, reason) if has_reason else values))
    return rows
