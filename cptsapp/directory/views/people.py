"""Whom the desk may ring, and the forms that keep a person true."""

from collections.abc import Sequence

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.core import submissions
from cptsapp.core.refusals import Refusal
from cptsapp.directory.actions import people as actions
from cptsapp.directory.forms.people import (
    DelegationForm,
    EndForm,
    PersonForm,
    PlaceForm,
    PracticeForm,
)
from cptsapp.directory.models import Delegation, Person, Place, Practice
from cptsapp.directory.queries import people as queries
from cptsapp.directory.views.blueprint import blueprint
from cptsapp.directory.views.sheet import show_sheet
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import page_number, pages, refused, status_of
from cptsapp.territory import queries as territory

# -- the desk ---------------------------------------------------------------------------------------------------------


@blueprint.get("/medecins")
@requires("snp.book")
def doctors() -> Response:
    """Whom the desk may ring: practice telephone, and who takes patients *en sus*."""
    typed, overbook = request.args.get("q", ""), request.args.get("ensus", "") == "1"
    page = page_number()
    found = queries.doctors(current_user, typed, overbook, page)
    is_last = page * queries.PAGE >= found.found_count
    return htmx.respond(
        "directory/doctors.html",
        "directory/_doctors.html",
        found=found,
        typed=typed,
        overbook=overbook,
        **pages(is_last, "directory.doctors", page, q=typed, ensus="1" if overbook else ""),
    )


# -- a person ---------------------------------------------------------------------------------------------------------


@blueprint.route("/nouveau", methods=["GET", "POST"])
@requires("directory.manage")
def add() -> Response:
    """Someone new; a namesake is shown once, and a second submit passes."""
    form = PersonForm()
    if not form.is_valid():
        return _person_page(form, None)
    if made := submissions.result_for(current_user.id, form.once.data, "person"):
        return htmx.redirect(url_for("directory.sheet", person_id=made))
    same = queries.namesakes(form.last_name.data, form.first_name.data)
    if same and not form.sure.data:
        form.sure.data = "1"
        return _person_page(form, None, same=same)
    try:
        person = actions.create_person(form.values(), by=current_user)
    except Refusal as refusal:
        return refused(form, refusal, lambda: _person_page(form, None, status=409))
    submissions.remember(current_user.id, form.once.data, "person", person.id)
    return htmx.redirect(url_for("directory.sheet", person_id=person.id))


@blueprint.route("/<int:person_id>/modifier", methods=["GET", "POST"])
@requires("directory.manage")
def correct(person_id: int) -> Response:
    """Correct a person."""
    person = queries.person(current_user, person_id)
    form = PersonForm(obj=person)
    if not form.is_valid():
        return _person_page(form, person)
    try:
        actions.correct_person(person, form.values(), by=current_user)
    except Refusal as refusal:
        return refused(form, refusal, lambda: _person_page(form, person, status=409))
    return htmx.redirect(url_for("directory.sheet", person_id=person.id))


def _person_page(
    form: PersonForm, person: Person | None, *, same: Sequence[Person] = (), status: int | None = None
) -> Response:
    page = render_template("directory/person_form.html", form=form, person=person, same=same)
    return make_response(page, status or status_of(form, is_warned=bool(same)))


# -- practices and addresses ------------------------------------------------------------------------------------------


@blueprint.route("/<int:person_id>/exercices/nouveau", methods=["GET", "POST"])
@requires("directory.manage")
def add_practice(person_id: int) -> Response:
    """Where a person begins to practise."""
    person = queries.person(current_user, person_id)
    form = PracticeForm(starts_on=territory.today())
    offer(form)
    form.offer_places(queries.places())
    if not form.is_valid():
        return _practice_page(form, person)
    if submissions.result_for(current_user.id, form.once.data, "practice"):
        return htmx.redirect(url_for("directory.sheet", person_id=person.id))
    try:
        made = _create_practice(person, form)
    except Refusal as refusal:
        return refused(form, refusal, lambda: _practice_page(form, person, 409))
    submissions.remember(current_user.id, form.once.data, "practice", made.id)
    return htmx.redirect(url_for("directory.sheet", person_id=person.id))


def _create_practice(person: Person, form: PracticeForm) -> Practice:
    days = (form.starts_on.data, form.ends_on.data)
    return actions.create_practice(person, _place(form), *days, mode=form.mode.data, by=current_user)


def _place(form: PracticeForm) -> Place:
    if form.is_new_place:
        return actions.create_place(form.values(), by=current_user)
    return queries.place(int(form.place_id.data))


def offer(form: PlaceForm) -> None:
    """Fill in the communes and the structures of an address."""
    form.offer(queries.communes(), queries.structures())


def _practice_page(form: PracticeForm, person: Person, status: int | None = None) -> Response:
    page = render_template("directory/practice_form.html", form=form, person=person)
    return make_response(page, status or status_of(form))


@blueprint.route("/exercices/<int:practice_id>/terminer", methods=["GET", "POST"])
@requires("directory.manage")
def end_practice(practice_id: int) -> Response:
    """The last day of a practice."""
    practice = queries.practice(practice_id)
    form = EndForm(last_day=practice.ends_on or territory.today())
    if form.is_valid():
        try:
            actions.end_practice(practice, form.last_day.data, by=current_user)
        except Refusal as refusal:
            return refused(form, refusal, lambda: _end_page(form, practice.person, practice.place.address, 409))
        return htmx.redirect(url_for("directory.sheet", person_id=practice.person_id))
    return _end_page(form, practice.person, practice.place.address)


def _end_page(form: EndForm, person: Person, what: str, status: int | None = None) -> Response:
    page = render_template("directory/end_form.html", form=form, person=person, what=what)
    return make_response(page, status or status_of(form))


@blueprint.route("/lieux/<int:place_id>/modifier", methods=["GET", "POST"])
@requires("directory.manage")
def correct_place(place_id: int) -> Response:
    """Correct an address, for everyone who practises there."""
    place = queries.place(place_id)
    form = PlaceForm(obj=place)
    offer(form)
    if not form.is_valid():
        page = render_template("directory/place_form.html", form=form, place=place, back=_back())
        return make_response(page, status_of(form))
    actions.correct_place(place, form.values(), by=current_user)
    return htmx.redirect(_back())


def _back() -> str:
    """The sheet one came from, named by number: an address from outside leads nowhere."""
    if person_id := request.values.get("personne", type=int):
        return url_for("directory.sheet", person_id=person_id)
    if organisation_id := request.values.get("structure", type=int):
        return url_for("directory.organisation", organisation_id=organisation_id)
    return url_for("directory.people")


# -- delegations ------------------------------------------------------------------------------------------------------


@blueprint.route("/<int:person_id>/delegations/nouvelle", methods=["GET", "POST"])
@requires("directory.delegate")
def add_delegation(person_id: int) -> Response:
    """Who may post and answer for a practitioner, in their own name."""
    person = queries.person(current_user, person_id)
    form = DelegationForm(starts_on=territory.today())
    form.offer(queries.possible_delegates(but=person.id))
    if not form.is_valid():
        return _delegation_page(form, person)
    chosen = queries.person(current_user, form.delegate_id.data)
    try:
        actions.delegate(chosen, person, form.starts_on.data, form.ends_on.data, by=current_user)
    except Refusal as refusal:
        return refused(form, refusal, lambda: _delegation_page(form, person, 409))
    return htmx.redirect(url_for("directory.sheet", person_id=person.id))


def _delegation_page(form: DelegationForm, person: Person, status: int | None = None) -> Response:
    page = render_template("directory/delegation_form.html", form=form, person=person)
    return make_response(page, status or status_of(form))


@blueprint.post("/delegations/<int:delegation_id>/terminer")
@requires("directory.delegate")
def end_delegation(delegation_id: int) -> Response:
    """End it at once."""
    found: Delegation = queries.delegation(delegation_id)
    practitioner_id = found.practitioner_id
    try:
        actions.end_delegation(found, by=current_user)
    except Refusal as refusal:
        return show_sheet(practitioner_id, 409, refusal.message)
    return htmx.redirect(url_for("directory.sheet", person_id=practitioner_id))
