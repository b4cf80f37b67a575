"""The sheet of a person, that it is right, and the exchanges of the coordination with them."""

from typing import Any
from urllib.parse import urlencode

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.audit.words import FIELDS
from cptsapp.core import submissions
from cptsapp.core.refusals import Refusal
from cptsapp.directory.actions import sheet as actions
from cptsapp.directory.forms.sheet import ExchangeForm
from cptsapp.directory.models import Person
from cptsapp.directory.queries import people
from cptsapp.directory.queries import sheet as queries
from cptsapp.directory.queries.around import around
from cptsapp.directory.rules import words
from cptsapp.directory.rules.exchanges import CHANNEL_LABELS
from cptsapp.directory.rules.freshness import is_stale, stale_words
from cptsapp.directory.rules.membership import COLLEGE_LABELS, STATUS_LABELS
from cptsapp.directory.rules.movements import ABSENCES, MOVEMENT_LABELS
from cptsapp.directory.views.blueprint import blueprint
from cptsapp.directory.views.list import filters_of
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import refused, status_of
from cptsapp.territory import queries as territory


@blueprint.get("/<int:person_id>")
@requires("directory.read")
def sheet(person_id: int) -> Response:
    """Where someone practises, who acts for them, where they stand; a merged sheet leads to the one it is now."""
    kept_id = people.person(me(), person_id).id
    if kept_id != person_id:
        return htmx.redirect(url_for("directory.sheet", person_id=kept_id))
    return show_sheet(person_id)


def show_sheet(person_id: int, status: int = 200, error: str = "") -> Response:
    """The page of a person, with a refusal above it when there is one."""
    found = queries.sheet(me(), person_id)
    filters = filters_of(request.args)
    page = render_template(
        "directory/sheet.html",
        sheet=found,
        person=found.person,
        profession=words.PROFESSION_LABELS[found.person.profession],
        modes=words.MODE_LABELS,
        movement_labels=MOVEMENT_LABELS,
        absences=ABSENCES,
        channels=CHANNEL_LABELS,
        pinned=[FIELDS.get(name, name) for name in found.pinned],
        around=around(me(), found.person, filters),
        filters=filters,
        asked=f"?{urlencode(filters.pairs())}" if not filters.is_empty else "",
        error=error,
        **freshness(found.person),
        **standing_words(),
    )
    return make_response(page, status)


def freshness(thing: Any) -> dict[str, Any]:
    """What a page says of the day its person or structure was checked."""
    today, verified_on = territory.today(), thing.verified_on
    return {
        "today": today,
        "is_stale": is_stale(verified_on, today),
        "stale_words": stale_words(verified_on, today) if verified_on else "",
    }


def standing_words() -> dict[str, Any]:
    """The words of a member's standing."""
    return {"status_labels": STATUS_LABELS, "college_labels": COLLEGE_LABELS}


@blueprint.post("/<int:person_id>/verifier")
@requires("directory.manage")
def verify(person_id: int) -> Response:
    """Everything on the sheet is right today."""
    person = people.person(me(), person_id)
    actions.verify_person(person, by=me())
    return htmx.redirect(url_for("directory.sheet", person_id=person.id))


# -- exchanges --------------------------------------------------------------------------------------------------------


@blueprint.route("/<int:person_id>/echanges/nouveau", methods=["GET", "POST"])
@requires("directory.notes")
def add_exchange(person_id: int) -> Response:
    """Note what was said with someone."""
    person = people.person(me(), person_id)
    form = ExchangeForm(held_on=territory.today())
    if not form.is_valid():
        return _exchange_page(form, person)
    if submissions.result_for(me().id, form.once.data, "exchange"):
        return htmx.redirect(url_for("directory.sheet", person_id=person.id))
    try:
        made = actions.note_exchange(person, form.held_on.data, form.channel.data, form.note.data, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _exchange_page(form, person, 409))
    submissions.remember(me().id, form.once.data, "exchange", made.id)
    return htmx.redirect(url_for("directory.sheet", person_id=person.id))


def _exchange_page(form: ExchangeForm, person: Person, status: int | None = None) -> Response:
    page = render_template("directory/exchange_form.html", form=form, person=person)
    return make_response(page, status or status_of(form))


@blueprint.post("/echanges/<int:exchange_id>/retirer")
@requires("directory.notes")
def remove_exchange(exchange_id: int) -> Response:
    """Take away one noted by mistake."""
    found = queries.exchange(me(), exchange_id)
    person_id = found.person_id
    actions.remove_exchange(found, by=me())
    return htmx.redirect(url_for("directory.sheet", person_id=person_id))
