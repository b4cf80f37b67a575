"""Writing the directory: persons, structures, addresses, practices, delegations. Each change is in the trail."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.core.text import fold
from cptsapp.directory import permissions
from cptsapp.directory.actions.words import write_words
from cptsapp.directory.models import Delegation, Organisation, Person, Place, Practice, Profession
from cptsapp.directory.rules import words as rules
from cptsapp.territory import actions as territory_actions
from cptsapp.territory import queries as territory

# The trail says that these changed, not to what: a private telephone or mail is nobody's business for years.
_NOT_COPIED = frozenset({"mail", "phone"})


# -- persons ----------------------------------------------------------------------------------------------------------


def create_person(values: Mapping[str, Any], *, by: Actor | None) -> Person:
    """A person from their columns (last_name, first_name, profession…). Raises Refusal (field rpps)."""
    _refuse_rpps(values.get("rpps"), None)
    now = clock.now()
    folded = rules.folded_name(values["last_name"], values["first_name"])
    person = Person(**values, folded=folded, created_at=now, updated_at=now)
    session.add(person)
    session.flush()
    write_words(persons={person.id: folded})
    record("person.create", person, by=by)
    return person


def correct_person(person: Person, values: Mapping[str, Any], *, by: Actor) -> None:
    """Correct a person's columns. Raises Refusal (field rpps)."""
    _refuse_rpps(values.get("rpps"), person.id)
    changes = _changes(person, values)
    if not changes:
        return
    for name, value in values.items():
        setattr(person, name, value)
    person.folded = rules.folded_name(person.last_name, person.first_name)
    person.updated_at = clock.now()
    session.flush()
    write_words(persons={person.id: person.folded})
    record("person.correct", person, by=by, changes=changes)


def _refuse_rpps(rpps: str | None, person_id: int | None) -> None:
    if rpps is None:
        return
    other = session.scalar(select(Person).where(Person.rpps == rpps))
    if other is not None and other.id != person_id:
        raise Refusal(f"{other.full_name} a déjà ce numéro RPPS.", "rpps")


def _changes(thing: Any, values: Mapping[str, Any]) -> dict[str, list[Any] | None]:
    """Field → [before, after] of what differs, or None for what the trail does not copy."""
    return {
        name: None if name in _NOT_COPIED else [getattr(thing, name), value]
        for name, value in values.items()
        if getattr(thing, name) != value
    }


# -- structures and addresses -----------------------------------------------------------------------------------------


def save_organisation(
    organisation: Organisation | None, name: str, finess: str | None, *, by: Actor | None
) -> Organisation:
    """Add a structure, or correct one. Raises Refusal (field finess)."""
    other = session.scalar(select(Organisation).where(Organisation.finess == finess)) if finess else None
    if other is not None and other is not organisation:
        raise Refusal(f"{other.name} a déjà ce numéro FINESS.", "finess")
    kind = "organisation.correct" if organisation else "organisation.create"
    if organisation is None:
        organisation = Organisation(name=name, folded=fold(name), finess=finess, created_at=clock.now())
        session.add(organisation)
    organisation.name, organisation.folded, organisation.finess = name, fold(name), finess
    session.flush()
    write_words(organisations={organisation.id: organisation.folded})
    record(kind, organisation, by=by, name=name)
    return organisation


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
    changes = _changes(place, values)
    if not changes:
        return
    for name, value in values.items():
        setattr(place, name, value)
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
    practice = Practice(person_id=person.id, place_id=place.id, profession=chosen, starts_on=starts_on, ends_on=ends_on)
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
