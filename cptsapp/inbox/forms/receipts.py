"""What the receipt shows, from the last page to the next: sealed in the cookie, for half an hour."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from cptsapp.core import clock
from cptsapp.core.seal import SealBroken, ring

LASTS = 30 * 60  # seconds
_COLUMN = "inbox.receipt"


@dataclass(frozen=True, slots=True)
class Shown:
    """A reference, the token of the private link, the day by which the request is read, the telephone to be rung."""

    reference: str
    token: str
    due_on: date | None
    phone: str
    has_mail: bool


def pack(shown: Shown) -> str:
    """The cookie's value: signed as all of it, and sealed besides, since anyone reads a signed cookie."""
    number = uuid4()
    kept = {
        "at": clock.now().timestamp(),
        "reference": shown.reference,
        "token": shown.token,
        "due": shown.due_on.isoformat() if shown.due_on else "",
        "phone": shown.phone,
        "mail": shown.has_mail,
    }
    return f"{number.hex}.{base64.urlsafe_b64encode(ring().seal(json.dumps(kept), number, _COLUMN)).decode()}"


def unpack(written: str) -> Shown | None:
    """What it holds; None when there is none, or no more."""
    once, _, body = str(written).partition(".")
    try:
        number = UUID(hex=once)
        kept = json.loads(ring().unseal(base64.urlsafe_b64decode(body.encode()), number, _COLUMN))
    except (ValueError, IndexError, binascii.Error, SealBroken):
        return None
    if not 0 <= clock.now().timestamp() - kept["at"] < LASTS:
        return None
    due = date.fromisoformat(kept["due"]) if kept["due"] else None
    return Shown(kept["reference"], kept["token"], due, kept["phone"], has_mail=kept["mail"])
