"""Files sent through the pages by who means harm, or by mistake: a sentence, nothing kept, nothing served as a page."""

import io
import re
import tracemalloc

import pytest

from cptsapp.checklists.models import Evidence
from cptsapp.core.db import session
from cptsapp.files.models import StoredFile
from cptsapp.files.rules import MAX_BYTES
from tests.hostile.tools import HTML, check_refused
from tests.tools import files
from tests.tools.conventions import make_commitment, make_convention
from tests.tools.factories import make_user
from tests.tools.inbox import make_partner as make_adviser
from tests.tools.plans import make_member, make_plan

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
LIES = {
    "a program called pdf": (files.EXE, "convention.pdf"),
    "a web page called pdf": (HTML.encode(), "convention.pdf"),
    "a drawing with a script called png": (SVG, "logo.png"),
    "a document with macros": (files.docx(("word/vbaProject.bin", b"macro")), "convention.docx"),
    "an archive called docx": (files.archive(("autorun.inf", b"x")), "convention.docx"),
    "nothing": (b"", "convention.pdf"),
    "a zip behind a picture": (files.png() + files.archive(("a.exe", files.EXE)), "photo.png"),
}
NAMES = (
    "../../../../etc/cron.d/job.pdf",
    "..\\..\\windows\\system32\\job.pdf",
    "a\tb\x7f\u2028<script>.pdf",
    "\u202efdp.exe",
    "x" * 5_000 + ".pdf",
    "con.pdf",
    '"; filename=autre.html; x=".pdf',
    ".pdf",
    "%2e%2e%2fetc%2fpasswd.pdf",
    "é" * 200 + "\U0001f98a.pdf",
)


@pytest.fixture
def owed(cast):
    """A commitment of a convention in force, that the GP owes; its number."""
    found = make_commitment(make_convention().checklist_id, owner_id=cast.gp_person.id)
    session.commit()
    return found.id


@pytest.fixture
def kept(instance):
    """What the folder of files holds."""

    def look() -> list[str]:
        folder = instance / "files"
        return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []

    return look


def send(client, owed: int, content, name: str = "convention.pdf"):
    data = {"file": (io.BytesIO(content), name), "file_label": ""}
    return client.post(f"/engagements/{owed}/preuves/fichier", data=data)


MULTIPART = "multipart/form-data; boundary=marge"


def multipart(field: str, content: bytes) -> bytes:
    """A form of one file, as a browser sends it."""
    head = f'--marge\r\nContent-Disposition: form-data; name="{field}"; filename="gros.pdf"\r\n\r\n'.encode()
    return head + content + b"\r\n--marge--\r\n"


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_a_lie_is_refused_in_the_page_and_nothing_is_kept(cast, sign_in, owed, kept, lie):
    check_refused(send(sign_in(cast.gp), owed, *LIES[lie]), 422)
    assert (session.query(Evidence).count(), session.query(StoredFile).count(), kept()) == (0, 0, [])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_leads_nowhere_and_adds_no_header(cast, sign_in, owed, instance, name):
    gp = sign_in(cast.gp)
    assert send(gp, owed, files.PDF, name).status_code == 303
    row = session.query(StoredFile).one()
    number = row.id
    assert row.name.endswith(".pdf")
    assert not set(row.name) & set('\r\n/\\"<>\u202e')
    session.remove()
    with gp.get(f"/fichiers/{number}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
    holds = [path for path in instance.rglob("*") if path.is_file() and path.read_bytes() == files.PDF]
    assert holds
    assert all(path.is_relative_to(instance / "files") for path in holds)


def test_a_name_that_would_be_a_header_is_no_file(cast, sign_in, owed, kept):
    """The form is read as it stands: what follows the break belongs to nothing."""
    answer = send(sign_in(cast.gp), owed, files.PDF, "a\r\nSet-Cookie: volee=1\r\n\r\n<script>.pdf")
    assert answer.status_code in (400, 422)
    assert "volee" not in str(answer.headers)
    assert kept() == []


def test_a_byte_more_than_twenty_five_megabytes_is_refused_without_being_held_in_memory(cast, sign_in, owed, kept):
    gp, content = sign_in(cast.gp), files.PDF[:-7] + b"%" * (MAX_BYTES - len(files.PDF)) + b"\n%%EOF\n\n%"
    token = re.search(r'csrf-token" content="([^"]+)', gp.get(f"/engagements/{owed}").text)[1]
    body, headers = multipart("file", content), {"X-CSRFToken": token}
    tracemalloc.start()
    answer = gp.post(f"/engagements/{owed}/preuves/fichier", data=body, content_type=MULTIPART, headers=headers)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "dépasse 25" in check_refused(answer, 422)
    assert (session.query(StoredFile).count(), kept()) == (0, [])
    assert peak < 3 * MAX_BYTES  # the test's own body, what the client makes of it, and little else


def test_a_body_beyond_any_file_is_cut_short(cast, sign_in, owed, kept):
    gp = sign_in(cast.gp)
    answer = gp.post(
        f"/engagements/{owed}/preuves/fichier",
        data=b"x",
        content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": str(10 * MAX_BYTES)},
    )
    assert answer.status_code in (400, 413)
    assert kept() == []


def test_twenty_five_megabytes_sent_to_a_page_that_takes_no_file_are_not_read(cast, sign_in, owed):
    gp = sign_in(cast.gp)
    body = multipart("url", b"x" * MAX_BYTES)
    answer = gp.post(f"/engagements/{owed}/preuves/lien", data=body, content_type=MULTIPART)
    assert answer.status_code == 413


def test_a_plan_takes_no_file(cast, sign_in, kept):
    plan = make_plan()
    make_member(plan, cast.gp_person)
    number = make_commitment(plan.checklist_id, owner_id=cast.gp_person.id).id
    session.commit()
    answer = send(sign_in(cast.gp), number, files.PDF)
    assert answer.status_code in (404, 409)
    assert (session.query(StoredFile).count(), kept()) == (0, [])


def test_whoever_may_not_answer_leaves_nothing_on_the_disk(cast, sign_in, owed, kept):
    for user in (cast.other_gp, cast.regulator, make_user(), make_adviser()[0]):
        session.commit()
        assert send(sign_in(session.merge(user)), owed, files.PDF).status_code in (403, 404, 409)
    assert (session.query(StoredFile).count(), kept()) == (0, [])


def test_a_file_is_nobody_else_s_by_its_number(cast, sign_in, owed):
    assert send(sign_in(cast.gp), owed, files.PDF).status_code == 303
    number = session.query(StoredFile.id).scalar()
    session.remove()
    assert sign_in(cast.other_gp).get(f"/fichiers/{number}").status_code == 404
    with sign_in(cast.coordinator).get(f"/fichiers/{number}") as answer:
        assert answer.status_code == 200
    for odd in ("0", "-1", "1e3", "9" * 30, "../1", "1%00", "%2e%2e%2f"):
        assert sign_in(cast.coordinator).get(f"/fichiers/{odd}").status_code in (400, 404), odd
