"""Meetings and documents of a plan as people say them: pure."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from cptsapp.care_plans.models import DocumentKind, MeetingState
from cptsapp.core.french import count, day_full, day_near, day_short, hour

M = MeetingState

DOCUMENTS: Mapping[DocumentKind, str] = MappingProxyType(
    {
        DocumentKind.PRESCRIPTION: "Ordonnance",
        DocumentKind.CERTIFICATE: "Certificat médical",
        DocumentKind.REPORT: "Compte rendu",
        DocumentKind.FORM: "Formulaire",
        DocumentKind.OTHER: "Autre document",
    }
)


def moment(starts_at: datetime) -> str:
    """« mardi 28 juillet 2026 à 18h00 », local."""
    return f"{day_full(starts_at)} à {hour(starts_at)}"


def short_moment(starts_at: datetime) -> str:
    """« mar. 28 juil. à 18h00 », local."""
    return f"{day_short(starts_at)} à {hour(starts_at)}"


def where_it_stands(
    state: MeetingState,
    due_on: date,
    starts_at: datetime | None,
    held_on: date | None,
    replies: tuple[int, int],
    today: date,
) -> str:
    """« avant le dim. 9 août, 3 réponses sur 5 au sondage », « mar. 28 juil. à 18h00 », « tenue le … ».

    `replies`: how many answered the poll, of how many asked.
    """
    if state is M.HELD and held_on is not None:
        return f"tenue le {day_full(held_on)}"
    if state is M.FIXED and starts_at is not None:
        return short_moment(starts_at)
    if state is M.CANCELLED:
        return "annulée"
    before = f"avant le {day_near(due_on, today)}"
    answered, asked = replies
    return f"{before}, {count(answered, 'réponse')} sur {asked} au sondage" if state is M.POLLING else before


def progress(received: int, total: int) -> str:
    """« 2 documents sur 3 »; empty when none was asked."""
    return f"{count(received, 'document')} sur {total}" if total else ""
