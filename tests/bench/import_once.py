"""One import in a process that holds what a server holds, and no tool of the bench: its memory is what is measured."""

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

# What tools of development bring and a server never has: structlog loads rich when it finds it.
sys.modules["rich"] = None  # type: ignore[assignment]

ROUNDS = 3
EXTRACT_ON = date(2026, 7, 6)


def _cpu(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


def _split(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        for line in file:
            line.split("|")


def main(file: str, instance: str, url: str, clock: str) -> None:
    """Import once and print the figures: the reading is done several times, and abandoned but for the last."""
    from cptsapp import create_app
    from tests.tools.settings import test_settings

    path = Path(file)
    app = create_app(test_settings(Path(instance), url, clock))
    with app.app_context():
        least, whole = float("inf"), float("inf")
        for number in range(ROUNDS):
            least = min(least, _cpu(lambda: _split(path)))
            whole = min(whole, _cpu(lambda: _read(path)))
            applied = _cpu(lambda is_last=number == ROUNDS - 1: _end(is_last))
    print(json.dumps({"ratio": (whole + applied) / least, "megabytes": _peak()}))


def _read(path: Path) -> None:
    from cptsapp.core import clock
    from cptsapp.core.db import session
    from cptsapp.imports.actions import arrivals, lifecycle

    made = arrivals.receive_extract(path, path.name, EXTRACT_ON, by=None)
    session.commit()
    lifecycle.read(made, clock.now())


def _end(is_last: bool) -> None:
    from cptsapp.core.db import session
    from cptsapp.imports import queries
    from cptsapp.imports.actions import lifecycle

    found = queries.current()
    assert found is not None  # it has just been read
    if is_last:
        lifecycle.put_off(found)
        lifecycle.apply(found, None)
    else:
        lifecycle.abandon(found, None)
    session.commit()


def _peak() -> float:
    """The most memory this process ever held, in MB."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
