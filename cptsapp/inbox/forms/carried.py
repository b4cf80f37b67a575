"""What travels from page to page of the public form: sealed in one hidden field, kept nowhere until the last page.

Whoever looks over a shoulder, into a cache or at the page's source reads nothing in it; nobody else can write one.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from werkzeug.datastructures import MultiDict

from cptsapp.core import clock
from cptsapp.core.seal import SealBroken, ring

PAGES = ("commune", "search", "people", "contact", "agreement")
PEOPLE_MAX = 8
LASTS = 4 * 60 * 60  # seconds: a page left open since this morning begins again
_COLUMN = "inbox.entry"


@dataclass(slots=True)
class Carried:
    """The answers so far, as they were typed; the page on show; when the form was opened; whether the trap closed."""

    once: UUID
    opened_at: float
    page: int = 0
    people: int = 1
    has_bait: bool = False
    answers: dict[str, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the page on show."""
        return PAGES[self.page]

    @property
    def seconds(self) -> float:
        """How long ago the form was opened."""
        return clock.now().timestamp() - self.opened_at

    @property
    def is_sound(self) -> bool:
        """Whether it is of today's form: a version before may have had other pages."""
        return 0 <= self.seconds < LASTS and 0 <= self.page < len(PAGES) and 1 <= self.people <= PEOPLE_MAX

    def formdata(self) -> "MultiDict[str, str]":
        """The answers as a form reads them."""
        return MultiDict([(name, value) for name, values in self.answers.items() for value in values])

    def take(self, typed: "MultiDict[str, str]", names: list[str]) -> None:
        """Replace the answers of these fields by what was typed; an unticked box is no answer any more."""
        for name in names:
            self.answers.pop(name, None)
            if values := typed.getlist(name):
                self.answers[name] = values
        self.has_bait = self.has_bait or bool(typed.get("website"))

    def drop_person(self, number: int) -> None:
        """Take someone out of the household; those who follow move up."""
        if not 0 <= number < self.people or self.people == 1:
            return
        moved: dict[str, list[str]] = {}
        for name, values in self.answers.items():
            who, _, rest = name.partition("-")
            place = int(who[1:]) if rest and who[:1] == "p" and who[1:].isdigit() else -1
            if place != number:
                moved[f"p{place - 1}-{rest}" if place > number else name] = values
        self.answers, self.people = moved, self.people - 1


def new() -> Carried:
    """A form nobody has typed in."""
    return Carried(uuid4(), clock.now().timestamp())


def pack(carried: Carried) -> str:
    """The hidden field."""
    kept = {
        "at": carried.opened_at,
        "page": carried.page,
        "people": carried.people,
        "bait": carried.has_bait,
        "answers": carried.answers,
    }
    sealed = ring().seal(json.dumps(kept, ensure_ascii=False), carried.once, _COLUMN)
    return f"{carried.once.hex}.{base64.urlsafe_b64encode(sealed).decode()}"


def unpack(written: str) -> Carried | None:
    """What the hidden field holds; None when it is none of ours, or too old."""
    once, _, body = written.partition(".")
    try:
        number = UUID(hex=once)
        kept = json.loads(ring().unseal(base64.urlsafe_b64decode(body.encode()), number, _COLUMN))
    except (ValueError, IndexError, binascii.Error, SealBroken):
        return None
    found = Carried(number, kept["at"], kept["page"], kept["people"], kept["bait"], kept["answers"])
    return found if found.is_sound else None
