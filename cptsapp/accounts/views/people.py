"""« Comptes »: who can sign in, with which roles, since when."""

from dataclasses import dataclass
from datetime import timedelta

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts import queries
from cptsapp.accounts.actions import links, roles, users
from cptsapp.accounts.forms import EndRoleForm, GrantForm, InviteForm, UserForm
from cptsapp.accounts.house import house
from cptsapp.accounts.models import Role, User
from cptsapp.accounts.permissions import MANAGE, ROLE_LABELS, needs_second_factor
from cptsapp.accounts.views.blueprint import blueprint
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.submissions import remember, result_for
from cptsapp.http import htmx
from cptsapp.http.access import requires

KIND = "user.invited"
STATES = (("", "Ouverts"), ("attente", "Jamais connectés"), ("ferme", "Fermés"))


def _chosen() -> queries.AccountFilter:
    role = request.args.get("role", "")
    return queries.AccountFilter(
        words=request.args.get("q", "")[:80],
        role=Role(role) if role in set(Role) else None,
        state=request.args.get("etat", "") if request.args.get("etat") in dict(STATES) else "",
    )


@blueprint.get("/comptes")
@requires(MANAGE)
def accounts() -> Response:
    """The list, searched and filtered; the filter is in the address."""
    chosen = _chosen()
    return htmx.respond(
        "accounts/accounts.html",
        "accounts/_accounts.html",
        rows=queries.accounts(chosen, house().today()),
        chosen=chosen,
        role_choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
        states=[
            {
                "label": label,
                "url": url_for(".accounts", etat=state or None, q=chosen.words or None, role=chosen.role),
                "is_current": state == chosen.state,
            }
            for state, label in STATES
        ],
    )


@blueprint.get("/comptes/inviter")
@requires(MANAGE)
def invite() -> Response:
    """Someone new; a link from the directory fills name, mail and person."""
    data = {
        "display_name": request.args.get("nom", "")[:80],
        "mail": request.args.get("mail", "")[:200],
        "person_id": request.args.get("personne", type=int),
    }
    return _invite_page(InviteForm(formdata=None, data=data))


@blueprint.post("/comptes/inviter")
@requires(MANAGE)
def send_invitation() -> Response:
    """Create the account and send its invitation."""
    form = InviteForm()
    if not form.is_valid():
        return _invite_page(form, 422)
    done = result_for(current_user.id, form.once.data, KIND)
    if done is not None:
        return htmx.redirect(url_for(".sheet", user_id=done))
    try:
        user = users.create_user(
            form.mail.data,
            form.display_name.data,
            form.chosen_roles(),
            by=current_user,
            person_id=form.person_id.data,
        )
        links.invite(user, by=current_user)
    except Refusal as refusal:
        session.rollback()
        form.refuse(refusal.message, refusal.field if refusal.field != "person_id" else None)
        return _invite_page(form, 409)
    remember(current_user.id, form.once.data, KIND, user.id)
    return htmx.redirect(url_for(".sheet", user_id=user.id))


def _invite_page(form: InviteForm, status: int = 200) -> Response:
    return make_response(render_template("accounts/invite.html", form=form), status)


@blueprint.get("/comptes/<int:user_id>")
@requires(MANAGE)
def sheet(user_id: int) -> Response:
    """One account: identity, roles with their days, what can be done."""
    return _sheet_page(queries.account(user_id))


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A dated role on the sheet."""

    id: int
    label: str
    starts_on: object
    ends_on: object
    state: str
    form: EndRoleForm


def _grant_lines(user_id: int, ending: tuple[int, EndRoleForm] | None) -> list[GrantLine]:
    today = house().today()
    lines = []
    for grant in queries.grants_of(user_id):
        is_over = grant.ends_on is not None and grant.ends_on < today
        state = "over" if is_over else "later" if grant.starts_on > today else "now"
        form = EndRoleForm(formdata=None, prefix=f"fin-{grant.id}-", ends_on=grant.ends_on or today)
        if ending is not None and ending[0] == grant.id:
            form = ending[1]
        lines.append(GrantLine(grant.id, ROLE_LABELS[grant.role], grant.starts_on, grant.ends_on, state, form))
    return lines


def _sheet_page(
    user: User,
    status: int = 200,
    *,
    form: UserForm | None = None,
    grant: GrantForm | None = None,
    ending: tuple[int, EndRoleForm] | None = None,
) -> Response:
    today = house().today()
    lines = _grant_lines(user.id, ending)
    body = render_template(
        "accounts/sheet.html",
        user=user,
        form=form or UserForm(formdata=None, obj=user),
        grant=grant or GrantForm(formdata=None, starts_on=today),
        lines=lines,
        invitation=queries.last_invitation(user.id),
        needs_second_factor=needs_second_factor(g.role for g in user.grants),
        session_count=len(queries.open_sessions(user.id)),
        why_not_reset=users.why_not_reset_second_factor(user, by=current_user),
        why_not_address=users.why_not_change_address(user, by=current_user),
    )
    return make_response(body, status)


@blueprint.post("/comptes/<int:user_id>")
@requires(MANAGE)
def correct(user_id: int) -> Response:
    """Correct the name or the mail."""
    user = queries.account(user_id)
    form = UserForm()
    if not form.is_valid():
        return _sheet_page(user, 422, form=form)
    try:
        users.correct_user(user, form.mail.data, form.display_name.data, by=current_user)
    except Refusal as refusal:
        session.rollback()
        form.refuse(refusal.message, refusal.field)
        return _sheet_page(queries.account(user_id), 409, form=form)
    return _back(user_id)


@blueprint.post("/comptes/<int:user_id>/roles")
@requires(MANAGE)
def grant_role(user_id: int) -> Response:
    """Give a role from a day."""
    user = queries.account(user_id)
    form = GrantForm()
    if not form.is_valid():
        return _sheet_page(user, 422, grant=form)
    try:
        roles.grant_role(user, Role(form.role.data), form.starts_on.data, form.ends_on.data, by=current_user)
    except Refusal as refusal:
        session.rollback()
        form.refuse(refusal.message, refusal.field)
        return _sheet_page(queries.account(user_id), 409, grant=form)
    return _back(user_id)


@blueprint.post("/comptes/<int:user_id>/roles/<int:grant_id>/fin")
@requires(MANAGE)
def end_role(user_id: int, grant_id: int) -> Response:
    """End a role on a day, or at once."""
    grant = queries.grant(user_id, grant_id)
    form = EndRoleForm(prefix=f"fin-{grant_id}-")
    is_now = "maintenant" in request.form
    if not is_now and not form.is_valid():
        return _sheet_page(grant.user, 422, ending=(grant_id, form))
    try:
        last_day = house().today() - timedelta(days=1) if is_now else form.day
        roles.end_role(grant, last_day, by=current_user)
    except Refusal as refusal:
        session.rollback()
        form = EndRoleForm(formdata=None, prefix=f"fin-{grant_id}-") if is_now else form
        form.ends_on.errors = [refusal.message]
        return _sheet_page(queries.account(user_id), 409, ending=(grant_id, form))
    return _back(user_id)


@blueprint.post("/comptes/<int:user_id>/inviter")
@requires(MANAGE)
def invite_again(user_id: int) -> Response:
    """Send the invitation again; the former link is dead."""
    links.invite(queries.account(user_id), by=current_user)
    return _back(user_id)


@blueprint.post("/comptes/<int:user_id>/fermer")
@requires(MANAGE)
def close(user_id: int) -> Response:
    """Close the account."""
    users.close_user(queries.account(user_id), by=current_user)
    return _back(user_id)


@blueprint.post("/comptes/<int:user_id>/rouvrir")
@requires(MANAGE)
def reopen(user_id: int) -> Response:
    """Open it again."""
    users.reopen_user(queries.account(user_id), by=current_user)
    return _back(user_id)


@blueprint.post("/comptes/<int:user_id>/second-facteur")
@requires(MANAGE)
def reset_second_factor(user_id: int) -> Response:
    """Forget a lost telephone: the person enrols another at the next sign-in."""
    users.reset_second_factor(queries.account(user_id), by=current_user)
    return _back(user_id)


def _back(user_id: int) -> Response:
    return htmx.redirect(url_for(".sheet", user_id=user_id))
