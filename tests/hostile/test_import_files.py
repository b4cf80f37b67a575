"""Files that no publisher nor spreadsheet would write, sent to be imported: a French sentence, nothing kept."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from cptsapp.core.db import session
from cptsapp.imports.models import Import, ImportItem, ImportState
from tests.hostile.tools import check_refused
from tests.imports.pages import NAME, extract, line

EXTRACT, LIST = "/annuaire/imports/extrait", "/annuaire/imports/liste"
ZIP = NAME.replace(".txt", ".zip")


def send(client, url, content: bytes, name: str, **fields: str):
    return client.post(url, data={"file": (io.BytesIO(content), name), **fields})


@pytest.fixture
def kept(instance):
    """What the folder of imports holds."""

    def look() -> list[str]:
        folder = instance / "imports"
        return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []

    return look


def archive(*members: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return made.getvalue()


def whole() -> bytes:
    return archive((NAME, extract(*[line()] * 50)))


def spoiled(at: int, with_: bytes) -> bytes:
    """The archive with some bytes changed, from the beginning or (negative) from its data."""
    content = bytearray(whole())
    content[at : at + len(with_)] = with_
    return bytes(content)


def in_directory(offset: int, with_: bytes) -> bytes:
    """The archive with bytes changed in the entry of its central directory."""
    content = bytearray(whole())
    start = content.index(b"PK\x01\x02")
    content[start + offset : start + offset + len(with_)] = with_
    return bytes(content)


def lying(size: int) -> bytes:
    """The archive whose directory declares another size for what it holds."""
    return in_directory(24, struct.pack("<I", size))


DATA_AT = 30 + len(NAME)
ARCHIVES = {
    "spoiled data": spoiled(DATA_AT + 5, b"\xff" * 60),
    "not deflated at all": spoiled(DATA_AT, b"\xff" * 20),
    "unknown method": in_directory(10, b"\x63\x00"),
    "bzip2 said of what is deflated": in_directory(10, b"\x0c\x00"),
    "lzma said of what is deflated": in_directory(10, b"\x0e\x00"),
    "made for a later version": in_directory(6, b"\xff\xff"),
    "a name that is not UTF-8": in_directory(8, b"\x00\x08")[: whole().index(b"PK\x01\x02") + 46]
    + b"\xff\xfe\xfd"
    + in_directory(8, b"\x00\x08")[whole().index(b"PK\x01\x02") + 49 :],
    "cut short": whole()[:-40],
    "its directory alone": b"PK\x03\x04" + b"\x00" * 100,
    "declares less than it holds": lying(10),
    "declares four gigabytes": lying(0xFFFFFFF0),
    "encrypted": in_directory(8, b"\x01\x00"),
    "its data said to be elsewhere": in_directory(42, struct.pack("<I", 0x7FFFFFFF)),
    "empty": archive(),
    "two extracts": archive((NAME, extract(line())), (f"autre/{NAME}", extract(line()))),
    "a member that is a folder": archive((f"{NAME}/", b"")),
    "an archive in an archive": archive((NAME, whole())),
    "zeros that were packed": archive((NAME, b"\0" * 5_000_000)),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_an_odd_archive_is_refused_and_not_kept(coordinator, kept, what):
    answer = send(coordinator, EXTRACT, ARCHIVES[what], ZIP)
    check_refused(answer, 409)
    assert (kept(), session.query(Import).count()) == ([], 0)


@pytest.mark.parametrize(
    "name", ["../../../secret.txt", "/etc/cron.d/x.txt", "..\\..\\x.txt", "C:\\x.txt", "a\x00b.txt"]
)
def test_the_name_of_a_member_leads_nowhere(coordinator, kept, instance, name):
    before = {path for path in instance.parent.rglob("*") if path.is_file()}
    send(coordinator, EXTRACT, archive((name, extract(line()))), ZIP)
    new = {path for path in instance.parent.rglob("*") if path.is_file()} - before
    assert {path.parent for path in new if "imports" in str(path)} <= {instance / "imports"}
    assert all(path.parent == instance / "imports" or "app.db" in path.name or "log" in path.name for path in new), new


@pytest.mark.parametrize(
    "name",
    [
        *("../../../etc/passwd", "..\\..\\x.txt", "/etc/passwd", "\u202etxt.exe", "x" * 5000, "a\x00b.txt"),
        *("<script>alert(1)</script>.txt", '"><img src=x>.txt', "a\r\nX-Evil: 1.txt", "_20269999.txt", "é\ud83d.txt"),
    ],
)
def test_the_name_of_a_file_leads_nowhere_and_runs_nothing(coordinator, kept, name):
    boundary = "zzzz"
    part = f'Content-Disposition: form-data; name="file"; filename="{name}"'.encode("utf-8", "surrogatepass")
    with coordinator.session_transaction() as cookie:
        raw = cookie.setdefault("csrf_token", "0123456789abcdef" * 2)
    from itsdangerous import URLSafeTimedSerializer

    token = URLSafeTimedSerializer(coordinator.application.secret_key, salt="wtf-csrf-token").dumps(raw)
    body = b"\r\n".join(
        [
            b"--zzzz",
            b'Content-Disposition: form-data; name="csrf_token"',
            b"",
            token.encode(),
            b"--zzzz",
            part,
            b"Content-Type: text/plain",
            b"",
            extract(line()),
            b"--zzzz--",
            b"",
        ]
    )
    answer = coordinator.post(EXTRACT, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code in (303, 400, 409, 422)
    assert len(kept()) == session.query(Import).count()
    page = coordinator.get("/annuaire/imports").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    for import_ in session.query(Import):
        assert not any(sign in import_.file_name for sign in "/\\\x00\r\n")
        assert len(import_.file_name) <= 200


# -- texts ------------------------------------------------------------------------------------------------------------

TEXTS = {
    "nothing": b"",
    "NUL bytes": b"\x00" * 10_000,
    "UTF-16": extract(line()).decode().encode("utf-16"),
    "one column": b"Nom\nMERCADAL\n",
    "one huge line": b"x" * 300_000,
    "an image": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "a page": b"<!doctype html><title>503</title>" * 30,
    "blank lines": b"\n" * 100_000,
}


@pytest.mark.parametrize("what", TEXTS)
def test_what_is_no_extract_is_refused_and_not_kept(coordinator, kept, what):
    check_refused(send(coordinator, EXTRACT, TEXTS[what], NAME), 409, 422)
    assert (kept(), session.query(Import).count()) == ([], 0)


def read_all(app):
    """What the worker does."""
    from cptsapp.core import clock
    from cptsapp.imports.actions import turns

    while turns.is_waiting(clock.now()):
        turns.read_waiting(clock.now())
    session.rollback()


ODD_LINES = {
    "NUL in a name": line(**{"Nom d'exercice": "MER\x00CADAL"}),
    "HTML in a name": line(**{"Nom d'exercice": "<script>alert(1)</script>", "Prénom d'exercice": "{{7*7}}"}),
    "a formula for a name": line(**{"Nom d'exercice": '=HYPERLINK("http://x")', "Prénom d'exercice": "@SUM(1)"}),
    "signs that turn the text": line(**{"Nom d'exercice": "\u202eLADACREM\u200b\u2066"}),
    "a line feed of old": line(**{"Nom d'exercice": "MER\x0bCA\x85DAL\u2028X"}),
    "a very long name": line(**{"Nom d'exercice": "M" * 20_000}),
    "a NIR for a name": line(**{"Nom d'exercice": "2 85 05 78 006 084 36"}),
    "a telephone that is none": line(**{"Téléphone (coord. structure)": "0261914500;ext=1\r\nX:1"}),
    "a mail of two lines": line(**{"Adresse e-mail (coord. structure)": "a@b.example%0aBcc:x@y.example"}),
    "a number in other digits": line(**{"Identifiant PP": "١٠١٠٠٠٠٠٠١٦"}),
    "an identifier of spaces that are odd": line(**{"Identifiant PP": "\u00a0\u2003"}),
    "a name of control signs": line(**{"Nom d'exercice": "\x00\x1f"}),
    "an identifier of a thousand digits": line(**{"Identifiant PP": "1" * 1000}),
}


@pytest.mark.database
@pytest.mark.parametrize("what", ODD_LINES)
def test_an_odd_line_is_read_reviewed_and_applied_or_set_aside(app, coordinator, what):
    sent = send(coordinator, EXTRACT, extract(ODD_LINES[what], line(**{"Identifiant PP": "10100000024"})), NAME)
    assert sent.status_code == 303
    read_all(app)
    import_ = session.query(Import).one()
    import_id = import_.id
    assert import_.state is ImportState.REVIEW, import_.reason
    here = f"/annuaire/imports/{import_id}"
    for genre in ("nouveaux", "changes", "douteux", "illisibles", ""):
        page = coordinator.get(here, query_string={"genre": genre})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    for item_id in [item.id for item in session.query(ImportItem).all()]:
        page = coordinator.get(here, query_string={"fiche": item_id})
        assert "<script>alert" not in page.text
        answer = coordinator.post(f"{here}/fiches/{item_id}", data={"decision": "take"})
        assert answer.status_code in (303, 409, 422)
        coordinator.post(f"{here}/fiches/{item_id}", data={"decision": "later"})
        coordinator.post(f"{here}/fiches/{item_id}", data={"decision": "take"})
    answer = coordinator.post(f"{here}/appliquer")
    assert answer.status_code in (303, 409)
    for path in (
        "/annuaire",
        "/annuaire/export.csv?colonne=nom&colonne=prenom",
        "/annuaire/export.vcf",
        "/annuaire/etiquettes",
    ):
        page = coordinator.get(path)
        assert page.status_code == 200
        body = page.get_data().decode()
        assert "<script>alert" not in body or path.endswith(("vcf", "prenom"))
        assert "\x00" not in body
        if path.endswith("prenom"):
            assert not any(
                cell.startswith(("=", "@")) for row in body.splitlines() for cell in row.lstrip("\ufeff").split(";")
            )


# -- lists ------------------------------------------------------------------------------------------------------------


def book(sheet: str, *, strings: str = "", more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A workbook written by hand."""
    kinds = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return archive(
        ("[Content_Types].xml", kinds.encode()),
        (
            "_rels/.rels",
            (
                f'<Relationships xmlns="{pack}">'
                f'<Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ).encode(),
        ),
        (
            "xl/workbook.xml",
            (
                f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
                '<sheet name="F" sheetId="1" r:id="r1"/></sheets></workbook>'
            ).encode(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            (
                f'<Relationships xmlns="{pack}">'
                f'<Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/s1.xml"/>'
                f'<Relationship Id="r2" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
            ).encode(),
        ),
        ("xl/sharedStrings.xml", f'<sst xmlns="{main}">{strings}</sst>'.encode()),
        ("xl/worksheets/s1.xml", f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>'.encode()),
        *more,
    )


def row(number: int, *cells: str) -> str:
    """A row of texts."""
    inside = "".join(
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>'
        for n, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inside}</row>'


TITLES = row(1, "Nom", "Prénom", "Commune")
BOMBS = {
    "one cell a million columns away": row(1, "Nom") + '<row r="2"><c r="XFD2"><v>1</v></c></row>',
    "one cell at the last line": row(1, "Nom") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "no row": "",
    "titles alone": TITLES,
    "an entity": '<!DOCTYPE x [<!ENTITY a "aaaa">]>&a;',
}


@pytest.mark.parametrize("what", BOMBS)
def test_an_odd_workbook_is_refused_and_not_kept(coordinator, kept, what):
    check_refused(send(coordinator, LIST, book(BOMBS[what]), "liste.xlsx", subject="persons"), 409)
    assert (kept(), session.query(Import).count()) == ([], 0)


@pytest.mark.parametrize("what", ARCHIVES)
def test_an_odd_archive_is_no_workbook(coordinator, kept, what):
    check_refused(send(coordinator, LIST, ARCHIVES[what], "liste.xlsx", subject="persons"), 409)
    assert (kept(), session.query(Import).count()) == ([], 0)


def test_a_cell_of_several_lines_of_any_kind_is_one_cell(coordinator):
    content = book(TITLES + row(2, "MER\u2028CA\u0085DAL&#10;X", "Julie", "Talmont"))
    answer = send(coordinator, LIST, content, "liste.xlsx", subject="persons")
    assert answer.status_code == 303
    assert session.query(Import).one().columns["preview"] == [["MER CA DAL X", "Julie", "Talmont"]]


@pytest.mark.database
def test_a_sign_that_no_database_keeps_is_left_out(coordinator):
    answer = send(
        coordinator,
        LIST,
        book(TITLES + row(2, "MER_x0000_CADAL", "Ju\ufffelie", "Talmont")),
        "liste.xlsx",
        subject="persons",
    )
    assert answer.status_code == 303
    assert "\x00" not in str(session.query(Import).one().columns["preview"])


def test_one_text_repeated_two_million_times_does_not_fill_the_memory(coordinator, kept):
    """A workbook of some kilobytes: each cell is the same text of 32,000 signs."""
    rows = "".join("<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>" for _ in range(3000))
    content = book(rows, strings=f"<si><t>{'x' * 32_000}</t></si>")
    assert len(content) < 200_000
    check_refused(send(coordinator, LIST, content, "liste.xlsx", subject="persons"), 409)
    assert kept() == []


def test_a_formula_and_a_link_to_elsewhere_are_what_they_show(coordinator):
    cell = '<row r="2"><c r="A2" t="str"><f>[1]Autre!A1</f><v>MERCADAL</v></c><c r="B2" t="str"><f>WEBSERVICE("http://x.example")</f><v>Julie</v></c></row>'
    outside = (("xl/externalLinks/externalLink1.xml", b"<externalLink/>"),)
    send(coordinator, LIST, book(TITLES + cell, more=outside), "liste.xlsx", subject="persons")
    assert session.query(Import).one().columns["preview"] == [["MERCADAL", "Julie"]]


CSVS = {
    "one column": b"Nom\nMERCADAL\nAUTRE\n",
    "UTF-16": "Nom;Prénom\nMERCADAL;Julie\n".encode("utf-16"),
    "formulas": b"Nom;Notes\n=1+1;@SUM(A1)\n",
    "markup": b"<script>alert(1)</script>;<img src=x>\n<script>alert(1)</script>;{{7*7}}\n",
    "a NIR": b"Nom;Note\nMERCADAL;2 85 05 78 006 084 36\n",
    "quotes": b'Nom;Note\n"MERCADAL;x\n"a""b";y\n',
    "not text": bytes(range(1, 256)) * 40,
}


@pytest.mark.parametrize("what", CSVS)
def test_an_odd_list_is_taken_or_refused_with_a_sentence(coordinator, kept, what):
    answer = send(coordinator, LIST, CSVS[what], "liste.csv", subject="persons")
    if answer.status_code != 303:
        check_refused(answer, 409)
        assert kept() == []
        return
    import_id = session.query(Import).one().id
    page = coordinator.get(f"/annuaire/imports/{import_id}")
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "006 084" not in page.text
    assert len(kept()) == 1


def test_a_column_that_is_not_there_is_not_mapped(coordinator):
    send(coordinator, LIST, CSVS["one column"], "liste.csv", subject="persons")
    here = f"/annuaire/imports/{session.query(Import).one().id}"
    forged = {"colonne-0": "last_name", "colonne-99": "first_name", "colonne--1": "mail", "colonne-١": "rpps"}
    assert coordinator.post(f"{here}/colonnes", data=forged).status_code in (303, 422)
    assert coordinator.post(f"{here}/colonnes", data={"colonne-0": "objected_on"}).status_code in (409, 422)


# -- the depot --------------------------------------------------------------------------------------------------------


@pytest.fixture
def depot(instance) -> Path:
    """The folder where whoever administers the machine puts files."""
    place = instance / "imports" / "depot"
    place.mkdir(parents=True)
    return place


@pytest.mark.parametrize(
    "name", ["../../keys.json", "/etc/passwd", "lien.txt", "dossier", "", ".", "..", "a\x00b", "x" * 5000]
)
def test_nothing_but_a_plain_file_of_the_depot_is_read(coordinator, kept, depot, instance, name):
    (depot / "lien.txt").symlink_to("/etc/passwd")
    (depot / "dossier").mkdir()
    before = kept()
    answer = coordinator.post("/annuaire/imports/extrait/depot", data={"name": name})
    check_refused(answer, 400, 409, 422)
    assert (kept(), session.query(Import).count()) == (before, 0)


def test_a_link_in_the_depot_is_not_shown(coordinator, depot):
    (depot / NAME).symlink_to("/etc/passwd")
    assert "/etc/passwd" not in (page := coordinator.get(EXTRACT).text)
    assert NAME not in page


def test_a_pipe_in_the_depot_does_not_hold_the_server(coordinator, depot):
    os.mkfifo(depot / NAME)
    check_refused(coordinator.post("/annuaire/imports/extrait/depot", data={"name": NAME}), 409)


# -- a disk that is full ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "content", "name"), [(EXTRACT, whole(), ZIP), (LIST, CSVS["one column"], "liste.csv")])
def test_a_disk_that_fills_up_leaves_nothing_and_is_told(coordinator, kept, monkeypatch, url, content, name):
    from cptsapp.imports import files

    made = files._create

    class Full(io.FileIO):
        def write(self, data):
            super().write(data[:10])
            raise OSError(28, "No space left on device")

    def full(target):
        made(target).close()
        return Full(target, "wb")

    monkeypatch.setattr(files, "_create", full)
    check_refused(send(coordinator, url, content, name, subject="persons"), 409, 507)
    assert (kept(), session.query(Import).count()) == ([], 0)
