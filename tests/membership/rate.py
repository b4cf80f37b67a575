"""What the tests of the rate share: a territory that is known, and reading the pages' numbers with their links."""

from datetime import UTC, date, datetime
from html import unescape
from re import findall, search

from cptsapp.core.db import session
from cptsapp.directory.models import Practice, Profession
from cptsapp.imports.models import Import, ImportKind, ImportState
from tests.tools.factories import make_membership, make_person, make_practice

URL = "/adhesions/taux"
PEOPLE = f"{URL}/personnes"
LINK = r'<a href="(/adhesions/taux/personnes\?[^"]*)">(?:<b>)?([\d\u202f]+)'


def know_since(day: date, **changes) -> Import:
    """An extract of that day, applied."""
    values = {
        "kind": ImportKind.EXTRACT,
        "state": ImportState.APPLIED,
        "file_name": "extrait.txt",
        "file_bytes": 1,
        "extract_on": day,
        "columns": {},
        "started_at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        "applied_at": datetime(day.year, day.month, day.day, 10, tzinfo=UTC),
    }
    made = Import(**{**values, **changes})
    session.add(made)
    session.flush()
    return made


def professional(*, member=False, place=None, profession=Profession.NURSE, practice=None, **person) -> Practice:
    """Someone who practises here, a member of the year or not."""
    made = make_person(profession=profession, **person)
    if member:
        make_membership(made)
    return make_practice(made, place, **practice or {})


def numbers(page: str) -> list[tuple[str, int]]:
    """Each number of a page that opens a list, with its address."""
    return [(unescape(url), int(text.replace("\u202f", ""))) for url, text in findall(LINK, page)]


def fraction(page: str) -> tuple[int, int]:
    """Members and professionals of the day, as the page says them."""
    part = search(r'<p class="fraction">(.*?)</p>', page)
    assert part is not None
    (_, members), (_, professionals) = numbers(part[1])
    return members, professionals


def listed(client, url: str) -> int:
    """How many a list holds, counted line by line over all its pages."""
    total, following = 0, url
    while following:
        page = client.get(following).text
        for line in findall(r'<td data-label="" class="title">(.*?)</td>', page):
            total += 1 if line.startswith("<a") else int(line.split("\u00a0")[0])
        found = search(r'<a href="([^"]+)" rel="next"', page)
        following = unescape(found[1]) if found else ""
    return total
