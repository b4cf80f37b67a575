"""Fetching a calendar must never reach our own network, however it is asked."""

import pytest

from cptsapp.calendars import fetch
from cptsapp.calendars.fetch import Network, NotFetched, is_public

PUBLIC = "93.184.215.14"


class Reply:
    """What the test's server answers."""

    def __init__(self, status=200, body=b"BEGIN:VCALENDAR", location=None):
        self.status, self._body, self._location = status, body, location

    def read(self, amount):
        chunk, self._body = self._body[:amount], self._body[amount:]
        return chunk

    def getheader(self, _name):
        return self._location

    def close(self):
        pass


def network(replies, ips=(PUBLIC,)):
    asked = []

    def answer(address, ip, _timeout):
        asked.append((address, ip))
        return replies[min(len(asked), len(replies)) - 1]

    made = Network(lambda _host: list(ips), answer)
    return made, asked


def test_content_is_given_from_the_address_that_was_checked():
    made, asked = network([Reply()])
    assert fetch.fetch("https://agenda.example/a.ics", made) == b"BEGIN:VCALENDAR"
    assert asked == [("https://agenda.example/a.ics", PUBLIC)]


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "224.0.0.1", "240.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)  # fmt: skip
def test_private_address_is_refused(ip):
    assert not is_public(ip)
    made, asked = network([Reply()], [ip])
    with pytest.raises(NotFetched, match="PrivateAddress"):
        fetch.fetch("https://agenda.example/a.ics", made)
    assert asked == []


@pytest.mark.parametrize("ip", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_address_is_allowed(ip):
    assert is_public(ip)


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    made, _asked = network([Reply()], [PUBLIC, "127.0.0.1"])
    with pytest.raises(NotFetched):
        fetch.fetch("https://agenda.example/a.ics", made)


def test_redirection_is_followed():
    made, asked = network([Reply(302, location="https://autre.example/b.ics"), Reply()])
    fetch.fetch("https://agenda.example/a.ics", made)
    assert [address for address, _ in asked] == ["https://agenda.example/a.ics", "https://autre.example/b.ics"]


@pytest.mark.parametrize("target", ["http://agenda.example/", "file:///etc/passwd", "https://localhost/", ""])
def test_unsafe_redirection_is_refused(target):
    made, _asked = network([Reply(302, location=target or None), Reply()])
    if target:
        with pytest.raises(NotFetched, match="UnsafeRedirect"):
            fetch.fetch("https://agenda.example/a.ics", made)


def test_redirection_to_a_private_host_is_refused():
    hosts = {"agenda.example": [PUBLIC], "interne.example": ["10.0.0.8"]}
    made = Network(lambda host: hosts[host], lambda *_: Reply(302, location="https://interne.example/"))
    with pytest.raises(NotFetched, match="PrivateAddress"):
        fetch.fetch("https://agenda.example/a.ics", made)


def test_endless_redirections_are_refused():
    made, asked = network([Reply(302, location="https://agenda.example/a.ics")])
    with pytest.raises(NotFetched, match="TooManyRedirects"):
        fetch.fetch("https://agenda.example/a.ics", made)
    assert len(asked) == 4


def test_too_large_is_refused():
    made, _asked = network([Reply(body=b"x" * (2 * 1024 * 1024 + 1))])
    with pytest.raises(NotFetched, match="TooLarge"):
        fetch.fetch("https://agenda.example/a.ics", made)


def test_error_of_the_server_is_its_number():
    made, _asked = network([Reply(404)])
    with pytest.raises(NotFetched, match="404"):
        fetch.fetch("https://agenda.example/a.ics", made)


def test_slow_server_is_given_up(monkeypatch):
    made, _asked = network([Reply()])
    monkeypatch.setattr(fetch, "TIMEOUT_SECONDS", 0)
    with pytest.raises(NotFetched, match="TooSlow"):
        fetch.fetch("https://agenda.example/a.ics", made)


def test_failure_never_says_the_address():
    def fail(*_):
        raise ConnectionRefusedError("https://agenda.example/secret")

    with pytest.raises(NotFetched) as caught:
        fetch.fetch("https://agenda.example/secret", Network(lambda _: [PUBLIC], fail))
    assert str(caught.value) == "ConnectionRefusedError"
