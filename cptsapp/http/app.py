"""One transaction a request: a safe method reads, an unsafe one commits below 400, everything else rolls back."""

from collections.abc import Callable
from contextvars import ContextVar

import structlog
from flask import Flask, Response, abort, g, has_request_context, request

from cptsapp.core.db import session, set_write_predicate
from cptsapp.http.fields import RESUME_FIELD

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
log = structlog.get_logger()
_second = ContextVar("second_transaction", default=False)


def init_app(app: Flask) -> None:
    """Install the transaction. Call it last: Flask runs `after_request` functions in reverse order."""
    set_write_predicate(_may_write)
    # After the clock of the log, before all else.
    app.before_request_funcs[None][1:1] = [_refuse_zero_bytes, _note_resumed]
    app.after_request(_end)


def _refuse_zero_bytes() -> None:
    """400 for a zero byte: no keyboard types it and PostgreSQL keeps it in no text."""
    if "\x00" in request.path or b"%00" in request.query_string:
        abort(400)
    if request.method not in SAFE and any("\x00" in part for pair in request.form.items(multi=True) for part in pair):
        abort(400)


def _note_resumed() -> None:
    """A text found again is a page that shows a form: like a safe method it writes nothing, whatever the view does."""
    g.is_resumed = request.method not in SAFE and RESUME_FIELD in request.form


def is_resumed() -> bool:
    """Whether the request brings back a text kept while its author was away."""
    return bool(g.get("is_resumed", False))


def _may_write() -> bool:
    if not has_request_context() or _second.get():
        return True
    return request.method not in SAFE and not is_resumed() and not g.get("only_reads", False)


def give_up() -> None:
    """Roll back, and let the rest of the request only read: telling someone why must keep nobody else waiting."""
    session.rollback()
    g.only_reads = True


def settle() -> None:
    """Commit, and let the rest of the request only read: for an act whose answer is long to write."""
    session.commit()
    g.only_reads = True


def after_commit(act: Callable[[], None]) -> None:
    """Do `act` in a second short transaction once the first has ended, whatever its end.

    For what even a GET or a refused POST must record: who opened a patient's file, a failed sign-in.
    """
    g.setdefault("after_commit", []).append(act)


def _end(response: Response) -> Response:
    if session.registry.has():  # a poll may have asked nothing of it
        _close(is_kept=request.method not in SAFE and response.status_code < 400)
    for act in g.pop("after_commit", []):
        run_apart(act)
    return response


def _close(*, is_kept: bool) -> None:
    if is_kept:
        session.commit()
    else:
        session.rollback()


def run_apart(act: Callable[[], None]) -> None:
    """Do `act` in a short transaction of its own that may write. Only once the request's has ended."""
    token = _second.set(True)
    try:
        act()
        session.commit()
    except Exception as error:
        session.rollback()
        log.error("second transaction failed", error=type(error).__name__)
        raise
    finally:
        _second.reset(token)
