"""`make_<thing>` of conventions: partners, conventions in a state, commitments."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from cptsapp.checklists.actions import Owed, add, open_checklist
from cptsapp.checklists.models import ChecklistKind, Commitment, Side
from cptsapp.conventions.models import (
    Article,
    Convention,
    ConventionParty,
    ConventionState,
    EndReason,
    FrozenText,
    Partner,
    PartnerKind,
    Relation,
    Renewal,
)
from cptsapp.conventions.rules.texts import ArticleText, Text
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation, OrganisationKind
from tests.tools.factories import make_organisation

STARTS = date(2026, 1, 12)
ENDS = date(2027, 1, 11)


def make_partner(organisation: Organisation | None = None, **overrides: Any) -> Partner:
    """The DAC Vendée Littoral, by partnership."""
    kept = organisation or make_organisation(name="DAC Vendée Littoral", kind=OrganisationKind.DAC)
    given: dict[str, Any] = {
        "organisation_id": kept.id,
        "kind": PartnerKind.DAC,
        "relation": Relation.PARTNERSHIP,
        "created_at": clock.now(),
    }
    partner = Partner(**{**given, **overrides})
    session.add(partner)
    session.flush()
    return partner


def make_convention(
    state: ConventionState = ConventionState.IN_FORCE, partner: Partner | None = None, **overrides: Any
) -> Convention:
    """A convention with the DAC for 2026, one article, no commitment yet; tacit renewal with three months of notice."""
    is_live = state is ConventionState.IN_FORCE
    given: dict[str, Any] = {
        "title": "Convention avec le DAC Vendée Littoral",
        "state": state,
        "checklist_id": open_checklist(ChecklistKind.CONVENTION, is_live=is_live).id,
        "starts_on": STARTS,
        "ends_on": ENDS,
        "renewal": Renewal.TACIT,
        "renewal_months": 12,
        "notice_months": 3,
        "created_at": clock.now(),
    }
    if state is ConventionState.ENDED:
        given |= {"ended_on": ENDS, "end_reason": EndReason.TERM}
    convention = Convention(**{**given, **overrides})
    text = Text(convention.title, (ArticleText("2.1", "Recherche de médecin traitant", "Les parties coopèrent."),))
    if state in (ConventionState.ADOPTED, ConventionState.IN_FORCE):
        convention.checksum = text.checksum
    session.add(convention)
    session.flush()
    for position, found in enumerate(text.articles, start=1):
        session.add(
            Article(
                convention_id=convention.id,
                position=position,
                number=found.number,
                title=found.title,
                body=found.body,
            )
        )
    for position, partner_id in enumerate((None, (partner or make_partner()).id)):
        session.add(ConventionParty(convention_id=convention.id, partner_id=partner_id, position=position))
    if state not in (ConventionState.DRAFT, ConventionState.ENDED):
        session.add(
            FrozenText(
                convention_id=convention.id,
                number=1,
                content=text.as_json(),
                checksum=text.checksum,
                frozen_at=clock.now(),
            )
        )
    session.flush()
    return convention


def make_commitment(checklist_id: int, **overrides: Any) -> Commitment:
    """« Réunion de bilan », owed by the CPTS ten days from now."""
    given: dict[str, Any] = {
        "label": "Réunion de bilan du premier semestre",
        "side": Side.CPTS,
        "number": "2.1",
        "heading": "Recherche de médecin traitant",
        "due_on": clock.now().date() + timedelta(days=10),
    }
    return add(checklist_id, Owed(**{**given, **overrides}), by=None)


def count(table: type[Any]) -> int:
    """How many rows a table has."""
    return session.scalar(select(func.count()).select_from(table)) or 0
