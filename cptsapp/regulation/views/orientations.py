"""Callers sent elsewhere: noted in one click, counted, taken back; out of hours; what an unscheduled-care need is."""

import secrets

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.core import addresses
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http.access import requires, signed_in
from cptsapp.http.htmx import redirect, respond, wants_fragment
from cptsapp.http.routes import NUMBER
from cptsapp.regulation.actions.orientations import note_orientation as note
from cptsapp.regulation.actions.orientations import undo_orientation
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.regulation.queries import elsewhere, rows
from cptsapp.regulation.queries import orientations as reads
from cptsapp.regulation.views import blueprint, me
from cptsapp.regulation.views.slots import closed_row
from cptsapp.snp.actions import release_hold
from cptsapp.territory import queries as territory


@blueprint.get("/orientations")
@requires("snp.book")
def orientations() -> Response:
    """The day's orientations and their counts."""
    return respond(
        "regulation/orientations.html", "regulation/_orientations.html", day=reads.of_day(me().id, territory.today())
    )


@blueprint.post("/orientations")
@requires("snp.book")
def note_orientation() -> Response:
    """Count one. From an open row it also gives the slot back."""
    kind = request.form.get("kind", "")
    if kind not in set(OrientationKind):
        raise Refusal("Dites où l’appelant a été adressé.")
    place = rows.held_slot(me()) if request.form.get("place") else None
    noted = note(OrientationKind(kind), by=me(), key=_key(), person_id=_person())
    if place:
        release_hold(by=me())
    if not wants_fragment():
        return redirect(url_for(".orientations"))
    return _toast(noted, place)


def _key() -> str:
    return f"{request.form.get('once') or secrets.token_urlsafe(9)}-o"


def _person() -> int | None:
    """The doctor of an *en sus*. Raises Invisible for what can be nobody's number."""
    typed = request.form.get("person", "")
    number = addresses.row_number(typed)
    if typed and number is None:
        raise Invisible
    return number


def _toast(noted: Orientation, place: int | None) -> Response:
    label = reads.LABELS[noted.kind]
    place_id = addresses.row_number(request.form.get("place"))
    row = closed_row(place_id) if place_id is not None else None
    return make_response(render_template("regulation/_noted.html", noted=noted, label=label, closed=row))


@blueprint.post(f"/orientations/<{NUMBER}:orientation_id>/retirer")
@requires("snp.book")
def cancel_orientation(orientation_id: int) -> Response:
    """Take one back."""
    undo_orientation(reads.orientation(orientation_id), by=me())
    if request.form.get("toast") and wants_fragment():
        return make_response(render_template("regulation/_unnoted.html"))
    return redirect(url_for(".orientations"))


@blueprint.get("/hors-horaires")
@requires("snp.book")
def out_of_hours() -> Response:
    """Who answers now, when the desk opens again."""
    return make_response(
        render_template("regulation/out_of_hours.html", relay=elsewhere.relay(), once=secrets.token_urlsafe(9))
    )


@blueprint.get("/soins-non-programmes")
@signed_in
def definition() -> Response:
    """What an unscheduled-care need is, and who may be booked (B51)."""
    return make_response(render_template("regulation/definition.html"))
