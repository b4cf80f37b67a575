"""Every view declares its access, and every role meets it as the table says."""

from pathlib import Path

import pytest
from flask import url_for
from werkzeug.routing import IntegerConverter

from cptsapp.accounts.models import Role
from cptsapp.accounts.permissions import PERMISSIONS, scopes_of
from cptsapp.core.db import session
from cptsapp.http.access import declared
from tests.tools.factories import make_user

PACKAGE = Path(__file__).resolve().parents[2] / "cptsapp"


def _rules(app):
    return sorted((r for r in app.url_map.iter_rules()), key=lambda r: (r.rule, sorted(r.methods)))


def _path(app, rule) -> str:
    values = {name: 999999 if isinstance(c, IntegerConverter) else "x" * 22 for name, c in rule._converters.items()}
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def _method(rule) -> str:
    return "GET" if "GET" in rule.methods else "POST"


def test_every_view_declares_its_access(app):
    undeclared = [rule.endpoint for rule in _rules(app) if declared(app.view_functions[rule.endpoint]) is None]
    assert undeclared == []


def test_nobody_meets_401_on_every_closed_view(app, cast, client):
    open_to_nobody = []
    for rule in _rules(app):
        if declared(app.view_functions[rule.endpoint]).is_public:
            continue
        status = client.open(_path(app, rule), method=_method(rule)).status_code
        if status != 401:
            open_to_nobody.append((rule.rule, status))
    assert open_to_nobody == []


@pytest.mark.parametrize("role", list(Role))
def test_each_role_meets_403_exactly_where_the_table_says(app, cast, sign_in, role):
    user = make_user(role)
    session.commit()
    client = sign_in(user)
    held = set(scopes_of({role}))
    wrong = []
    for rule in _rules(app):
        access = declared(app.view_functions[rule.endpoint])
        if access.is_public or not access.permissions:
            continue
        status = client.open(_path(app, rule), method=_method(rule)).status_code
        is_in = bool(held & set(access.permissions))
        if (status == 403) == is_in or status >= 500:
            wrong.append((rule.rule, status, is_in))
    assert wrong == []


def test_each_permission_is_asked_for_somewhere():
    code = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    assert [line.code for line in PERMISSIONS if code.count(f'"{line.code}"') < 2] == []
