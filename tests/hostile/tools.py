"""What every test of bad input asks: a clear French sentence, the right status, nothing lost, nothing changed."""

import re
from html import unescape
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from cptsapp.core.db import Base, session

TOLD = re.compile(
    r'<(?:p|div)[^>]*(?:class="field-error"|class="note error"|role="alert")[^>]*>(.*?)</(?:p|div)>', re.DOTALL
)
TAGS = re.compile(r"<[^>]+>")
# What a request may write whatever its end: that the session was used, failed sign-ins and dead links.
ASIDE = frozenset({"sign_in", "counter"})

LONG = "x" * 10_000
NUL = "a\x00b"
RTL = "\u202eأحمد\u202c 👩🏽‍⚕️"
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"
SQL = "Robert'); DROP TABLE booking;--"
TEMPLATE = "{{ 7*7 }}{% raw %}${7*7}"
DIGITS = "9" * 5000
ODD_NUMBERS = ("0", "-1", "1e3", "1,5", "deux", "", " ", "2147483648", "9" * 30, DIGITS, "٣", NUL, "0x10", "NaN")
ODD_DAYS = ("2026-02-31", "31/02", "2026-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "hier", "", NUL, LONG)
ODD_TIMES = ("25:00", "24:00", "17h", "-1:00", "17:60", "", NUL, LONG)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but what any request may write aside."""
    session.rollback()
    found = {
        table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
        for table in Base.metadata.sorted_tables
        if table.name not in ASIDE
    }
    session.rollback()
    return found


def changed(before: dict[str, list], after: dict[str, list]) -> set[str]:
    """The tables that differ."""
    return {name for name in before if before[name] != after[name]}


def sentences(response: TestResponse) -> list[str]:
    """What the page says in red."""
    texts = (TAGS.sub(" ", found) for found in TOLD.findall(response.text))
    return [" ".join(unescape(text).split()) for text in texts if text.strip()]


def check_refused(response: TestResponse, *statuses: int) -> str:
    """Refused with one of these statuses and a French sentence, which is given."""
    assert response.status_code in statuses, (response.status_code, response.text[:500])
    told = sentences(response)
    assert told, response.text[-3000:]
    assert all(re.search(r"[.?!»]$", sentence) for sentence in told), told
    assert not re.search(r"This field|Not a valid|Invalid|Traceback|Error", " ".join(told)), told
    return " ".join(told)
