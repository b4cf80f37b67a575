"""The board's adoption of a circulated text, its minutes, and taking the text up again."""

from datetime import date

from sqlalchemy import select

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions import note_event
from cptsapp.conventions.actions.moves import move, refuse_stale
from cptsapp.conventions.models import Convention, ConventionParty, Signature
from cptsapp.conventions.queries.conventions import locked
from cptsapp.conventions.queries.texts import current_text, latest_text
from cptsapp.conventions.rules.states import why_not
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.territory import queries as territory

FUTURE = "Ce jour n’est pas encore venu."
NOT_THE_ONE_READ = (
    "Le texte, les parties ou les dates ont changé depuis la relecture\u00a0: "
    "faites-le relire de nouveau avant l’adoption."
)
NOT_ADOPTED = "Cette convention n’est pas encore adoptée."


def adopt(
    convention_id: int, adopted_on: date, *, minutes_id: int | None = None, version: int | None = None, by: Actor | None
) -> Convention:
    """Note that the board adopted the text that circulated last: it is what the parties will sign.

    Raises Refusal for a day to come, or when the drawer no longer holds the text that was read.
    """
    convention = locked(convention_id)
    refuse_stale(convention, version)
    refuse_if(why_not("adopt", convention.state))
    if adopted_on > territory.today():
        raise Refusal(FUTURE, "adopted_on")
    frozen = latest_text(convention.id)
    if frozen is None or frozen.checksum != current_text(convention).checksum:
        raise Refusal(NOT_THE_ONE_READ)
    convention.adopted_on, convention.minutes_id = adopted_on, minutes_id
    convention.checksum = frozen.checksum
    return move(convention, "adopt", by=by, file_id=minutes_id, happened_on=adopted_on)


def add_minutes(convention_id: int, minutes_id: int, *, by: Actor | None) -> Convention:
    """Add the minutes that were not written yet on the day of the adoption, or others instead."""
    convention = locked(convention_id)
    if convention.adopted_on is None:
        raise Refusal(NOT_ADOPTED)
    convention.minutes_id = minutes_id
    convention.version += 1
    note_event(convention.checklist_id, "convention.minutes", by=by, file_id=minutes_id)
    record("convention.minutes", convention, by=by)
    return convention


def redraft(convention_id: int, reason: str = "", *, version: int | None = None, by: Actor | None) -> Convention:
    """Put the text back in the drawer: the adoption falls, the signatures with it, and stay to be read, struck."""
    convention = locked(convention_id)
    refuse_stale(convention, version)
    refuse_if(why_not("redraft", convention.state))
    for signature in live_signatures(convention.id):
        signature.cancelled_at, signature.cancelled_by_id = clock.now(), by.id if by else None
    convention.checksum = convention.adopted_on = convention.minutes_id = convention.comments_due_on = None
    return move(convention, "redraft", by=by, note=reason)


def live_signatures(convention_id: int) -> list[Signature]:
    """The signatures that count, in the order in which they were noted."""
    return list(
        session.scalars(
            select(Signature)
            .join(ConventionParty, ConventionParty.id == Signature.party_id)
            .where(ConventionParty.convention_id == convention_id, Signature.cancelled_at.is_(None))
            .order_by(Signature.id)
        )
    )
