"""Where those of a circle are written to: an account, a sheet, a structure, a relative's sealed address."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cptsapp.accounts.models import User
from cptsapp.care_plans.models import CircleMember, MemberRole, PlanAgreement
from cptsapp.care_plans.queries.plans import circle
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import Organisation, Person
from cptsapp.outbox.private import wrap


@dataclass(frozen=True, slots=True)
class Address:
    """Where one member is written to, as the outbox takes it; `user_id` of whoever has an account."""

    member_id: int
    to_address: str
    user_id: int | None = None


def concerned(plan_id: int) -> list[CircleMember]:
    """Those of the circle whom the person agrees to, who were asked and have neither declined nor left."""
    agreed = set(
        session.scalars(
            select(PlanAgreement.member_id)
            .join(CircleMember, CircleMember.id == PlanAgreement.member_id)
            .where(CircleMember.plan_id == plan_id, PlanAgreement.withdrawn_at.is_(None))
        )
    )
    asked = (one for one in circle(plan_id) if one.invited_at is not None or one.accepted_at is not None)
    return [one for one in asked if one.declined_at is None and one.id in agreed]


def addresses(members: Iterable[CircleMember]) -> list[Address]:
    """Where these members are written to, each address once; who has none is rung from the page."""
    found = (_address(member) for member in members)
    by_address = {one.to_address: one for one in found if one is not None}
    return list(by_address.values())


def _address(member: CircleMember) -> Address | None:
    if member.role is MemberRole.RELATIVE:
        mail = relative_mail(member)
        return Address(member.id, wrap(mail)) if mail else None
    if member.person_id is not None:
        return _professional(member.id, member.person_id)
    house = session.get(Organisation, member.organisation_id)
    return Address(member.id, house.mail) if house is not None and house.mail else None


def _professional(member_id: int, person_id: int) -> Address | None:
    numbers = same_person({person_id})
    user = session.scalar(select(User).where(User.person_id.in_(numbers), User.is_active).order_by(User.id).limit(1))
    if user is not None:
        return Address(member_id, user.mail, user.id)
    mails: Sequence[str | None] = session.scalars(
        select(Person.mail).where(Person.id.in_(numbers), Person.mail.is_not(None)).order_by(Person.merged_into_id)
    ).all()
    return next((Address(member_id, mail) for mail in mails if mail), None)


def relative_mail(member: CircleMember) -> str:
    """The sealed address of a relative; empty when they gave none, or once anonymised."""
    if member.contact is None:
        return ""
    kept = json.loads(ring().unseal(member.contact, member.seal_id, "contact"))
    return str(kept.get("mail") or "")
