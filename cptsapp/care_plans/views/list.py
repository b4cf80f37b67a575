"""The plans one may read: all for the coordination, those of one's circles for the others. Recorded as a reading."""

from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.care_plans.queries import list as queries
from cptsapp.care_plans.queries.list import CHIPS, CURRENT
from cptsapp.care_plans.readings import note_listed
from cptsapp.care_plans.views.blueprint import blueprint
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.pages import page_number, pages
from cptsapp.territory import queries as territory

TYPED_MAX = 80


@blueprint.get("/ppcs")
@requires("plans.read")
def plans() -> Response:
    """The plans under one chip, those owed first before."""
    return _page(_chip(), "")


@blueprint.post("/ppcs/chercher")
@requires("plans.read")
def search_plans() -> Response:
    """The plans that answer to a number, a commune or a name: typed, it goes in no address nor log."""
    return _page(_chip(), request.form.get("q", "").strip()[:TYPED_MAX])


def _chip() -> str:
    """The chip that the address names; the open plans when it names none."""
    asked = request.values.get("etat", "")
    return asked if asked in CHIPS else CURRENT


def _asked(chip: str) -> dict[str, Any]:
    return {"etat": chip} if chip != CURRENT else {}


def _page(chip: str, typed: str) -> Response:
    user, page = me(), page_number()
    found = queries.plans(user, chip, page, typed)
    if found.lines:
        after_commit(lambda: note_listed(len(found.lines), by=user))
    today = territory.today()
    chips = [
        {
            "label": label,
            "count": found.counts[code],
            "url": url_for(".plans", **_asked(code)),
            "is_current": code == chip and not typed,
        }
        for code, label in CHIPS.items()
    ]
    shown = render_template(
        "care_plans/list.html",
        lines=[(line, queries.due_words(line, today)) for line in found.lines],
        chips=chips,
        chip=chip,
        typed=typed,
        opens="all" in user.scopes("plans.manage"),
        reads_all="all" in user.scopes("plans.read"),
        **pages(found.is_last or bool(typed), ".plans", page, **_asked(chip)),
    )
    return make_response(shown)
