"""`flask backup` and `flask restore`: a copy made under way, verified, put back."""

import json
import shutil
import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cptsapp import create_app
from cptsapp.accounts.models import SignIn, User
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import db, session
from cptsapp.operations import backup, databases, restore
from cptsapp.operations.databases import CopyFailed
from cptsapp.snp.models import BookingIdentity
from cptsapp.snp.patients import Patient, read_patient, seal_patient
from tests.tools.databases import dispose
from tests.tools.factories import make_booking, make_slot

pytestmark = pytest.mark.database
PATIENT = Patient("Marque Imaginaire", 1951, "+33639980011")


@pytest.fixture
def settings(app):
    """The settings of the application under test."""
    return app.config["CPTSAPP"]


@pytest.fixture
def copy(app, cast, settings, tmp_path):
    """`copy()` makes a verified copy; gives its folder."""

    def _copy() -> Path:
        session.remove()
        return backup.make(settings, tmp_path / "copies", "0001")

    return _copy


@pytest.fixture
def booked(cast):
    """A booking with a sealed patient."""
    booking = make_booking(make_slot(cast.gp_practice))
    session.add(seal_patient(booking, PATIENT))
    session.commit()
    return booking.id


def test_copy_holds_every_row(copy, cast):
    users = session.query(User).count()
    assert backup.verify(copy()).counts["user"] == users


def test_copy_is_for_its_owner_alone(copy):
    folder = copy()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in folder.rglob("*") if p.is_file()} == {0o600}


def test_keys_are_apart_with_a_notice(copy, settings):
    keys = copy() / "keys"
    assert sorted(p.name for p in keys.iterdir()) == ["LISEZ-MOI.txt", "keys.json", "secret.key"]
    assert (keys / "keys.json").read_bytes() == settings.keys_path.read_bytes()


def test_names_are_not_in_the_copy(copy, booked):
    folder = copy()
    assert not any(
        b"Marque" in p.read_bytes() or b"39980011" in p.read_bytes() for p in folder.iterdir() if p.is_file()
    )


def test_stored_files_are_copied_and_put_back(copy, settings):
    (settings.instance / "files").mkdir()
    (settings.instance / "files" / "a.pdf").write_bytes(b"%PDF")
    folder = copy()
    shutil.rmtree(settings.instance / "files")
    restore.restore(settings, folder, force=True)
    assert (settings.instance / "files" / "a.pdf").read_bytes() == b"%PDF"


def test_copy_made_while_others_write_is_whole(copy, app):
    stop, written = threading.Event(), []

    def write() -> None:
        with app.app_context():
            while not stop.is_set():
                session.add(User(mail=f"w{len(written)}@cpts.example", display_name="W", created_at=clock.now()))
                session.commit()
                written.append(1)
            session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = [backup.verify(copy_at(copy, n)).counts["user"] for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def copy_at(copy, number):
    """Copies within one second of a clock that stands still need names of their own."""
    folder = copy()
    return folder.rename(folder.with_name(f"{folder.name}-{number}"))


def test_copy_that_was_touched_is_refused(copy):
    folder = copy()
    path = folder / backup.read_manifest(folder).database
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(CopyFailed, match="not what was copied"):
        backup.verify(folder)


def test_copy_that_lacks_rows_is_refused(copy):
    folder = copy()
    values = json.loads((folder / "manifest.json").read_text())
    values["counts"]["user"] += 1
    (folder / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(CopyFailed, match="not the rows that were copied: user"):
        backup.verify(folder)


def test_damaged_database_is_refused(tmp_path):
    path = tmp_path / databases.SQLITE_NAME
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE t (x TEXT)")
        made.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 200)
    made.close()
    content = bytearray(path.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(CopyFailed):
        databases.check(path)


def test_half_made_copy_never_bears_the_name(copy, settings, monkeypatch, tmp_path):
    monkeypatch.setattr(backup, "verify", lambda _folder: (_ for _ in ()).throw(CopyFailed("no")))
    with pytest.raises(CopyFailed):
        copy()
    assert list((tmp_path / "copies").iterdir()) == []


def test_restore_brings_back_what_was(copy, settings, cast):
    folder = copy()
    session.query(User).update({"display_name": "Changé"})
    session.commit()
    restore.restore(settings, folder, force=True)
    assert session.query(User).filter_by(display_name="Sophie Arnaud").count() == 1


def test_restore_refuses_an_instance_in_use(copy, settings):
    folder = copy()
    with pytest.raises(CopyFailed, match="in use"):
        restore.restore(settings, folder)


def test_restored_names_open(copy, settings, booked):
    folder = copy()
    session.query(BookingIdentity).delete()
    session.commit()
    restore.restore(settings, folder, force=True)
    assert read_patient(session.query(BookingIdentity).one()) == PATIENT


def test_what_was_due_since_the_copy_is_erased_again(copy, settings, booked, set_clock):
    folder = copy()
    set_clock(clock.now() + timedelta(days=200))
    restore.restore(settings, folder, force=True)
    assert session.query(BookingIdentity).count() == 0


def test_sessions_of_the_copy_are_ended(copy, settings, cast, sign_in):
    sign_in(cast.gp)
    folder = copy()
    restore.restore(settings, folder, force=True)
    assert session.query(SignIn).filter(SignIn.ended_at.is_(None)).count() == 0


def test_restore_is_in_the_trail(copy, settings):
    restore.restore(settings, copy(), force=True)
    assert session.query(AuditEvent).filter_by(kind="copy.restored").count() == 1


def test_newest_copy_of_a_folder_is_taken(copy, settings, set_clock, tmp_path):
    copy()
    set_clock(clock.now() + timedelta(hours=1))
    second = copy()
    assert backup.newest(tmp_path / "copies") == second


def test_old_copies_go_when_asked(copy, set_clock, tmp_path):
    for _ in range(3):
        copy()
        set_clock(clock.now() + timedelta(hours=1))
    assert backup.prune(tmp_path / "copies", 2) == 1
    assert len(list((tmp_path / "copies").iterdir())) == 2


def test_fresh_machine_takes_keys_and_data(copy, settings, booked, tmp_path, template):
    folder = copy()
    dispose()
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    url = template.copy(fresh)
    new = replace(settings, instance=fresh, database_url=url, keys_path=fresh / "keys.json")
    (fresh / "secret.key").write_bytes(b"x" * 32)
    try:
        with create_app(new).app_context():
            restore.restore(new, folder)
            assert read_patient(session.query(BookingIdentity).one()) == PATIENT
            db.session.remove()
            db.engine.dispose()
    finally:
        template.discard(url)


def test_copy_without_its_keys_is_refused_on_a_fresh_machine(copy, settings, booked):
    folder = copy()
    shutil.rmtree(folder / "keys")
    settings.keys_path.write_text(settings.keys_path.read_text() + " ")
    with pytest.raises(CopyFailed, match="keys"):
        restore.restore(settings, folder, force=True)


def test_keys_of_another_copy_are_refused(copy, settings):
    folder = copy()
    (folder / "keys" / "keys.json").write_text("{}")
    settings.keys_path.write_text(settings.keys_path.read_text() + " ")
    with pytest.raises(CopyFailed, match="not those of this copy"):
        restore.restore(settings, folder, force=True)


def test_commands_say_what_they_did(app, cast, tmp_path):
    session.remove()
    run = app.test_cli_runner().invoke
    made = run(args=["backup", str(tmp_path / "copies")])
    assert "verified" in made.output, made.output
    assert "in use" in run(args=["restore", str(tmp_path / "copies")]).output
    done = run(args=["restore", str(tmp_path / "copies"), "--force"])
    assert "is in place" in done.output, done.output


def test_nothing_to_restore_is_said(app, cast, tmp_path):
    done = app.test_cli_runner().invoke(args=["restore", str(tmp_path)])
    assert (done.exit_code, "no copy" in done.output) == (1, True)
