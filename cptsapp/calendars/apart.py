"""Reading somebody's calendar in a process of its own, with little time and memory.

A file of a few lines can ask for billions of occurrences: here it costs its sender a refusal, and nobody else a wait.
"""

import json
import subprocess
import sys
from datetime import datetime

from cptsapp.calendars import rules
from cptsapp.settings import ROOT

SECONDS = 20  # thousands of honest events take ten
MEMORY_BYTES = 1024**3
TOO_HEAVY = "Ce calendrier est trop lourd à lire. Exportez-en les mois à venir seulement."


def busy_hours(content: bytes, start: datetime, end: datetime, zone: str) -> list[rules.Interval]:
    """What `rules.busy_hours` gives, or rules.NotACalendar when it refuses or takes too long."""
    if len(content) > rules.SIZE_MAX:
        raise rules.NotACalendar("Ce calendrier dépasse 2\u00a0Mo.")
    command = [sys.executable, "-m", __name__, start.isoformat(), end.isoformat(), zone]
    try:
        done = subprocess.run(
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise rules.NotACalendar(TOO_HEAVY) from None
    if done.returncode:
        raise rules.NotACalendar(TOO_HEAVY)
    answer = json.loads(done.stdout)
    if "refusal" in answer:
        raise rules.NotACalendar(answer["refusal"])
    return [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in answer["hours"]]


def _main(start: str, end: str, zone: str) -> None:
    """The process itself: the content in, the hours or the refusal out as JSON."""
    import os
    import resource

    os.nice(10)  # whoever works at a screen comes first
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    content = sys.stdin.buffer.read()
    try:
        hours = rules.busy_hours(content, datetime.fromisoformat(start), datetime.fromisoformat(end), zone)
    except rules.NotACalendar as refusal:
        answer: dict[str, object] = {"refusal": str(refusal)}
    else:
        answer = {"hours": [(a.isoformat(), b.isoformat()) for a, b in hours]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
