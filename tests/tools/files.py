"""Small files of each kind that is taken, and `make_file`."""

import io
import struct
import zipfile
import zlib
from typing import Any

from cptsapp.files.actions import store
from cptsapp.files.models import StoredFile

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 64 + b"\xff\xd9"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\x00" * 200
DOCX_TYPES = (
    b'<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml"/></Types>'
)
XLSX_TYPES = (
    b'<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'spreadsheetml.sheet.main+xml"/></Types>'
)
MANIFEST = ("META-INF/manifest.xml", b"<manifest/>")


def archive(*parts: tuple[str, bytes]) -> bytes:
    """An archive of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts:
            opened.writestr(name, content)
    return made.getvalue()


def docx(*more: tuple[str, bytes], types: bytes = DOCX_TYPES) -> bytes:
    """A Word document, with more parts."""
    return archive(("[Content_Types].xml", types), ("word/document.xml", b"<w:document/>"), *more)


def xlsx(*more: tuple[str, bytes]) -> bytes:
    """An Excel workbook, with more parts."""
    return archive(("[Content_Types].xml", XLSX_TYPES), ("xl/workbook.xml", b"<workbook/>"), *more)


def opendocument(kind: str, *more: tuple[str, bytes]) -> bytes:
    """A LibreOffice document; `kind` is text or spreadsheet."""
    said = f"application/vnd.oasis.opendocument.{kind}".encode()
    return archive(("mimetype", said), ("content.xml", b"<office:document-content/>"), *more, MANIFEST)


def png() -> bytes:
    """A picture of one grey point."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    points = zlib.compress(b"\x00\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


def make_file(content: bytes = PDF, name: str = "Convention signée.pdf", **more: Any) -> StoredFile:
    """A stored file."""
    return store(io.BytesIO(content), name, by=more.get("by"))
