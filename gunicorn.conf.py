"""How gunicorn runs the application: two processes of eight threads, nothing private in its log.

Two processes on two cores; eight threads, because with four one worker's threads are soon all held by
connections kept alive. The application is not loaded before the fork: each process makes its own engine.
"""

import os
import re
from typing import Any

from gunicorn.glogging import Logger

bind = os.environ.get("CPTSAPP_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("CPTSAPP_WORKERS", "2"))
worker_class = "gthread"
threads = 8
preload_app = False
timeout = 60
graceful_timeout = 10
keepalive = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  a heartbeat must not wait for a disk

# A private link is a token in the path: whatever looks like one is cut, and the query string is not written at all.
TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{20,}(?=/|\.ics$|$)")


class PrivateLogger(Logger):
    """Gunicorn's logger, with the tokens of private links cut from the path."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """The pieces a log line is made of."""
        pieces: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return pieces | {"U": TOKEN.sub("…", pieces["U"] or "")}


logger_class = PrivateLogger
access_log_format = "%(t)s %(h)s %(m)s %(U)s %(s)s %(B)s %(M)sms"
# In the demonstration the terminal keeps the address and the names in sight instead.
accesslog = None if os.environ.get("CPTSAPP_MODE") == "demo" else "-"
