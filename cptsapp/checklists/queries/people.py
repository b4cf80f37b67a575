"""Who may be given a commitment, and how a checklist is called."""

from collections.abc import Mapping

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.checklists.models import Checklist, ChecklistKind
from cptsapp.checklists.sources import Named, source_of
from cptsapp.core.db import session
from cptsapp.directory.models import Person

KIND_TITLES = {ChecklistKind.CONVENTION: "Convention", ChecklistKind.CARE_PLAN: "PPCS"}
MINE = "/mes-engagements"


def owners(kept: Checklist, owner_id: int | None = None) -> Mapping[int, str]:
    """Who may be given what a checklist lists, by name: as its source says, else whoever has an account.

    `owner_id`: who has it today, who stays among them.
    """
    told = source_of(kept).owners
    found = dict(told(kept) if told is not None else _with_account())
    if owner_id is not None and owner_id not in found:
        found[owner_id] = session.get_one(Person, owner_id).full_name
    return found


def _with_account() -> Mapping[int, str]:
    wanted = (
        select(Person)
        .join(User, User.person_id == Person.id)
        .where(User.is_active, Person.merged_into_id.is_(None), Person.objected_on.is_(None))
        .order_by(Person.folded, Person.id)
    )
    return {person.id: person.full_name for person in session.scalars(wanted)}


def named(kept: Checklist, user: CurrentUser) -> Named:
    """How a checklist is called for whoever reads it; its page, else that of what they owe."""
    found = source_of(kept).named([kept.id], user).get(kept.id, Named(KIND_TITLES[kept.kind], ""))
    return found if found.url else Named(found.title, MINE)
