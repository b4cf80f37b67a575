"""Writing what a review decided, in bulk: a whole territory is a few thousand rows, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from cptsapp.audit.actions import Actor
from cptsapp.audit.models import AuditEvent, Category
from cptsapp.core.db import session
from cptsapp.directory.models import Distinct, Person, PinnedField, Practice, PracticeMode, Profession, SheetKind
from cptsapp.directory.rules.words import folded_name
from cptsapp.imports.actions.structures import Places, Spot
from cptsapp.imports.models import ImportKind
from cptsapp.imports.rows import FoundPerson, FoundPractice

Op = dict[str, Any]
_AT_ONCE = 400
_PLACE_COLUMNS = frozenset(("address", "commune_code", "phone"))
# What identifies someone who was created a moment ago, from another item of the same review.
Key = tuple[str | None, str | None, str, Profession]


def key_of(person: FoundPerson) -> Key:
    """Who a person of the file is."""
    return person.rpps, person.adeli, folded_name(person.last_name, person.first_name), person.profession


class Writer:
    """Carries out the operations of one import; `changed_ids` are the sheets it touched."""

    def __init__(self, import_id: int, kind: ImportKind, extract_on: date, now: datetime, by: Actor | None) -> None:
        self._import_id, self._extract_on, self._now, self._by = import_id, extract_on, now, by
        self._is_extract = kind is ImportKind.EXTRACT
        self._places = Places(now)
        self._created: dict[Key, int] = {}
        self.changed_ids: set[int] = set()

    # -- people the directory does not have

    def create(self, persons: Sequence[FoundPerson]) -> list[int]:
        """Write the sheets of these persons, once each; gives their numbers in the same order."""
        coming = {key_of(person): person for person in persons if key_of(person) not in self._created}
        if coming:
            taken = self._taken_adeli(coming.values())
            rows = [self._person_row(person, taken) for person in coming.values()]
            numbers = session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows).all()
            self._created |= dict(zip(coming, numbers, strict=True))
            self.changed_ids.update(numbers)
        return [self._created[key_of(person)] for person in persons]

    def _taken_adeli(self, persons: Iterable[FoundPerson]) -> set[str]:
        """ADELI numbers that a sheet has already: of someone else, since the RPPS differ."""
        numbers = [person.adeli for person in persons if person.adeli]
        return set(session.scalars(select(Person.adeli).where(Person.adeli.in_(numbers)))) if numbers else set()

    def _person_row(self, person: FoundPerson, taken: set[str]) -> dict[str, Any]:
        return {
            "last_name": person.last_name,
            "first_name": person.first_name,
            "title": person.title,
            "folded": folded_name(person.last_name, person.first_name),
            "profession": person.profession,
            "speciality": person.speciality,
            "rpps": person.rpps,
            "adeli": person.adeli if person.adeli not in taken else None,
            "mail": person.mail,
            "created_at": self._now,
            "updated_at": self._now,
        }

    def say_distinct(self, one: int, other: int) -> None:
        """Two sheets that look alike are not the same person."""
        low, high = sorted((one, other))
        values = {"sheet_kind": SheetKind.PERSON, "low_id": low, "high_id": high, "said_at": self._now}
        session.execute(insert(Distinct), [values | {"said_by_id": self._by.id if self._by else None}])

    # -- practices

    def start(self, starts: Sequence[tuple[int, FoundPractice]]) -> None:
        """Begin practices on the day of the file, each at its place. One that is already there is left."""
        known = [(person_id, practice) for person_id, practice in starts if practice.commune_code]
        places = self._places.of([spot_of(practice) for _person_id, practice in known])
        there = self._open_practices({person_id for person_id, _practice in known})
        rows = []
        for (person_id, practice), place_id in zip(known, places, strict=True):
            spot = (person_id, place_id, practice.profession)
            if spot not in there:
                there.add(spot)
                rows.append(self._practice_row(person_id, place_id, practice))
        if rows:
            session.execute(insert(Practice), rows)
        self.changed_ids.update(person_id for person_id, _practice in known)

    def _practice_row(self, person_id: int, place_id: int, practice: FoundPractice) -> dict[str, Any]:
        return {
            "person_id": person_id,
            "place_id": place_id,
            "profession": practice.profession,
            "mode": practice.mode,
            "starts_on": self._extract_on,
            "source_key": practice.key if self._is_extract else None,
            "seen_on": self._extract_on if self._is_extract else None,
        }

    @staticmethod
    def _open_practices(person_ids: set[int]) -> set[tuple[int, int, Profession]]:
        ids = sorted(person_ids)
        found: set[tuple[int, int, Profession]] = set()
        for at in range(0, len(ids), _AT_ONCE):
            rows = session.execute(
                select(Practice.person_id, Practice.place_id, Practice.profession).where(
                    Practice.person_id.in_(ids[at : at + _AT_ONCE]), Practice.ends_on.is_(None)
                )
            )
            found |= {(row[0], row[1], row[2]) for row in rows}
        return found

    def end(self, practice_ids: Sequence[int]) -> None:
        """End practices on the day of the file."""
        for at in range(0, len(practice_ids), _AT_ONCE):
            some = practice_ids[at : at + _AT_ONCE]
            session.execute(
                update(Practice).where(Practice.id.in_(some)).values(ends_on=self._extract_on),
                execution_options={"synchronize_session": False},
            )

    # -- sheets that change

    def change(self, person_id: int, person: FoundPerson, ops: Sequence[Op]) -> None:
        """Carry out operations on a sheet and its practices."""
        self.changed_ids.add(person_id)
        self._set(person_id, {op["name"]: op["after"] for op in ops if op["op"] == "set"})
        by_practice: dict[int, list[Op]] = defaultdict(list)
        for op in ops:
            if op["op"] in ("practice", "key"):
                by_practice[op["id"]].append(op)
        for practice_id, mine in by_practice.items():
            self._change_practice(practice_id, person, mine)
        by_name = {practice.name: practice for practice in person.practices}
        self.start([(person_id, by_name[op["practice"]]) for op in ops if op["op"] == "start"])
        self.end([op["id"] for op in ops if op["op"] == "end"])
        self._unpin(person_id, ops)

    def _set(self, person_id: int, values: dict[str, Any]) -> None:
        if not values:
            return
        if "profession" in values:
            values["profession"] = Profession(values["profession"])
        found = session.get_one(Person, person_id)
        for name, value in values.items():
            setattr(found, name, value)
        found.folded = folded_name(found.last_name, found.first_name)
        found.updated_at = self._now
        session.flush()

    def _change_practice(self, practice_id: int, person: FoundPerson, ops: Sequence[Op]) -> None:
        practice = session.get_one(Practice, practice_id)
        key = next((op["after"] for op in ops if op["op"] == "key"), None)
        if key is not None:
            practice.source_key, practice.seen_on = key, self._extract_on
            self._places.join(practice.place_id, next((p for p in person.practices if p.key == key), None))
        moved = {}
        for op in ops:
            if op.get("name") in _PLACE_COLUMNS:
                moved[op["name"]] = op["after"]
            elif op.get("name") == "mode":
                practice.mode = PracticeMode(op["after"])
            elif op.get("name") == "practice_profession":
                practice.profession = Profession(op["after"])
        place_id = self._places.moved(practice, moved) if moved else practice.place_id
        if place_id != practice.place_id and (practice.person_id, place_id, practice.profession) not in (
            self._open_practices({practice.person_id})
        ):
            practice.place_id = place_id
        session.flush()

    # -- what was corrected by hand

    def _unpin(self, person_id: int, ops: Sequence[Op]) -> None:
        """What the file says was chosen: the next one may change it again."""
        for kind, sheet_id, op in self._pinned(person_id, ops):
            session.execute(delete(PinnedField).where(*_pin_of(kind, sheet_id, op["name"])))

    def keep_ours(self, person_id: int, ops: Sequence[Op]) -> None:
        """What we have was chosen, against what the file says now: it is not asked again until it says otherwise."""
        for kind, sheet_id, op in self._pinned(person_id, [op for op in ops if op["op"] in ("set", "practice")]):
            changed = session.execute(
                update(PinnedField).where(*_pin_of(kind, sheet_id, op["name"])).values(file_value=op["after"])
            )
            if changed.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE counts its rows
                by_id = self._by.id if self._by else None
                values = {"sheet_kind": kind, "sheet_id": sheet_id, "name": op["name"], "file_value": op["after"]}
                session.execute(insert(PinnedField), [values | {"pinned_at": self._now, "pinned_by_id": by_id}])

    @staticmethod
    def _pinned(person_id: int, ops: Sequence[Op]) -> Iterable[tuple[SheetKind, int, Op]]:
        for op in ops:
            if op["op"] == "set":
                yield SheetKind.PERSON, person_id, op
            elif op["op"] == "practice" and op["name"] in _PLACE_COLUMNS:
                yield SheetKind.PLACE, session.get_one(Practice, op["id"]).place_id, op

    # -- the end

    def see_again(self, gone_ids: Iterable[int]) -> None:
        """Note that the extract had every practice it has told of, but those that it has no more."""
        if not self._is_extract:
            return
        session.execute(
            update(Practice)
            .where(Practice.source_key.is_not(None), Practice.ends_on.is_(None))
            .values(seen_on=self._extract_on),
            execution_options={"synchronize_session": False},
        )
        for person_id in gone_ids:
            session.execute(
                update(Practice)
                .where(
                    Practice.person_id == person_id, Practice.ends_on.is_(None), Practice.seen_on == self._extract_on
                )
                .values(seen_on=None),
                execution_options={"synchronize_session": False},
            )

    def trail(self) -> None:
        """A line of the trail for each sheet touched, written together."""
        line = {
            "at": self._now,
            "category": Category.CHANGE,
            "kind": "import.person",
            "user_id": self._by.id if self._by else None,
            "desk_id": self._by.desk_id if self._by else None,
            "subject_type": "person",
            "data": {"import": self._import_id},
        }
        ids = sorted(self.changed_ids)
        for at in range(0, len(ids), _AT_ONCE):
            session.execute(
                insert(AuditEvent), [line | {"subject_id": person_id} for person_id in ids[at : at + _AT_ONCE]]
            )


def spot_of(practice: FoundPractice) -> Spot:
    """Where a practice of the file is."""
    return Spot(practice.address, practice.commune_code, practice.phone, practice.structure)


def _pin_of(kind: SheetKind, sheet_id: int, name: str) -> tuple[Any, ...]:
    return PinnedField.sheet_kind == kind, PinnedField.sheet_id == sheet_id, PinnedField.name == name
