"""Stored files follow the database into a copy and back."""

import shutil
import tarfile

import pytest

from cptsapp.core.db import session
from cptsapp.files import disk
from cptsapp.files.models import StoredFile
from cptsapp.files.queries import path_of
from cptsapp.operations import backup, restore
from tests.tools import files

pytestmark = pytest.mark.database


@pytest.fixture
def copied(app, cast, tmp_path):
    """A copy of an instance with one stored file and another that was being received; and its settings."""
    files.make_file()
    session.commit()
    (disk.folder() / f"{disk.WAITING}half").write_bytes(b"half")
    session.remove()
    settings = app.config["CPTSAPP"]
    return backup.make(settings, tmp_path / "copies", "0001"), settings


def test_a_stored_file_is_put_back_for_its_owner_alone(copied):
    folder, settings = copied
    shutil.rmtree(settings.instance / "files")
    restore.restore(settings, folder, force=True)
    path = path_of(session.query(StoredFile).one())
    assert path.read_bytes() == files.PDF
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_being_received_is_not_copied(copied):
    with tarfile.open(copied[0] / "files.tar") as archive:
        assert [name.rpartition("/")[2][0] == "." for name in archive.getnames()] == [False]
