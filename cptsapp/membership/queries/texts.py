"""The charter and the statutes, version by version, and who accepted which."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.membership.models import Acceptance, MemberText, TextKind
from cptsapp.membership.queries.members import rows_of
from cptsapp.membership.rules.members import Member, organisation, person


@dataclass(frozen=True, slots=True)
class Accepted:
    """Someone's agreement to a version."""

    text: MemberText
    accepted_on: date


def current_texts() -> list[MemberText]:
    """The last version of each text published, the charter first; what was never published is not there."""
    last = select(MemberText.kind, func.max(MemberText.version).label("version")).group_by(MemberText.kind).subquery()
    found = session.scalars(
        select(MemberText).join(last, (MemberText.kind == last.c.kind) & (MemberText.version == last.c.version))
    )
    return sorted(found, key=lambda text: list(TextKind).index(text.kind))


def text(kind: TextKind, version: int | None = None) -> MemberText:
    """A version of a text, the last when none is named. Raises Invisible."""
    query = select(MemberText).where(MemberText.kind == kind).order_by(MemberText.version.desc()).limit(1)
    found = session.scalar(query if version is None else query.where(MemberText.version == version))
    if found is None:
        raise Invisible
    return found


def versions(kind: TextKind) -> list[tuple[MemberText, int]]:
    """Every version of a text, last first, each with how many have accepted it."""
    accepted = func.count(Acceptance.id)
    query = (
        select(MemberText, accepted)
        .outerjoin(Acceptance, Acceptance.text_id == MemberText.id)
        .where(MemberText.kind == kind)
        .group_by(MemberText.id)
        .order_by(MemberText.version.desc())
    )
    return [(found, count) for found, count in session.execute(query)]


def accepted_by(user: CurrentUser, found: MemberText) -> list[tuple[str, str, date]]:
    """Who accepted a version: key of the member, name, day; by name. Applications not decided yet are not there."""
    days = _days_of(found)
    rows = [
        (row.folded, row.member.key, row.name, days[row.member])
        for row in rows_of(user, list(days), found.published_on)
    ]
    return [(key, name, day) for _, key, name, day in sorted(rows)]


def _days_of(found: MemberText) -> dict[Member, date]:
    """When each member accepted a version: what a merged sheet accepted is the other's."""
    person_roots, structure_roots = roots(), organisation_roots()
    days: dict[Member, date] = {}
    for row in session.scalars(select(Acceptance).where(Acceptance.text_id == found.id).order_by(Acceptance.id)):
        if row.person_id is not None:
            days.setdefault(person(person_roots.get(row.person_id, row.person_id)), row.accepted_on)
        elif row.organisation_id is not None:
            number = structure_roots.get(row.organisation_id, row.organisation_id)
            days.setdefault(organisation(number), row.accepted_on)
    return days


def acceptances_of(member: Member) -> Sequence[Accepted]:
    """What a member accepted, last first."""
    own = (
        Acceptance.organisation_id == member.number
        if member.is_organisation
        else Acceptance.person_id.in_(same_person({member.number}))
    )
    rows = session.execute(
        select(MemberText, Acceptance.accepted_on)
        .join(Acceptance, Acceptance.text_id == MemberText.id)
        .where(own)
        .order_by(Acceptance.accepted_on.desc(), MemberText.kind, MemberText.version.desc())
    )
    return [Accepted(found, day) for found, day in rows]


def accepted_with(application_ids: Sequence[int]) -> dict[int, list[MemberText]]:
    """The versions accepted with these applications."""
    found: dict[int, list[MemberText]] = defaultdict(list)
    rows = session.execute(
        select(Acceptance.application_id, MemberText)
        .join(MemberText, Acceptance.text_id == MemberText.id)
        .where(Acceptance.application_id.in_(application_ids))
        .order_by(MemberText.kind)
    )
    for application_id, version in rows:
        if application_id is not None:
            found[application_id].append(version)
    return found
