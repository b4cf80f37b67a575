"""The partners: their list, the sheet of one with what binds it, its contacts, its departure."""

from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.conventions.actions import partners as actions
from cptsapp.conventions.forms.partners import ContactForm, LeaveForm, NewStructureForm, PartnerForm
from cptsapp.conventions.models import Partner, PartnerContact
from cptsapp.conventions.queries import partners as queries
from cptsapp.conventions.rules.partners import usual_kind
from cptsapp.conventions.rules.register import KIND_LABELS, RELATION_LABELS, TYPED_MAX
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.core import submissions
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Organisation
from cptsapp.directory.queries import structures
from cptsapp.directory.rules.words import ORGANISATION_LABELS
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import page_number, pages, refused, status_of
from cptsapp.territory import queries as territory

LEFT = "partis"


@blueprint.get("/conventions/partenaires")
@requires("conventions.manage")
def partners() -> Response:
    """The partners by name; those who have left on their own page."""
    typed, has_left = request.args.get("q", "").strip()[:TYPED_MAX], request.args.get("etat") == LEFT
    page = page_number()
    found = queries.partners(typed, has_left=has_left, page=page)
    asked: dict[str, Any] = {"q": typed or None, "etat": LEFT if has_left else None}
    return htmx.respond(
        "conventions/partners.html",
        "conventions/_partners.html",
        found=found,
        typed=typed,
        has_left=has_left,
        chips=[
            _chip("Partenaires", found.current_count, None, not has_left, typed),
            _chip("Partis", found.left_count, LEFT, has_left, typed),
        ],
        **_words(),
        **pages(page * queries.PAGE >= found.found_count, ".partners", page, **asked),
    )


def _chip(label: str, count: int, state: str | None, is_current: bool, typed: str) -> dict[str, Any]:
    url = url_for(".partners", etat=state, q=typed or None)
    return {"label": label, "count": count, "url": url, "is_current": is_current}


def _words() -> dict[str, Any]:
    return {"kinds": KIND_LABELS, "relations": RELATION_LABELS}


@blueprint.get("/conventions/partenaires/<int:partner_id>")
@requires("conventions.manage")
def partner(partner_id: int) -> str:
    """A partner: its structure, whom to talk to there, what binds it."""
    return render_template("conventions/partner.html", sheet=queries.sheet(partner_id), **_words())


# -- adding one -------------------------------------------------------------------------------------------------------


@blueprint.get("/conventions/partenaires/nouveau")
@requires("conventions.manage")
def find_structure() -> Response:
    """Which structure of the directory becomes a partner; or one that is not there yet."""
    typed = request.args.get("q", "").strip()[:TYPED_MAX]
    found = structures.structures(me(), typed) if typed else None
    return htmx.respond(
        "conventions/partner_find.html",
        "conventions/_partner_found.html",
        found=found,
        typed=typed,
        labels=ORGANISATION_LABELS,
    )


@blueprint.route("/conventions/partenaires/nouveau/<int:organisation_id>", methods=["GET", "POST"])
@requires("conventions.manage")
def add_partner(organisation_id: int) -> Response:
    """Make a structure of the directory a partner; one that is a partner already is shown."""
    structure = structures.organisation(me(), organisation_id)
    known = queries.partner_of(structure.id)
    if known is not None and not request.form:
        return htmx.redirect(_url(known.id))
    form = PartnerForm(kind=usual_kind(structure.kind))
    if not form.is_valid():
        return _new_page(form, structure)
    if made := submissions.result_for(me().id, form.once.data, "partner"):
        return htmx.redirect(_url(made))
    try:
        added = actions.add(structure, form.kind.data, form.relation.data, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _new_page(form, structure, 409))
    submissions.remember(me().id, form.once.data, "partner", added.id)
    return htmx.redirect(_url(added.id))


@blueprint.route("/conventions/partenaires/nouveau/structure", methods=["GET", "POST"])
@requires("conventions.manage")
def add_structure() -> Response:
    """A partner whose structure is not in the directory yet."""
    form = NewStructureForm(name=request.args.get("nom", "")[:TYPED_MAX])
    if not form.is_valid():
        return _new_page(form, None)
    if made := submissions.result_for(me().id, form.once.data, "partner"):
        return htmx.redirect(_url(made))
    kind, relation = form.kind.data, form.relation.data
    try:
        added = actions.add_with_structure(
            form.name.data, kind, relation, phone=form.phone.number, mail=form.mail.data, by=me()
        )
    except Refusal as refusal:
        return refused(form, refusal, lambda: _new_page(form, None, 409))
    submissions.remember(me().id, form.once.data, "partner", added.id)
    return htmx.redirect(_url(added.id))


def _new_page(form: PartnerForm, structure: Organisation | None, status: int | None = None) -> Response:
    page = render_template("conventions/partner_form.html", form=form, structure=structure, partner=None)
    return make_response(page, status or status_of(form))


def _url(partner_id: int) -> str:
    return url_for(".partner", partner_id=partner_id)


@blueprint.route("/conventions/partenaires/<int:partner_id>/modifier", methods=["GET", "POST"])
@requires("conventions.manage")
def correct_partner(partner_id: int) -> Response:
    """Say otherwise what a partner is to the CPTS; its name is that of its structure."""
    found = queries.partner(partner_id)
    form = PartnerForm(obj=found)
    if not form.is_valid():
        structure = queries.organisation_of(found)
        page = render_template("conventions/partner_form.html", form=form, structure=structure, partner=found)
        return make_response(page, status_of(form))
    actions.correct(queries.locked(found.id), form.kind.data, form.relation.data, by=me())
    return htmx.redirect(_url(found.id))


# -- contacts ---------------------------------------------------------------------------------------------------------


@blueprint.route("/conventions/partenaires/<int:partner_id>/interlocuteurs/nouveau", methods=["GET", "POST"])
@requires("conventions.manage")
def add_contact(partner_id: int) -> Response:
    """Someone to talk to at a partner's."""
    found = queries.partner(partner_id)
    form = ContactForm()
    form.offer(queries.people_of(queries.organisation_of(found).id))
    if not form.is_valid():
        return _contact_page(form, found, None)
    if submissions.result_for(me().id, form.once.data, "partner_contact"):
        return htmx.redirect(_url(found.id))
    try:
        made = actions.add_contact(queries.locked(found.id), form.terms(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _contact_page(form, found, None, 409))
    submissions.remember(me().id, form.once.data, "partner_contact", made.id)
    return htmx.redirect(_url(found.id))


@blueprint.route("/conventions/interlocuteurs/<int:contact_id>/modifier", methods=["GET", "POST"])
@requires("conventions.manage")
def correct_contact(contact_id: int) -> Response:
    """Correct a contact."""
    contact = queries.contact(contact_id)
    found = queries.partner(contact.partner_id)
    form = ContactForm(obj=contact)
    form.offer(queries.choosable(queries.organisation_of(found).id, contact.person_id))
    if not form.is_valid():
        return _contact_page(form, found, contact)
    try:
        actions.correct_contact(contact, form.terms(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _contact_page(form, found, contact, 409))
    return htmx.redirect(_url(found.id))


def _contact_page(
    form: ContactForm, found: Partner, contact: PartnerContact | None, status: int | None = None
) -> Response:
    page = render_template(
        "conventions/contact_form.html",
        form=form,
        partner=found,
        structure=queries.organisation_of(found),
        contact=contact,
    )
    return make_response(page, status or status_of(form))


@blueprint.post("/conventions/interlocuteurs/<int:contact_id>/retirer")
@requires("conventions.manage")
def end_contact(contact_id: int) -> Response:
    """Take a contact off the sheet."""
    contact = queries.contact(contact_id)
    actions.end_contact(contact, by=me())
    return htmx.redirect(_url(contact.partner_id))


# -- leaving ----------------------------------------------------------------------------------------------------------


@blueprint.route("/conventions/partenaires/<int:partner_id>/depart", methods=["GET", "POST"])
@requires("conventions.manage")
def leave(partner_id: int) -> Response:
    """What a partner's departure ends, before it is noted; then its note."""
    found = queries.partner(partner_id)
    form = LeaveForm(left_on=territory.today())
    if not form.is_valid():
        return _leave_page(form, found)
    try:
        actions.leave(found.id, form.left_on.data, form.reason.data, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _leave_page(form, found, 409))
    return htmx.redirect(_url(found.id))


def _leave_page(form: LeaveForm, found: Partner, status: int | None = None) -> Response:
    page = render_template("conventions/partner_leave.html", form=form, sheet=queries.sheet(found.id))
    return make_response(page, status or status_of(form))


@blueprint.post("/conventions/partenaires/<int:partner_id>/retour")
@requires("conventions.manage")
def come_back(partner_id: int) -> Response:
    """Note that a partner who had left is one again."""
    return htmx.redirect(_url(actions.come_back(partner_id, by=me()).id))
