"""The only module that reads the clock.

Demonstration and tests may set it with CPTSAPP_CLOCK: an instant (`2026-07-20T14:32:00+02:00`, from which time then
runs on) or `@PATH`, a file that holds such an instant and is read at each call, so that several processes share it.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

_offset: timedelta | None = None
_file: Path | None = None
_read: tuple[int, datetime] | None = None


def configure(value: str | None) -> None:
    """Set or clear the false clock; `value` as CPTSAPP_CLOCK says. Raises ValueError on anything else."""
    global _offset, _file, _read  # one clock a process, like the real one
    _offset, _file, _read = None, None, None
    if not value:
        return
    if value.startswith("@"):
        _file = Path(value[1:])
        _from_file(_file)
        return
    _offset = _parse(value) - datetime.now(UTC)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    if _file is not None:
        return _from_file(_file)
    real = datetime.now(UTC)
    return real + _offset if _offset is not None else real


def _from_file(path: Path) -> datetime:
    """The instant written in the file; read again only when the file changed. It stands still between changes."""
    global _read
    stamp = os.stat(path).st_mtime_ns
    if _read is None or _read[0] != stamp:
        _read = (stamp, _parse(path.read_text().strip()))
    return _read[1]


def _parse(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("CPTSAPP_CLOCK wants an offset, as in 2026-07-20T14:32:00+02:00")
    return instant.astimezone(UTC)
