"""The rate of adhesion: its page, the list behind each number, the files and the paper of both (B13–B14)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import addresses, clock, french
from cptsapp.core.refusals import Invisible
from cptsapp.core.tables import Sheet
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.files import as_file
from cptsapp.membership.queries import rate_list, rate_page, rate_sheets
from cptsapp.membership.queries.rate_page import Reading, Wanted
from cptsapp.membership.rules import curve, rate_days
from cptsapp.membership.rules import rate_words as words
from cptsapp.membership.rules.rate_days import Landmark, Step
from cptsapp.membership.rules.rate_lists import BETWEEN, Asked, Cut, Who, due_by
from cptsapp.membership.views.blueprint import blueprint
from cptsapp.territory import queries as territory

CUTS = (Cut.PROFESSION, Cut.COMMUNE, Cut.MODE, Cut.COLLEGE)
STEP_LABELS = {Step.QUARTER: "deux ans, par trimestre", Step.MONTH: "cinq ans, par mois"}
PAGES_MAX = 1000

E = TypeVar("E", bound=StrEnum)


def _chosen(name: str, kind: type[E], usual: E) -> E:
    """A choice of the address; anything unknown is the usual one."""
    code = request.args.get(name, "")
    return kind(code) if code in set(kind) else usual


def _day() -> tuple[date, str]:
    """The day of the address and what is wrong with it; it is then today's that is read."""
    typed, today = request.args.get("jour", ""), territory.today()
    if not typed:
        return today, ""
    found = addresses.day(typed)
    if found is None:
        return today, "Ce jour n’existe pas\u00a0: écrivez-le comme 30/06/2026."
    if found > today:
        return today, f"Le {words.dated(found)} n’est pas encore venu\u00a0: un taux ne se lit que sur des faits."
    return found, ""


def _wanted(day: date) -> Wanted:
    cut = _chosen("par", Cut, Cut.PROFESSION)
    return Wanted(
        day,
        cut if cut in CUTS else Cut.PROFESSION,
        _chosen("depuis", Landmark, Landmark.QUARTER),
        _chosen("pas", Step, Step.QUARTER),
    )


def _arguments(wanted: Wanted, **changes: StrEnum) -> dict[str, Any]:
    """What an address of the page says; what is usual is left out but the day."""
    said = {"jour": wanted.day.isoformat(), "par": wanted.cut, "depuis": wanted.landmark, "pas": wanted.step, **changes}
    usual = {"par": Cut.PROFESSION, "depuis": Landmark.QUARTER, "pas": Step.QUARTER}
    return {name: str(value) for name, value in said.items() if usual.get(name) != value}


class _Links:
    """The addresses of the lists of a page, built by hand: a page may hold two hundred."""

    def __init__(self, wanted: Wanted) -> None:
        self.base = url_for("membership.rate_people")
        self._wanted = wanted
        self._former = rate_days.landmark_day(wanted.landmark, wanted.day)

    def of(self, who: str, day: date | None = None, cut: str = "", value: str = "") -> str:
        """The list of these persons on a day, the page's unless told, under a key of a cut when there is one."""
        url = f"{self.base}?qui={who}&jour={day or self._wanted.day}"
        if who in BETWEEN:
            url += f"&depuis={self._former}"
        return f"{url}&par={cut}&valeur={value}" if cut else url


@blueprint.get("/adhesions/taux")
@requires("membership.rate")
def rate() -> Response:
    """The rate of a day, its curve, its table, what has changed and who is counted."""
    day, fault = _day()
    wanted = _wanted(day)
    page = render_template("membership/rate.html", fault=fault, **_context(wanted))
    return make_response(page, 422 if fault else 200)


def _context(wanted: Wanted) -> dict[str, Any]:
    reading = rate_page.read(wanted)
    today = territory.today()
    return {
        "reading": reading,
        "wanted": wanted,
        "known": reading.known,
        "today": today,
        "links": _Links(wanted),
        "words": words,
        "days": rate_days,
        "curve": _curve(reading),
        "labels": _labels(reading),
        "page_url": url_for("membership.rate"),
        "cuts": [_choice(wanted, words.CUT_LABELS[cut].lower(), cut is wanted.cut, par=cut) for cut in CUTS],
        "landmarks": [
            _choice(wanted, words.LANDMARK_LABELS[mark], mark is wanted.landmark, depuis=mark) for mark in Landmark
        ],
        "steps": [_choice(wanted, STEP_LABELS[step], step is wanted.step, pas=step) for step in Step],
        "arguments": _arguments(wanted),
        "rules_line": rate_sheets.rules_line(reading),
        "source_lines": rate_sheets.source_lines(reading),
        "waiting": rate_page.waiting_count() if wanted.day == today else 0,
        "due_by": due_by(wanted.day),
    }


def _curve(reading: Reading) -> curve.Curve | None:
    """What is drawn of the points; one point alone draws nothing."""
    if reading.known is None or len(reading.known.points) < 2:
        return None
    return curve.draw([point.count.percent if point.count else None for point in reading.known.points], reading.target)


def _labels(reading: Reading) -> list[str]:
    """What is written above the points: each rate or, when there are too many, those of the end of a year."""
    points = reading.known.points if reading.known is not None else ()
    is_long, last = reading.wanted.step is Step.MONTH, len(points) - 1
    return [
        french.percent(point.count.members, point.count.professionals, 1)
        if point.count and (not is_long or rank == last or (point.day.month == 12 and rank < last - 3))
        else ""
        for rank, point in enumerate(points)
    ]


def _choice(wanted: Wanted, label: str, is_current: bool, **change: StrEnum) -> dict[str, Any]:
    url = f"{request.path.removesuffix('/imprimer')}?{urlencode(_arguments(wanted, **change))}"
    return {"label": label, "url": url, "is_current": is_current}


@blueprint.get("/adhesions/taux/imprimer")
@requires("membership.rate")
def print_rate() -> Response:
    """The same on paper."""
    day, fault = _day()
    if fault:
        raise Invisible
    page = render_template("membership/rate_sheet.html", now=territory.local(clock.now()), **_context(_wanted(day)))
    return make_response(page)


@blueprint.get("/adhesions/taux.csv", defaults={"kind": "csv"})
@blueprint.get("/adhesions/taux.xlsx", defaults={"kind": "xlsx"})
@requires("membership.rate")
def export_rate(kind: str) -> Response:
    """The numbers of the page as a file, with their rules and their source."""
    day, fault = _day()
    if fault:
        raise Invisible
    wanted = _wanted(day)
    sheet = rate_sheets.as_sheet(rate_page.read(wanted), me().display_name)
    _note_export("rate.exported", kind, sheet, _arguments(wanted))
    return as_file(sheet, kind, f"taux d’adhésion {day.isoformat()}")


def _note_export(event: str, kind: str, sheet: Sheet, arguments: Mapping[str, Any]) -> None:
    """Record in the trail that a file has left, in the second transaction: a GET writes nothing itself."""
    user, count = me(), len(sheet.rows)

    def write() -> None:
        record(event, None, by=user, category=Category.READING, format=kind, rows=count, filter=dict(arguments))

    after_commit(write)


# -- the list behind a number -----------------------------------------------------------------------------------------


def _asked(day: date) -> Asked:
    """The list of the address. Raises Invisible for one that no page leads to."""
    who, code, value = request.args.get("qui", ""), request.args.get("par", ""), request.args.get("valeur", "")
    since = addresses.day(request.args.get("depuis"))
    if who not in set(Who) or (code and code not in set(Cut)) or bool(code) != bool(value):
        raise Invisible
    is_between = Who(who) in BETWEEN
    if is_between and (since is None or since > day):
        raise Invisible
    return Asked(Who(who), day, since if is_between else None, Cut(code) if code else None, value)


def _list_arguments(asked: Asked) -> dict[str, Any]:
    said = {
        "qui": asked.who.value,
        "jour": asked.day.isoformat(),
        "depuis": asked.since.isoformat() if asked.since else "",
        "par": asked.cut.value if asked.cut else "",
        "valeur": asked.value,
    }
    return {name: value for name, value in said.items() if value}


@blueprint.get("/adhesions/taux/personnes")
@requires("membership.rate")
def rate_people() -> Response:
    """The very persons a number counts; whoever asked to be kept out is counted without a name."""
    day, fault = _day()
    asked = _asked(day)
    found = rate_list.listing(me(), asked) if not fault else None
    page = min(max(request.args.get("page", 1, type=int), 1), PAGES_MAX)
    shown = found.page(page) if found is not None else []
    return make_response(
        render_template(
            "membership/rate_people.html",
            asked=asked,
            found=found,
            fault=fault,
            shown=shown,
            words=words,
            title=words.counted(found.total, words.WHO_WORDS[asked.who]) if found is not None else "Non connu",
            sentence=_sentence(asked),
            arguments=_list_arguments(asked),
            back_url=url_for("membership.rate", jour=day.isoformat(), par=_back_cut(asked)),
            previous_url=url_for(".rate_people", **_list_arguments(asked), page=page - 1) if page > 1 else "",
            next_url=_next_url(asked, found, page),
        ),
        422 if fault else 200,
    )


def _back_cut(asked: Asked) -> str | None:
    return asked.cut.value if asked.cut in CUTS and asked.cut is not Cut.PROFESSION else None


def _next_url(asked: Asked, found: rate_list.Listing | None, page: int) -> str:
    if found is None or rate_list.PAGE * page >= len(found.sheet.rows):
        return ""
    return url_for(".rate_people", **_list_arguments(asked), page=page + 1)


def _sentence(asked: Asked) -> str:
    """The list in words: its days and the key of its cut."""
    days = f"le {words.dated(asked.day)}"
    if asked.since is not None:
        days = f"entre le {words.dated(asked.since)} et le {words.dated(asked.day)}"
    if asked.cut is None:
        return days
    return f"{days}, {rate_page.key_words(asked.cut, asked.value)}"


@blueprint.get("/adhesions/taux/personnes.csv", defaults={"kind": "csv"})
@blueprint.get("/adhesions/taux/personnes.xlsx", defaults={"kind": "xlsx"})
@requires("membership.rate")
def export_rate_people(kind: str) -> Response:
    """The whole list as a file; the trail keeps who took it."""
    day, fault = _day()
    asked = _asked(day)
    found = rate_list.listing(me(), asked) if not fault else None
    if found is None:
        raise Invisible
    _note_export("rate.list_exported", kind, found.sheet, _list_arguments(asked))
    return as_file(found.sheet, kind, f"{found.sheet.title} {day.isoformat()}")
