"""The import of 500,000 lines of the extract, whole: read, compared, reviewed and applied, in a process of its own.

The time is that ÷ the time of only reading the lines and splitting them, as text, in the same process; the memory is
the most the process ever held. The file is made once under instance/bench.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench import seed
from tests.bench.rig import Rig

LINES = 500_000
PERSONS = 600


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
        [sys.executable, "-m", "tests.bench.import_once", *arguments],
        cwd=seed.ROOT,
        env={**os.environ, "PYTHONPATH": str(seed.ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return Figures(**json.loads(done.stdout.splitlines()[-1]))
