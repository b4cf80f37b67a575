"""A job that lasts, in a thread of its own: a file of 800 MB takes a minute to read, and mails do not wait for it."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock, Thread

import structlog
from flask import Flask, current_app

from cptsapp.core.db import session

log = structlog.get_logger()


class Apart:
    """Runs `act` apart, once at a time. The thread ends with the process, however far it is: `act` must bear that."""

    def __init__(self, name: str, act: Callable[[datetime], object]) -> None:
        self._name, self._act = name, act
        self._lock = Lock()
        self._thread: Thread | None = None

    def __call__(self, now: datetime) -> None:
        """Begin, unless the last time has not ended."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            app = current_app._get_current_object()  # type: ignore[attr-defined]
            self._thread = Thread(target=self._run, args=(app, now), name=self._name, daemon=True)
            self._thread.start()

    def _run(self, app: Flask, now: datetime) -> None:
        with app.app_context():
            try:
                self._act(now)
            except Exception as error:
                session.rollback()
                log.error("job failed", job=self._name, error=type(error).__name__)
            finally:
                session.remove()

    def wait(self) -> None:
        """Wait until it has ended."""
        thread = self._thread
        if thread is not None:
            thread.join()
