"""What must hold whatever happens: a process killed, two people at once, someone who asked to be kept out."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import db, session
from cptsapp.core.refusals import Refusal
from cptsapp.core.seal import ring
from cptsapp.directory.models import Objection, Person, Practice
from cptsapp.directory.queries.objections import PURPOSE
from cptsapp.imports import files, queries
from cptsapp.imports.actions import lifecycle, reading
from cptsapp.imports.generator import rpps
from cptsapp.imports.models import Import, ImportItem, ImportKind, ImportState
from cptsapp.settings import ROOT
from tests.imports.conftest import DAY
from tests.imports.extract import person, write_extract
from tests.tools.factories import acting

pytestmark = pytest.mark.database

LINES = [person(rank, f"NOM{rank}") for rank in range(1, 40)]

# Everything is written and nothing is committed yet: the process says so and waits to be killed.
KILLED = """
import sys, time
from cptsapp import create_app
from cptsapp.imports import queries
from cptsapp.imports.actions import lifecycle, writing
from tests.tools.settings import test_settings
from pathlib import Path

def wait(self):
    print("written", flush=True)
    time.sleep(60)

writing.Writer.trail = wait
app = create_app(test_settings(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
with app.app_context():
    lifecycle.apply(queries.by_id(int(sys.argv[4])), None)
"""


def test_a_process_killed_while_it_applies_leaves_nothing(read, app, instance, database_url, clock_file):
    made_id, before = read(LINES).id, session.query(Person).count()
    session.rollback()
    db.session.remove()
    arguments = [str(instance), database_url, f"@{clock_file}", str(made_id)]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout.readline() == "written\n"
        process.kill()
    assert (session.query(Person).count(), session.query(Practice).filter_by(seen_on=DAY).count()) == (before, 0)
    assert queries.by_id(made_id).state is ImportState.REVIEW
    lifecycle.apply(queries.by_id(made_id), None)
    session.commit()
    assert session.query(Person).count() == before + len(LINES)


COMMAND = """
import sys, time
from cptsapp import create_app
from cptsapp.imports.actions import writing
from tests.tools.settings import test_settings
from pathlib import Path

def wait(self):
    print("written", flush=True)
    time.sleep(60)

writing.Writer.trail = wait
app = create_app(test_settings(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
app.cli.main(["directory", "import", sys.argv[4], "--apply"])
"""


def test_a_command_that_was_killed_keeps_nobody_out(app, cast, tmp_path, instance, database_url, clock_file):
    path = write_extract(tmp_path / "PS_LibreAcces_Personne_activite_202607060815.txt", LINES)
    before = session.query(Person).count()
    session.rollback()
    arguments = [str(instance), database_url, f"@{clock_file}", str(path)]
    process = subprocess.Popen([sys.executable, "-c", COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        while process.stdout.readline() not in ("written\n", ""):
            pass
        process.kill()
    assert session.query(Person).count() == before
    session.rollback()
    result = app.test_cli_runner().invoke(args=["directory", "import", str(path), "--apply"])
    assert result.exit_code == 0, result.output
    assert session.query(Person).count() == before + len(LINES)


def test_a_command_that_is_stopped_abandons_its_import(app, cast, tmp_path, monkeypatch):
    path = write_extract(tmp_path / "PS_LibreAcces_Personne_activite_202607060815.txt", LINES)

    def stop(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(lifecycle, "apply", stop)
    result = app.test_cli_runner().invoke(args=["directory", "import", str(path), "--apply"])
    assert result.exit_code != 0
    assert (queries.current(), session.query(Import).one().state) == (None, ImportState.ABANDONED)


def test_a_reading_cut_short_begins_again(app, cast, tmp_path):
    path = write_extract(tmp_path / "extract.txt", LINES)
    made = lifecycle.start(ImportKind.EXTRACT, "extract.txt", path.stat().st_size, files.keep(path), DAY, None)
    made.state, made.beat_at = ImportState.READING, clock.now() - timedelta(minutes=5)
    session.add(ImportItem(import_id=made.id, kind="new", lines=[2], reason="", label="half", found={}, ours={}))
    session.commit()
    lifecycle.read(made, clock.now())
    labels = [row[0] for row in session.query(ImportItem.label)]
    assert (len(labels), "half" in labels) == (len(LINES), False)


def test_of_two_who_begin_at_once_one_is_told_of_the_other(app, cast):
    users = [acting(cast.coordinator), acting(cast.administrator)]
    session.commit()

    def begin(user) -> str:
        with app.app_context():
            try:
                lifecycle.start(ImportKind.EXTRACT, "extract.txt", 1, None, DAY, user)
                session.commit()
            except Refusal as refusal:
                session.rollback()
                return refusal.message
            return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(begin, users))
    assert said[0] == ""
    assert said[1].endswith("importe déjà un fichier, depuis le 20/07/2026 à 14h32\u202f: un seul import à la fois.")
    assert said[1].startswith(("Sophie Arnaud", "Maxime Roy"))
    assert session.query(Import).count() == 1


def test_of_two_who_apply_at_once_one_writes(read, app):
    made_id, before = read(LINES).id, session.query(Person).count()
    session.rollback()

    def apply(_rank: int) -> bool:
        with app.app_context():
            try:
                lifecycle.apply(queries.by_id(made_id), None)
                session.commit()
            except Refusal:
                session.rollback()
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(apply, range(2))) == [False, True]
    assert session.query(Person).count() == before + len(LINES)


def test_another_may_begin_once_it_is_abandoned(read):
    made = read(LINES)
    lifecycle.abandon(made, None)
    session.commit()
    assert (made.state, made.turn, queries.current()) == (ImportState.ABANDONED, None, None)


def test_a_reading_stops_when_it_is_abandoned(app, cast, tmp_path, monkeypatch):
    path = write_extract(tmp_path / "extract.txt", LINES)
    made = lifecycle.start(ImportKind.EXTRACT, "extract.txt", path.stat().st_size, files.keep(path), DAY, None)
    session.commit()
    real = reading.compare

    def abandoned_meanwhile(*arguments):
        lifecycle.abandon(queries.current(), None)
        session.commit()
        return real(*arguments)

    monkeypatch.setattr(reading, "compare", abandoned_meanwhile)
    lifecycle.read(made, clock.now())
    found = session.query(Import).one()
    assert (found.state, session.query(ImportItem).count()) == (ImportState.ABANDONED, 0)


def test_a_file_that_is_no_extract_fails_in_words(read, app, cast, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("nom;prénom\n")
    made = lifecycle.start(ImportKind.EXTRACT, "list.txt", 10, files.keep(path), DAY, None)
    session.commit()
    lifecycle.read(made, clock.now())
    found = queries.by_id(made.id)
    assert (found.state, found.turn, found.stored_as) == (ImportState.FAILED, None, None)
    assert "n’est pas l’extrait RPPS" in found.reason


def test_who_asked_to_be_kept_out_never_comes_back(read):
    fingerprint = ring().blind_index(PURPOSE, f"rpps {rpps(1)}")
    session.add(Objection(fingerprint=fingerprint, objected_on=DAY))
    session.commit()
    made = read([person(1, "SECRET"), person(2, "ARBOIS")])
    assert [item.label for item in session.query(ImportItem)] == [
        "Julie Arbois, infirmier, infirmière, Talmont-Saint-Hilaire"
    ]
    assert made.columns["kept_out"] == 1
