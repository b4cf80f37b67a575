"""Reading the templates: their list, the last version of one, an older one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from cptsapp.accounts.models import User
from cptsapp.conventions.models import Convention, ConventionTemplate, PartnerKind, TemplateVersion
from cptsapp.conventions.rules.texts import Text, from_json
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template in the list: its last version, how many conventions were drawn from it, whatever the version."""

    id: int
    kind: PartnerKind
    name: str
    version_id: int
    number: int
    changed_at: datetime
    changed_by: str | None
    used_count: int
    is_archived: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of one template."""

    id: int
    number: int
    note: str
    created_at: datetime
    created_by: str | None


def templates(*, with_archived: bool = False) -> Sequence[TemplateRow]:
    """The templates with the last version of each, by kind then name; one statement."""
    wanted = _with_last_version()
    if not with_archived:
        wanted = wanted.where(ConventionTemplate.archived_at.is_(None))
    order = list(PartnerKind)
    found = [
        TemplateRow(
            id=template.id,
            kind=template.kind,
            name=template.name,
            version_id=version.id,
            number=version.number,
            changed_at=version.created_at,
            changed_by=name,
            used_count=count,
            is_archived=template.archived_at is not None,
        )
        for template, version, name, count in session.execute(wanted)
    ]
    return sorted(found, key=lambda row: (row.is_archived, order.index(row.kind), row.name, row.id))


def _with_last_version() -> Select[ConventionTemplate, TemplateVersion, str, int]:
    """Each template with its last version, who wrote that and how many conventions came of any."""
    last = (
        select(TemplateVersion.template_id, func.max(TemplateVersion.number).label("number"))
        .group_by(TemplateVersion.template_id)
        .subquery()
    )
    any_version = aliased(TemplateVersion)
    used = (
        select(func.count(Convention.id))
        .join(any_version, any_version.id == Convention.template_version_id)
        .where(any_version.template_id == ConventionTemplate.id)
        .scalar_subquery()
    )
    return (
        select(ConventionTemplate, TemplateVersion, User.display_name, used)
        .join(last, last.c.template_id == ConventionTemplate.id)
        .join(
            TemplateVersion,
            (TemplateVersion.template_id == last.c.template_id) & (TemplateVersion.number == last.c.number),
        )
        .outerjoin(User, User.id == TemplateVersion.created_by_id)
    )


def template(template_id: int) -> ConventionTemplate:
    """One of them, archived or not; raises Invisible."""
    found = session.get(ConventionTemplate, template_id)
    if found is None:
        raise Invisible
    return found


def last_version(template_id: int) -> TemplateVersion:
    """The newest version of a template; raises Invisible when there is no such template."""
    found = session.scalar(
        select(TemplateVersion)
        .where(TemplateVersion.template_id == template_id)
        .order_by(TemplateVersion.number.desc())
        .limit(1)
    )
    if found is None:
        raise Invisible
    return found


def version(template_id: int, number: int) -> TemplateVersion:
    """A version by its number; raises Invisible."""
    found = session.scalar(
        select(TemplateVersion).where(TemplateVersion.template_id == template_id, TemplateVersion.number == number)
    )
    if found is None:
        raise Invisible
    return found


def text_of(found: TemplateVersion) -> Text:
    """The text a version holds."""
    return from_json(found.content)


def versions(template_id: int) -> Sequence[VersionRow]:
    """The versions of a template, the newest first."""
    rows = session.execute(
        select(
            TemplateVersion.id,
            TemplateVersion.number,
            TemplateVersion.note,
            TemplateVersion.created_at,
            User.display_name.label("created_by"),
        )
        .outerjoin(User, User.id == TemplateVersion.created_by_id)
        .where(TemplateVersion.template_id == template_id)
        .order_by(TemplateVersion.number.desc())
    )
    return [VersionRow(*row) for row in rows]
