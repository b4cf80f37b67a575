"""Files that are not what their name says, or carry what nobody asked for: a French sentence, nothing kept."""

import io
import struct
import zipfile

import pytest
import xlsxwriter

from cptsapp.core.refusals import Refusal
from cptsapp.files import content, rules
from tests.tools import files

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
MACRO_TYPES = files.DOCX_TYPES.replace(
    b"openxmlformats-officedocument.wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml"
)


def twice(name: str) -> bytes:
    """A document with two parts of one name: two programs would not open the same one."""
    made = io.BytesIO(files.docx())
    with zipfile.ZipFile(made, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr(name, b"another")
    return made.getvalue()


def locked() -> bytes:
    """The same document, its parts marked as encrypted."""
    sent = bytearray(files.docx())
    start = sent.index(b"PK\x01\x02")
    struct.pack_into("<H", sent, start + 8, 1)
    return bytes(sent)


def bomb() -> bytes:
    """A few kilobytes that open as more than anyone's memory."""
    sent = bytearray(files.docx())
    start = sent.index(b"PK\x01\x02")
    struct.pack_into("<I", sent, start + 24, 0xFFFFFFF0)
    return bytes(sent)


def many_parts() -> bytes:
    """The end of an archive that announces sixty thousand parts."""
    sent = bytearray(files.docx())
    struct.pack_into("<HH", sent, sent.rindex(b"PK\x05\x06") + 8, 60_000, 60_000)
    return bytes(sent)


LIES = {
    "program": (files.EXE, rules.UNKNOWN),
    "web page": (b"<!DOCTYPE html><script>alert(1)</script>", rules.UNKNOWN),
    "drawing with a script": (SVG, rules.UNKNOWN),
    "script": (b"#!/bin/sh\nrm -rf /\n", rules.UNKNOWN),
    "picture that is a script": (b"GIF89a/*xx*/=1;alert(1)", rules.UNKNOWN),
    "text": (b"nom;adresse\n", rules.UNKNOWN),
    "one byte": (b"%", rules.UNKNOWN),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, rules.OLD_OFFICE),
    "cut PDF": (b"%PDF-1.7\n", rules.SPOILED),
    "script after the sign of a PDF": (b"%PDF-1.4\n#!/bin/sh\n", rules.SPOILED),
    "cut picture": (files.png()[:40], rules.SPOILED),
    "cut document": (files.docx()[:-30], rules.SPOILED),
    "archive": (files.archive(("a.txt", b"x")), rules.UNKNOWN),
    "Java program": (files.archive(("META-INF/MANIFEST.MF", b"x"), ("A.class", b"\xca\xfe")), rules.UNKNOWN),
    "PDF and archive": (files.PDF + files.archive(("a.exe", b"MZ")), rules.TWO_IN_ONE),
    "picture and archive": (files.JPEG + files.archive(("a.jar", b"x")), rules.TWO_IN_ONE),
    "same part twice": (twice("word/document.xml"), rules.TWO_IN_ONE),
    "macros under another name": (files.docx(("word/vbaProject.bin", b"x")), rules.MACROS),
    "macros announced": (files.docx(types=MACRO_TYPES), rules.MACROS),
    "macros of old sheets": (files.xlsx(("xl/macrosheets/sheet1.xml", b"x")), rules.MACROS),
    "macros of LibreOffice": (files.opendocument("text", ("Basic/Standard/Module1.xml", b"x")), rules.MACROS),
    "object of another program": (files.docx(("word/embeddings/oleObject1.bin", b"x")), rules.EMBEDDED),
    "part that leads elsewhere": (files.docx(("../../a", b"x")), rules.UNKNOWN),
    "password": (locked(), rules.LOCKED),
    "bomb": (bomb(), rules.HEAVY),
    "too many parts": (many_parts(), rules.HEAVY),
    "large list of types": (files.docx(types=b" " * 2_000_000), rules.HEAVY),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused_in_a_sentence_that_helps(tmp_path, lie):
    sent, told = LIES[lie]
    path = tmp_path / "sent"
    path.write_bytes(sent)
    with pytest.raises(Refusal) as refused:
        content.media_type_of(path)
    assert refused.value.message == told


@pytest.mark.parametrize(
    ("listed", "told"),
    [(b"<manifest:encryption-data/>", rules.LOCKED), (b"application/vnd.sun.star.oleobject", rules.EMBEDDED)],
)
def test_what_a_document_says_of_its_parts_counts(tmp_path, listed, told):
    path = tmp_path / "sent"
    parts = ("mimetype", rules.ODT.encode()), ("META-INF/manifest.xml", listed)
    path.write_bytes(files.archive(*parts))
    with pytest.raises(Refusal) as refused:
        content.media_type_of(path)
    assert refused.value.message == told


def test_a_real_workbook_with_a_chart_and_a_picture_is_taken(tmp_path):
    path = tmp_path / "bilan.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Demandes")
        sheet.write_column("A1", [1, 2, 3])
        sheet.insert_image("C1", "point.png", {"image_data": io.BytesIO(files.png())})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Demandes!$A$1:$A$3"})
        sheet.insert_chart("C5", chart)
    assert content.media_type_of(path) == rules.XLSX
