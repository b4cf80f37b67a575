"""Fetching a calendar somebody else hosts, without letting its address reach into our own network.

https only, every address of the host must be public, the connection goes to the very address that was checked (a
second look-up could answer otherwise), redirections are checked alike, size and time are bounded. A server that sends
a byte now and then outlasts every timeout of a socket: at the deadline the socket is cut.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Timer
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from cptsapp.calendars.rules import SIZE_MAX, secure_address

TIMEOUT_SECONDS = 10
REDIRECTS_MAX = 3
CHUNK = 64 * 1024
HEADERS = {"Accept": "text/calendar", "Accept-Encoding": "identity", "User-Agent": "cptsapp"}
_REDIRECTS = (301, 302, 303, 307, 308)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotFetched(Exception):
    """The calendar could not be read. The message is a short code, never the address, which is a secret."""


class Reply(Protocol):
    """What a server answered: http.client.HTTPResponse, or the tests' own."""

    status: int

    def read(self, amt: int) -> bytes: ...
    def getheader(self, name: str) -> str | None: ...
    def close(self) -> None: ...


Opener = Callable[[str, str, float], Reply]
Resolver = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Network:
    """How names are resolved and connections opened; tests give their own."""

    resolve: Resolver
    open: Opener


def fetch(address: str, network: Network | None = None) -> bytes:
    """The content at an https address. Raises NotFetched."""
    chosen = network or INTERNET
    deadline = time.monotonic() + TIMEOUT_SECONDS
    for _ in range(REDIRECTS_MAX + 1):
        reply = _ask(address, chosen, deadline)
        try:
            if reply.status not in _REDIRECTS:
                return _content(reply, deadline)
            address = _next(address, reply)
        finally:
            reply.close()
    raise NotFetched("TooManyRedirects")


def _ask(address: str, network: Network, deadline: float) -> Reply:
    host = urlsplit(address).hostname or ""
    try:
        found = network.resolve(host)
        if not found or not all(is_public(one) for one in found):
            raise NotFetched("PrivateAddress")
        return network.open(address, found[0], _left(deadline))
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise NotFetched(type(error).__name__) from None


def is_public(address: str) -> bool:
    """Whether an IP address is on the Internet, not ours, not a tunnel to ours."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour or ip.teredo or ip in _NAT64:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _next(address: str, reply: Reply) -> str:
    target = secure_address(urljoin(address, reply.getheader("Location") or ""))
    if target is None:
        raise NotFetched("UnsafeRedirect")
    return target


def _content(reply: Reply, deadline: float) -> bytes:
    if reply.status != 200:
        raise NotFetched(str(reply.status))
    content = b""
    try:
        while chunk := reply.read(CHUNK):
            content += chunk
            if len(content) > SIZE_MAX:
                raise NotFetched("TooLarge")
            _left(deadline)
    except (OSError, http.client.HTTPException) as error:
        raise NotFetched(type(error).__name__) from None
    _left(deadline)  # cut at the deadline, it would look like the end
    return content


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise NotFetched("TooSlow")
    return left


class _Pinned(http.client.HTTPSConnection):
    """Connects to an address already checked; the certificate is still that of the name."""

    def __init__(self, host: str, ip: str, timeout: float) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, 443, timeout=timeout, context=self._tls)
        self._ip = ip

    def connect(self) -> None:
        plain = socket.create_connection((self._ip, self.port), self.timeout)
        wrapped = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = wrapped  # known before the handshake, which may drip too
        wrapped.do_handshake()


class _Timed:
    """An answer whose socket is cut in time."""

    def __init__(self, connection: http.client.HTTPConnection, end: Timer) -> None:
        self._connection, self._end = connection, end
        self._reply = connection.getresponse()
        self.status = self._reply.status

    def read(self, amt: int) -> bytes:
        return self._reply.read(amt)

    def getheader(self, name: str) -> str | None:
        return self._reply.getheader(name)

    def close(self) -> None:
        self._end.cancel()
        self._reply.close()
        self._connection.close()


def ask(connection: http.client.HTTPConnection, path: str, seconds: float) -> Reply:
    """The answer of a server, which is cut short after so many seconds whatever it does."""
    held: list[socket.socket] = []

    def cut() -> None:
        for one in (*held, connection.sock):
            with contextlib.suppress(OSError, TypeError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)  # that of TLS would wait for the reader

    end = Timer(seconds, cut)
    end.daemon = True
    end.start()
    try:
        connection.connect()
        held.append(connection.sock)
        connection.request("GET", path, headers=HEADERS)
        return _Timed(connection, end)
    except BaseException:
        end.cancel()
        connection.close()
        raise


def _resolve(host: str) -> list[str]:
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return sorted({str(answer[4][0]) for answer in found}, key=lambda ip: ":" in ip)


def _open(address: str, ip: str, timeout: float) -> Reply:
    parts = urlsplit(address)
    connection = _Pinned(parts.hostname or "", ip, timeout)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return ask(connection, path, timeout)


INTERNET = Network(_resolve, _open)
