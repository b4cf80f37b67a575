"""What has been erased for good, in a file outside the database that only grows: a restore erases it again.

A line names the row by the UUID its values were sealed under, which no other row ever bears: a number would be given
again after a step back in time. It holds nothing else but the kind of thing and the day.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

NAME = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Erased:
    """A thing erased: its table, the UUID of its seals."""

    thing: str
    seal_id: UUID


_path: Path | None = None


def use(path: Path) -> None:
    """Say where the file is; done once, when the application is made."""
    global _path  # one instance, one file a process
    _path = path


def path() -> Path:
    """Where the file is. Raises RuntimeError before `use`."""
    if _path is None:
        raise RuntimeError("no file of erasures: create_app says where it is")
    return _path


def read(source: Path | None = None) -> list[Erased]:
    """What a file says was erased (by default ours), in order; nothing when there is none.

    A last line cut short by a crash is passed over: what it told of is found again in the database.
    """
    place = source or path()
    if not place.is_file():
        return []
    return [found for line in place.read_text().splitlines() if (found := _parse(line)) is not None]


def _parse(line: str) -> Erased | None:
    try:
        values = json.loads(line)
        return Erased(values["thing"], UUID(values["seal"]))
    except (ValueError, KeyError, TypeError):
        return None


def append(things: Iterable[Erased], now: datetime) -> int:
    """Add what the file does not hold yet, on the disk before this returns; gives how many lines were added."""
    known = set(read())
    new = [thing for thing in dict.fromkeys(things) if thing not in known]
    if not new:
        return 0
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    lines = [json.dumps({"at": at, "thing": thing.thing, "seal": str(thing.seal_id)}) + "\n" for thing in new]
    place = path()
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(place, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a") as file:
        file.write(_fresh_line(handle) + "".join(lines))
        file.flush()
        os.fsync(handle)
    return len(new)


def _fresh_line(handle: int) -> str:
    """A break before ours when the last line was cut short."""
    size = os.fstat(handle).st_size
    return "\n" if size and os.pread(handle, 1, size - 1) != b"\n" else ""
