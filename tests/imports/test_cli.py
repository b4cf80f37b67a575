"""The extract from the command line: what is printed where, what is written, how it ends."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from cptsapp.core.db import session
from cptsapp.directory.models import Person
from cptsapp.imports import queries
from cptsapp.imports.generator import rpps
from cptsapp.imports.models import Import, ImportState
from tests.imports.extract import line, person, write_extract

NAME = "PS_LibreAcces_Personne_activite_202607060815.txt"
SHOWN = {"id", "last_name", "first_name", "profession_code", "commune_code", "practice"}


@pytest.fixture
def run(app, tmp_path: Path):
    """`run(lines, *options)`: the command on a file with these lines."""

    def command(lines, *options: str, answer: str = ""):
        path = write_extract(tmp_path / NAME, lines)
        return app.test_cli_runner().invoke(args=["directory", "import", str(path), *options], input=answer)

    return command


def preview(run, *lines, communes="85288,85194") -> dict:
    result = run(lines, "--review", "--json", "--communes", communes)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


# -- the review as JSON -----------------------------------------------------------------------------------------------


def test_each_line_has_its_place(run):
    found = preview(
        run,
        person(1, structure="R1"),
        "",
        line(identifier="99000000000"),
        line(last_name=""),
        line(commune="75108"),
        line(sector="SA64"),
    )
    assert found["kept"] == [
        {
            "id": rpps(1),
            "last_name": "MERCADAL",
            "first_name": "JULIE",
            "profession_code": "60",
            "commune_code": "85288",
            "practice": "R1",
        }
    ]
    assert found["doubtful"] == [{"line": 4, "reason": "Le numéro RPPS 99000000000 n’a pas la bonne clé"}]
    assert found["unreadable"] == [{"line": 5, "reason": "Pas de nom"}]
    assert found["outside"] == 2


def test_one_entry_for_each_person_and_practice(run):
    doctor = {"profession": "10", "skill": "SM54"}
    found = preview(
        run,
        person(1, structure="R1", **doctor),
        person(1, structure="R1", **doctor | {"skill": "C35"}),
        person(1, structure="R2", **doctor),
        person(2, structure="R1"),
    )
    assert [(entry["id"], entry["practice"]) for entry in found["kept"]] == [
        (rpps(1), "R1"),
        (rpps(1), "R2"),
        (rpps(2), "R1"),
    ]


def test_who_has_both_numbers_comes_under_the_rpps(run):
    adeli = line(identifier_type="0", identifier="859912345", structure="R1")
    found = preview(run, adeli, person(1, structure="R1"), person(1, structure="R2"))
    assert [(entry["id"], entry["practice"]) for entry in found["kept"]] == [(rpps(1), "R1"), (rpps(1), "R2")]


def test_who_has_an_adeli_number_alone_comes_under_it(run):
    found = preview(run, line(identifier_type="0", identifier="859912345"))
    assert found["kept"][0]["id"] == "859912345"


def test_a_city_is_printed_by_its_own_code(run):
    found = preview(run, line(commune="75108"), line(commune="", postcode="75116", cedex="PARIS"), communes="75056")
    assert {entry["commune_code"] for entry in found["kept"]} == {"75056"}


def test_the_territory_is_that_of_the_cpts(run, cast):
    result = run([person(1), person(2, commune="85191")], "--review", "--json")
    assert len(json.loads(result.stdout)["kept"]) == 1


def test_without_a_territory_it_is_refused(run):
    result = run([person(1)], "--review", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Aucune commune" in result.stderr


def test_it_writes_nothing(run, cast):
    before = session.query(Person).count()
    run([person(1)], "--review", "--json")
    assert (session.query(Person).count(), session.query(Import).count()) == (before, 0)


def test_nothing_else_is_on_standard_output(run):
    result = run([person(1)], "--review", "--json", "--communes", "85288,99999")
    assert json.loads(result.stdout).keys() == {"kept", "unreadable", "doubtful", "outside"}
    assert "99999" in result.stderr
    assert "100 %" in result.stderr


def test_a_missing_column_is_refused_in_words(app, tmp_path):
    path = write_extract(tmp_path / NAME, [person(1)])
    path.write_text(path.read_text().replace("Code profession", "Métier", 1))
    args = ["directory", "import", str(path), "--review", "--json", "--communes", "85288"]
    result = app.test_cli_runner().invoke(args=args)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Il manque la colonne «\u00a0Code profession\u00a0»" in result.stderr


def test_a_renamed_column_is_told_on_standard_error(app, tmp_path):
    path = write_extract(tmp_path / NAME, [person(1)])
    path.write_text(path.read_text().replace("Libellé mode exercice", "Libelle mode exercice", 1))
    args = ["directory", "import", str(path), "--review", "--json", "--communes", "85288"]
    result = app.test_cli_runner().invoke(args=args)
    assert len(json.loads(result.stdout)["kept"]) == 1
    assert "«\u00a0Libelle mode exercice\u00a0» pour «\u00a0Libellé mode exercice\u00a0»" in result.stderr


def test_the_archive_is_read_as_it_was_downloaded(app, tmp_path):
    path = write_extract(tmp_path / NAME, [person(1)])
    with ZipFile(tmp_path / "PS_LibreAcces.zip", "w") as archive:
        archive.write(path, NAME)
        archive.writestr("PS_LibreAcces_SavoirFaire_202607060815.txt", "other")
    args = ["directory", "import", str(tmp_path / "PS_LibreAcces.zip"), "--review", "--json", "--communes", "85288"]
    assert len(json.loads(app.test_cli_runner().invoke(args=args).stdout)["kept"]) == 1


def test_the_review_in_sentences(run):
    result = run([person(1), line(identifier="99000000000")], "--review", "--communes", "85288")
    assert "ligne 3\u00a0: Le numéro RPPS" in result.stdout


@pytest.mark.parametrize("options", [["--json"], ["--communes", "85288"], ["--review", "--apply"]])
def test_options_that_do_not_go_together(run, options):
    assert run([person(1)], *options).exit_code == 2


# -- import -----------------------------------------------------------------------------------------------------------


def test_it_applies_without_asking(run, cast):
    result = run([person(1)], "--apply")
    assert (result.exit_code, session.query(Person).filter_by(rpps=rpps(1)).count()) == (0, 1)
    assert queries.last_applied().extract_on.isoformat() == "2026-07-06"


def test_it_asks_before_it_applies(run, cast):
    result = run([person(1)], answer="n\n")
    assert (result.exit_code, session.query(Person).filter_by(rpps=rpps(1)).count()) == (3, 0)
    assert re.search(r"/annuaire/imports/\d+", result.stdout)
    assert queries.current().state is ImportState.REVIEW


def test_what_is_doubtful_is_left(run, cast):
    result = run([person(1), person(2, "ARBOIS", sector="SA99")], "--apply")
    assert (result.exit_code, session.query(Person).filter_by(rpps=rpps(2)).count()) == (0, 0)


def test_the_day_of_the_file_may_be_said(run, cast):
    run([person(1)], "--apply", "--extract-date", "2026-06-01")
    assert queries.known_since().isoformat() == "2026-06-01"


def test_another_import_is_refused_with_who_and_since_when(run, cast):
    run([person(1)], answer="n\n")
    result = run([person(1)], "--apply")
    assert result.exit_code == 1
    assert "La ligne de commande importe déjà un fichier, depuis le 20/07/2026 à 14h32" in result.stderr


def test_before_the_first_visit_nothing_is_imported(run):
    result = run([person(1)], "--apply")
    assert (result.exit_code, "n’est pas installée" in result.stderr) == (1, True)


# -- the generator ----------------------------------------------------------------------------------------------------


def test_the_file_made_is_imported(app, cast, tmp_path):
    path = tmp_path / NAME
    runner = app.test_cli_runner()
    made = runner.invoke(args=["directory", "generate", str(path), "--lines", "3000", "--persons", "80"])
    assert made.exit_code == 0, made.output
    result = runner.invoke(args=["directory", "import", str(path), "--apply"])
    assert result.exit_code == 0, result.output
    assert session.query(Person).filter(Person.rpps.is_not(None)).count() >= 80


def test_the_same_seed_makes_the_same_file(app, tmp_path):
    runner = app.test_cli_runner()
    options = ["--lines", "500", "--communes", "85288,85194", "--persons", "60"]
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        runner.invoke(args=["directory", "generate", str(tmp_path / name), *options, "--seed", seed])
    first, second, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == second
    assert first != other
    assert len(first.splitlines()) == 500


# -- without a database, in little memory -----------------------------------------------------------------------------


def test_a_preview_needs_neither_database_nor_much_memory(tmp_path):
    path = tmp_path / NAME
    write_extract(path, [person(rank, f"NOM{rank}") for rank in range(20_000)])
    code = (
        "import wsgi, atexit, pathlib, sys\n"
        "sys.argv = ['flask', 'directory', 'import', sys.argv[1], '--review', '--json', '--communes', '85288']\n"
        "atexit.register(lambda: print(pathlib.Path('/proc/self/status').read_text(), file=sys.stderr))\n"
        "wsgi.app.cli.main(prog_name='flask', args=sys.argv[1:])\n"
    )
    environment = {**os.environ, "CPTSAPP_MODE": "production", "CPTSAPP_INSTANCE": str(tmp_path / "fresh")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    assert len(json.loads(done.stdout)["kept"]) == 20_000
    peak = int(re.search(r"VmHWM:\s+(\d+)", done.stderr)[1]) / 1024
    assert peak < 150, f"{peak} MB"
