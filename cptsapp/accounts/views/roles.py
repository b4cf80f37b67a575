"""« Qui peut quoi »: the permission table as it is applied."""

from flask import make_response, render_template
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts import permissions, queries
from cptsapp.accounts.views.blueprint import blueprint
from cptsapp.http.access import signed_in


@blueprint.get("/roles")
@signed_in
def roles() -> Response:
    """Every line of the table; the reader's columns are tinted."""
    body = render_template(
        "accounts/roles.html",
        roles=permissions.ROLE_LABELS,
        groups=permissions.grouped(),
        mine=current_user.roles,
        words=permissions.WORDS,
        guarded=[permissions.ROLE_LABELS[role] for role in sorted(permissions.SECOND_FACTOR_ROLES)],
        account_count=queries.count_accounts() if current_user.can(permissions.MANAGE) else None,
    )
    return make_response(body)
