"""The import of 500,000 lines of the extract, whole: read, compared, reviewed and applied, in a process of its own.

The time is that ÷ the time of only reading the lines and splitting them, as text, in the same process; the memory is
the most the process ever held. The file is made once under instance/bench.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.bench import seed
from tests.bench.rig import Rig

LINES = 500_000
PERSONS = 600
ROUNDS = 3
EXTRACT_ON = date(2026, 7, 6)


@dataclass(frozen=True)
class Figures:
    """What one import cost."""

    ratio: float
    megabytes: float


def extract() -> Path:
    """The file, made the first time."""
    from cptsapp.imports import generator

    source = Path(generator.__file__).read_bytes()
    path = seed.FOLDER / f"extract-{LINES}-{len(source)}.txt"
    if not path.exists():
        for old in seed.FOLDER.glob("extract-*"):
            old.unlink()
        draft = path.with_suffix(".draft")
        communes = tuple(code for code, *_rest in seed.COMMUNES)
        with draft.open("wb") as output:
            generator.generate(output, generator.Options(LINES, communes=communes, persons=PERSONS))
        draft.rename(path)
    return path


def run(at: Rig) -> Figures:
    """Import the file on a rig; the process that does it is another."""
    url = f"sqlite:///{at.instance / 'cptsapp.sqlite'}"
    arguments = [str(extract()), str(at.instance), url, f"@{seed.clock_file()}"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.extract", *arguments],
        cwd=seed.ROOT,
        env={**os.environ, "PYTHONPATH": str(seed.ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


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
