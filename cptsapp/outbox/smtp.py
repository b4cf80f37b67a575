"""Delivering over SMTP: one connection for several messages, errors told as a code, never with an address."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

from cptsapp.outbox.actions import CalendarFile, Outgoing

TIMEOUT_SECONDS = 20
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NotDelivered(Exception):
    """The message did not leave. `code` names the failure without any address: "550", "ConnectionRefusedError"."""

    def __init__(self, code: str, *, is_permanent: bool, is_server_down: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_permanent = is_permanent
        self.is_server_down = is_server_down


class Transport(Protocol):
    """What delivers a message, or raises NotDelivered."""

    def send(self, message: EmailMessage) -> None:
        """Deliver it."""

    def close(self) -> None:
        """Nothing more to send for now."""


class NoTransport:
    """The demonstration's: messages are read at /courrier and go nowhere."""

    def send(self, message: EmailMessage) -> None:
        """Nothing leaves the machine."""

    def close(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to hand messages over."""

    host: str
    port: int
    is_tls: bool
    user: str | None
    password: str | None

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine, where a certificate proves nothing."""
        return self.host in LOOPBACK


def server_of(url: str) -> Server:
    """The server a `smtp://` or `smtps://[user:password@]host[:port]` address names."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    return Server(
        host=parts.hostname or "localhost",
        port=parts.port or (465 if is_tls else 25),
        is_tls=is_tls,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class SmtpTransport:
    """Keeps one connection open between messages and begins anew after an error."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Deliver it, or raise NotDelivered."""
        try:
            if self._connection is None:
                self._connection = _connect(self._server)
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(_code(error), is_permanent=False, is_server_down=True) from None
        try:
            self._connection.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self.close()
            raise NotDelivered(_code(error), is_permanent=_is_permanent(error)) from None

    def close(self) -> None:
        """Say goodbye; a server already gone changes nothing."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.is_here:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if server.is_tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        _greet(connection, server, context)
    except BaseException:
        connection.close()
        raise
    return connection


def _greet(connection: smtplib.SMTP, server: Server, context: ssl.SSLContext) -> None:
    connection.ehlo()
    if not server.is_tls and connection.has_extn("starttls"):
        connection.starttls(context=context)
        connection.ehlo()
        is_private = True
    else:
        is_private = server.is_tls or server.is_here
    if server.user is None:
        return
    if not is_private:
        raise smtplib.SMTPNotSupportedError("no TLS: the password stays here")
    connection.login(server.user, server.password or "")


def _refusal_codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _code(error: Exception) -> str:
    """The server's number, or the kind of error: never its text, which quotes addresses."""
    codes = _refusal_codes(error)
    return str(max(codes)) if codes else type(error).__name__


def _is_permanent(error: Exception) -> bool:
    """Whether trying again cannot help. A refused sender is a setting, which someone can mend within the day."""
    if isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError)):
        return False
    if isinstance(error, (ValueError, smtplib.SMTPNotSupportedError)):
        return True
    codes = _refusal_codes(error)
    return bool(codes) and all(500 <= code < 600 for code in codes)


def email_of(outgoing: Outgoing, *, sender: str, sender_name: str) -> EmailMessage:
    """The message as it travels; the same Message-ID and date at each attempt. Raises ValueError on a bad address."""
    message = EmailMessage()
    message["From"] = formataddr((sender_name, sender)) if sender_name else sender
    message["To"] = outgoing.to_address
    message["Subject"] = outgoing.title
    message["Date"] = format_datetime(outgoing.created_at)
    message["Message-ID"] = outgoing.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = "fr"
    message.set_content(outgoing.body, charset="utf-8", cte="quoted-printable")
    if outgoing.calendar is not None:
        _join_calendar(message, outgoing.calendar, sender, outgoing.to_address)
    return message


def _join_calendar(message: EmailMessage, file: CalendarFile, sender: str, recipient: str) -> None:
    """Beside the text for whoever reads invitations there, and attached for the others."""
    content = addressed(file, sender, recipient)
    message.add_alternative(
        content, subtype="calendar", charset="utf-8", cte="quoted-printable", params={"method": file.method.value}
    )
    message.add_attachment(content.encode(), maintype="application", subtype="ics", filename="reunion.ics")


def addressed(file: CalendarFile, sender: str, recipient: str) -> str:
    """The file as its addressee gets it: from whom, to whom; nobody sees who else was asked, nobody awaits a reply."""
    from icalendar import Calendar, vCalAddress  # few messages carry one

    calendar = Calendar.from_ical(file.content)
    for event in calendar.walk("VEVENT"):
        event["organizer"] = vCalAddress(f"mailto:{sender}")
        attendee = vCalAddress(f"mailto:{recipient}")
        attendee.params["RSVP"] = "FALSE"
        event["attendee"] = attendee
    written: bytes = calendar.to_ical()
    return written.decode()
