"""Pure helpers of a draft that several write: whether what was read is still what is written, the next number."""

import hashlib
import re
from collections.abc import Sequence

from cptsapp.core.refusals import Refusal

CHANGED_MEANWHILE = (
    "Quelqu’un a changé ce passage pendant que vous écriviez\u00a0: comparez, puis enregistrez de nouveau."
)


class Changed(Refusal):
    """What was read has been rewritten since: the page shows theirs and keeps what was typed."""


def fingerprint(*parts: str) -> str:
    """A mark of some texts: another as soon as one of them, or its limits, changes."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]


def next_number(numbers: Sequence[str]) -> str:
    """The number that would follow: « 4 » after 1, 2.1, 3."""
    heads = [int(found[0]) for number in numbers if (found := re.match(r"\d{1,4}", number))]
    return str(max(heads, default=0) + 1)
