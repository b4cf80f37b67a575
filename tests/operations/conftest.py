"""A worker on the test's database, and a real SMTP server."""

from collections.abc import Iterator

import pytest

from cptsapp.core.db import session
from cptsapp.operations.worker import Worker
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import Message
from cptsapp.outbox.smtp import SmtpTransport, server_of
from tests.tools.smtp import Sink, smtp_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A server that keeps what it is given."""
    with smtp_sink() as running:
        yield running


@pytest.fixture
def worker(app, cast, sink) -> Worker:
    """A worker that sends to the sink and runs no job."""
    return Worker(app, SmtpTransport(server_of(sink.url)), jobs=())


@pytest.fixture
def write():
    """`write(address)` queues a mail and commits; gives its number."""

    def _write(to_address: str = "helene.renaudin@cpts.example", **more) -> int:
        values = {"title": "17h00 pris, réf. K7F3", "body": "Dr Hélène Renaudin, à 17h00.\n", **more}
        message = queue("booking.booked", to_address=to_address, **values)
        number = message.id
        session.commit()
        session.remove()  # the worker has a session of its own
        return number

    return _write


@pytest.fixture
def read():
    """`read(id)` gives the message as the database has it now."""

    def _read(message_id: int) -> Message:
        session.remove()
        message = session.get(Message, message_id)
        session.remove()
        return message

    return _read
