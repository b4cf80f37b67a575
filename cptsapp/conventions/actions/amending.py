"""Amendments: a convention of its own, drawn from articles of its parent, that replaces them once it is in force."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.actions import note_event
from cptsapp.checklists.models import Commitment, CommitmentState
from cptsapp.checklists.rules import OPEN
from cptsapp.conventions.actions.drafting import Head, blank, draw, refuse_end, set_parties, touch
from cptsapp.conventions.models import Convention, ConventionState, Renewal
from cptsapp.conventions.queries.conventions import locked
from cptsapp.conventions.queries.texts import articles_in_force, articles_of
from cptsapp.core.db import session
from cptsapp.core.french import NBSP, day_long
from cptsapp.core.refusals import Refusal
from cptsapp.territory import queries as territory

NOT_IN_FORCE = "Un avenant ne change qu’une convention en vigueur."
OF_AN_AMENDMENT = "C’est déjà un avenant\u00a0: amendez la convention elle-même."


def held(convention_id: int) -> Convention:
    """A convention, its row held, its parent's before it: whoever changes both takes them in the same order."""
    parent_id = session.scalar(select(Convention.parent_id).where(Convention.id == convention_id))
    if parent_id is not None:
        locked(parent_id)
    return locked(convention_id)


def amend(
    parent_id: int,
    numbers: Sequence[str],
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    by: Actor | None,
) -> Convention:
    """A draft amendment that takes up these articles of its parent, or none; `ends_on` would be its new last day.

    Raises Refusal when the parent is not in force, or is an amendment itself.
    """
    parent = locked(parent_id)
    if parent.parent_id is not None:
        raise Refusal(OF_AN_AMENDMENT)
    if parent.state is not ConventionState.IN_FORCE:
        raise Refusal(NOT_IN_FORCE)
    refuse_end(parent, ends_on)
    last = session.scalar(select(func.max(Convention.amendment_number)).where(Convention.parent_id == parent.id)) or 0
    title = f"Avenant n°{NBSP}{last + 1}, {_as_named(parent.title)}"
    amendment = blank(Head(title, starts_on, ends_on, Renewal.NONE, lead_id=parent.lead_id), by=by)
    amendment.parent_id, amendment.amendment_number = parent.id, last + 1
    set_parties(amendment, [party.partner_id for party in parent.parties if party.partner_id is not None])
    record("convention.created", amendment, by=by)
    note_event(amendment.checklist_id, "convention.created", by=by)
    draw(amendment, [article for article in articles_in_force(parent) if article.number in set(numbers)], by=by)
    return amendment


def _as_named(title: str) -> str:
    """« Convention avec le DAC » as it goes on after a comma."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def apply_amendment(amendment: Convention, *, by: Actor | None) -> None:
    """What it takes up is replaced in the parent: what was owed there by these articles is dropped, the end moved.

    Both are held by the caller. Raises Refusal when the parent is no longer in force.
    """
    assert amendment.parent_id is not None
    parent = session.get_one(Convention, amendment.parent_id)
    if parent.state is not ConventionState.IN_FORCE:
        raise Refusal(NOT_IN_FORCE)
    if amendment.ends_on is not None:
        parent.ends_on, amendment.ends_on = amendment.ends_on, None  # it ends with its parent, renewed or not
    dropped = _drop_replaced(parent, amendment, by)
    touch(parent)
    note_event(parent.checklist_id, "convention.amended", by=by, number=amendment.amendment_number, dropped=dropped)
    record("convention.amended", parent, by=by, number=amendment.amendment_number)


def _drop_replaced(parent: Convention, amendment: Convention, by: Actor | None) -> int:
    """What is still owed under the articles taken up, in the parent and in the amendments before this one."""
    numbers = {article.number for article in articles_of(amendment.id)}
    earlier = select(Convention.checklist_id).where(
        Convention.parent_id == parent.id,
        Convention.state == ConventionState.IN_FORCE,
        Convention.id != amendment.id,
    )
    houses = {parent.checklist_id, *session.scalars(earlier)}
    replaced = session.scalars(
        select(Commitment)
        .where(Commitment.checklist_id.in_(houses), Commitment.number.in_(numbers), Commitment.state.in_(OPEN))
        .order_by(Commitment.id)
        .with_for_update()
    ).all()
    why = f"Remplacé par l’avenant n°{NBSP}{amendment.amendment_number}, le {day_long(territory.today())}."
    for commitment in replaced:
        checklists.set_state(commitment, CommitmentState.DROPPED, by=by, on=territory.today(), comment=why)
    return len(replaced)
