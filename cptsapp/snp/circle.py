"""A practitioner and those who act for them, under every number that merging gave them: one statement for their mails.

Parameters: person_id, today.
"""

from typing import Any

from sqlalchemy import CTE, Date, Integer, Select, and_, bindparam, case, literal_column, or_, select

from cptsapp.accounts.models import User
from cptsapp.core.prepared import Prepared
from cptsapp.directory.models import Delegation, Person
from cptsapp.snp.models import NotificationChoice


def _with_merged(first: Select[Any], name: str) -> CTE:
    """These persons, those they were merged into and those merged into them, however long the chain."""
    reached = first.cte(name, recursive=True)
    is_into = and_(Person.id == reached.c.id, Person.merged_into_id.is_not(None))
    step = select(case((Person.id == reached.c.id, Person.merged_into_id), else_=Person.id))
    return reached.union(step.join(reached, or_(is_into, Person.merged_into_id == reached.c.id)))


_TODAY = bindparam("today", type_=Date())
_OWN = _with_merged(select(bindparam("person_id", type_=Integer()).label("id")), "own")
_OTHERS = _with_merged(
    select(Delegation.delegate_id.label("id")).where(
        Delegation.practitioner_id.in_(select(_OWN.c.id)),
        Delegation.starts_on <= _TODAY,
        or_(Delegation.ends_on.is_(None), Delegation.ends_on >= _TODAY),
    ),
    "others",
)
_ALL = select(_OWN.c.id, literal_column("1").label("is_own")).union_all(
    select(_OTHERS.c.id, literal_column("0")).where(_OTHERS.c.id.not_in(select(_OWN.c.id)))
)
_EVERYONE = _ALL.subquery("everyone")

CIRCLE = Prepared(
    lambda: (
        select(
            Person.id,
            Person.mail,
            Person.merged_into_id,
            User.id.label("user_id"),
            User.mail.label("user_mail"),
            User.is_active,
            NotificationChoice.level,
            _EVERYONE.c.is_own,
        )
        .select_from(_EVERYONE)
        .join(Person, Person.id == _EVERYONE.c.id)
        .outerjoin(User, User.person_id == Person.id)
        .outerjoin(NotificationChoice, NotificationChoice.user_id == User.id)
    )
)
