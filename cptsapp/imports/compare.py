"""What a file would change in the directory, person by person, before anything is written.

Every change is an *operation*, a plain dictionary that the review keeps and that `actions.apply` carries out. The
comparison depends on nothing but the file and the directory: done again on the day of applying, it gives the same
operations when the directory has not changed, and tells which items no longer fit when it has.

Three rules decide who wins:
- what an extract wrote, a later extract changes;
- what someone corrected by hand (a pin), or wrote by hand before any extract, is not written over without asking; and
  not asked again while the file says what it said when it was corrected;
- an empty cell says nothing against what we have.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cptsapp.core.text import fold
from cptsapp.directory.models import Profession
from cptsapp.directory.queries.objections import kept_out
from cptsapp.directory.rules.objections import Identity
from cptsapp.directory.rules.words import folded_name
from cptsapp.imports import wording
from cptsapp.imports.models import ImportKind, ItemKind
from cptsapp.imports.ours import OurPerson, Sheets
from cptsapp.imports.places import Pairs, distinct, pair
from cptsapp.imports.rows import FoundPerson, FoundPractice

Op = dict[str, Any]

DOCTORS = frozenset({Profession.GP, Profession.SPECIALIST})
SAME_PERSON = "Même nom et même profession qu’une fiche sans ce numéro\u202f: est-ce la même personne\u202f?"
SEVERAL = "Plusieurs fiches portent ce nom\u202f: est-ce l’une d’elles\u202f?"
PINNED = "Corrigé à la main\u202f; le fichier dit autre chose"


@dataclass(slots=True)
class Verdict:
    """An item of the review to be. `ops` are in the order in which they are carried out."""

    kind: ItemKind
    person: FoundPerson
    reason: str
    ops: list[Op]
    person_id: int | None = None
    label: str = ""
    needs_decision: bool = False
    ours: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """The sheet of a person, None when there is none; `doubt` when it may be someone else's."""

    person: OurPerson | None
    doubt: str = ""


@dataclass(slots=True)
class Compared:
    """What comparing some persons gave: items, how many are unchanged or kept out, the sheets met."""

    verdicts: list[Verdict] = field(default_factory=list)
    unchanged_count: int = 0
    kept_out_count: int = 0
    seen: set[int] = field(default_factory=set)


def compare(found: Sequence[FoundPerson], kind: ImportKind, extract_on: date) -> Compared:
    """Compare a few hundred persons with the directory. A dozen statements, however many they are."""
    result = Compared()
    out = kept_out({number: _identity(person) for number, person in enumerate(found)})
    coming = [distinct(person) for number, person in enumerate(found) if number not in out]
    result.kept_out_count = len(out)
    names = sorted({_folded(person) for person in coming})
    sheets = Sheets(coming, names, extract_on)
    for person in coming:
        match = _match(person, sheets)
        if match.person is not None:
            result.seen.add(match.person.id)
        verdicts = list(_judge(person, match, kind, extract_on))
        result.verdicts += verdicts
        result.unchanged_count += not verdicts
    return result


def _identity(person: FoundPerson) -> Identity:
    communes = frozenset(practice.commune_code for practice in person.practices if practice.commune_code)
    return Identity(_folded(person), person.profession, communes, person.rpps, person.adeli)


def _folded(person: FoundPerson) -> str:
    return folded_name(person.last_name, person.first_name)


# -- whose sheet it is ------------------------------------------------------------------------------------------------


def _match(person: FoundPerson, sheets: Sheets) -> Match:
    """By number; else by name, profession, and place: who passes from ADELI to RPPS keeps their sheet."""
    for number, by_number in ((person.rpps, sheets.by_rpps), (person.adeli, sheets.by_adeli)):
        if number and (ours := by_number.get(number)) is not None and not _has_other_number(person, ours):
            return Match(ours)
    alike = [
        ours
        for ours in sheets.by_name.get(_folded(person), [])
        if _same_profession(person, ours) and not _has_other_number(person, ours)
    ]
    near = [ours for ours in alike if _meet(person, ours)]
    if len(near) == 1:
        return Match(near[0])
    if near or len(alike) > 1:
        return Match((near or alike)[0], SEVERAL)
    return Match(alike[0], SAME_PERSON) if alike else Match(None)


def _has_other_number(person: FoundPerson, ours: OurPerson) -> bool:
    return bool(person.rpps and ours.rpps and person.rpps != ours.rpps)


def _same_profession(person: FoundPerson, ours: OurPerson) -> bool:
    mine = {person.profession, *(practice.profession for practice in person.practices)}
    return ours.profession in mine or (ours.profession in DOCTORS and bool(mine & DOCTORS))


def _meet(person: FoundPerson, ours: OurPerson) -> bool:
    """Whether they practise in the same commune or under the same key; who has no address anywhere may be anyone."""
    keys = {practice.key for practice in person.practices}
    communes = {code for practice in person.practices for code in (practice.commune_code, *practice.communes) if code}
    if not communes:
        return True
    return any(practice.commune_code in communes or practice.source_key in keys for practice in ours.practices)


# -- what changes -----------------------------------------------------------------------------------------------------


def _judge(person: FoundPerson, match: Match, kind: ImportKind, extract_on: date) -> Iterator[Verdict]:
    if match.person is None:
        yield from _newcomer(person)
        return
    sure, disputed = _changes(person, match.person, kind, extract_on)
    if match.doubt:
        yield _verdict(ItemKind.DOUBTFUL, person, match.person, match.doubt, [*sure, *disputed])
        return
    if person.doubts and sure:
        sure, disputed = [], [*sure, *disputed]
    if sure:
        yield _verdict(ItemKind.CHANGED, person, match.person, wording.of_ops(sure), sure)
    if disputed:
        yield _verdict(ItemKind.DOUBTFUL, person, match.person, _why(person, disputed), disputed)


def _newcomer(person: FoundPerson) -> Iterator[Verdict]:
    """Someone we do not have: what is sure of them is new, what is doubtful waits."""
    create: Op = {"op": "person"}
    starts = [(practice, {"op": "start", "practice": practice.name}) for practice in person.practices]
    sure = [op for practice, op in starts if not practice.doubt]
    doubtful = [op for practice, op in starts if practice.doubt]
    if person.doubts or (doubtful and not sure):
        yield _verdict(ItemKind.DOUBTFUL, person, None, _why(person, doubtful), [create, *sure, *doubtful])
        return
    yield _verdict(ItemKind.NEW, person, None, wording.newcomer(person), [create, *sure])
    if doubtful:
        yield _verdict(ItemKind.DOUBTFUL, person, None, _why(person, doubtful), [create, *doubtful])


def _why(person: FoundPerson, ops: Iterable[Op]) -> str:
    """Why something waits for a decision."""
    names = {op["practice"] for op in ops if op["op"] == "start"}
    reasons = [*person.doubts, *(p.doubt for p in person.practices if p.doubt and p.name in names)]
    return "\u202f; ".join(dict.fromkeys(reasons)) or PINNED


def _changes(person: FoundPerson, ours: OurPerson, kind: ImportKind, extract_on: date) -> tuple[list[Op], list[Op]]:
    """The operations that are sure, and those someone must decide on."""
    sure: list[Op] = []
    disputed: list[Op] = []
    is_extract = kind is ImportKind.EXTRACT
    for name, before, after in _differences(person, ours):
        op = {"op": "set", "name": name, "before": before, "after": after}
        _sort(op, ours.pins, ours.is_imported and is_extract, sure, disputed)
    pairs = pair(person.practices, ours.practices, is_extract)
    for practice, our in pairs.matched:
        for op in wording.practice_ops(practice, our, is_extract):
            _sort(op, our.pins, our.source_key is not None and is_extract, sure, disputed)
    for practice in pairs.only_theirs:
        (disputed if practice.doubt else sure).append({"op": "start", "practice": practice.name})
    if is_extract and not any(practice.doubt for practice in pairs.only_theirs):
        sure += _ends(pairs, ours, extract_on)
    return sure, disputed


def _ends(pairs: Pairs, ours: OurPerson, extract_on: date) -> list[Op]:
    """Practices that an extract had, and this one has not."""
    gone = [our for our in pairs.only_ours if our.source_key is not None and our.starts_on <= extract_on]
    return [{"op": "end", "id": our.id, "address": our.address, "commune": our.commune_code} for our in gone]


def _differences(person: FoundPerson, ours: OurPerson) -> Iterator[tuple[str, str | None, str]]:
    """(column, ours, theirs) of what the file says otherwise; spelling alone is no difference."""
    for name in ("rpps", "adeli", "title"):
        if getattr(person, name) and not getattr(ours, name):
            yield name, getattr(ours, name), getattr(person, name)
    is_renamed = folded_name(person.last_name, person.first_name) != ours.folded
    for name in ("last_name", "first_name") if is_renamed else ():
        if fold(getattr(person, name)) != fold(getattr(ours, name)):
            yield name, getattr(ours, name), getattr(person, name)
    if ours.profession not in {person.profession, *(practice.profession for practice in person.practices)}:
        yield "profession", ours.profession.value, person.profession.value
    for name in ("speciality", "mail"):
        theirs = getattr(person, name)
        if theirs and fold(theirs) != fold(getattr(ours, name) or ""):
            yield name, getattr(ours, name), theirs


def _sort(op: Op, pins: dict[str, str | None], is_theirs: bool, sure: list[Op], disputed: list[Op]) -> None:
    """Put an operation where it belongs: `is_theirs` says that what it would replace came from an extract."""
    name = op.get("name", "")
    if name in pins:
        if not _says_the_same(name, pins[name], op["after"]):
            disputed.append(op | {"is_pinned": True})
    elif is_theirs or op.get("before") in (None, "") or op["op"] == "key":
        sure.append(op)
    else:
        disputed.append(op)


def _says_the_same(name: str, then: str | None, now: str) -> bool:
    return then == now or (name not in ("phone", "profession") and fold(then or "") == fold(now))


# -- as the review shows it -------------------------------------------------------------------------------------------


def _verdict(kind: ItemKind, person: FoundPerson, ours: OurPerson | None, reason: str, ops: list[Op]) -> Verdict:
    verdict = Verdict(kind, person, reason, ops, ours.id if ours else None)
    verdict.label = wording.label(person, ours)
    verdict.needs_decision = kind is ItemKind.DOUBTFUL
    by_name = {practice.name: practice for practice in person.practices}
    ours_side, their_side = wording.sides(ops, person, ours, by_name)
    verdict.ours = {"fields": ours_side}
    verdict.found = {
        "fields": their_side,
        "record": person.to_json(),
        "ops": ops,
        "signature": signature(kind, ours.id if ours else None, person, ops),
    }
    if communes := _choices(ops, by_name):
        verdict.found["communes"] = wording.communes(communes)
    return verdict


def _choices(ops: Iterable[Op], by_name: dict[str, FoundPractice]) -> list[str]:
    """The communes among which someone must choose."""
    started = [by_name[op["practice"]] for op in ops if op["op"] == "start"]
    return list(dict.fromkeys(code for practice in started if not practice.commune_code for code in practice.communes))


def signature(kind: ItemKind, person_id: int | None, person: FoundPerson, ops: Sequence[Op]) -> str:
    """What makes an item the same from one import to the next: someone who said no is not asked again."""
    about = [kind.value, person_id, person.rpps, person.adeli, _folded(person), ops]
    text = json.dumps(about, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
