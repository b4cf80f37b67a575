"""Signing in, the second factor, signing out, and the text that waited meanwhile."""

from flask import current_app, make_response, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts import door, proof, queries, rules, sessions
from cptsapp.accounts.actions import drafts, second_factor
from cptsapp.accounts.forms import CodeForm, SignInForm
from cptsapp.accounts.house import house
from cptsapp.accounts.views.blueprint import before_enrolment, blueprint
from cptsapp.audit.actions import record
from cptsapp.http import htmx
from cptsapp.http.access import public, signed_in


@blueprint.get("/connexion")
@public
def sign_in() -> Response:
    """The sign-in page; who takes the desk on a shared one."""
    if current_user.is_authenticated:
        return htmx.redirect(rules.local_path(request.args.get("suite")))
    return door.page()


@blueprint.post("/connexion")
@public
def check_password() -> Response:
    """Mail and password: the same sentence whatever is wrong."""
    form = SignInForm()
    if not form.is_valid():
        return door.page(422, form)
    try:
        found = proof.by_password(form.mail.data, form.password.data, door.address())
    except proof.TooManyAttempts:
        return door.too_many(form)
    if found is None:
        form.refuse(proof.SENTENCE)
        return door.page(422, form)
    suite = rules.local_path(form.suite.data)
    if found.has_second_factor:
        return door.wait_for_code(found.user_id, suite)
    return door.come_in(found.user_id, suite)


@blueprint.get("/connexion/code")
@public
def code() -> Response:
    """The second factor, for someone whose password was right a moment ago."""
    if door.pending() is None:
        return htmx.redirect(url_for(".sign_in"))
    return _code_page(CodeForm(formdata=None))


@blueprint.post("/connexion/code")
@public
def check_code() -> Response:
    """Six digits, or a recovery code; each serves once."""
    held = door.pending()
    if held is None:
        return htmx.redirect(url_for(".sign_in"))
    form = CodeForm()
    if not form.is_valid():
        return _code_page(form, 422)
    user_id, suite = held
    try:
        is_right = proof.by_code(user_id, form.code.data)
    except proof.TooManyAttempts:
        return door.too_many()
    if not is_right:
        form.refuse(second_factor.WRONG_CODE, "code")
        return _code_page(form, 422)
    if not queries.account(user_id).is_active:
        return htmx.redirect(url_for(".sign_in"))
    return door.come_in(user_id, suite)


def _code_page(form: CodeForm, status: int = 200) -> Response:
    held = door.pending()
    shows = held is not None and current_app.config["CPTSAPP"].mode == "demo"
    shown = second_factor.present_code(held[0]) if held is not None and shows else None
    return make_response(render_template("accounts/code.html", form=form, shown_code=shown), status)


@blueprint.post("/deconnexion")
@signed_in
@before_enrolment
def sign_out() -> Response:
    """End this session and forget its cookie."""
    record("user.signed_out", queries.account(current_user.id), by=current_user)
    sessions.end(current_user.sign_in_id)
    cookie.clear()
    return htmx.redirect(url_for(".sign_in"))


@blueprint.get("/reprendre")
@signed_in
def draft() -> Response:
    """« Retrouver votre texte »: one button that takes the author back to the form as it was typed."""
    suite = rules.local_path(request.args.get("suite"))
    kept = drafts.newest_of(current_user.id)
    if kept is None:
        return htmx.redirect(suite)
    return make_response(render_template("accounts/draft.html", kept=kept, suite=suite, today=house().today()))


@blueprint.post("/reprendre/<int:draft_id>/jeter")
@signed_in
def drop_draft(draft_id: int) -> Response:
    """Throw one's text away."""
    drafts.drop(draft_id, current_user.id)
    return htmx.redirect(url_for(".draft", suite=rules.local_path(request.form.get("suite"))))
