"""The worker: sends what waits, runs what is due, every two seconds, until it is told to stop.

No transaction is open while the network is used. Whatever goes wrong is logged by its kind and tried again later.
"""

import signal
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from types import FrameType

import structlog
from flask import Flask

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.operations import actions
from cptsapp.operations.jobs import JOBS, Job
from cptsapp.outbox import actions as outbox
from cptsapp.outbox.smtp import NotDelivered, NoTransport, SmtpTransport, Transport, email_of, server_of
from cptsapp.settings import Settings
from cptsapp.territory import queries as territory

PAUSE_SECONDS = 2
PAUSE_SERVER_DOWN_SECONDS = 30
BATCH = 100  # between two looks at the jobs and at the stop signal

log = structlog.get_logger()


def transport_of(settings: Settings) -> Transport | None:
    """How mails leave; None keeps them waiting, because no server is set."""
    if settings.smtp_url:
        return SmtpTransport(server_of(settings.smtp_url))
    return NoTransport() if settings.mode == "demo" else None


class Worker:
    """Sends and runs until `stop` is called."""

    def __init__(self, app: Flask, transport: Transport | None, jobs: Sequence[Job] = JOBS) -> None:
        self._app = app
        self._settings: Settings = app.config["CPTSAPP"]
        self._transport = transport
        self._jobs = jobs
        self._stop = Event()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End after the message or job in hand."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        log.info("worker started", sends=self._transport is not None)
        while not self._stop.is_set():
            pause = self.once()
            self._stop.wait(pause)
        log.info("worker stopped")

    def once(self) -> float:
        """Send what is due and run what is due; the number of seconds to wait before the next time."""
        with self._app.app_context():
            is_server_down = _guarded("deliveries", self._deliver) is True
            for job in self._due():
                if not self._stop.is_set():
                    _guarded(job.name, partial(self._run, job))
        return PAUSE_SERVER_DOWN_SECONDS if is_server_down else PAUSE_SECONDS

    def _due(self) -> list[Job]:
        """The jobs whose time has come, as far as one look tells; the turn is taken for good in `_run`."""
        known = _guarded("jobs", actions.begun)
        begun, now = (known if isinstance(known, dict) else {}), clock.now()
        return [job for job in self._jobs if job.name not in begun or begun[job.name] <= now - job.every]

    def _deliver(self) -> bool:
        """Send up to a batch; whether the server could not be reached."""
        if self._transport is None:
            return False
        try:
            for _ in range(BATCH):
                outgoing = None if self._stop.is_set() else _claim()
                if outgoing is None:
                    return False
                if not self._send(outgoing, self._transport):
                    return True
        finally:
            self._transport.close()
        return False

    def _send(self, outgoing: outbox.Outgoing, transport: Transport) -> bool:
        """Send one message and note how it ended; False when the server cannot be reached at all."""
        failure = self._attempt(outgoing, transport)
        if failure is None:
            outbox.settle_sent(outgoing)
        else:
            outbox.settle_failed(outgoing, failure.code, is_permanent=failure.is_permanent)
            log.warning("message not delivered", message=outgoing.id, code=failure.code)
        session.commit()
        return failure is None or not failure.is_server_down

    def _attempt(self, outgoing: outbox.Outgoing, transport: Transport) -> NotDelivered | None:
        sender_name = _cpts_name()
        try:
            transport.send(email_of(outgoing, sender=self._settings.mail_from, sender_name=sender_name))
        except NotDelivered as failure:
            return failure
        except ValueError as error:  # an address or title that no mail can carry
            return NotDelivered(type(error).__name__, is_permanent=True)
        return None

    def _run(self, job: Job) -> None:
        is_mine = actions.take_turn(job.name, job.every)
        session.commit()
        if not is_mine:
            return
        error = None
        try:
            job.run(clock.now())
            session.commit()
        except Exception as failure:
            session.rollback()
            error = type(failure).__name__
            log.error("job failed", job=job.name, error=error)
        session.remove()
        actions.note_end(job.name, error)
        session.commit()


def _claim() -> outbox.Outgoing | None:
    outgoing = outbox.claim()
    session.commit()
    return outgoing


def _cpts_name() -> str:
    current = territory.current()
    session.rollback()  # the network comes next: no transaction stays open
    return current.name if current else ""


def _guarded(what: str, act: Callable[[], object]) -> object:
    """Do it; a database that is locked or away is for the next time, and never ends the worker."""
    try:
        return act()
    except Exception as error:
        session.rollback()
        log.error("worker failed", what=what, error=type(error).__name__)
        return None
    finally:
        session.remove()
