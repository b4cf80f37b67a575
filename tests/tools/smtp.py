"""A real SMTP server that keeps what it is given, and refuses when told to."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller


@dataclass
class Sink:
    """What arrived; `answers` maps an address to the line it is refused with."""

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    after_data: object = None
    senders: list[str] = field(default_factory=list)

    async def handle_MAIL(self, _server, _session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        self.senders.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802  aiosmtpd's name
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  aiosmtpd's name
        if not self.data_answer.startswith("250"):
            return self.data_answer
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.recipients += envelope.rcpt_tos
        if callable(self.after_data):
            self.after_data()
        return self.data_answer


@contextmanager
def smtp_sink(**controller_options) -> Iterator[Sink]:
    """A server on a free port of this machine."""
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), **controller_options)
    controller.start()
    sink.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield sink
    finally:
        controller.stop()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]
