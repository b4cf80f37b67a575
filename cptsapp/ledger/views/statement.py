"""The statements: everyone's of a year for the treasurer, one's own for a professional; approval and payment."""

from typing import Any

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import addresses, clock
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.core.tables import Sheet
from cptsapp.directory.merged import same_person
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.http.files import as_file
from cptsapp.ledger import actions, naming
from cptsapp.ledger.forms import FIRST_YEAR, LAST_YEAR
from cptsapp.ledger.models import LineState, Nature
from cptsapp.ledger.permissions import readable_person
from cptsapp.ledger.queries import Scope, sheets, years
from cptsapp.ledger.queries.years import PersonYear, YearStatement
from cptsapp.ledger.rules import NATURE_MARKS, NATURE_WORDS, STATE_WORDS, Step
from cptsapp.ledger.views.blueprint import blueprint
from cptsapp.territory import queries as territory

STEP_SLUGS = {
    "approuver": Step.APPROVE,
    "payer": Step.PAY,
    "retirer-accord": Step.WITHDRAW_APPROVAL,
    "retirer-paiement": Step.WITHDRAW_PAYMENT,
}
DONE_WORDS = {
    "approuver": "Approuvé, à payer.",
    "payer": "Noté payé.",
    "retirer-accord": "Accord retiré\u00a0: c’est de nouveau à approuver.",
    "retirer-paiement": "Paiement retiré\u00a0: c’est de nouveau à payer.",
}
STATE_SLUGS = {"a-approuver": LineState.OWED, "a-payer": LineState.APPROVED, "paye": LineState.PAID}


@blueprint.get("/sommes")
@requires("ledger.read")
def sums() -> BaseResponse:
    """The statement of the present year."""
    readable_person(me())
    return htmx.redirect(url_for(".year", year=territory.today().year))


@blueprint.get("/sommes/<int:year>")
@requires("ledger.read")
def year(year: int) -> str:
    """Everyone's statement of a year; a professional's own."""
    person_id = readable_person(me())
    if person_id is not None:
        return render_template("ledger/person.html", **_person_context(year, person_id, is_own=True))
    return render_template("ledger/year.html", **_year_context(year))


@blueprint.get("/sommes/<int:year>/imprimer")
@requires("ledger.read")
def print_year(year: int) -> str:
    """The same on paper."""
    person_id = readable_person(me())
    if person_id is not None:
        return render_template("ledger/person_sheet.html", **_person_context(year, person_id, is_own=True))
    return render_template("ledger/year_sheet.html", **_year_context(year))


@blueprint.get("/sommes/<int:year>/<int:person_id>")
@requires("ledger.read")
def person(year: int, person_id: int) -> str:
    """One professional's year, line by line."""
    return render_template("ledger/person.html", **_person_context(year, _whose(person_id)))


@blueprint.get("/sommes/<int:year>/<int:person_id>/imprimer")
@requires("ledger.read")
def print_person(year: int, person_id: int) -> str:
    """The same on paper."""
    return render_template("ledger/person_sheet.html", **_person_context(year, _whose(person_id)))


def _whose(person_id: int) -> int:
    found = readable_person(me(), person_id)
    if found is None or found not in years.names([found]):
        raise Invisible
    return found


def _known(year: int) -> int:
    """A year the ledger may have; raises Invisible."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invisible
    return year


# -- everyone's -------------------------------------------------------------------------------------------------------


def _kind() -> naming.Naming | None:
    """The kind of sums the page is narrowed to, of the address or of the form."""
    return naming.by_slug(request.values.get("quoi", ""))


def _state() -> LineState | None:
    return STATE_SLUGS.get(request.args.get("etat", ""))


def _statement(year: int) -> YearStatement:
    """The statement as the page is narrowed: to a kind of sums, to those with money in a state."""
    kind, state = _kind(), _state()
    found = years.statement(Scope(year=_known(year), kind=kind.kind if kind else None), territory.today())
    if state is None:
        return found
    return YearStatement(found.year, tuple(row for row in found.rows if _has(row, state)), found.cap)


def _has(row: PersonYear, state: LineState) -> bool:
    own = row.balance
    return {LineState.OWED: own.owed, LineState.APPROVED: own.approved, LineState.PAID: own.paid}[state] > 0


def _arguments() -> dict[str, str | None]:
    """What narrows the page, kept from one address to the next."""
    kind = _kind()
    state = request.args.get("etat", "")
    return {"quoi": kind.slug if kind else None, "etat": state if state in STATE_SLUGS else None}


def _year_context(year: int, refusal: str = "") -> dict[str, Any]:
    found = _statement(year)
    arguments = _arguments()
    return {
        "found": found,
        "sheet": sheets.statement_sheet(found),
        "arguments": arguments,
        "all_acts": [] if arguments["etat"] == "paye" else _acts_on_all(found),
        "years": _year_links(years.years(None, territory.today()), year, **arguments),
        "kinds": _kind_links(year),
        "states": _state_links(year),
        "natures": Nature,
        "marks": NATURE_MARKS,
        "nature_words": NATURE_WORDS,
        "refusal": refusal,
        "done": DONE_WORDS.get(request.args.get("fait", "")),
        "now": territory.local(clock.now()),
    }


def _acts_on_all(found: YearStatement) -> list[tuple[str, str, int]]:
    """(act, label, sum seen) of the buttons for every row; narrowed to a state, only the act that follows from it."""
    own, state = found.balance, _state()
    offered = [
        ("approuver", "Tout approuver", own.owed, LineState.OWED),
        ("payer", "Tout noter payé", own.approved, LineState.APPROVED),
    ]
    return [(act, label, cents) for act, label, cents, of in offered if cents and state in (None, of)]


def _year_links(found: Any, present: int, **arguments: Any) -> list[dict[str, Any]]:
    shown = sorted({*found, present}, reverse=True)
    return [
        {"label": str(each), "url": url_for(".year", year=each, **arguments), "is_current": each == present}
        for each in shown
    ]


def _kind_links(year: int) -> list[dict[str, Any]]:
    kind, etat = _kind(), _arguments()["etat"]
    every = {"label": "Tout", "url": url_for(".year", year=year, etat=etat), "is_current": kind is None}
    return [
        every,
        *(
            {
                "label": each.label,
                "url": url_for(".year", year=year, quoi=each.slug, etat=etat),
                "is_current": each is kind,
            }
            for each in naming.plugged()
        ),
    ]


def _state_links(year: int) -> list[dict[str, Any]]:
    """Filters by state; a second click clears."""
    arguments = _arguments()
    return [
        {
            "label": STATE_WORDS[state].capitalize(),
            "url": url_for(
                ".year", year=year, quoi=arguments["quoi"], etat=None if arguments["etat"] == slug else slug
            ),
            "is_current": arguments["etat"] == slug,
        }
        for slug, state in STATE_SLUGS.items()
    ]


# -- one professional's -----------------------------------------------------------------------------------------------


def _person_context(year: int, person_id: int, *, is_own: bool = False, refusal: str = "") -> dict[str, Any]:
    scope = Scope(sorted(same_person({person_id})), year=_known(year))
    found = years.statement(scope, territory.today())
    name = years.names([person_id])[person_id]
    entries = years.entries(scope)
    return {
        "year": year,
        "person_id": person_id,
        "name": name,
        "is_own": is_own,
        "row": found.rows[0] if found.rows else None,
        "cap": found.cap,
        "entries": entries,
        "sheet": sheets.entries_sheet(f"{name} {year}", entries),
        "years": _person_years(year, person_id, is_own=is_own),
        "natures": Nature,
        "marks": NATURE_MARKS,
        "nature_words": NATURE_WORDS,
        "state_words": STATE_WORDS,
        "refusal": refusal,
        "done": DONE_WORDS.get(request.args.get("fait", "")),
        "now": territory.local(clock.now()),
    }


def _person_years(year: int, person_id: int, *, is_own: bool) -> list[dict[str, Any]]:
    found = years.years(same_person({person_id}), territory.today())
    if is_own:
        return _year_links(found, year)
    shown = sorted({*found, year}, reverse=True)
    url = [url_for(".person", year=each, person_id=person_id) for each in shown]
    return [{"label": str(y), "url": u, "is_current": y == year} for y, u in zip(shown, url, strict=True)]


# -- approval and payment ---------------------------------------------------------------------------------------------


@blueprint.post("/sommes/<int:year>/<int:person_id>/reglement")
@requires("ledger.approve")
def settle(year: int, person_id: int) -> BaseResponse:
    """Approve, note as paid, or take either back, for one professional and the sum that was read."""
    kind, own = _kind(), _whose(person_id)
    is_of_year = request.form.get("retour") == "annee"
    try:
        slug = _settle(Scope(sorted(same_person({own})), year=_known(year), kind=kind.kind if kind else None))
    except Refusal as refusal:
        return _year_again(year, refusal) if is_of_year else _person_again(year, own, refusal)
    if is_of_year:
        return htmx.redirect(url_for(".year", year=year, quoi=kind.slug if kind else None, fait=slug))
    return htmx.redirect(url_for(".person", year=year, person_id=person_id, fait=slug))


@blueprint.post("/sommes/<int:year>/reglement")
@requires("ledger.approve")
def settle_all(year: int) -> BaseResponse:
    """The same for everyone of the page at once."""
    kind = _kind()
    try:
        slug = _settle(Scope(year=_known(year), kind=kind.kind if kind else None))
    except Refusal as refusal:
        return _year_again(year, refusal)
    return htmx.redirect(url_for(".year", year=year, quoi=kind.slug if kind else None, fait=slug))


def _year_again(year: int, refusal: Refusal) -> Response:
    """The statement as it is now, and why nothing was done."""
    give_up()
    return make_response(render_template("ledger/year.html", **_year_context(year, refusal.message)), 409)


def _person_again(year: int, person_id: int, refusal: Refusal) -> Response:
    """The same for one professional's."""
    give_up()
    context = _person_context(year, person_id, refusal=refusal.message)
    return make_response(render_template("ledger/person.html", **context), 409)


def _settle(scope: Scope) -> str:
    slug = request.form.get("acte", "")
    step = STEP_SLUGS.get(slug)
    seen = addresses.row_number(request.form.get("vu"))
    if step is None or seen is None:
        raise Invisible
    actions.settle_lines(step, scope, by=me(), seen_cents=seen)
    return slug


# -- files ------------------------------------------------------------------------------------------------------------


@blueprint.get("/sommes/<int:year>/releve.csv", defaults={"kind": "csv"})
@blueprint.get("/sommes/<int:year>/releve.xlsx", defaults={"kind": "xlsx"})
@requires("ledger.read")
def export_year(year: int, kind: str) -> Response:
    """The statement as a file: the rows of the screen, no more and no less."""
    person_id = readable_person(me())
    if person_id is not None:
        return _export(_person_context(year, person_id)["sheet"], kind, {"year": year})
    return _export(sheets.statement_sheet(_statement(year)), kind, {"year": year, **_arguments()})


@blueprint.get("/sommes/<int:year>/<int:person_id>/releve.csv", defaults={"kind": "csv"})
@blueprint.get("/sommes/<int:year>/<int:person_id>/releve.xlsx", defaults={"kind": "xlsx"})
@requires("ledger.read")
def export_person(year: int, person_id: int, kind: str) -> Response:
    """One professional's year as a file."""
    own = _whose(person_id)
    return _export(_person_context(year, own)["sheet"], kind, {"year": year, "person": own})


def _export(sheet: Sheet, kind: str, about: dict[str, Any]) -> Response:
    user = me()
    told = {name: value for name, value in about.items() if value is not None}

    def write() -> None:
        record(
            "sums.exported",
            None,
            by=user,
            category=Category.READING,
            format=kind,
            rows=len(sheet.rows),
            filter=told,
        )

    after_commit(write)
    return as_file(sheet, kind)
