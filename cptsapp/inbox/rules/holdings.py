"""All that is held about a person, as facts with words to read and values to process (RGPD art. 15 and 20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from cptsapp.core import french

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing held: its key for a machine, its name and words for a reader, its value."""

    key: str
    label: str
    words: str
    value: Any


@dataclass(frozen=True, slots=True)
class Section:
    """Facts of one kind, record by record."""

    key: str
    title: str
    records: Sequence[Sequence[Fact]]


def fact(key: str, label: str, value: Any, words: str | None = None) -> Fact:
    """A fact; its words are those of its value unless they are given. Instants are local already."""
    return Fact(key, label, words if words is not None else in_words(value), plain(value))


def in_words(value: Any) -> str:
    """A value as one reads it: « oui », « 20/07/2026 à 14h32 », « — » for nothing."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{french.day_numeric(value)} à {french.hour(value)}"
    if isinstance(value, date):
        return french.day_numeric(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value))
    return str(value)


def plain(value: Any) -> Any:
    """A value as JSON holds it: days and instants in ISO 8601, the words of closed lists as their codes."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value if value != "" else None


def as_json(reference: str, made_at: datetime, sections: Sequence[Section]) -> dict[str, Any]:
    """The same for a machine: each section a list of records."""
    return {
        "format": "cptsapp.droit-acces/1",
        "reference": reference,
        "made_at": made_at.isoformat(timespec="seconds"),
        **{section.key: [{one.key: one.value for one in record} for record in section.records] for section in sections},
    }
