"""« Mon compte »: sessions, password, second factor, recovery codes."""

from flask import make_response, render_template, url_for
from flask import session as cookie
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts import door, proof, queries, sessions
from cptsapp.accounts.actions import second_factor, users
from cptsapp.accounts.forms import ChangePasswordForm, CodeForm, EnrolForm
from cptsapp.accounts.house import house
from cptsapp.accounts.models import User
from cptsapp.accounts.permissions import ROLE_LABELS, needs_second_factor
from cptsapp.accounts.views.blueprint import before_enrolment, blueprint
from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.seal import SealBroken
from cptsapp.http import htmx
from cptsapp.http.access import signed_in

TOO_MANY = "Trop d’essais. Attendez un quart d’heure."
_TO_ENROL = "totp"


@blueprint.get("/compte")
@signed_in
def account() -> Response:
    """One's own account."""
    body = render_template(
        "accounts/account.html",
        user=queries.account(current_user.id),
        roles=[ROLE_LABELS[role] for role in sorted(current_user.roles)],
        sessions=queries.open_sessions(current_user.id),
        codes_left=queries.recovery_codes_left(current_user.id),
        is_mandatory=needs_second_factor(current_user.roles),
    )
    return make_response(body)


@blueprint.post("/compte/sessions/<int:sign_in_id>/fermer")
@signed_in
def end_session(sign_in_id: int) -> Response:
    """End one of one's sessions; this one too."""
    ended = queries.own_session(current_user.id, sign_in_id)
    sessions.end(ended.id)
    record("session.ended", ended, by=current_user)
    if ended.id == current_user.sign_in_id:
        cookie.clear()
        return htmx.redirect(url_for(".sign_in"))
    return htmx.redirect(url_for(".account"))


@blueprint.post("/compte/sessions/autres/fermer")
@signed_in
def end_other_sessions() -> Response:
    """End all of one's sessions but this one."""
    sessions.end_all(current_user.id, but=current_user.sign_in_id)
    record("session.others_ended", queries.account(current_user.id), by=current_user)
    return htmx.redirect(url_for(".account"))


@blueprint.get("/compte/mot-de-passe")
@signed_in
def password() -> Response:
    """Change one's password."""
    return _password_page(ChangePasswordForm(formdata=None))


@blueprint.post("/compte/mot-de-passe")
@signed_in
def change_password() -> Response:
    """Keep the new password; one's other sessions end."""
    form = ChangePasswordForm()
    if not form.is_valid():
        return _password_page(form, 422)
    try:
        is_right = proof.by_own_password(current_user.id, form.current.data)
        if not is_right:
            raise Refusal("Ce n’est pas votre mot de passe actuel.", "current")
        users.change_password(
            queries.account(current_user.id),
            form.password.data,
            by=current_user,
            keep_sign_in_id=current_user.sign_in_id,
        )
    except proof.TooManyAttempts:
        form.refuse(TOO_MANY)
        return _password_page(form, 429)
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field)
        return _password_page(form, 422)
    _renew_token()
    return htmx.redirect(url_for(".account"))


def _password_page(form: ChangePasswordForm, status: int = 200) -> Response:
    return make_response(render_template("accounts/password.html", form=form), status)


def _renew_token() -> None:
    """A new token for this session: whoever had copied the former one is out."""
    is_full = cookie.get(door.FULL, False)
    door.enter(sessions.resume(current_user.sign_in_id), is_full=is_full)


@blueprint.get("/compte/second-facteur")
@signed_in
@before_enrolment
def enrol() -> Response:
    """A QR code for the telephone, and the same as text."""
    return _enrol_page(EnrolForm(formdata=None), queries.account(current_user.id))


@blueprint.post("/compte/second-facteur")
@signed_in
@before_enrolment
def finish_enrolment() -> Response:
    """The first code proves the telephone; the recovery codes are shown, once."""
    user = queries.account(current_user.id)
    form = EnrolForm()
    if not form.is_valid():
        return _enrol_page(form, user, 422)
    secret = _pending_secret(user)
    try:
        _refuse_wrong_former(user, form.current.data)
        codes = second_factor.enrol(queries.account(current_user.id), secret, form.code.data, by=current_user)
    except proof.TooManyAttempts:
        form.refuse(TOO_MANY)
        return _enrol_page(form, user, 429)
    except Refusal as refusal:
        session.rollback()
        form.refuse(refusal.message, refusal.field)
        return _enrol_page(form, queries.account(current_user.id), 422)
    _renew_token()
    return _codes_page(codes)


def _refuse_wrong_former(user: User, typed: str) -> None:
    """Whoever sits at an open session must not replace the second factor without having the former."""
    if user.totp_secret is not None and not proof.by_code(user.id, typed):
        raise Refusal(second_factor.WRONG_CODE, "current")


def _pending_secret(user: User) -> str:
    """The secret of the QR code shown, from the cookie; a new one at the first visit."""
    try:
        return second_factor.open_pending(user.id, user.seal_id, cookie.get(_TO_ENROL, ""))
    except (SealBroken, ValueError, IndexError):
        secret = second_factor.new_secret()
        cookie[_TO_ENROL] = second_factor.seal_pending(user.id, user.seal_id, secret)
        return secret


def _enrol_page(form: EnrolForm, user: User, status: int = 200) -> Response:
    import segno  # only an enrolment draws a code

    secret = _pending_secret(user)
    code = segno.make(second_factor.uri(secret, user.mail, house().name), error="m")
    body = render_template(
        "accounts/enrol.html",
        form=form,
        qr=code.svg_data_uri(scale=5, border=4, light="#fff"),
        secret=" ".join(secret[i:][:4] for i in range(0, len(secret), 4)),
        is_replacing=user.totp_secret is not None,
    )
    return make_response(body, status)


def _codes_page(codes: list[str]) -> Response:
    return make_response(render_template("accounts/recovery_codes.html", codes=codes))


@blueprint.get("/compte/codes-de-secours")
@signed_in
def recovery_codes() -> Response:
    """Ask for ten new codes."""
    return _renew_page(CodeForm(formdata=None))


@blueprint.post("/compte/codes-de-secours")
@signed_in
def renew_recovery_codes() -> Response:
    """Ten new codes against a fresh one; the former ten are void."""
    form = CodeForm()
    if not form.is_valid():
        return _renew_page(form, 422)
    try:
        is_right = proof.by_code(current_user.id, form.code.data)
    except proof.TooManyAttempts:
        form.refuse(TOO_MANY)
        return _renew_page(form, 429)
    if not is_right:
        form.refuse(second_factor.WRONG_CODE, "code")
        return _renew_page(form, 422)
    return _codes_page(second_factor.renew_recovery_codes(queries.account(current_user.id), by=current_user))


def _renew_page(form: CodeForm, status: int = 200) -> Response:
    left = queries.recovery_codes_left(current_user.id)
    return make_response(render_template("accounts/renew_codes.html", form=form, codes_left=left), status)
