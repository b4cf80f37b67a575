"""The structures: their list by kind, the sheet of one, and the forms that keep it true."""

from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.audit.words import FIELDS
from cptsapp.core import submissions
from cptsapp.core.refusals import Refusal
from cptsapp.directory.actions import people as places
from cptsapp.directory.actions import structures as actions
from cptsapp.directory.forms.structures import OrganisationForm, StructurePlaceForm
from cptsapp.directory.models import Organisation, OrganisationKind
from cptsapp.directory.queries import structures as queries
from cptsapp.directory.queries.people import PAGE
from cptsapp.directory.rules.words import ORGANISATION_LABELS, PROFESSION_SHORT
from cptsapp.directory.views.blueprint import blueprint
from cptsapp.directory.views.people import offer
from cptsapp.directory.views.sheet import freshness, standing_words
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import page_number, pages, refused, status_of


@blueprint.get("/structures")
@requires("directory.read")
def organisations() -> Response:
    """Practice houses, health centres, care homes, hospitals, communes, associations: by kind, as one types."""
    typed, kind = request.args.get("q", ""), _kind(request.args.get("sorte", ""))
    page = page_number()
    found = queries.structures(me(), typed, kind, page)
    is_last = page * PAGE >= found.found_count
    return htmx.respond(
        "directory/structures.html",
        "directory/_structures.html",
        found=found,
        typed=typed,
        kind=kind,
        labels=ORGANISATION_LABELS,
        chips=_kind_chips(found, typed, kind),
        **pages(is_last, "directory.organisations", page, q=typed, sorte=kind.value if kind else ""),
    )


def _kind(code: str) -> OrganisationKind | None:
    return OrganisationKind(code) if code in set(OrganisationKind) else None


def _kind_chips(found: queries.Structures, typed: str, current: OrganisationKind | None) -> list[dict[str, Any]]:
    """One a kind that answers; a second click clears."""
    return [
        {
            "label": label,
            "count": found.by_kind.get(kind, 0),
            "is_current": kind == current,
            "url": url_for("directory.organisations", q=typed, sorte="" if kind == current else kind.value),
        }
        for kind, label in ORGANISATION_LABELS.items()
        if kind in found.by_kind or kind == current
    ]


@blueprint.get("/structures/<int:organisation_id>")
@requires("directory.read")
def organisation(organisation_id: int) -> str:
    """A structure: its addresses, its telephones, who practises there today."""
    found = queries.sheet(me(), organisation_id)
    return render_template(
        "directory/structure.html",
        sheet=found,
        organisation=found.organisation,
        kind=ORGANISATION_LABELS[found.organisation.kind],
        professions=PROFESSION_SHORT,
        pinned=[FIELDS.get(name, name) for name in found.pinned],
        **freshness(found.organisation),
        **standing_words(),
    )


@blueprint.post("/structures/<int:organisation_id>/verifier")
@requires("directory.manage")
def verify_organisation(organisation_id: int) -> Response:
    """Everything on the sheet is right today."""
    found = queries.organisation(me(), organisation_id)
    actions.verify_organisation(found, by=me())
    return htmx.redirect(url_for("directory.organisation", organisation_id=found.id))


@blueprint.route("/structures/nouvelle", methods=["GET", "POST"])
@requires("directory.manage")
def add_organisation() -> Response:
    """A structure that is not there yet."""
    form = OrganisationForm()
    if not form.is_valid():
        return _form_page(form, None)
    if made := submissions.result_for(me().id, form.once.data, "organisation"):
        return htmx.redirect(url_for("directory.organisation", organisation_id=made))
    try:
        saved = actions.create_organisation(form.values(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _form_page(form, None, 409))
    submissions.remember(me().id, form.once.data, "organisation", saved.id)
    return htmx.redirect(url_for("directory.organisation", organisation_id=saved.id))


@blueprint.route("/structures/<int:organisation_id>/modifier", methods=["GET", "POST"])
@requires("directory.manage")
def correct_organisation(organisation_id: int) -> Response:
    """Correct a structure."""
    found = queries.organisation(me(), organisation_id)
    form = OrganisationForm(obj=found)
    if not form.is_valid():
        return _form_page(form, found)
    try:
        actions.correct_organisation(found, form.values(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _form_page(form, found, 409))
    return htmx.redirect(url_for("directory.organisation", organisation_id=found.id))


def _form_page(form: OrganisationForm, found: Organisation | None, status: int | None = None) -> Response:
    page = render_template("directory/structure_form.html", form=form, organisation=found)
    return make_response(page, status or status_of(form))


@blueprint.route("/structures/<int:organisation_id>/adresses/nouvelle", methods=["GET", "POST"])
@requires("directory.manage")
def add_place(organisation_id: int) -> Response:
    """An address of a structure, where nobody need practise yet."""
    found = queries.organisation(me(), organisation_id)
    form = StructurePlaceForm(organisation_id=found.id)
    offer(form)
    if not form.is_valid():
        page = render_template("directory/structure_place_form.html", form=form, organisation=found)
        return make_response(page, status_of(form))
    if not submissions.result_for(me().id, form.once.data, "place"):
        made = places.create_place(form.values(), by=me())
        submissions.remember(me().id, form.once.data, "place", made.id)
    return htmx.redirect(url_for("directory.organisation", organisation_id=found.id))
