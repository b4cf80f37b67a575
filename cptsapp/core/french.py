"""French as the screens write it: hours, days, counts, money (ui/tokens.md, *Writing*)."""

from datetime import date, datetime, time

NBSP = "\u00a0"
THIN = "\u202f"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
WEEKDAYS_SHORT = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
MONTHS_SHORT = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)


def hour(moment: datetime | time) -> str:
    """A moment of the day, local: "17h00", "8h05"."""
    return f"{moment.hour}h{moment.minute:02d}"


def _day_number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def day_short(day: date) -> str:
    """ "lun. 20 juil."."""
    return f"{WEEKDAYS_SHORT[day.weekday()]} {_day_number(day)} {MONTHS_SHORT[day.month - 1]}"


def day_near(day: date, today: date) -> str:
    """ "lun. 20 juil.", and of another year "lun. 1er mars 2027"."""
    return day_short(day) if day.year == today.year else f"{day_short(day)} {day.year}"


def day_tiny(day: date) -> str:
    """ "mer. 22", for narrow chips."""
    return f"{WEEKDAYS_SHORT[day.weekday()]} {_day_number(day)}"


def day_long(day: date) -> str:
    """ "lundi 20 juillet"."""
    return f"{WEEKDAYS[day.weekday()]} {_day_number(day)} {MONTHS[day.month - 1]}"


def day_full(day: date) -> str:
    """ "lundi 20 juillet 2026"."""
    return f"{day_long(day)} {day.year}"


def day_numeric(day: date) -> str:
    """ "20/07/2026"."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def days_ahead(days: int) -> str:
    """ "aujourd’hui", "demain" or "dans 4 j", for today and later."""
    return {0: "aujourd’hui", 1: "demain"}.get(days, f"dans {days}{NBSP}j")


def relative_day(day: date, today: date) -> str:
    """ "aujourd’hui", "demain" or "lun. 20 juil."."""
    return {0: "aujourd’hui", 1: "demain"}.get((day - today).days, day_short(day))


def number(value: int) -> str:
    """ "1 004" with a thin no-break space."""
    return f"{value:,}".replace(",", THIN)


def count(value: int, singular: str, plural: str | None = None) -> str:
    """ "0 libre", "1 libre", "2 libres": zero is singular in French."""
    word = singular if value < 2 else plural or f"{singular}s"
    return f"{number(value)}{NBSP}{word}"


def money(cents: int) -> str:
    """ "690 €", "12,50 €" from a number of cents."""
    euros, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    decimals = f",{rest:02d}" if rest else ""
    return f"{sign}{number(euros)}{decimals}{NBSP}€"


def percent(part: int, whole: int, decimals: int = 0) -> str:
    """ "59 %", "58,4 %" with a decimal unless it is exact, or "—" when there is nothing to divide by."""
    if not whole:
        return "—"
    if not decimals or 100 * part % whole == 0:
        return f"{round(100 * part / whole)}{NBSP}%"
    return f"{100 * part / whole:.{decimals}f}{NBSP}%".replace(".", ",")


def phone(digits: str) -> str:
    """ "02 61 91 40 27" from the ten national digits or +33…, "116 117"; anything else is given back as it is."""
    if len(digits) == 6 and digits.startswith("116"):
        return f"116{NBSP}{digits[3:]}"
    national = "0" + digits[3:] if digits.startswith("+33") else digits
    if len(national) != 10 or not national.isdigit():
        return digits
    return NBSP.join(national[i : i + 2] for i in range(0, 10, 2))
