"""Private links: an invitation, a new password. A GET shows nothing personal and changes nothing (pitfall 24)."""

from flask import make_response, render_template, url_for
from flask import session as cookie
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts import door, proof, queries, rules, sessions
from cptsapp.accounts.actions import links, throttle, users
from cptsapp.accounts.forms import MailForm, NewPasswordForm
from cptsapp.accounts.house import house
from cptsapp.accounts.models import LinkKind
from cptsapp.accounts.views.blueprint import blueprint
from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import public

TITLES = {LinkKind.INVITATION: "Bienvenue", LinkKind.RESET: "Nouveau mot de passe"}


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> Response:
    """Choose a first password."""
    return _show(token, LinkKind.INVITATION)


@blueprint.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> Response:
    """Keep the password, use the link up, come in."""
    return _use(token, LinkKind.INVITATION)


@blueprint.get("/mot-de-passe/<token>")
@public
def reset(token: str) -> Response:
    """Choose a new password."""
    return _show(token, LinkKind.RESET)


@blueprint.post("/mot-de-passe/<token>")
@public
def choose_password(token: str) -> Response:
    """Keep the password, use the link up, end the other sessions, ask for the second factor."""
    return _use(token, LinkKind.RESET)


def _show(token: str, kind: LinkKind) -> Response:
    if queries.live_link(token, kind) is None:
        return _dead(kind)
    return _page(NewPasswordForm(formdata=None), kind)


def _use(token: str, kind: LinkKind) -> Response:
    if throttle.is_over(throttle.LINK_ADDRESS, door.address()):
        return door.too_many()
    link = queries.live_link(token, kind)
    if link is None:
        proof.note_attempt(throttle.LINK_ADDRESS, door.address())
        return _dead(kind)
    form = NewPasswordForm()
    if not form.is_valid():
        return _page(form, kind, 422)
    user = queries.account(link.user_id)
    try:
        links.consume(link)
        users.change_password(user, form.password.data, by=None)
    except Refusal as refusal:
        session.rollback()
        form.refuse(refusal.message, refusal.field)
        return _page(form, kind, 422 if refusal.field else 409)
    record("user.link_used", user, by=None, link=kind.value)
    if current_user.is_authenticated:
        sessions.end(current_user.sign_in_id)
        cookie.clear()
    if user.totp_secret is not None:
        return door.wait_for_code(user.id, "/")
    return door.come_in(user.id, "/")


def _page(form: NewPasswordForm, kind: LinkKind, status: int = 200) -> Response:
    body = render_template("accounts/new_password.html", form=form, title=TITLES[kind])
    return _private(make_response(body, status))


def _dead(kind: LinkKind) -> Response:
    body = render_template("accounts/dead_link.html", is_invitation=kind is LinkKind.INVITATION, house=house())
    return _private(make_response(body, 410))


def _private(response: Response) -> Response:
    """The address holds the token: no other site, and no page after this one, learns it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/mot-de-passe/oubli")
@public
def forgotten() -> Response:
    """Ask for a link by mail."""
    return make_response(render_template("accounts/forgotten.html", form=MailForm(formdata=None)))


@blueprint.post("/mot-de-passe/oubli")
@public
def ask_reset() -> Response:
    """The same answer whether or not the mail is known, and however often it is asked."""
    form = MailForm()
    if not form.is_valid():
        return make_response(render_template("accounts/forgotten.html", form=form), 422)
    if throttle.is_over(throttle.RESET_ADDRESS, door.address()):
        return door.too_many()
    mail = rules.fold_mail(form.mail.data)
    throttle.count(throttle.RESET_ADDRESS, door.address())
    if not throttle.is_over(throttle.RESET_MAIL, mail):
        throttle.count(throttle.RESET_MAIL, mail)
        links.ask_reset(mail)
    return htmx.redirect(url_for(".reset_asked"))


@blueprint.get("/mot-de-passe/envoye")
@public
def reset_asked() -> Response:
    """What happens next."""
    return make_response(render_template("accounts/reset_asked.html"))
