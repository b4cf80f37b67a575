"""Pure rules of the term of a convention: its last day, the last day to give notice, tacit renewal.

A term is counted in whole months from its first day; `ends_on` is its last day, included. A convention of the 31st
keeps the 31st: months that have none cut it short, the next ones do not (§4.6).
"""

import calendar
from datetime import date, timedelta

from cptsapp.conventions.models import Renewal
from cptsapp.core.french import NBSP, THIN, day_full, day_long
from cptsapp.core.periods import months_later

_DAY = timedelta(days=1)


def last_day(starts_on: date, months: int) -> date:
    """The last day of a term of some months: 12 January 2026 for 12 months ends on 11 January 2027."""
    return months_later(starts_on, months) - _DAY


def renewed_until(starts_on: date | None, ends_on: date, months: int) -> date:
    """The last day of the next term of some months, after the one that ends on `ends_on`.

    Renewed term after term, it is the day one long term would have ended on.
    """
    after = ends_on + _DAY
    following = months_later(after, months)
    if starts_on is not None and after == _kept(after, starts_on.day):
        following = _kept(following, starts_on.day)
    return following - _DAY


def _kept(day: date, wanted: int) -> date:
    """The day of the same month with the wanted number, or its last."""
    return day.replace(day=min(wanted, calendar.monthrange(day.year, day.month)[1]))


def notice_due_on(ends_on: date, notice_months: int) -> date:
    """The last day on which notice may be given: with two months, 11 November for an end on 11 January."""
    return months_later(ends_on + _DAY, -notice_months) - _DAY


def decision_due_on(renewal: Renewal, ends_on: date | None, notice_months: int | None) -> date | None:
    """The last day to give notice, or to decide of an express renewal; None when nothing is to be decided."""
    if ends_on is None or renewal is Renewal.NONE:
        return None
    return notice_due_on(ends_on, notice_months or 0)


def is_renewed_by_itself(
    renewal: Renewal, ends_on: date | None, notice_months: int | None, *, has_notice: bool, today: date
) -> bool:
    """Whether a tacit renewal takes place: its last day has come and nobody may give notice any more."""
    if renewal is not Renewal.TACIT or ends_on is None or has_notice:
        return False
    return today >= ends_on and today > notice_due_on(ends_on, notice_months or 0)


def is_over(renewal: Renewal, ends_on: date | None, *, has_notice: bool, today: date) -> bool:
    """Whether its last day has passed and nothing renews it."""
    if ends_on is None or today <= ends_on:
        return False
    return has_notice or renewal is not Renewal.TACIT


def why_no_notice(
    renewal: Renewal, ends_on: date | None, notice_months: int | None, *, given_on: date, has_notice: bool
) -> str | None:
    """Why notice given on a day does not count, in French; None when it does."""
    if has_notice:
        return "Le préavis est déjà noté."
    if ends_on is None:
        return None
    if renewal is not Renewal.TACIT:
        return f"Cette convention finit d’elle-même le {day_full(ends_on)}{NBSP}: aucun préavis n’est à donner."
    due = notice_due_on(ends_on, notice_months or 0)
    if given_on > due:
        return f"Trop tard{NBSP}: le préavis était à donner au plus tard le {day_full(due)}."
    return None


def words(
    starts_on: date | None,
    ends_on: date | None,
    renewal: Renewal,
    renewal_months: int | None = None,
    notice_months: int | None = None,
) -> str:
    """The term as the text of the convention says it, in one or two sentences."""
    return f"{_days(starts_on, ends_on)} {_renewal(renewal, ends_on, renewal_months, notice_months)}".strip()


def _days(starts_on: date | None, ends_on: date | None) -> str:
    since = f"le {_written(starts_on)}" if starts_on else "à la dernière signature"
    if ends_on is None:
        return f"La convention prend effet {since}, sans limite de durée."
    return f"La convention prend effet {since} et court jusqu’au {_written(ends_on)} inclus."


def _written(day: date) -> str:
    """« 12 janvier 2026 »: a contract needs no weekday."""
    return f"{day_long(day).split(' ', 1)[1]} {day.year}"


def _renewal(renewal: Renewal, ends_on: date | None, months: int | None, notice: int | None) -> str:
    told = f"{notice}{NBSP}mois" if notice else ""
    if ends_on is None:
        return f"Chaque partie peut y mettre fin par écrit, avec un préavis de {told}." if told else ""
    if renewal is Renewal.NONE:
        return "Elle n’est pas renouvelée d’elle-même."
    period = f"{months or 0}{NBSP}mois"
    if renewal is Renewal.EXPRESS:
        before = f", décidé au plus tard {told} avant son terme" if told else ""
        return f"Elle est renouvelée pour {period} par accord écrit des parties{before}."
    unless = f"{told} avant chaque terme" if told else "avant chaque terme"
    return f"Elle est renouvelée tacitement par périodes de {period}, sauf préavis donné par écrit {unless}."


def short(starts_on: date | None, ends_on: date | None) -> str:
    """The term in a line: « 12 janvier 2026 – 11 janvier 2027 », « sans date »."""
    if starts_on is None and ends_on is None:
        return "sans date"
    if ends_on is None:
        return f"depuis le {_written(starts_on)}" if starts_on else ""
    return f"{_written(starts_on)}{NBSP}– {_written(ends_on)}" if starts_on else f"jusqu’au {_written(ends_on)}"


def why_not_days(
    starts_on: date | None, ends_on: date | None, renewal: Renewal, renewal_months: int | None, notice: int | None
) -> tuple[str, str] | None:
    """Why a term does not hold together: the sentence and the field it is about; None when it does."""
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        return "Le dernier jour vient après le premier.", "ends_on"
    if renewal is Renewal.NONE:
        return None
    if ends_on is None:
        return "Sans dernier jour, il n’y a rien à renouveler.", "ends_on"
    if not renewal_months or not 1 <= renewal_months <= 120:
        return f"De combien de mois{THIN}? Entre 1 et 120.", "renewal_months"
    if renewal is Renewal.TACIT and (notice is None or not 0 <= notice <= 24):
        return f"Combien de mois de préavis{THIN}? Entre 0 et 24.", "notice_months"
    return None
