"""Folded rows, drawn once: every desk reads the same hundred again each time one of them books."""

from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app

from cptsapp.regulation.queries.listing import Line


class Face(NamedTuple):
    """What a folded row shows, and nothing else: rows with the same face are the same HTML."""

    id: int
    time: str
    name: str
    short: str
    commune: str
    letter: str
    word: str
    state: str
    mark: str
    km: str
    is_late: bool
    detail: str


def row(line: Line, *, is_first: bool, can_book: bool) -> str:
    """The folded row of a line."""
    face = Face(
        line.id,
        line.time,
        line.name,
        line.short,
        line.commune,
        line.letter,
        line.word,
        line.state,
        line.mark,
        line.km,
        line.is_late,
        line.detail,
    )
    return _drawn(face, is_first, can_book)


@lru_cache(maxsize=8192)
def _drawn(face: Face, is_first: bool, can_book: bool) -> str:
    macros: Any = current_app.jinja_env.get_template("regulation/_drawn.html").module
    html: str = macros.row(face, face.id, is_first, can_book)  # marked as safe by the template that made it
    return html
