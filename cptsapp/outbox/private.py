"""Private links and patients' addresses of a message: sealed in the database, opened when the mail leaves.

Whoever reads the database, its log or a backup finds no link that still serves, nor where a patient is written to.
"""

import re
from uuid import UUID, uuid4

from cptsapp.core.seal import ring

_COLUMN = "message.link"
MARK = "⟦"
_MARK = re.compile(r"⟦([0-9a-f-]{36})\.([0-9a-f]+)⟧")


def wrap(link: str) -> str:
    """The link as a body may hold it; an address as a message to a patient holds it."""
    row = uuid4()
    return f"{MARK}{row}.{ring().seal(link, row, _COLUMN).hex()}⟧"


def unwrap(body: str) -> str:
    """The body as its addressee reads it, or the address. Raises SealBroken for a mark altered."""
    return _MARK.sub(lambda mark: ring().unseal(bytes.fromhex(mark[2]), UUID(mark[1]), _COLUMN), body)
