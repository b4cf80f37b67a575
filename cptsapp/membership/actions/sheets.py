"""From an application to the directory: the sheet it makes, or what it adds to the one it is about."""

from datetime import date

from sqlalchemy import select

from cptsapp.audit.actions import Actor
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.actions import people as directory
from cptsapp.directory.actions.structures import correct_organisation, create_organisation
from cptsapp.directory.models import Organisation, Person, Place, Profession
from cptsapp.directory.rules.numbers import is_finess, is_siret
from cptsapp.membership.models import Application
from cptsapp.membership.rules.members import Member, organisation, person
from cptsapp.territory.models import Commune


def sheet_from(found: Application, starts_on: date, *, by: Actor) -> Member:
    """Make the sheet of a person or of a structure from what was typed. Raises Refusal for a number already known."""
    return _structure(found, by) if found.organisation_name else _person(found, starts_on, by)


def _person(found: Application, starts_on: date, by: Actor) -> Member:
    made = directory.create_person(
        {
            "title": found.title,
            "first_name": found.first_name,
            "last_name": found.last_name,
            "profession": found.profession or Profession.STAFF,
            "rpps": found.rpps,
            "mail": found.mail,
            "phone": found.phone,
        },
        by=by,
    )
    place = _place(found, None, by) if found.profession is not None else None
    if place is not None:
        directory.create_practice(made, place, starts_on, by=by)
    return person(made.id)


def _structure(found: Application, by: Actor) -> Member:
    number = found.organisation_number or ""
    values = {
        "name": found.organisation_name,
        "finess": number if is_finess(number) else None,
        "siret": number if is_siret(number) else None,
        "mail": found.mail,
        "phone": found.phone,
    }
    made = create_organisation(values, by=by)
    _place(found, made.id, by)
    return organisation(made.id)


def _place(found: Application, organisation_id: int | None, by: Actor) -> Place | None:
    """The address typed, when it is in the territory: the one already known there, or a new one."""
    commune = session.get(Commune, found.commune_code) if found.commune_code else None
    if commune is None or not found.address:
        return None
    typed = fold(found.address)
    there = session.scalars(select(Place).where(Place.commune_code == commune.code).order_by(Place.id))
    same = next((place for place in there if fold(place.address) == typed), None)
    if same is not None:
        return same
    values = {"address": found.address, "commune_code": commune.code, "organisation_id": organisation_id}
    return directory.create_place(values, by=by)


def complete(found: Application, member: Member, *, by: Actor) -> None:
    """Give the sheet the mail and the telephone that it lacks; what it has is left to whoever keeps it."""
    kept: Organisation | Person
    if member.is_organisation:
        kept = session.get_one(Organisation, member.number)
    else:
        kept = session.get_one(Person, member.number)
    names = ("mail", "phone")
    missing = {name: getattr(found, name) for name in names if not getattr(kept, name) and getattr(found, name)}
    if not missing:
        return
    if isinstance(kept, Organisation):
        correct_organisation(kept, missing, by=by)
    else:
        directory.correct_person(kept, missing, by=by)
