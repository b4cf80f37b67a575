"""Opening a plan: from a request's page, that asks for the panel, or alone."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.care_plans.actions import opening
from cptsapp.care_plans.forms.opening import NewcomerForm
from cptsapp.care_plans.models import CarePlan
from cptsapp.care_plans.queries.of_request import Panel, panel_of
from cptsapp.care_plans.views.blueprint import blueprint
from cptsapp.care_plans.views.page import note_opening, url_of
from cptsapp.core import addresses, submissions
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.http.pages import refused
from cptsapp.inbox.queries.requests import request_for
from cptsapp.territory import queries as territory


def _refuse_leads() -> None:
    """A lead holds their own plans and opens none: there is no such page for them."""
    if "all" not in me().scopes("plans.manage"):
        raise Invisible


@blueprint.get("/ppcs/demande/<reference>")
@requires("plans.manage")
def of_request(reference: str) -> Response:
    """The plans of a request's household: a piece of its page for htmx, a page of its own for a plain link."""
    _refuse_leads()
    return _panel(panel_of(request_for(me(), reference)))


def _panel(panel: Panel, status: int = 200, refused: str = "") -> Response:
    for plan_id in panel.plan_ids:
        note_opening(plan_id)
    return htmx.respond(
        "care_plans/of_request.html", "care_plans/_of_request.html", status, panel=panel, refused=refused
    )


@blueprint.post("/ppcs/demande/<reference>")
@requires("plans.manage")
def open_from_request(reference: str) -> Response:
    """« Besoin d’un PPCS ? Oui » (A67): the plan of one of the household."""
    _refuse_leads()
    asked = request_for(me(), reference)
    seeker_id = addresses.row_number(request.form.get("personne"))
    if not seeker_id:
        raise Invisible
    try:
        plan = opening.open_from_request(asked.id, seeker_id, by=me())
    except Refusal as refusal:
        give_up()
        return _panel(panel_of(request_for(me(), reference)), 409, refusal.message)
    return htmx.redirect(url_of(plan))


@blueprint.route("/ppcs/nouveau", methods=["GET", "POST"])
@requires("plans.manage")
def open_alone() -> Response:
    """A plan for someone of no request."""
    _refuse_leads()
    form = NewcomerForm()
    form.offer([(commune.code, commune.name) for commune in territory.own_communes()])
    if not form.is_valid():
        return _form(form, 422 if form.is_submitted() and form.errors else 200)
    if made := submissions.result_for(me().id, form.once.data or "", "plan.opened"):
        return htmx.redirect(url_of(session.get_one(CarePlan, made)))
    try:
        plan = opening.open_alone(form.newcomer(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _form(form, 409))
    submissions.remember(me().id, form.once.data or "", "plan.opened", plan.id)
    return htmx.redirect(url_of(plan))


def _form(form: NewcomerForm, status: int) -> Response:
    return make_response(render_template("care_plans/new.html", form=form), status)
