"""Who may read a stored file: the features that hold one say so, each of its own. `features` plugs them.

A file that nobody holds is nobody's to read: there is no rule of its own here.
"""

from collections.abc import Callable
from typing import Any

# A file's number and the signed-in user, whom this layer does not know.
MayRead = Callable[[int, Any], bool]

_holders: list[MayRead] = []


def plug(*holders: MayRead) -> None:
    """Say which features hold files."""
    _holders[:] = holders  # one application a process


def may_read(file_id: int, user: Any) -> bool:
    """Whether one of those that hold the file lets the user read it."""
    return any(holder(file_id, user) for holder in _holders)
