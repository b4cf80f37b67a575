"""Figures cut by day, week, campaign or practitioner; the rows behind each number; files and paper of the same."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from cptsapp.accounts.current import me
from cptsapp.activity import rules
from cptsapp.activity.permissions import readable_person, sees_patients_answers
from cptsapp.activity.queries import campaigns, figures, lines, sheets
from cptsapp.activity.queries.figures import Filter
from cptsapp.activity.queries.sheets import GROUPINGS, Grouping
from cptsapp.activity.rules import BY_SLUG, MEASURES, OF_PATIENTS
from cptsapp.activity.views import links
from cptsapp.activity.views.campaigns import weeks
from cptsapp.activity.views.shared import blueprint, day_argument, number_argument
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import clock, french
from cptsapp.core.refusals import Forbidden, Invisible
from cptsapp.core.tables import Sheet
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.files import as_file
from cptsapp.territory import queries as territory

USUAL = timedelta(days=30)


def wanted_filter() -> Filter:
    """The filter of the address, within what the reader may read. Raises Invisible for another's figures."""
    wanted = Filter(
        campaign_id=number_argument("campagne"),
        is_outside=request.args.get("campagne") == links.OUTSIDE,
        person_id=readable_person(me(), number_argument("medecin")),
        from_on=day_argument("du"),
        to_on=day_argument("au"),
    )
    if wanted.campaign_id is not None:
        campaigns.campaign(wanted.campaign_id)
    return wanted


def _or_usual(wanted: Filter) -> Filter:
    """An address without days or campaign means the campaign of today, else the last thirty days."""
    if wanted.campaign_id is not None or wanted.from_on or wanted.to_on:
        return wanted
    today = territory.today()
    present = rules.campaign_of(today, campaigns.campaigns())
    if present is not None and not wanted.is_outside:
        return replace(wanted, campaign_id=present.id)
    return replace(wanted, from_on=today - USUAL, to_on=today)


def _grouping() -> Grouping:
    return GROUPINGS.get(request.args.get("par", ""), GROUPINGS["semaine"])


def _sheet(wanted: Filter, grouping: Grouping) -> Sheet:
    names = {campaign.id: campaign.name for campaign in campaigns.campaigns()}
    found = figures.cells(wanted, clock.now())
    return sheets.figures_sheet(found, grouping, names, sees_answers=sees_patients_answers(me()))


@blueprint.get("/campagnes/chiffres")
@requires("campaign.read")
def figures_page() -> str:
    """Figures of a period, a campaign or a practitioner, each number leading to its rows."""
    return render_template("activity/figures.html", **_context())


@blueprint.get("/campagnes/chiffres/imprimer")
@requires("campaign.read")
def print_figures() -> str:
    """The same on paper."""
    return render_template("activity/figures_sheet.html", **_context())


def _context() -> dict[str, Any]:
    wanted, grouping = _or_usual(wanted_filter()), _grouping()
    sees_answers = sees_patients_answers(me())
    return {
        "wanted": wanted,
        "sheet": _sheet(wanted, grouping),
        "link": links.row_link(wanted, grouping.slug, sees_answers=sees_answers),
        "groupings": [_grouping_link(wanted, each, grouping) for each in GROUPINGS.values()],
        "arguments": {**links.arguments(wanted), "par": grouping.slug},
        "weeks": weeks(wanted),
        "measures": MEASURES,
        "fill_rate": rules.FILL_RATE,
        "sentence": sentence(wanted),
        "campaigns": campaigns.campaigns(),
        "practitioners": _practitioners(),
        "now": territory.local(clock.now()),
    }


def _grouping_link(wanted: Filter, each: Grouping, present: Grouping) -> dict[str, Any]:
    url = url_for("activity.figures_page", par=each.slug, **links.arguments(wanted))
    return {"label": each.label, "url": url, "is_current": each is present}


def _practitioners() -> Mapping[int, str]:
    """Who can be chosen: nobody for a practitioner, who reads only their own."""
    return {} if readable_person(me()) is not None else figures.posting_names()


def sentence(wanted: Filter) -> str:
    """The filter in words, as the page and the paper say it."""
    parts = [_campaign_words(wanted), _person_words(wanted), _days_words(wanted)]
    return ", ".join(part for part in parts if part)


def _campaign_words(wanted: Filter) -> str:
    if wanted.is_outside:
        return sheets.OUTSIDE
    return campaigns.campaign(wanted.campaign_id).name if wanted.campaign_id is not None else ""


def _person_words(wanted: Filter) -> str:
    if wanted.person_id is None:
        return ""
    found = figures.names([wanted.person_id])
    if not found:
        raise Invisible
    return found[wanted.person_id]


def _days_words(wanted: Filter) -> str:
    first, last = wanted.from_on, wanted.to_on
    if first and last:
        return french.day_full(first) if first == last else f"du {french.day_short(first)} au {french.day_short(last)}"
    if first:
        return f"depuis le {french.day_short(first)}"
    return f"jusqu’au {french.day_short(last)}" if last else ""


@blueprint.get("/campagnes/chiffres.csv", defaults={"kind": "csv"})
@blueprint.get("/campagnes/chiffres.xlsx", defaults={"kind": "xlsx"})
@requires("campaign.read")
def export_figures(kind: str) -> Response:
    """The table as a file: the filter, the columns and the reader's limits are those of the screen (pitfall 23)."""
    wanted, grouping = _or_usual(wanted_filter()), _grouping()
    sheet = _sheet(wanted, grouping)
    note_export("figures.exported", kind, sheet, {**links.arguments(wanted), "par": grouping.slug})
    return as_file(sheet, kind)


def note_export(event: str, kind: str, sheet: Sheet, arguments: Mapping[str, Any]) -> None:
    """Record in the trail that a file has left, in the second transaction: a GET writes nothing itself."""
    user, count = me(), len(sheet.rows)
    known = {name: value for name, value in arguments.items() if value is not None}

    def write() -> None:
        record(event, None, by=user, category=Category.READING, format=kind, rows=count, filter=known)

    after_commit(write)


# -- the rows behind a number -----------------------------------------------------------------------------------------


@blueprint.get("/campagnes/lignes")
@requires("campaign.read")
def rows() -> Response:
    """The very rows that a number counts: references and hours, never an identity."""
    code = BY_SLUG.get(request.args.get("nombre", ""))
    if code is None:
        raise Invisible
    if code in OF_PATIENTS and not sees_patients_answers(me()):
        raise Forbidden
    wanted, now = wanted_filter(), clock.now()
    found = lines.lines(code, wanted, now, _after())
    page = render_template(
        "activity/rows.html",
        measure=MEASURES[code],
        code=code,
        lines=found.rows,
        total=getattr(rules.total(cell.figures for cell in figures.cells(wanted, now)), code),
        next_url=_next_url(wanted, code, found.next_key),
        sentence=sentence(wanted),
        back_url=url_for("activity.figures_page", **links.arguments(wanted)),
        sees_answers=sees_patients_answers(me()),
    )
    return make_response(page)


def _after() -> lines.Key | None:
    """The key of the address: an instant and a number; anything else begins at the beginning."""
    at, _, number = request.args.get("apres", "").rpartition("_")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return None
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return (instant, int(number)) if instant.tzinfo and is_number else None


def _next_url(wanted: Filter, code: str, key: lines.Key | None) -> str:
    if key is None:
        return ""
    after = f"{key[0].isoformat()}_{key[1]}"
    return url_for("activity.rows", nombre=MEASURES[code].slug, apres=after, **links.arguments(wanted))
