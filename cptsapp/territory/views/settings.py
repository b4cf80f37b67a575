"""The settings of the CPTS: a page that says how things stand, and one form for each part."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.fields import BaseForm
from cptsapp.territory import actions, queries, rules
from cptsapp.territory.forms import (
    IDENTITY_SHORT,
    HoursForm,
    IdentityForm,
    NeighbourForm,
    PatientsForm,
)
from cptsapp.territory.models import Neighbour
from cptsapp.territory.views.blueprint import blueprint
from cptsapp.territory.views.communes import chosen_communes

MANAGE = "territory.manage"


@blueprint.get("/reglages")
@requires(MANAGE)
def settings() -> str:
    """How the CPTS is set, and the way to each part."""
    cpts = queries.settings()
    communes = queries.own_communes()
    return render_template(
        "territory/settings.html",
        settings=cpts,
        communes=communes,
        population=sum(commune.population for commune in communes),
        neighbours=queries.neighbours(),
        tier=rules.SIZE_TIERS[cpts.size_tier],
        zone_label=rules.time_zones().get(cpts.zone, cpts.zone),
        region_label=rules.holiday_regions()[cpts.holiday_region],
        identity_label=IDENTITY_SHORT[cpts.identity_mode],
    )


def _status(form: BaseForm) -> int:
    return 422 if form.errors else 200


def _done() -> Response:
    return htmx.redirect(url_for("territory.settings"))


@blueprint.route("/reglages/cpts", methods=["GET", "POST"])
@requires(MANAGE)
def edit_identity() -> Response:
    """Name, mark, telephone, size tier."""
    cpts = queries.settings()
    form = IdentityForm(obj=cpts)
    if form.is_valid():
        values = {"name": form.name.data, "mark": form.mark.data, "size_tier": form.size_tier.data}
        actions.change_settings(values | {"phone": form.phone.number}, by=current_user)
        return _done()
    suggested = rules.size_tier(sum(commune.population for commune in queries.own_communes()))
    page = render_template("territory/identity_form.html", form=form, suggested=rules.SIZE_TIERS[suggested])
    return make_response(page, _status(form))


@blueprint.route("/reglages/horaires", methods=["GET", "POST"])
@requires(MANAGE)
def edit_hours() -> Response:
    """Daytime window, zone, holidays, and who answers outside."""
    cpts = queries.settings()
    form = HoursForm(data=_hours_data(cpts))
    if form.is_submitted():
        is_valid, hours = form.is_valid(), form.hours()
        if not hours:
            form.refuse("Ouvrez au moins un jour de la semaine.")
        if is_valid and not form.errors:
            _change_hours(form, hours)
            return _done()
    year = queries.today().year
    page = render_template(
        "territory/hours_form.html",
        form=form,
        year=year,
        holidays=queries.holidays_of(year, cpts.holiday_region),
        region_label=rules.holiday_regions()[cpts.holiday_region],
    )
    return make_response(page, _status(form))


def _hours_data(cpts: queries.CptsSettings) -> dict[str, Any]:
    days: dict[str, Any] = {}
    for weekday, (opens, closes) in cpts.window.hours.items():
        days |= {f"opens_{weekday}": opens, f"closes_{weekday}": closes}
    names = ("zone", "holiday_region", "out_of_hours_name", "out_of_hours_phone")
    return days | {name: getattr(cpts, name) for name in names}


def _change_hours(form: HoursForm, hours: Mapping[int, tuple[time, time]]) -> None:
    actions.change_hours(hours, by=current_user)
    values = {
        "zone": form.zone.data,
        "holiday_region": form.holiday_region.data,
        "out_of_hours_name": form.out_of_hours_name.data,
        "out_of_hours_phone": form.out_of_hours_phone.number,
    }
    actions.change_settings(values, by=current_user)


@blueprint.route("/reglages/patients", methods=["GET", "POST"])
@requires(MANAGE)
def edit_patients() -> Response:
    """What a booking keeps of the patient, for how long, and when a shared desk locks."""
    form = PatientsForm(obj=queries.settings())
    if form.is_valid():
        names = ("identity_mode", "retention_months", "desk_lock_minutes")
        actions.change_settings({name: form[name].data for name in names}, by=current_user)
        return _done()
    return make_response(render_template("territory/patients_form.html", form=form), _status(form))


@blueprint.route("/reglages/communes", methods=["GET", "POST"])
@requires(MANAGE)
def edit_communes() -> Response:
    """The communes of the territory."""
    if request.method == "GET":
        return _communes_page([commune.code for commune in queries.own_communes()])
    if request.form.get("act"):
        return _communes_page(None)
    try:
        actions.choose_communes(sorted(chosen_communes().codes), by=current_user)
    except Refusal as refusal:
        return _communes_page(None, refusal.message)
    return _done()


def _communes_page(codes: list[str] | None, error: str = "") -> Response:
    return htmx.respond(
        "territory/communes_form.html",
        "territory/_communes.html",
        409 if error else 200,
        choice=chosen_communes(codes),
        panel_url=url_for("territory.edit_communes"),
        error=error,
    )


# -- neighbouring CPTS ------------------------------------------------------------------------------------------------


@blueprint.route("/reglages/voisines/nouvelle", methods=["GET", "POST"])
@requires(MANAGE)
def add_neighbour() -> Response:
    """A neighbouring CPTS that is not there yet."""
    return _edit_neighbour(None)


@blueprint.route("/reglages/voisines/<int:neighbour_id>", methods=["GET", "POST"])
@requires(MANAGE)
def edit_neighbour(neighbour_id: int) -> Response:
    """Correct a neighbouring CPTS."""
    return _edit_neighbour(queries.neighbour(neighbour_id))


def _edit_neighbour(neighbour: Neighbour | None) -> Response:
    form = NeighbourForm(obj=neighbour)
    if request.method == "GET":
        codes = [commune.code for commune in neighbour.communes] if neighbour else []
        return _neighbour_page(form, neighbour, codes)
    if request.form.get("act"):
        return _neighbour_page(form, neighbour)
    if not form.is_valid():
        return _neighbour_page(form, neighbour, status=422)
    values = {"name": form.name.data, "address": form.address.data, "website": form.website.data}
    values["phone"] = form.phone.number
    try:
        actions.save_neighbour(neighbour, values, sorted(chosen_communes().codes), by=current_user)
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field)
        return _neighbour_page(form, neighbour, status=409)
    return _done()


def _neighbour_page(
    form: NeighbourForm, neighbour: Neighbour | None, codes: list[str] | None = None, status: int = 200
) -> Response:
    return htmx.respond(
        "territory/neighbour_form.html",
        "territory/_communes.html",
        status,
        form=form,
        neighbour=neighbour,
        choice=chosen_communes(codes),
        panel_url=request.path,
        panel_title="Ses communes",
    )


@blueprint.post("/reglages/voisines/<int:neighbour_id>/retirer")
@requires(MANAGE)
def remove_neighbour(neighbour_id: int) -> Response:
    """Forget a neighbouring CPTS."""
    actions.remove_neighbour(queries.neighbour(neighbour_id), by=current_user)
    return _done()
