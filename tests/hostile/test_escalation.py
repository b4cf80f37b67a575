"""Widening one's own rights: only when nobody else could give them."""

from datetime import timedelta

from cptsapp.accounts.house import house
from cptsapp.accounts.models import Role, RoleGrant
from cptsapp.core.db import session


def ask(client, user_id: int, role: str):
    """Give oneself a role from today."""
    data = {"role": role, "starts_on": house().today().isoformat(), "ends_on": ""}
    return client.post(f"/comptes/{user_id}/roles", data=data)


def test_a_manager_for_some_days_can_be_asked_too(cast, coordinator, ids):
    user_id = session.query(RoleGrant.user_id).filter_by(role=Role.COORDINATOR).scalar()
    others = session.query(RoleGrant).filter(RoleGrant.user_id != user_id)
    others.update({"ends_on": house().today() + timedelta(days=30)})
    session.commit()
    assert ask(coordinator, user_id, "regulator").status_code == 409
    assert session.query(RoleGrant).filter_by(user_id=user_id).count() == 1


def test_nobody_makes_themselves_a_practitioner(cast, coordinator):
    user_id = session.query(RoleGrant.user_id).filter_by(role=Role.COORDINATOR).scalar()
    assert ask(coordinator, user_id, "practitioner").status_code == 409
