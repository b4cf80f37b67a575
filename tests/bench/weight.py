"""What a visit weighs on the wire, headers included: the list cold and warm, and a poll that has nothing to say."""

import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

ASSETS = re.compile(r'<(?:link|script)[^>]+(?:href|src)="(/static/[^"]+)"')


@dataclass(frozen=True)
class Weight:
    """In bytes, but for the number of requests."""

    html: int
    cold: int
    warm: int
    poll: int
    requests: int


def weigh(url: str, cookie: str, page: str, poll: str, etag: str) -> Weight:
    """Fetch the page as a browser that has nothing, then what it names, then one that has it all."""
    headers = {"Cookie": f"cptsapp={cookie}", "Accept-Encoding": "gzip, deflate, br", "Accept": "text/html"}
    whole, html = _fetch(url, page, headers)
    text = _fetch(url, page, headers | {"Accept-Encoding": "identity"})[1].decode()
    names = set(ASSETS.findall(text))
    assets = sum(len(_fetch(url, name, headers)[0]) for name in names)
    silent, _ = _fetch(url, poll, headers | {"If-None-Match": etag, "HX-Request": "true"})
    assert silent.startswith(b"HTTP/1.1 204"), silent[:200]
    return Weight(len(html), len(whole) + assets, len(whole), len(silent), 1 + len(names))


def _fetch(url: str, path: str, headers: dict[str, str]) -> tuple[bytes, bytes]:
    """What came over the wire, and its body."""
    where = urlsplit(url)
    lines = [f"GET {path} HTTP/1.1", f"Host: {where.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    received = b""
    with socket.create_connection((where.hostname, where.port), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        while part := wire.recv(65536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.split()[1] in (b"200", b"204"), head[:200]
    return received, body
