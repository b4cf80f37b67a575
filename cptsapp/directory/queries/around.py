"""The sheets before and after one: within the search it was opened from, else in the order of names."""

from dataclasses import dataclass

from sqlalchemy import select, tuple_

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.directory import permissions
from cptsapp.directory.models import Person
from cptsapp.directory.queries.search import Search
from cptsapp.directory.rules.facets import Filters


@dataclass(frozen=True, slots=True)
class Around:
    """Addresses under the directory's, empty for none; the place in the search and how many it found, 0 without one."""

    before: str = ""
    after: str = ""
    position: int = 0
    count: int = 0


def around(user: CurrentUser, found: Person, filters: Filters) -> Around:
    """What surrounds the sheet of a person."""
    return _by_name(user, found) if filters.is_empty else _within(user, f"/{found.id}", filters)


def _within(user: CurrentUser, url: str, filters: Filters) -> Around:
    urls = [row.url for row in Search(user, filters).rows()]
    if url not in urls:  # what was searched for has changed meanwhile
        return Around()
    rank = urls.index(url)
    after = urls[rank + 1] if rank + 1 < len(urls) else ""
    return Around(urls[rank - 1] if rank else "", after, rank + 1, len(urls))


def _by_name(user: CurrentUser, found: Person) -> Around:
    key, own = tuple_(Person.folded, Person.id), (found.folded, found.id)
    ids = select(Person.id).where(permissions.visible_to(user))
    before = session.scalar(ids.where(key < own).order_by(Person.folded.desc(), Person.id.desc()).limit(1))
    after = session.scalar(ids.where(key > own).order_by(Person.folded, Person.id).limit(1))
    return Around(f"/{before}" if before else "", f"/{after}" if after else "")
