"""The text of a convention as one value: what templates hold, what is frozen, and its checksum."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cptsapp.checklists.models import Side


@dataclass(frozen=True, slots=True)
class Clause:
    """A commitment as the text has it: months are counted from the day it takes effect."""

    label: str
    side: Side
    expected: str = ""
    due_months: int | None = None
    every_months: int | None = None
    is_continuous: bool = False
    figure: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article: « 2.1 », its title, its paragraphs parted by empty lines, its commitments."""

    number: str
    title: str
    body: str
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A whole text. Of a frozen one `parties` are the names that sign; a template has none."""

    title: str
    articles: tuple[ArticleText, ...]
    parties: tuple[str, ...] = field(default=())
    term: str = ""  # from when to when, and how it is renewed, in words

    def as_json(self) -> dict[str, Any]:
        """As the base keeps it."""
        return asdict(self)

    @property
    def checksum(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal: two texts that differ by a letter differ here."""
        canonical = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def from_json(content: Mapping[str, Any]) -> Text:
    """A text read back from the base; the same checksum as the one written."""
    articles = tuple(
        ArticleText(
            article["number"],
            article["title"],
            article["body"],
            tuple(Clause(**{**clause, "side": Side(clause["side"])}) for clause in article["clauses"]),
        )
        for article in content["articles"]
    )
    return Text(content["title"], articles, tuple(content["parties"]), content["term"])
