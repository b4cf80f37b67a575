"""The right to object: what it erases, its doing, how many have objected, and taking it back."""

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core.refusals import Refusal
from cptsapp.directory.actions import objections as actions
from cptsapp.directory.forms.objections import LiftForm, ObjectionForm
from cptsapp.directory.queries import keeping_out as queries
from cptsapp.directory.queries.people import communes
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.directory.views.blueprint import blueprint
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import refused, status_of


@blueprint.route("/<int:person_id>/opposition", methods=["GET", "POST"])
@requires("directory.object")
def object_for(person_id: int) -> Response:
    """Keep someone out for good, at their request."""
    found = queries.objecting(person_id)
    form = ObjectionForm()
    if not form.is_valid():
        return _page(form, found)
    try:
        actions.object_for(person_id, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _page(form, found, 409))
    return htmx.redirect(url_for("directory.objections"))


def _page(form: ObjectionForm, found: queries.Objecting, status: int | None = None) -> Response:
    page = render_template("directory/objection.html", form=form, found=found)
    return make_response(page, status or status_of(form))


@blueprint.get("/oppositions")
@requires("directory.object")
def objections() -> str:
    """How many have objected, by profession and commune."""
    return render_template(
        "directory/objections.html",
        lines=queries.kept_out_counts(),
        total=queries.kept_out_total(),
        professions=PROFESSION_LABELS,
    )


@blueprint.route("/oppositions/lever", methods=["GET", "POST"])
@requires("directory.object")
def lift_objection() -> Response:
    """Let someone in again who asks for it."""
    form = LiftForm()
    form.offer(communes())
    if not form.is_valid():
        return _lift_page(form)
    try:
        actions.lift(form.identity(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _lift_page(form, 409))
    return htmx.redirect(url_for("directory.add"))


def _lift_page(form: LiftForm, status: int | None = None) -> Response:
    return make_response(render_template("directory/objection_lift.html", form=form), status or status_of(form))
