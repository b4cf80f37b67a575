"""Writing the directory: persons, addresses, practices, delegations. Each change is in the trail."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.directory import permissions
from cptsapp.directory.actions.pins import pin_changes
from cptsapp.directory.models import Delegation, Person, Place, Practice, PracticeMode, Profession, SheetKind
from cptsapp.directory.queries.objections import is_kept_out
from cptsapp.directory.rules import words as rules
from cptsapp.directory.rules.objections import Identity
from cptsapp.territory import actions as territory_actions
from cptsapp.territory import queries as territory

# The trail says that these changed, not to what: a private telephone or mail is nobody's business for years.
_NOT_COPIED = frozenset({"mail", "phone"})

_NAMING = frozenset({"last_name", "first_name", "profession", "rpps", "adeli"})


# -- persons ----------------------------------------------------------------------------------------------------------


def create_person(values: Mapping[str, Any], *, by: Actor | None) -> Person:
    """A person from their columns (last_name, first_name, profession…). Raises Refusal (field rpps, adeli)."""
    _refuse_numbers(values, None)
    now = clock.now()
    folded = rules.folded_name(values["last_name"], values["first_name"])
    _refuse_kept_out(Identity(folded, values["profession"], rpps=values.get("rpps"), adeli=values.get("adeli")))
    person = Person(**values, folded=folded, created_at=now, updated_at=now)
    session.add(person)
    session.flush()
    record("person.create", person, by=by)
    return person


def correct_person(person: Person, values: Mapping[str, Any], *, by: Actor) -> None:
    """Correct a person's columns; imports then ask before they write over them. Raises Refusal (rpps, adeli)."""
    _refuse_numbers(values, person.id)
    changes = changed(person, values)
    if not changes:
        return
    before = write(person, values)
    if before.keys() & _NAMING:
        named = rules.folded_name(person.last_name, person.first_name)
        _refuse_kept_out(Identity(named, person.profession, rpps=person.rpps, adeli=person.adeli))
    if _is_imported(Practice.person_id == person.id):
        pin_changes(SheetKind.PERSON, person.id, before, by=by)
    person.folded = rules.folded_name(person.last_name, person.first_name)
    person.updated_at = clock.now()
    session.flush()
    record("person.correct", person, by=by, changes=changes)


def _refuse_kept_out(identity: Identity) -> None:
    """Nobody comes back by hand who asked to be kept out: only they can have it lifted."""
    if is_kept_out(identity):
        raise Refusal(
            "Cette personne a demandé à ne pas figurer dans l’annuaire. Si elle le souhaite de nouveau, "
            "levez d’abord son opposition. Si c’est un homonyme, donnez son RPPS.",
            "last_name",
        )


def _refuse_numbers(values: Mapping[str, Any], person_id: int | None) -> None:
    for name, label in (("rpps", "RPPS"), ("adeli", "ADELI")):
        if (number := values.get(name)) is None:
            continue
        other = session.scalar(select(Person).where(getattr(Person, name) == number))
        if other is not None and other.id != person_id:
            raise Refusal(f"{other.full_name} a déjà ce numéro {label}.", name)


def _is_imported(where: ColumnElement[bool]) -> bool:
    """Whether an extract has told of one of these practices."""
    return session.scalar(select(Practice.id).where(where, Practice.seen_on.is_not(None)).limit(1)) is not None


def changed(thing: Any, values: Mapping[str, Any]) -> dict[str, list[Any] | None]:
    """Field → [before, after] of what differs, or None for what the trail does not copy."""
    return {
        name: None if name in _NOT_COPIED else [_plain(getattr(thing, name)), _plain(value)]
        for name, value in values.items()
        if getattr(thing, name) != value
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def write(thing: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write the columns that differ; gives what they held."""
    before = {name: getattr(thing, name) for name, value in values.items() if getattr(thing, name) != value}
    for name in before:
        setattr(thing, name, values[name])
    return before


# -- addresses --------------------------------------------------------------------------------------------------------


def create_place(values: Mapping[str, Any], *, by: Actor | None) -> Place:
    """An address from its columns (address, commune_code, phone…). Raises Refusal for an unknown commune."""
    territory_actions.known(values["commune_code"])
    place = Place(**values, created_at=clock.now())
    session.add(place)
    session.flush()
    record("place.create", place, by=by)
    return place


def correct_place(place: Place, values: Mapping[str, Any], *, by: Actor) -> None:
    """Correct an address, for everyone who practises there."""
    territory_actions.known(values["commune_code"])
    changes = changed(place, values)
    if not changes:
        return
    before = write(place, values)
    if _is_imported(Practice.place_id == place.id):
        pin_changes(SheetKind.PLACE, place.id, before, by=by)
    session.flush()
    session.expire(place, ["commune"])
    record("place.correct", place, by=by, changes=changes)


# -- practices --------------------------------------------------------------------------------------------------------


def create_practice(
    person: Person,
    place: Place,
    starts_on: date,
    ends_on: date | None = None,
    *,
    profession: Profession | None = None,
    mode: PracticeMode = PracticeMode.LIBERAL,
    by: Actor | None,
) -> Practice:
    """A person begins to practise at a place, by default in their profession. Raises Refusal when already so."""
    chosen = profession or person.profession
    others = session.execute(
        select(Practice.starts_on, Practice.ends_on).where(
            Practice.person_id == person.id, Practice.place_id == place.id, Practice.profession == chosen
        )
    )
    refuse_if(permissions.why_not_practise(person, starts_on, ends_on, [(row[0], row[1]) for row in others]))
    practice = Practice(
        person_id=person.id, place_id=place.id, profession=chosen, mode=mode, starts_on=starts_on, ends_on=ends_on
    )
    session.add(practice)
    session.flush()
    session.expire(person, ["practices"])
    record("practice.start", person, by=by, practice=practice.id, starts_on=starts_on.isoformat())
    return practice


def end_practice(practice: Practice, last_day: date, *, by: Actor) -> None:
    """End a practice on a day, that day included. Raises Refusal."""
    refuse_if(permissions.why_not_end(practice.starts_on, practice.ends_on, last_day, territory.today()))
    if last_day < practice.starts_on:
        raise Refusal("La fin vient avant le début.", "last_day")
    practice.ends_on = last_day
    session.flush()
    record("practice.end", practice.person, by=by, practice=practice.id, ends_on=last_day.isoformat())


# -- delegations ------------------------------------------------------------------------------------------------------


def delegate(
    delegate: Person, practitioner: Person, starts_on: date, ends_on: date | None = None, *, by: Actor | None
) -> Delegation:
    """Let someone act for a practitioner, in their own name. Raises Refusal."""
    others = session.execute(
        select(Delegation.starts_on, Delegation.ends_on).where(
            Delegation.delegate_id == delegate.id, Delegation.practitioner_id == practitioner.id
        )
    )
    periods = [(row[0], row[1]) for row in others]
    refuse_if(permissions.why_not_delegate(delegate, practitioner, starts_on, ends_on, periods))
    made = Delegation(delegate_id=delegate.id, practitioner_id=practitioner.id, starts_on=starts_on, ends_on=ends_on)
    session.add(made)
    session.flush()
    record("delegation.start", practitioner, by=by, delegate=delegate.id, starts_on=starts_on.isoformat())
    return made


def end_delegation(delegation: Delegation, last_day: date | None = None, *, by: Actor) -> None:
    """End a delegation on a day, that day included; without a day it ends at once. Raises Refusal."""
    last = last_day or territory.today() - timedelta(days=1)
    refuse_if(permissions.why_not_end(delegation.starts_on, delegation.ends_on, last, territory.today()))
    practitioner = session.get_one(Person, delegation.practitioner_id)
    if last < delegation.starts_on:
        session.delete(delegation)
    else:
        delegation.ends_on = last
    session.flush()
    record("delegation.end", practitioner, by=by, delegate=delegation.delegate_id, ends_on=last.isoformat())
