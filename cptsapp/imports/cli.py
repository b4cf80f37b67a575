"""`directory import FILE`, `directory generate FILE`: the extract from the command line, as from its page."""

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask
from flask.cli import AppGroup

from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.territory import queries as territory

if TYPE_CHECKING:
    from cptsapp.imports.generator import Known
    from cptsapp.imports.models import Import
    from cptsapp.imports.queries import Counts
    from cptsapp.imports.rules.columns import Columns
    from cptsapp.imports.rules.reader import Reader

WAITS_FOR_DECISIONS = 3
SHOWN = 20

group = AppGroup("directory", help="The directory of the territory.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)


# -- import -----------------------------------------------------------------------------------------------------------


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--extract-date", type=click.DateTime(["%Y-%m-%d"]), help="The day the file is of; else its name tells.")
@click.option("--review", is_flag=True, help="Only say what the file holds; nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="With --review: as one JSON object on standard output.")
@click.option("--communes", help="With --review: INSEE codes of another territory, separated by commas.")
@click.option("--apply", "applies", is_flag=True, help="Apply without asking; what is doubtful is left for later.")
def import_command(
    file: Path, extract_date: datetime | None, review: bool, as_json: bool, communes: str | None, applies: bool
) -> None:
    """Bring the open RPPS extract in: read it, show the review, apply it.

    Ends with 0 when it is done, 1 when the file or the moment is refused, 3 when the review waits on its page.
    """
    if (as_json or communes) and not review:
        raise click.UsageError("--json and --communes go with --review.")
    if review and applies:
        raise click.UsageError("--review changes nothing: it does not go with --apply.")
    try:
        if review:
            _preview(file, communes, as_json=as_json)
        else:
            _import(file, extract_date.date() if extract_date else None, applies=applies)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from None


def _preview(file: Path, communes: str | None, *, as_json: bool) -> None:
    from cptsapp.imports import files, preview
    from cptsapp.imports.rules.communes import Territory

    codes = communes.split(",") if communes else [commune.code for commune in territory.own_communes()]
    here = Territory(codes)
    if not here.codes:
        raise Refusal("Aucune commune\u202f: la CPTS n’est pas installée. Donnez --communes 85194,85288…")
    if here.unknown:
        click.echo(f"Codes qui ne sont d’aucune commune : {', '.join(here.unknown)}", err=True)
    with files.opened(file) as (source, size):
        if as_json:
            preview.write(source, here, sys.stdout, _progress(size))
        else:
            for line in preview.lines(source, here, _progress(size), SHOWN):
                click.echo(line)


def _progress(size: int) -> Callable[["Reader"], None]:
    """Says how far the reading is on standard error, each hundredth on a terminal, each tenth elsewhere."""
    is_terminal = sys.stderr.isatty()
    step, last = (1 if is_terminal else 10), [-1]

    def say(reader: "Reader") -> None:
        if last[0] < 0:
            _say_columns(reader.columns)
        percent = 100 * reader.byte_count // max(size, 1)
        if percent // step != last[0]:
            last[0] = percent // step
            done, outside = french.number(reader.line_count), french.number(reader.outside_count)
            text = f"{percent:3d} %  {done} lignes, dont {outside} hors territoire"
            click.echo(f"\r{text}" if is_terminal else text, err=True, nl=not is_terminal or percent >= 100)

    return say


def _say_columns(columns: "Columns") -> None:
    """What is not as it is published today."""
    for name, spelled in columns.renamed:
        click.echo(f"Colonne renommée\u00a0: «\u00a0{spelled}\u00a0» pour «\u00a0{name}\u00a0»", err=True)
    if columns.missing:
        click.echo(f"Colonnes absentes, sans conséquence\u00a0: {', '.join(columns.missing)}", err=True)


def _import(file: Path, extract_on: date | None, *, applies: bool) -> None:
    from cptsapp.imports.actions import arrivals, lifecycle, processes

    if territory.current() is None:
        raise Refusal("La CPTS n’est pas installée\u202f: rien ne peut être importé.")
    processes.abandon_dead()
    # Not committed before the reading begins: the worker never sees it wait, and leaves it to us.
    made = arrivals.receive_extract(file, file.name, extract_on, by=None)
    processes.hold(made)
    import_id = made.id
    click.echo(f"Lecture de {file.name}…", err=True)
    try:
        lifecycle.read(made, clock.now())
        _end(import_id, applies=applies)
    except KeyboardInterrupt:
        session.rollback()
        processes.abandon_dead(even_mine=True)
        session.commit()
        raise


def _end(import_id: int, *, applies: bool) -> None:
    from cptsapp.imports import queries
    from cptsapp.imports.actions import lifecycle, processes

    found = queries.by_id(import_id)
    _refuse_unread(found)
    _say(queries.counts(found))
    if not applies and not click.confirm("Appliquer ce qui est sûr ? Ce qui est douteux attendra.", err=True):
        processes.let_go(found)
        session.commit()
        click.echo(f"La revue est ouverte\u202f: /annuaire/imports/{import_id}")
        sys.exit(WAITS_FOR_DECISIONS)
    lifecycle.put_off(found)
    lifecycle.apply(found, by=None)
    session.commit()
    click.echo("Appliqué.")


def _refuse_unread(found: "Import") -> None:
    from cptsapp.imports.models import ImportState

    if found.state is ImportState.FAILED:
        raise Refusal(found.reason or "La lecture a échoué.")
    if found.state is not ImportState.REVIEW:
        raise Refusal("L’import a été abandonné pendant la lecture.")


def _say(counts: "Counts") -> None:
    for kind, number in counts.by_kind.items():
        click.echo(f"{french.number(number):>12}  {_WORDS[kind.value]}")
    click.echo(f"{french.number(counts.unchanged_count):>12}  inchangés")
    click.echo(f"{french.number(counts.outside_count):>12}  lignes hors territoire")


_WORDS = {
    "new": "nouveaux",
    "changed": "changés",
    "gone": "partis",
    "doubtful": "douteux",
    "unreadable": "lignes illisibles",
}


# -- generate ---------------------------------------------------------------------------------------------------------


@group.command("generate")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--lines", default=10_000, show_default=True, help="How many lines, header included.")
@click.option("--persons", default=600, show_default=True, help="How many professionals in the territory.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other people.")
@click.option("--communes", help="INSEE codes of the territory; by default that of this installation.")
@click.option("--known/--no-known", default=True, help="Put in it the people whom the directory has, or not.")
@click.option("--plain", is_flag=True, help="Without the oddities of real files.")
@click.option("--encoding", type=click.Choice(["utf-8", "latin-1"]), default="utf-8", show_default=True)
def generate_command(
    file: Path, lines: int, persons: int, seed: int, communes: str | None, known: bool, plain: bool, encoding: str
) -> None:
    """Write an invented file in the format of the open RPPS extract, of any size."""
    from cptsapp.imports.generator import Options, generate

    codes = tuple(communes.split(",")) if communes else tuple(c.code for c in territory.own_communes())
    people = () if communes or not known else _known_people()
    options = Options(
        lines, seed, codes, persons=max(persons, len(people)), known=people, oddities=not plain, encoding=encoding
    )
    with file.open("wb") as output:
        count = generate(output, options)
    click.echo(f"{file}: {count} lines, {len(people)} people of the directory among them.")


def _known_people() -> tuple["Known", ...]:
    from cptsapp.imports import generator, queries

    return tuple(generator.Known(*row) for row in queries.practising())
