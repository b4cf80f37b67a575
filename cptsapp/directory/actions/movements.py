"""Writing the register of movements (E55, E62). The trail says that one was noted, not which: a leave is private."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.directory import permissions
from cptsapp.directory.actions.people import end_practice
from cptsapp.directory.models import Movement, MovementKind, Person, Practice, Profession
from cptsapp.directory.rules import movements as rules


@dataclass(frozen=True, slots=True)
class Announced:
    """What someone said of a movement."""

    kind: MovementKind
    starts_on: date
    ends_on: date | None = None
    is_confirmed: bool = False
    replaced_by_id: int | None = None
    note: str | None = None


def note_movement(person: Person, said: Announced, *, by: CurrentUser) -> Movement:
    """Note a movement of a person. Raises Refusal (field who, ends_on, replaced_by…)."""
    _check(person, said, None)
    made = Movement(person_id=person.id, kind=said.kind, starts_on=said.starts_on, created_at=clock.now())
    made.created_by_id = by.id
    session.add(made)
    _write(made, said)
    record("movement.note", person, by=by, starts_on=said.starts_on.isoformat())
    return made


def correct_movement(movement: Movement, said: Announced, *, by: CurrentUser) -> None:
    """Correct a movement. Raises Refusal."""
    refuse_if(permissions.why_not_correct_movement(movement))
    person = session.get_one(Person, movement.person_id)
    _check(person, said, movement.id)
    _write(movement, said)
    record("movement.correct", person, by=by, starts_on=said.starts_on.isoformat())


def _check(person: Person, said: Announced, movement_id: int | None) -> None:
    if person.profession is Profession.STAFF:
        raise Refusal("Le registre suit les professionnels, pas les secrétariats.", "who")
    if person.id == said.replaced_by_id:
        raise Refusal("Une personne ne se remplace pas elle-même.", "replaced_by")
    if said.ends_on is not None and said.kind not in rules.ABSENCES:
        raise Refusal("Une installation ou un départ n’a pas de dernier jour.", "ends_on")
    if said.ends_on is not None and said.ends_on < said.starts_on:
        raise Refusal("Le dernier jour vient avant le premier.", "ends_on")
    same = select(Movement.id).where(
        Movement.person_id == person.id,
        Movement.kind == said.kind,
        Movement.starts_on == said.starts_on,
        Movement.cancelled_at.is_(None),
        Movement.id != (movement_id or 0),
    )
    if session.scalar(same.limit(1)) is not None:
        raise Refusal("Ce mouvement est déjà noté à cette date.", "starts_on")


def _write(movement: Movement, said: Announced) -> None:
    movement.kind, movement.starts_on, movement.ends_on = said.kind, said.starts_on, said.ends_on
    movement.is_confirmed, movement.replaced_by_id, movement.note = said.is_confirmed, said.replaced_by_id, said.note
    session.flush()


def cancel_movement(movement: Movement, *, by: CurrentUser) -> None:
    """Say that it will not take place; the line is kept, struck. Raises Refusal."""
    refuse_if(permissions.why_not_correct_movement(movement))
    movement.cancelled_at = clock.now()
    session.flush()
    record("movement.cancel", session.get_one(Person, movement.person_id), by=by)


def end_with(movement: Movement, practices: Sequence[Practice], last_day: date, *, by: CurrentUser) -> None:
    """End these practices of someone who leaves, as they were asked to be. Raises Refusal."""
    refuse_if(permissions.why_not_end_with(movement))
    for practice in practices:
        end_practice(practice, last_day, by=by)
