"""What a file is, told by its content alone: neither its name nor what a browser says of it counts.

Only the few kinds of `rules` pass, and each by its own structure, not by its first bytes only: an office document is an
archive whose parts are looked at (docs/decisions/files.md). Nothing is unpacked but two small parts, within bounds.
"""

import struct
import zlib
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from cptsapp.core.refusals import Refusal
from cptsapp.files.rules import (
    DOCX,
    EMBEDDED,
    HEAVY,
    JPEG,
    LOCKED,
    MACROS,
    ODS,
    ODT,
    OLD_OFFICE,
    PDF,
    PNG,
    SPOILED,
    TWO_IN_ONE,
    UNKNOWN,
    XLSX,
)

_ARCHIVE: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAIL = 1024
# The end of an archive: its size alone, then its longest comment.
_END, _END_SIZE, _COMMENT_MAX = b"PK\x05\x06", 22, 0xFFFF
_ENCRYPTED = 0x1
# A document of a thousand pages has some hundreds of parts and some tens of megabytes once unpacked.
PARTS_MAX, DIRECTORY_MAX_BYTES, UNPACKED_MAX_BYTES, PART_MAX_BYTES = 5_000, 2 * 1024**2, 300 * 1024**2, 1024**2
_CONTENT_TYPES, _MIMETYPE = "[Content_Types].xml", "mimetype"
_MAIN_PARTS = (
    (b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", DOCX),
    (b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", XLSX),
)
# A script, whatever the suite that runs it.
_MACROS = ("vbaproject", "vbadata", "xl/macrosheets/", "basic/", "scripts/")
# An object of another program, that a click opens.
_EMBEDDED = ("oleobject", "/activex/")
_BROKEN = (BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, UnicodeDecodeError, ValueError, zlib.error)


def media_type_of(path: Path) -> str:
    """The kind of a file, one of `rules.ENDINGS`. Raises Refusal, with the sentence that helps, for any other."""
    with path.open("rb") as file:
        head = file.read(_TAIL)
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read(_TAIL)
    if head.startswith(_ARCHIVE):
        return _document(path)
    found = _single(head, tail)
    if _directory(path) is not None:
        raise Refusal(TWO_IN_ONE)
    return found


def _single(head: bytes, tail: bytes) -> str:
    """A file that is no archive, by how it begins and ends."""
    if head.startswith(b"%PDF-"):
        return _whole(PDF, b"%%EOF" in tail)
    if head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return _whole(PNG, b"IEND" in tail)
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG  # telephones write a film or a second picture after its end
    raise Refusal(OLD_OFFICE if head.startswith(_COMPOUND) else UNKNOWN)


def _whole(media_type: str, is_whole: bool) -> str:
    if not is_whole:
        raise Refusal(SPOILED)
    return media_type


# -- office documents -------------------------------------------------------------------------------------------------


def _document(path: Path) -> str:
    """The kind of an archive that is an office document, from its parts."""
    announced = _directory(path)
    if announced is None:
        raise Refusal(SPOILED)
    parts, directory_bytes = announced
    if parts > PARTS_MAX or directory_bytes > DIRECTORY_MAX_BYTES:  # before the library makes an object of each
        raise Refusal(HEAVY)
    try:
        with ZipFile(path) as archive:
            found = archive.infolist()
            _refuse_unpacking(found)
            media_type = _declared(archive, {part.filename for part in found})
            _refuse_parts([part.filename.lower() for part in found])
    except _BROKEN as error:
        raise Refusal(SPOILED) from error
    return media_type


def _directory(path: Path) -> tuple[int, int] | None:
    """How many parts the archive that ends the file announces, and the bytes of their list; None when there is none."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_SIZE - _COMMENT_MAX))
        tail = file.read()
    start = tail.rfind(_END)
    if start < 0 or len(tail) - start < _END_SIZE:
        return None
    parts, directory_bytes, _offset, comment = struct.unpack("<HIIH", tail[start + 10 : start + _END_SIZE])
    return (parts, directory_bytes) if start + _END_SIZE + comment == len(tail) else None


def _refuse_unpacking(parts: list[ZipInfo]) -> None:
    """Raise Refusal for what is locked, leads elsewhere, or would fill whoever opens it."""
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Refusal(LOCKED)
    if any(part.filename.startswith("/") or ".." in part.filename.split("/") for part in parts):
        raise Refusal(UNKNOWN)
    if len({part.filename for part in parts}) < len(parts):  # two programs would not read the same one
        raise Refusal(TWO_IN_ONE)
    if sum(part.file_size for part in parts) > UNPACKED_MAX_BYTES:
        raise Refusal(HEAVY)


def _declared(archive: ZipFile, names: set[str]) -> str:
    """What the document says it is, where its format wants it said."""
    if _MIMETYPE in names:
        said = _read(archive, _MIMETYPE).decode("ascii").strip()
        if said in (ODT, ODS) and "META-INF/manifest.xml" in names:
            _refuse_listed(_read(archive, "META-INF/manifest.xml"))
            return said
    if _CONTENT_TYPES in names:
        types = _read(archive, _CONTENT_TYPES)
        if b"macroenabled" in types.lower():
            raise Refusal(MACROS)
        for wanted, media_type in _MAIN_PARTS:
            if wanted in types:
                return media_type
    raise Refusal(UNKNOWN)


def _refuse_listed(manifest: bytes) -> None:
    """Raise Refusal for what an OpenDocument says of its own parts: a chart is an object of ours, this is not."""
    if b"encryption-data" in manifest:
        raise Refusal(LOCKED)
    if b"sun.star.oleobject" in manifest:
        raise Refusal(EMBEDDED)


def _read(archive: ZipFile, name: str) -> bytes:
    """A small part; raises Refusal for one that is not."""
    with archive.open(name) as part:
        content = part.read(PART_MAX_BYTES + 1)
    if len(content) > PART_MAX_BYTES:
        raise Refusal(HEAVY)
    return content


def _refuse_parts(names: list[str]) -> None:
    """Raise Refusal for a document that carries a script or another program's object."""
    if any(name.startswith(mark) or f"/{mark}" in f"/{name}" for name in names for mark in _MACROS):
        raise Refusal(MACROS)
    if any(mark in f"/{name}" for name in names for mark in _EMBEDDED):
        raise Refusal(EMBEDDED)
