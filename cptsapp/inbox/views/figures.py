"""Figures of the requests, each with its rows: on screen, on paper, as files (pitfall 22).

Who may not open a file reads neither references nor small counts; the file has what the screen has.
"""

from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import addresses, clock, french, tables
from cptsapp.core.periods import months_later
from cptsapp.core.refusals import Forbidden, Invisible
from cptsapp.core.small import SMALL, SMALL_WORDS
from cptsapp.core.tables import Column, SheetRow
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.files import as_file
from cptsapp.inbox.models import Actor, Outcome, ProposalState
from cptsapp.inbox.permissions import reads_all
from cptsapp.inbox.queries import figure_sheets, figures
from cptsapp.inbox.queries.figure_sheets import TOTAL, Page, as_sheet, days_words
from cptsapp.inbox.queries.figures import Period
from cptsapp.inbox.rules import ages, words
from cptsapp.inbox.rules.figures import CUTS, MEASURES, Cut, Measure, Row, listed
from cptsapp.inbox.rules.states import STATE_LABELS
from cptsapp.inbox.rules.timeline import SENTENCES
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import national
from cptsapp.territory import queries as territory

USUAL_MONTHS = 12
PAGE = 100
PROPOSAL_WORDS = {
    ProposalState.PENDING: "sans réponse encore",
    ProposalState.ACCEPTED: "acceptées",
    ProposalState.CHOSEN: "choisies par la personne",
    ProposalState.DECLINED: "déclinées",
    ProposalState.RELEASED: "libérées",
    ProposalState.CANCELLED: "annulées",
    ProposalState.LAPSED: "restées sans réponse",
}


def masked(number: int) -> str:
    """A number for who may not open a file: one to four read « moins de 5 »."""
    return SMALL_WORDS if 0 < number < SMALL else french.number(number)


blueprint.add_app_template_filter(masked, "masked")
blueprint.add_app_template_filter(lambda value: tables.shown(value, tables.Kind.COUNT), "shown_count")


@blueprint.get("/demandes/chiffres")
@requires("inbox.figures")
def figures_page() -> str:
    """What was received and what became of it, cut as one likes; each number leads to its rows."""
    return render_template("inbox/figures.html", **_context())


@blueprint.get("/demandes/chiffres/imprimer")
@requires("inbox.figures")
def print_figures() -> str:
    """The same on paper."""
    return render_template("inbox/figures_sheet.html", **_context())


def _period() -> Period:
    """The days of the address, else the last twelve months; the wrong way round, they are put right."""
    today = territory.today()
    to_on = addresses.day(request.args.get("au")) or today
    from_on = addresses.day(request.args.get("du")) or months_later(to_on, -USUAL_MONTHS)
    return Period(min(from_on, to_on), max(from_on, to_on))


def _cut() -> Cut:
    return CUTS.get(request.args.get("par", ""), CUTS["mois"])


def _arguments(period: Period) -> dict[str, Any]:
    return {"du": period.from_on.isoformat(), "au": period.to_on.isoformat()}


def _page(period: Period, cut: Cut) -> Page:
    return figure_sheets.page(period, cut, sees_all=reads_all(me()))


def _context() -> dict[str, Any]:
    period, cut = _period(), _cut()
    found = _page(period, cut)
    arguments = {**_arguments(period), "par": cut.slug}
    return {
        "period": period,
        "sentence": _sentence(period),
        "arguments": arguments,
        "found": found,
        "total_line": TOTAL,
        "median": days_words(found.total.days),
        "sheet": as_sheet(found),
        "link": _link(found, arguments),
        "total_link": _total_link(found, arguments),
        "cuts": _cut_links(period, cut),
        "measures": MEASURES,
        "work": figures.work(period),
        "actor_words": words.ACTORS,
        "supply": figures.supply(period, territory.today()),
        "proposal_words": PROPOSAL_WORDS,
        "breaks": figures.breaks(period),
        "break_words": words.BREAK_CAUSES,
        "outside": [(_commune(code), number) for code, number in figures.outside(period)],
        "sees_all": reads_all(me()),
        "small": SMALL_WORDS,
        "now": territory.local(clock.now()),
    }


def _commune(code: str) -> str:
    known = national.commune(code)
    return known.name if known is not None else code


def _cut_links(period: Period, present: Cut) -> list[dict[str, Any]]:
    return [
        {
            "label": each.label,
            "url": url_for("inbox.figures_page", par=each.slug, **_arguments(period)),
            "is_current": each is present,
        }
        for each in CUTS.values()
    ]


def _link(found: Page, arguments: dict[str, Any]) -> Any:
    """(row, column) → the address of the rows behind a cell; none for a cell that is hidden, or is no count."""

    def link(row: SheetRow, column: Column) -> str:
        number, key = row.key
        if column.key not in MEASURES or found.is_hidden(number, column.key):
            return ""
        return url_for("inbox.figure_rows", nombre=column.key, valeur=key or None, **arguments)

    return link


def _total_link(found: Page, arguments: dict[str, Any]) -> Any:
    def link(slug: str) -> str:
        return "" if found.is_hidden(TOTAL, slug) else url_for("inbox.figure_rows", nombre=slug, **arguments)

    return link


def _sentence(period: Period) -> str:
    return f"reçues du {_day(period.from_on)} au {_day(period.to_on)}"


def _day(day: date) -> str:
    return f"{french.day_short(day)} {day.year}"


@blueprint.get("/demandes/chiffres.csv", defaults={"kind": "csv"})
@blueprint.get("/demandes/chiffres.xlsx", defaults={"kind": "xlsx"})
@requires("inbox.figures")
def export_figures(kind: str) -> Response:
    """The table as a file, masked as the screen is for this reader."""
    period, cut = _period(), _cut()
    sheet = as_sheet(_page(period, cut))
    _note_export(kind, len(sheet.rows), {**_arguments(period), "par": cut.slug})
    return as_file(sheet, kind)


def _note_export(kind: str, rows: int, arguments: dict[str, Any]) -> None:
    user = me()

    def write() -> None:
        record(
            "request.figures_exported",
            None,
            by=user,
            category=Category.READING,
            format=kind,
            rows=rows,
            filter=arguments,
        )

    after_commit(write)


# -- the rows behind a number -----------------------------------------------------------------------------------------


@blueprint.get("/demandes/chiffres/lignes")
@requires("inbox.figures")
def figure_rows() -> str:
    """The very rows a number counts: references for who may open the file, else months and what became of it."""
    measure = MEASURES.get(request.args.get("nombre", ""))
    if measure is None:
        raise Invisible
    period, cut, key = _period(), _cut(), request.args.get("valeur", "")
    found = _page(period, cut)
    _refuse_hidden(found, measure, key)
    rows = listed(found.rows, measure, cut, key)
    start = min(addresses.row_number(request.args.get("debut")) or 0, len(rows))
    return render_template(
        "inbox/figure_rows.html",
        measure=measure,
        rows=[_shown(row) for row in rows[start : start + PAGE]],
        total=len(rows),
        label=_key_label(found, key),
        sees_all=reads_all(me()),
        previous_url=_rows_url(start - PAGE) if start else "",
        next_url=_rows_url(start + PAGE) if start + PAGE < len(rows) else "",
        sentence=_sentence(period),
        back_url=url_for("inbox.figures_page", par=cut.slug, **_arguments(period)),
    )


def _refuse_hidden(found: Page, measure: Measure, key: str) -> None:
    """A number that is not shown does not show its rows either."""
    numbers = [TOTAL] if not key else [n for n, line in enumerate(found.lines) if line.key == key]
    if any(found.is_hidden(number, measure.slug) for number in numbers):
        raise Forbidden


def _key_label(found: Page, key: str) -> str:
    return next((line.label for line in found.lines if line.key == key), "") if key else ""


def _rows_url(start: int) -> str:
    arguments: dict[str, Any] = {**request.args.to_dict(), "debut": max(start, 0)}
    return url_for("inbox.figure_rows", **arguments)


def _shown(row: Row) -> dict[str, Any]:
    """A row as the list writes it. Without the file: the month, the door and the end."""
    days = (row.found_on - row.received_on).days if row.found_on else None
    shown = {
        "month": f"{french.MONTHS[row.received_on.month - 1]} {row.received_on.year}",
        "door": words.DOORS[row.door],
        "channel": words.CHANNELS[row.channel],
        "state": words.OUTCOMES[row.outcome] if isinstance(row.outcome, Outcome) else STATE_LABELS[row.state],
        "days": days_words(days),
    }
    if not reads_all(me()):
        return shown
    return {
        **shown,
        "reference": row.reference,
        "received_on": row.received_on,
        "commune": _commune(row.commune_code),
        "age": ages.LABELS[row.age_band],
        "reason": words.REASONS[row.reason],
    }


@blueprint.get("/demandes/chiffres/contributions/<actor>")
@requires("inbox.manage")
def work_rows(actor: str) -> str:
    """The steps an actor did in the period (A8, A19), by their references. Raises Invisible for no actor."""
    if actor not in set(Actor):
        raise Invisible
    period = _period()
    lines = figures.work_lines(period, Actor(actor))
    start = min(addresses.row_number(request.args.get("debut")) or 0, len(lines))
    page_url = url_for("inbox.work_rows", actor=actor, **_arguments(period))
    return render_template(
        "inbox/work_rows.html",
        actor=words.ACTORS[Actor(actor)],
        lines=[(line, SENTENCES.get(line.kind, "").format(doctor="médecin")) for line in lines[start : start + PAGE]],
        total=len(lines),
        previous_url=f"{page_url}&debut={max(start - PAGE, 0)}" if start else "",
        next_url=f"{page_url}&debut={start + PAGE}" if start + PAGE < len(lines) else "",
        sentence=_sentence(period).replace("reçues", "étapes"),
        back_url=url_for("inbox.figures_page", **_arguments(period)),
    )
