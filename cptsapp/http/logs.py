"""One line a request: method, rule, status, time. The rule, not the path: tokens and searches stay out of the log."""

import logging
import sys
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Log each request on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Before what features check: a request they answer themselves is timed too.
    app.before_request_funcs.setdefault(None, []).insert(0, _start)
    app.after_request(_line)


def _start() -> None:
    g.started = time.perf_counter()


def _line(response: Response) -> Response:
    if response.status_code in (204, 304):  # polls, several a second: silence is the normal state
        return response
    rule = request.url_rule.rule if request.url_rule else "-"
    took = round(1000 * (time.perf_counter() - g.started), 1)
    log.info("request", method=request.method, rule=rule, status=response.status_code, ms=took)
    return response
