"""A member by its number: a person or a structure (C20)."""

import re
from dataclasses import dataclass

_KEY = re.compile(r"([po])([1-9]\d{0,8})")


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A person or a structure of the directory, by number."""

    is_organisation: bool
    number: int

    @property
    def key(self) -> str:
        """As addresses and forms write it: p12, o5."""
        return f"{'o' if self.is_organisation else 'p'}{self.number}"

    @property
    def person_id(self) -> int | None:
        """The person's number, or None for a structure."""
        return None if self.is_organisation else self.number

    @property
    def organisation_id(self) -> int | None:
        """The structure's number, or None for a person."""
        return self.number if self.is_organisation else None


def person(number: int) -> Member:
    """A person."""
    return Member(False, number)


def organisation(number: int) -> Member:
    """A structure."""
    return Member(True, number)


def member_of(key: str | None) -> Member | None:
    """The member that a key writes, or None for anything else."""
    found = _KEY.fullmatch(key or "")
    return Member(found[1] == "o", int(found[2])) if found else None


def members_of(keys: str) -> list[Member]:
    """The members that keys separated by commas write, each once, in order; the rest is left out."""
    found = (member_of(key) for key in keys.split(","))
    return list(dict.fromkeys(member for member in found if member is not None))
