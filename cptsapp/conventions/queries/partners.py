"""Reading the partners: their names, whichever number their structure had; the organisations of one."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from cptsapp.conventions.models import ConventionParty, Partner
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation
from cptsapp.directory.queries.membership import organisation_roots


def names_of(convention_ids: Collection[int]) -> Mapping[int, list[str]]:
    """The names of the partners of each convention, in the order they sign; two statements."""
    rows = session.execute(
        select(ConventionParty.convention_id, Organisation.id, Organisation.name)
        .join(Partner, Partner.id == ConventionParty.partner_id)
        .join(Organisation, Organisation.id == Partner.organisation_id)
        .where(ConventionParty.convention_id.in_(convention_ids))
        .order_by(ConventionParty.convention_id, ConventionParty.position)
    ).all()
    roots = organisation_roots()
    merged = {roots[row.id] for row in rows if row.id in roots}
    kept = dict(session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(merged))).all())
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.convention_id, []).append(kept.get(roots.get(row.id, row.id), row.name))
    return found
