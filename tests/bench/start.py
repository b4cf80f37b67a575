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
    """CPU of a start ÷ CPU of bare Flask's, each the least of several, interleaved."""
    with tempfile.TemporaryDirectory() as instance:
        environment = {**os.environ, "CPTSAPP_MODE": "test", "CPTSAPP_INSTANCE": instance}
        _cpu(OURS, environment)  # the first start of all writes keys and compresses static files
        least = [float("inf"), float("inf")]
        for _ in range(TIMES):
            for number, code in enumerate((OURS, BARE)):
                least[number] = min(least[number], _cpu(code, environment))
    return least[0] / least[1]


def _cpu(code: str, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", ABSENT + code], check=True, cwd=ROOT, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
