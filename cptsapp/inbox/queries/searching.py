"""Finding a file by a fragment of a name, though names are sealed; by its commune or its reference too.

A process opens the sealed names once and keeps them folded in its memory, never elsewhere: it reads the table again
when a commit has changed a seeker, opens those it does not know, and forgets those that are gone. Whoever reads that
memory reads the keys as well.

What was typed is not put in an address either: browsers, proxies and logs keep addresses. It travels sealed for the
user who typed it, and for a day.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import or_, select
from sqlalchemy.engine import Engine

from cptsapp.core import stamps
from cptsapp.core.db import db, session
from cptsapp.core.prepared import Prepared
from cptsapp.core.seal import SealBroken, ring
from cptsapp.core.text import REFERENCE_DIGITS, REFERENCE_LETTERS, fold
from cptsapp.inbox.models import Request, Seeker
from cptsapp.inbox.patients import Identity, open_name
from cptsapp.inbox.rules.queues import TYPED_MAX
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

FOUND_MAX = 300  # a fragment that finds more is to be lengthened, and the page says so
LETTERS_MIN = 2
WHOLE = len("D-K7F3M4XX")
_COLUMN = "search"
_REFERENCE = re.compile(f"[{REFERENCE_LETTERS}{REFERENCE_DIGITS}]{{2,8}}")
_STAMP = stamps.watch("seekers", Seeker)
_SEALED = Prepared(
    lambda: select(Seeker.id, Seeker.request_id, Seeker.seal_id, Seeker.name).where(Seeker.name.is_not(None))
)


@dataclass(slots=True)
class _Names:
    """The folded names under one stamp: by sealed value, so that a name typed again is opened again."""

    stamp: int | None
    known: dict[bytes, str] = field(default_factory=dict)
    rows: list[tuple[str, int]] = field(default_factory=list)


_kept: WeakKeyDictionary[Engine, _Names] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found: the numbers of the requests, the latest first; `is_cut` when there were more."""

    typed: str
    ids: tuple[int, ...]
    is_cut: bool = False


# -- what is typed, sealed --------------------------------------------------------------------------------------------


def sealed(typed: str, user_id: int) -> str:
    """The fragment as an address may carry it: only this user opens it, and today."""
    value = ring().seal(" ".join(typed.split())[:TYPED_MAX], _row(user_id), _COLUMN)
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def opened(token: str, user_id: int) -> str:
    """The fragment of an address; empty for one of another day, of someone else, or made up."""
    try:
        value = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        return ring().unseal(value, _row(user_id), _COLUMN) if len(value) > 1 else ""
    except (SealBroken, binascii.Error, ValueError):
        return ""


def _row(user_id: int) -> UUID:
    return UUID(int=(territory.today().toordinal() << 64) | user_id)


# -- finding ----------------------------------------------------------------------------------------------------------


def search(typed: str) -> Search:
    """The requests that answer: by a name of the household, their commune or the beginning of their reference."""
    words = fold(typed).split()
    if sum(map(len, words)) < LETTERS_MIN:
        return Search(typed, ())
    left = _names().rows
    for word in words:  # a plain loop a word: asking `all` of each of ten thousand names took twice the time
        left = [row for row in left if word in row[0]]
    found = {number for _folded, number in left}
    found.update(_elsewhere(typed, words))
    newest = sorted(found, reverse=True)
    return Search(typed, tuple(newest[:FOUND_MAX]), len(newest) > FOUND_MAX)


def _elsewhere(typed: str, words: Sequence[str]) -> Sequence[int]:
    """By commune or reference: one more than is shown, so that the cut is seen."""
    ways: list[Any] = []
    communes = select(Commune.code).where(*(Commune.folded.contains(word) for word in words))
    if codes := session.scalars(communes).all():
        ways.append(Request.commune_code.in_(codes))
    for beginning in _references(typed):
        is_whole = len(beginning) == WHOLE
        ways.append(Request.reference == beginning if is_whole else Request.reference.startswith(beginning))
    if not ways:
        return []
    wanted = select(Request.id).where(or_(*ways)).order_by(Request.id.desc()).limit(FOUND_MAX + 1)
    return session.scalars(wanted).all()


def _references(typed: str) -> list[str]:
    """How the references meant begin: « d k7f3 » → "D-K7F3", or "D-DK7F3" for who did not type the first letter."""
    letters = re.sub(r"[\W_]+", "", typed).upper()
    rests = {letters, letters.removeprefix("D")}
    return [f"D-{rest}" for rest in sorted(rests) if _REFERENCE.fullmatch(rest)]


def _names() -> _Names:
    if stamps.is_written(_STAMP):
        return _read(None, {})
    stamp, engine = stamps.value(_STAMP), db.engine
    kept = _kept.get(engine)
    if kept is None or kept.stamp != stamp:
        kept = _kept[engine] = _read(stamp, kept.known if kept else {})
    return kept


def forget() -> None:
    """Read again at the next search: what it costs is measured so."""
    _kept.pop(db.engine, None)


Opened = dict[tuple[bytes, bytes], Identity]
OPENED_MAX = 2_000
_opened: WeakKeyDictionary[Engine, tuple[int | None, Opened]] = WeakKeyDictionary()


def opened_identities() -> Opened:
    """Those that lists have opened, by sealed name and birth date: let go, all of them, when any seeker changes."""
    stamp, engine = stamps.value(_STAMP), db.engine
    kept = _opened.get(engine)
    if kept is None or kept[0] != stamp or len(kept[1]) > OPENED_MAX:
        kept = _opened[engine] = (stamp, {})
    return kept[1]


def _read(stamp: int | None, known: dict[bytes, str]) -> _Names:
    names = _Names(stamp)
    for row in _SEALED.all():
        folded = known.get(row.name) or fold(open_name(row.seal_id, row.name))
        names.known[row.name] = folded
        names.rows.append((folded, row.request_id))
    return names
