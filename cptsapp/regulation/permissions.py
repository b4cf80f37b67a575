"""Which broadcasts exist for a user, and why they may not answer now."""

from datetime import datetime

from sqlalchemy import ColumnElement, false, select, true

from cptsapp.accounts.identity import CurrentUser
from cptsapp.regulation.models import Broadcast, BroadcastRecipient, BroadcastState

OVER = "Cette demande est close."


def visible_broadcasts(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Broadcast: the desk sees all of them, a practitioner those they were asked."""
    if user.can("snp.book"):
        return true()
    if user.person_id is None or not user.can("snp.answer_broadcast"):
        return false()
    asked = select(BroadcastRecipient.broadcast_id).where(BroadcastRecipient.person_id == user.person_id)
    return Broadcast.id.in_(asked)


def why_not_take(broadcast: Broadcast, now: datetime) -> str | None:
    """Why nobody may take this request any more."""
    if broadcast.state is BroadcastState.TAKEN:
        return "Un autre médecin a déjà pris cette demande. Merci."
    return OVER if broadcast.state is BroadcastState.CLOSED or broadcast.expires_at <= now else None
