"""Cold start of one worker: from an empty process to an application ready to answer, ÷ bare Flask's."""

import os
import resource
import subprocess
import sys
import tempfile

from tests.bench.seed import ROOT

TIMES = 5
OURS = "import wsgi"
BARE = "from flask import Flask\napp = Flask('bare')\napp.add_url_rule('/', 'five', lambda: '12345')"
# What tools of development bring and a server never has: structlog loads rich when it finds it.
ABSENT = "import sys\nsys.modules['rich'] = None\n"


def ratio() -> float:
    """CPU of a start ÷ CPU of bare Flask's."""
    ours, bare = seconds()
    return ours / bare


def seconds() -> tuple[float, float]:
    """CPU of a start, and of bare Flask's: the least of several, interleaved; modules compiled by a first one."""
    with tempfile.TemporaryDirectory() as instance, tempfile.TemporaryDirectory() as modules:
        ours = {"CPTSAPP_MODE": "test", "CPTSAPP_INSTANCE": instance, "PYTHONPYCACHEPREFIX": modules}
        environment = {**os.environ, **ours}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # where it is set, each start would compile everything again
        _cpu(OURS, environment)  # the first start of all writes keys and compresses static files
        _cpu(BARE, environment)
        least = [float("inf"), float("inf")]
        for _ in range(TIMES):
            for number, code in enumerate((OURS, BARE)):
                least[number] = min(least[number], _cpu(code, environment))
    return least[0], least[1]


def _cpu(code: str, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", ABSENT + code], check=True, cwd=ROOT, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
