"""An account is created with its roles, and refused when it cannot be."""

import pytest

from cptsapp.accounts.actions import create_user
from cptsapp.accounts.models import Role, RoleGrant, User
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from tests.tools.factories import make_cpts, make_person

GOOD = "trois bateaux rouges"


def create(**overrides):
    values = {
        "mail": "Lea.Moreau@cpts.example ",
        "display_name": "Léa Moreau",
        "roles_held": [Role.REGULATOR],
        "by": None,
    }
    return create_user(**{**values, **overrides})


def test_an_account_holds_its_roles_from_today(app):
    make_cpts()
    user = create()
    session.commit()
    grant = session.query(RoleGrant).one()
    assert (user.mail, grant.role, grant.starts_on.isoformat()) == (
        "lea.moreau@cpts.example",
        Role.REGULATOR,
        "2026-07-20",
    )


def test_creation_is_in_the_trail(app):
    create()
    kinds = [event.kind for event in session.query(AuditEvent).order_by(AuditEvent.id)]
    assert kinds == ["user.created", "role.granted"]


def test_a_password_is_kept_as_an_argon2id_hash(app):
    user = create(password=GOOD)
    assert user.password_hash.startswith("$argon2id$")


def test_a_mail_serves_once_whatever_its_case(app):
    create()
    with pytest.raises(Refusal) as refusal:
        create(mail="LEA.MOREAU@CPTS.EXAMPLE")
    assert refusal.value.field == "mail"


def test_a_weak_password_is_refused(app):
    with pytest.raises(Refusal) as refusal:
        create(password="lea.moreau12")
    assert refusal.value.field == "password"


def test_a_person_has_one_account(app):
    person = make_person()
    create(person_id=person.id)
    with pytest.raises(Refusal) as refusal:
        create(mail="autre@cpts.example", person_id=person.id)
    assert refusal.value.field == "person_id"


def test_a_person_who_does_not_exist_has_none(app):
    with pytest.raises(Refusal):
        create(person_id=999)
    assert session.query(User).count() == 0
