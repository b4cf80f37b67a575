"""What an absence or a withdrawal takes away, counted before it is confirmed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from cptsapp.core.french import count, day_short, hour
from cptsapp.core.refusals import Refusal
from cptsapp.posting.rules.series import joined
from cptsapp.snp.models import FollowUp

FREE_LINES_MAX = 12


def absence_fault(first: date, last: date | None, today: date) -> tuple[str, str] | None:
    """Why these days cannot be an absence, or None: the sentence and its field."""
    if first < today:
        return "Le premier jour est passé.", "from_on"
    if last is not None and last < first:
        return "La fin est avant le début.", "until_on"
    return None


def lines_by_day(places: Iterable[tuple[datetime, int]], today: date) -> list[str]:
    """ "Demain : 11h30, et 3 à 17h00": one line a day, from (local start, free places)."""
    days: dict[date, list[str]] = {}
    for starts, free in places:
        if free:
            days.setdefault(starts.date(), []).append(hour(starts) if free == 1 else f"{free} à {hour(starts)}")
    lines = [f"{day_words(day, today)} : {joined(words)}" for day, words in days.items()]
    more = len(lines) - FREE_LINES_MAX
    return lines if more <= 0 else [*lines[:FREE_LINES_MAX], f"et {count(more, 'autre jour', 'autres jours')}"]


def day_words(day: date, today: date) -> str:
    """ "Aujourd’hui", "Demain", "Jeu. 23 juil."."""
    ahead = (day - today).days
    return ("Aujourd’hui", "Demain")[ahead] if ahead in (0, 1) else day_short(day).capitalize()


def follow_up_of(choices: Mapping[int, FollowUp], booking_id: int) -> FollowUp:
    """What was chosen for one patient. Raises Refusal when nothing was."""
    found = choices.get(booking_id)
    if found is None:
        raise Refusal("Dites ce que devient chaque patient inscrit.", "follow_up")
    return found


def span_words(first: date, last: date | None, today: date) -> str:
    """ "aujourd’hui", "du mar. 21 juil. au ven. 24 juil.", "sans fin prévue, depuis le mar. 21 juil."."""
    if last is None:
        start = "dès aujourd’hui" if first == today else f"à partir du {day_short(first)}"
        return f"{start}, sans fin prévue" if first >= today else f"depuis le {day_short(first)}, sans fin prévue"
    if first == last:
        return "aujourd’hui" if first == today else f"le {day_short(first)}"
    return f"du {day_short(first)} au {day_short(last)}"
