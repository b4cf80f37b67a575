"""Whom a typed name may mean when someone joins a circle: professionals and structures of the directory."""

from collections.abc import Sequence

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.models import Organisation, Person
from cptsapp.directory.permissions import sees_persons, visible_structures
from cptsapp.directory.queries.people import begins, named

FOUND_MAX = 6
WORDS_MIN = 2


def people_named(user: CurrentUser, typed: str) -> Sequence[Person]:
    """Who it means, six at most. A partner, who does not read the persons, must give the whole name or the RPPS."""
    if sees_persons(user):
        return named(user, typed)
    there = Person.merged_into_id.is_(None), Person.objected_on.is_(None)
    digits = "".join(typed.split())
    if digits.isdecimal():
        return session.scalars(select(Person).where(Person.rpps == digits, *there)).all()
    words = [word for word in fold(typed).split() if word != "dr"]
    if len(words) < WORDS_MIN:
        return []
    whole = {" ".join(words), " ".join([*words[1:], words[0]]), " ".join([words[-1], *words[:-1]])}
    return session.scalars(select(Person).where(Person.folded.in_(whole), *there).limit(FOUND_MAX)).all()


def houses_named(user: CurrentUser, typed: str) -> Sequence[Organisation]:
    """Which structures it means, six at most: beginnings of the words of their names."""
    words = fold(typed).split()
    if not words:
        return []
    ways = [begins(Organisation.folded, word) for word in words]
    wanted = select(Organisation).where(visible_structures(user), *ways)
    return session.scalars(wanted.order_by(Organisation.folded, Organisation.id).limit(FOUND_MAX)).all()
