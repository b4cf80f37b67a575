"""What an objection would erase, why it may have to wait, and how many have objected, by profession and commune."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory import keepers
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import Membership, Person, Place, Practice, Profession
from cptsapp.directory.queries.membership import last_day
from cptsapp.directory.rules.objections import Identity
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune


@dataclass(frozen=True, slots=True)
class Objecting:
    """A person about to be kept out, and why they may not be yet."""

    person: Person
    why_not: str | None


def objecting(person_id: int) -> Objecting:
    """Whoever the page is about. Raises Invisible."""
    person = session.get(Person, person_id)
    if person is None or person.merged_into_id is not None or person.objected_on is not None:
        raise Invisible
    return Objecting(person, why_not_object(same_person({person_id})))


def why_not_object(numbers: set[int]) -> str | None:
    """The French reason why someone may not be kept out yet, and what to do first."""
    if session.scalar(select(User.id).where(User.person_id.in_(numbers), User.is_active).limit(1)) is not None:
        return "Cette personne a un compte ouvert : fermez-le d’abord."
    live = Membership.person_id.in_(numbers), last_day() >= territory.today()
    if session.scalar(select(Membership.id).where(*live).limit(1)) is not None:
        return "Cette personne est adhérente : notez d’abord son départ, puis revenez le lendemain du dernier jour."
    return keepers.why_not_object(numbers)


def identities(numbers: set[int]) -> list[Identity]:
    """How each sheet of a person names them."""
    there = select(Place.commune_code).join(Practice, Practice.place_id == Place.id)
    communes = frozenset(session.scalars(there.where(Practice.person_id.in_(numbers)).distinct()))
    people = session.scalars(select(Person).where(Person.id.in_(numbers)).order_by(Person.id))
    return [Identity(one.folded, one.profession, communes, one.rpps, one.adeli) for one in people]


@dataclass(frozen=True, slots=True)
class KeptOut:
    """So many of a profession in a commune asked to be kept out."""

    profession: Profession
    commune: str
    count: int


def kept_out_counts() -> Sequence[KeptOut]:
    """Who objected, as numbers; someone who practised in two communes is counted in each, who had none in none."""
    root = func.coalesce(Person.merged_into_id, Person.id)
    wanted = (
        select(Person.profession, Commune.name, func.count(root.distinct()))
        .join(Practice, Practice.person_id == Person.id)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .where(Person.objected_on.is_not(None))
        .group_by(Person.profession, Commune.name)
        .order_by(Person.profession, Commune.name)
    )
    return [KeptOut(*row) for row in session.execute(wanted)]


def kept_out_total() -> int:
    """How many persons objected."""
    wanted = select(func.count()).select_from(Person)
    return session.scalar(wanted.where(Person.objected_on.is_not(None), Person.merged_into_id.is_(None))) or 0
