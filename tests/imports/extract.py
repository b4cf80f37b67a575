"""Lines of an extract written by hand: `line(**what)` is a nurse at Talmont, with what is said otherwise."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cptsapp.imports.generator import rpps
from cptsapp.imports.rules.columns import NEEDED, USEFUL, published

NAMES = {**NEEDED, **USEFUL}
USUAL = {
    "identifier_type": "8",
    "identifier": rpps(1),
    "last_name": "MERCADAL",
    "first_name": "JULIE",
    "profession": "60",
    "category": "C",
    "mode": "L",
    "sector": "SA07",
    "number": "12",
    "street_type_code": "RUE",
    "street_type": "Rue",
    "street": "DES TAMARIS",
    "cedex": "85440 TALMONT ST HILAIRE",
    "postcode": "85440",
    "commune": "85288",
    "commune_label": "Talmont-Saint-Hilaire",
}


def line(**said: str) -> dict[str, str]:
    """The cells of a line by the published name of their column."""
    return {NAMES[word]: value for word, value in {**USUAL, **said}.items()}


def person(rank: int, last_name: str = "MERCADAL", first_name: str = "JULIE", **said: str) -> dict[str, str]:
    """A line of the person of this rank."""
    return line(identifier=rpps(rank), last_name=last_name, first_name=first_name, **said)


def text_of(
    lines: Iterable[dict[str, str] | str], columns: Sequence[str] = (), *, closed: bool = True, ending: str = "\n"
) -> str:
    """A whole file; a line given as text is written as it is."""
    names = list(columns or published())
    close = "|" if closed else ""
    cells = (one if isinstance(one, str) else "|".join(one.get(name, "") for name in names) + close for one in lines)
    return ending.join(("|".join(names) + close, *cells)) + ending


def write_extract(
    path: Path, lines: Iterable[dict[str, str] | str], *, encoding: str = "utf-8", **shape: object
) -> Path:
    """Write a whole file."""
    path.write_bytes(text_of(lines, **shape).encode(encoding))  # type: ignore[arg-type]
    return path
