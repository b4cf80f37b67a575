"""The register of conventions: where each stands, what comes next and when, what is kept of it; and how it leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template, request, url_for

from cptsapp.accounts.current import me
from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.conventions.queries import register as queries
from cptsapp.conventions.rules import register as rules
from cptsapp.conventions.rules.register import CHIPS, CURRENT, Line
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.core import french
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.files import as_file
from cptsapp.http.pages import page_number, pages
from cptsapp.territory import queries as territory


@blueprint.get("/conventions")
@requires("conventions.read")
def register() -> Response:
    """The conventions under one filter that answer to what is typed, what is due first before."""
    chip, typed, page = _chip(), _typed(), page_number()
    found = queries.register(me(), chip, typed, page)
    is_last = page * queries.PAGE >= found.found_count
    return htmx.respond(
        "conventions/register.html",
        "conventions/_register.html",
        lines=found.lines,
        found_count=found.found_count,
        chips=_chips(found.counts, chip, typed),
        chip=chip,
        typed=typed,
        before_late=rules.before_late,
        planned_words=rules.planned_words,
        export_urls=[(label, _export_url(kind, chip, typed)) for kind, label in (("xlsx", "Tableur"), ("csv", "CSV"))],
        print_url=url_for(".print_register", **_asked(chip, typed)),
        **pages(is_last, ".register", page, **_asked(chip, typed)),
    )


def _chip() -> str:
    """The filter that the address names; the current ones when it names none."""
    asked = request.args.get("etat", "")
    return asked if asked in CHIPS else CURRENT


def _typed() -> str:
    return request.args.get("q", "").strip()[: rules.TYPED_MAX]


def _asked(chip: str, typed: str) -> dict[str, Any]:
    """What the address says, what goes without saying left out."""
    return {name: value for name, value in (("etat", chip if chip != CURRENT else ""), ("q", typed)) if value}


def _chips(counts: Mapping[str, int], current: str, typed: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "count": counts[chip],
            "url": url_for(".register", **_asked(chip, typed)),
            "is_current": chip == current,
        }
        for chip, label in CHIPS.items()
    ]


def _export_url(kind: str, chip: str, typed: str) -> str:
    return url_for(".export_register", kind=kind, **_asked(chip, typed))


@blueprint.get("/conventions/registre.csv", defaults={"kind": "csv"})
@blueprint.get("/conventions/registre.xlsx", defaults={"kind": "xlsx"})
@requires("conventions.read")
def export_register(kind: str) -> Response:
    """The same lines, all pages, as a file. The trail keeps who took them, under which filter and how many."""
    chip, user = _chip(), me()
    lines, _counts = queries.found(user, chip, _typed())
    _note_exported(user, kind, chip, lines)
    return as_file(rules.sheet_of(lines, "Conventions"), kind)


def _note_exported(user: CurrentUser, kind: str, chip: str, lines: Sequence[Line]) -> None:
    def write() -> None:
        record(
            "conventions.exported",
            None,
            by=user,
            category=Category.READING,
            format=kind,
            rows=len(lines),
            filter={"état": CHIPS[chip]},
        )

    after_commit(write)


@blueprint.get("/conventions/imprimer")
@requires("conventions.read")
def print_register() -> str:
    """The same lines on paper, to bring to a meeting."""
    chip, typed = _chip(), _typed()
    lines, _counts = queries.found(me(), chip, typed)
    return render_template(
        "conventions/register_sheet.html",
        lines=lines,
        chip_label=CHIPS[chip],
        typed=typed,
        counted=french.count(len(lines), "convention"),
        today=territory.today(),
        back_url=url_for(".register", **_asked(chip, typed)),
    )
