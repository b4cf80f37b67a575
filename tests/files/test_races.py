"""Storing while others store or sweep: the bytes that a row names are there."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.files import disk
from cptsapp.files.actions import sweep
from cptsapp.files.models import StoredFile
from cptsapp.files.queries import path_of
from tests.tools import files
from tests.tools.races import at_once

pytestmark = pytest.mark.database


def test_the_same_bytes_put_at_once_are_there_for_each(app, instance):
    done = at_once(app, *([files.make_file] * 4))
    rows = session.query(StoredFile).all()
    assert (done["done"], len(rows), {path_of(row).read_bytes() for row in rows}) == (4, 4, {files.PDF})
    assert [path.name[0] != "." for path in (instance / "files").rglob("*") if path.is_file()] == [True]


def test_bytes_being_stored_again_are_not_swept(app):
    files.make_file()
    session.rollback()  # bytes that no row wants
    stored = threading.Event()

    def store_slowly():
        with app.app_context():
            checksum = files.make_file().checksum
            stored.set()
            time.sleep(0.3)  # the sweep comes between the bytes and the end of the transaction
            session.commit()
            session.remove()
            return checksum

    def sweep_meanwhile():
        with app.app_context():
            stored.wait()
            gone = sweep(clock.now() + timedelta(days=400))
            session.commit()
            session.remove()
            return gone

    with ThreadPoolExecutor(2) as pool:
        checksum, gone = pool.submit(store_slowly), pool.submit(sweep_meanwhile)
    assert gone.result() == 0
    assert disk.path_of(checksum.result()).is_file()
