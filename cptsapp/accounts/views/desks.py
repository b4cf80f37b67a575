"""Shared desks: enrolling and retiring them; taking, locking and closing the one at hand."""

from flask import make_response, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts import door, proof, queries, rules
from cptsapp.accounts.actions import desks as acts
from cptsapp.accounts.actions import drafts
from cptsapp.accounts.forms import DeskForm, PinForm, TakeDeskForm
from cptsapp.accounts.models import Desk
from cptsapp.accounts.views.blueprint import blueprint
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import public, requires, signed_in

SPENT = "Cinq erreurs : connectez-vous par votre mail et votre mot de passe."
WRONG = "Ce code n’est pas le vôtre sur ce poste."


@blueprint.get("/postes")
@requires("desks.manage")
def desks() -> Response:
    """The desks, and this browser."""
    return _desks_page(DeskForm(formdata=None))


@blueprint.post("/postes")
@requires("desks.manage")
def enrol_desk() -> Response:
    """Make this browser a shared desk."""
    form = DeskForm()
    if not form.is_valid():
        return _desks_page(form, 422)
    try:
        here = door.this_desk()
        if here is not None:
            raise Refusal(f"Ce navigateur est déjà le poste « {here.name} ».", "name")
        token = acts.enrol_desk(form.name.data, by=current_user)
    except Refusal as refusal:
        session.rollback()
        form.refuse(refusal.message, refusal.field)
        return _desks_page(form, 409)
    response = htmx.redirect(url_for(".desks"))
    door.set_desk_cookie(response, token)
    return response


def _desks_page(form: DeskForm, status: int = 200) -> Response:
    body = render_template(
        "accounts/desks.html",
        form=form,
        desks=queries.desks(),
        here=door.this_desk(),
        people=queries.people_per_desk(),
    )
    return make_response(body, status)


@blueprint.post("/postes/<int:desk_id>/retirer")
@requires("desks.manage")
def revoke_desk(desk_id: int) -> Response:
    """The browser is a desk no more; its sessions end."""
    acts.revoke_desk(queries.desk(desk_id), by=current_user)
    return htmx.redirect(url_for(".desks"))


def _here() -> Desk:
    desk = door.this_desk()
    if desk is None:
        raise Invisible
    return desk


@blueprint.post("/poste/prendre")
@public
def take_desk() -> Response:
    """A name and a PIN: one's own session resumes, another's ends and shows nothing of itself."""
    desk = _here()
    form = TakeDeskForm()
    form.offer(queries.desk_people(desk.id))
    suite = rules.local_path(form.suite.data)
    if not form.is_valid():
        return door.desk_page(desk, 422, form, suite)
    person = queries.desk_person(desk.id, form.who.data)
    assert person is not None  # one of the choices
    try:
        if not proof.by_pin(person, form.pin.data):
            form.refuse(WRONG, "pin")
            return door.desk_page(_here(), 422, form, suite)
    except proof.TooManyAttempts:
        form.refuse(SPENT, "pin")
        return door.desk_page(_here(), 429, form, suite)
    return _take(_here(), person.user_id, suite)


def _take(desk: Desk, user_id: int, suite: str) -> Response:
    former = door.former_session()
    is_same = former is None or former.user_id == user_id
    target = cookie.get(door.RESUME_AT, suite) if is_same else "/"
    door.enter(acts.take(desk, user_id, former, door.device()), is_full=False)
    return door.lead_on(user_id, rules.local_path(target))


@blueprint.post("/poste/verrouiller")
@blueprint.post("/poste/changer", endpoint="switch_desk")
@public
def lock_desk() -> Response:
    """Lock: what was held is freed, what was typed is kept for its author, nothing stays on the screen."""
    former = door.former_session()
    if former is None or former.desk_id is None:
        return htmx.redirect("/")
    if former.locked_at is None and former.ended_at is None:
        _keep_typed(former.user_id)  # once locked, whoever stands there writes in nobody's name
    acts.lock(former)
    cookie.pop(door.FULL, None)
    cookie[door.RESUME_AT] = door.page_before()
    cookie[door.SWITCHED] = request.endpoint == "accounts.switch_desk"
    return htmx.redirect(url_for(".sign_in"))


def _keep_typed(user_id: int) -> None:
    typed = request.form.get("draft", "")
    path = request.form.get("draft_url") or door.page_before()
    if typed and rules.local_path(path) == path:
        drafts.keep(user_id, path, drafts.parse(typed))


@blueprint.post("/poste/presence")
@signed_in
def presence() -> Response:
    """A gesture on the desk: noted by `login`, as any request that is not a poll."""
    return Response(status=204)


@blueprint.post("/poste/fermer")
@public
def close_day() -> Response:
    """« Fermer la journée du poste »: every session opened on it ends."""
    acts.close_day(_here())
    cookie.clear()
    return htmx.redirect(url_for(".sign_in"))


@blueprint.get("/poste/code")
@signed_in
def pin() -> Response:
    """Choose one's PIN on this desk."""
    return _pin_page(PinForm(formdata=None))


@blueprint.post("/poste/code")
@signed_in
def set_pin() -> Response:
    """Keep the PIN; only just after mail, password and second factor."""
    form = PinForm()
    if not cookie.get(door.FULL):
        raise Refusal("Pour choisir ce code, entrez d’abord votre mail et votre mot de passe sur ce poste.")
    if not form.is_valid():
        return _pin_page(form, 422)
    try:
        acts.set_pin(current_user, form.pin.data)
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field)
        return _pin_page(form, 422)
    return door.lead_on(current_user.id, rules.local_path(request.form.get("suite")))


def _pin_page(form: PinForm, status: int = 200) -> Response:
    body = render_template(
        "accounts/pin.html",
        form=form,
        is_full=bool(cookie.get(door.FULL)) and current_user.desk_id is not None,
        suite=rules.local_path(request.values.get("suite")),
    )
    return make_response(body, status)
