"""Words of posting's screens: moments, intervals, places. Those of the agenda itself are in `snp.words`."""

from datetime import date, datetime, time
from types import MappingProxyType

from cptsapp.core.french import NBSP, count, day_short, day_tiny, hour
from cptsapp.snp.models import FollowUp

FOLLOW_UPS = MappingProxyType(
    {
        FollowUp.REGULATION_CALLS: "La régulation le rappelle",
        FollowUp.PRACTITIONER_CALLS: "Je l’appelle moi-même",
        FollowUp.SEEN_ANYWAY: "Je le reçois quand même",
    }
)
_INTERVALS = MappingProxyType({15: "tous les quarts d’heure", 30: "toutes les demi-heures", 60: "toutes les heures"})


def short_day(day: date, today: date) -> str:
    """ "auj.", "demain", "mer. 22" within the week, "jeu. 10 sept." beyond."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return ("auj.", "demain")[ahead]
    return day_tiny(day).replace(" ", NBSP) if 1 < ahead < 7 else day_short(day)


def day_month(day: date) -> str:
    """ "22 juil."."""
    return day_short(day).split(" ", 1)[1]


def moment(local_start: datetime, today: date) -> str:
    """ "auj. 17h00", "demain 11h30", "mer. 22, 11h30"."""
    day = local_start.date()
    comma = "" if (day - today).days in (0, 1) else ","
    return f"{short_day(day, today)}{comma} {hour(local_start)}"


def chip_moment(local_start: datetime, today: date) -> str:
    """The same for a chip, whose second part is bold: "Auj.|17h00"."""
    return f"{capital(short_day(local_start.date(), today))}|{hour(local_start)}"


def capital(text: str) -> str:
    """With its first letter in capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def every(duration: int) -> str:
    """ "Un patient tous les quarts d’heure." for minutes a patient."""
    return f"Un patient {_INTERVALS.get(duration) or f'toutes les {duration}{NBSP}minutes'}."


def hours_range(opens: time | datetime, closes: time | datetime) -> str:
    """ "17h00 – 18h00"."""
    return f"{hour(opens)} – {hour(closes)}"


def minutes(value: int) -> str:
    """ "15 min", "1 h", "1 h 30"."""
    whole, rest = divmod(value, 60)
    if not whole:
        return f"{value}{NBSP}min"
    return f"{whole}{NBSP}h" + (f"{NBSP}{rest:02d}" if rest else "")


def places(capacity: int, free: int) -> str:
    """A plage's second line: "4 places : 1 prise, 3 libres", "4 places libres", "4 places prises"."""
    taken = capacity - free
    if not taken:
        return count(capacity, "place libre", "places libres")
    if not free:
        return count(capacity, "place prise", "places prises")
    return f"{count(capacity, 'place')}{NBSP}: {count(taken, 'prise')}, {count(free, 'libre')}"
