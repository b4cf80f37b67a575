"""Storing a file: told by its content, named by its checksum, there once."""

import hashlib
import io
from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.files import content, disk
from cptsapp.files.actions import store, sweep
from cptsapp.files.models import StoredFile
from cptsapp.files.queries import path_of
from cptsapp.files.rules import DOCX, EMPTY, JPEG, MAX_BYTES, ODS, ODT, PDF, PNG, TOO_LARGE, XLSX
from tests.tools import files
from tests.tools.factories import acting


def names(instance):
    return sorted(path.name for path in (instance / "files").rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (files.PDF, PDF),
        (files.docx(), DOCX),
        (files.xlsx(), XLSX),
        (files.opendocument("text"), ODT),
        (files.opendocument("spreadsheet"), ODS),
        (files.png(), PNG),
        (files.JPEG, JPEG),
    ],
)
def test_each_kind_is_told_by_its_content(tmp_path, sent, kind):
    path = tmp_path / "whatever"
    path.write_bytes(sent)
    assert content.media_type_of(path) == kind


def test_bytes_lie_under_their_checksum_for_the_owner_alone(app):
    file = files.make_file()
    path = path_of(file)
    assert path.name == file.checksum == hashlib.sha256(files.PDF).hexdigest()
    assert path.parent.name == file.checksum[:2]
    assert path.read_bytes() == files.PDF
    assert path.stat().st_mode & 0o777 == 0o600


def test_row_says_what_when_and_by_whom(app, cast):
    file = files.make_file(files.docx(), "Relevé de décisions.docx", by=acting(cast.coordinator))
    assert (file.media_type, file.name) == (DOCX, "Relevé de décisions.docx")
    assert (file.size, file.stored_at, file.stored_by_id) == (len(files.docx()), clock.now(), cast.coordinator.id)


def test_same_bytes_put_twice_are_two_rows_and_one_file(app, instance):
    first, second = files.make_file(), files.make_file(name="copie.pdf")
    assert (first.id != second.id, first.checksum == second.checksum) == (True, True)
    assert names(instance) == [first.checksum]


@pytest.mark.parametrize(("sent", "told"), [(b"", EMPTY), (b"%PDF-" + b"0" * MAX_BYTES, TOO_LARGE)])
def test_an_empty_or_large_file_is_refused_and_leaves_nothing(app, instance, sent, told):
    with pytest.raises(Refusal, match=told[:20]):
        store(io.BytesIO(sent), "a.pdf", by=None)
    assert names(instance) == []


def test_twenty_five_megabytes_are_taken(app):
    sent = files.PDF + b" " * (MAX_BYTES - len(files.PDF) - 6) + b"%%EOF\n"
    assert files.make_file(sent).size == MAX_BYTES


def test_full_disk_is_said_and_leaves_nothing(app, instance, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "fsync", full)
    with pytest.raises(Refusal, match="place sur le disque"):
        files.make_file()
    assert names(instance) == []


# -- sweep ------------------------------------------------------------------------------------------------------------


@pytest.mark.database
def test_sweep_removes_what_a_rollback_left_a_day_ago(app, instance):
    files.make_file()
    session.rollback()
    assert sweep(clock.now()) == 0  # its row may be about to be written
    later = clock.now() + timedelta(days=400)
    assert (sweep(later), names(instance)) == (1, [])


@pytest.mark.database
def test_sweep_keeps_what_a_row_wants(app, instance):
    checksum = files.make_file().checksum
    session.commit()
    assert sweep(clock.now() + timedelta(days=400)) == 0
    assert names(instance) == [checksum]


def test_sweep_removes_what_was_never_received_whole(app, instance):
    (disk.folder() / f"{disk.WAITING}abc").write_bytes(b"half")
    assert sweep(clock.now() + timedelta(days=400)) == 1
    assert (names(instance), session.query(StoredFile).count()) == ([], 0)
