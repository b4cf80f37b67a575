"""Long lists, page by page, by key: an offset costs more the further one goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page and the key that the next begins after, if there is one."""

    rows: Sequence[T]
    next_key: str | None


def cut(rows: Sequence[T], size: int, key: Callable[[T], str]) -> Page[T]:
    """A page of `size` rows out of `size + 1` that were read."""
    if len(rows) <= size:
        return Page(rows, None)
    return Page(rows[:size], key(rows[size - 1]))
