"""For whom one may post: practitioners, their places, the hours of the CPTS."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory.models import Person, Place, Practice, Profession
from cptsapp.directory.permissions import in_force
from cptsapp.posting import permissions
from cptsapp.posting.rules.draft import Hours
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune


def hours() -> Hours:
    """The daytime window, zone and holidays of the CPTS."""
    found = territory.settings()
    return Hours(found.window, found.zone, found.holiday_region)


def _open_practice(today: date) -> ColumnElement[bool]:
    return and_(in_force(Practice, today), Practice.profession != Profession.STAFF)


def _posting_persons(user: CurrentUser) -> ColumnElement[bool]:
    """Those a user may post for who exercise somewhere, and the user themselves."""
    exercises = exists().where(Practice.person_id == Person.id, _open_practice(territory.today()))
    mine = Person.id == user.person_id
    return and_(permissions.postable(user), Person.merged_into_id.is_(None), or_(exercises, mine))


def people(user: CurrentUser, words: str = "") -> Sequence[Person]:
    """The practitioners a user may post for, by name, those whose name begins with the words."""
    wanted = select(Person).where(_posting_persons(user), Person.profession != Profession.STAFF)
    for word in fold(words[:80]).split():
        wanted = wanted.where(or_(Person.folded.startswith(word), Person.folded.contains(f" {word}")))
    return sorted(session.scalars(wanted), key=lambda person: (person.folded, person.id))


def person_for(user: CurrentUser, person_id: int) -> Person:
    """One of them. Raises Invisible for anyone else."""
    found = session.scalar(select(Person).where(Person.id == person_id, permissions.postable(user)))
    if found is None:
        raise Invisible
    return found


def default_person_id(user: CurrentUser) -> int | None:
    """Whose slots open without a choice: one's own, or the only practitioner one assists."""
    if "own" in user.scopes("snp.post") and user.person_id is not None:
        return user.person_id
    if "all" in user.scopes("snp.post"):
        return None
    assisted = people(user)
    return assisted[0].id if len(assisted) == 1 else None


def practices(person_id: int) -> Sequence[Practice]:
    """Where a person exercises today, the oldest first."""
    return session.scalars(
        select(Practice)
        .options(joinedload(Practice.place))
        .where(Practice.person_id == person_id, _open_practice(territory.today()))
        .order_by(Practice.id)
    ).all()


def practice_for(user: CurrentUser, practice_id: int) -> Practice:
    """A practice one may post at today. Raises Invisible otherwise."""
    found = session.scalar(
        select(Practice)
        .join(Person, Person.id == Practice.person_id)
        .where(Practice.id == practice_id, permissions.postable(user), _open_practice(territory.today()))
    )
    if found is None:
        raise Invisible
    return found


def commune_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of communes by code."""
    rows = session.execute(select(Commune.code, Commune.name).where(Commune.code.in_(set(codes))))
    return {row.code: row.name for row in rows}


def place_words(place: Place) -> str:
    """ "12, rue des Écoliers", or the name the place goes by."""
    return place.name or place.address
