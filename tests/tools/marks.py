"""Looking for marked values in everything that is kept: database, write-ahead log, files, logs, copies."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy import text

from cptsapp.core.db import Base, session
from cptsapp.core.text import fold

NAME = "Zorglubine Marquedépose"
PHONE = "06 39 98 77 31"
MAIL = "zorglubine@marque.example"


def needles() -> list[bytes]:
    """The marks in every dress they could be kept in, lower case; a part of a name gives as much away as the whole."""
    digits = PHONE.replace(" ", "")
    plain = [
        *NAME.split(),
        fold(NAME),
        digits,
        digits[1:],
        PHONE,
        PHONE.replace(" ", "."),
        PHONE.replace(" ", "\u00a0"),
        MAIL,
    ]
    dressed = [dress(value) for value in plain for dress in (str, quote, quote_plus, _escaped)]
    encoded = [_base64(value) for value in (NAME, digits, MAIL)]
    wide = [value.lower().encode("utf-16-le") for value in plain]
    return sorted({value.lower().encode() for value in dressed} | set(encoded) | set(wide))


def _escaped(value: str) -> str:
    return json.dumps(value)[1:-1]


def _base64(value: str) -> bytes:
    """What every alignment of the encoded value holds is its own; the first is enough for a value kept alone."""
    return base64.b64encode(value.encode()).rstrip(b"=")[:-1].lower()


def found_in(places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Which places hold a mark: "place: mark"."""
    wanted = needles()
    hits = []
    for name, content in places:
        folded = content.lower()
        hits += [f"{name}: {needle!r}" for needle in wanted if needle in folded]
    return hits


def files_under(folder: Path, *, but: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder, links followed, without those whose name is given."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in but and not set(path.parts) & set(but):
            yield str(path.relative_to(folder)), path.read_bytes()


def rows_of_every_table() -> Iterator[tuple[str, bytes]]:
    """Each table as text, whatever the database."""
    for table in Base.metadata.sorted_tables:
        rows = session.execute(text(f'SELECT * FROM "{table.name}"')).all()
        yield f"table {table.name}", "\n".join(str(tuple(_readable(v) for v in row)) for row in rows).encode()


def _readable(value: object) -> object:
    return value.decode("latin-1") if isinstance(value, bytes) else value
