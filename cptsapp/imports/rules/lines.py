"""The lines of a file that may weigh a gigabyte: read by small blocks, each line of a bounded length."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

BLOCK = 1 << 18
LONGEST = 1 << 16
# Stands for a line that was too long to be kept: compare with `is`.
OVERLONG = bytes(1)
_BOM = b"\xef\xbb\xbf"
# What a cell that says nothing may hold: spaces and signs that control.
BLANKS = bytes(range(33)) + b"\x7f"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Source(Protocol):
    """A file opened in binary; it is only ever asked for so many bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; empty at the end."""


class Lines:
    """Lines without their end, in lists; `byte_count` says how far the reading is."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.byte_count = 0

    def batches(self) -> Iterator[list[bytes]]:
        """Every line, a block at a time. A mark of UTF-8 at the very start is left out."""
        rest = b""
        while block := self._source.read(BLOCK):
            block = block.removeprefix(_BOM) if self.byte_count == 0 else block
            self.byte_count += len(block)
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            if len(rest) > LONGEST:  # its beginning is enough to know that it is too long
                rest = rest[: LONGEST + 1]
            if lines:
                yield lines if max(map(len, lines)) <= LONGEST else [_bounded(line) for line in lines]
        if rest:
            yield [_bounded(rest)]


def _bounded(line: bytes) -> bytes:
    return line if len(line) <= LONGEST else OVERLONG


def text(cell: bytes) -> str:
    """A cell as text: UTF-8, else the signs of Windows and latin-1, without what surrounds it nor control signs.

    Decided for each cell: text of one encoding is not by chance valid in the other, so that an old file is read
    whole, and one damaged byte spoils the one cell it is in.
    """
    try:
        said = cell.decode()
    except UnicodeDecodeError:
        said = cell.decode("cp1252" if not _has_no_sign(cell) else "latin-1")
    return (said if said.isprintable() else _CONTROLS.sub(" ", said)).strip()


def _has_no_sign(cell: bytes) -> bool:
    """Whether a byte stands for nothing in the table of Windows."""
    return any(byte in cell for byte in b"\x81\x8d\x8f\x90\x9d")


def is_utf8(lines: Sequence[bytes]) -> bool:
    """Whether these lines are of a file in UTF-8, by what most of those that have accents say."""
    accented = [line for line in lines if not line.isascii()]
    return 2 * sum(map(_reads_as_utf8, accented)) >= len(accented)


def _reads_as_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
