"""Ages at a day, and the bands the figures and the criteria use."""

from datetime import date

from cptsapp.inbox.models import AgeBand

# First age of each band; « + 70 ans » begins at 71, « − 6 ans » ends at 5 (E28).
STARTS = (
    (71, AgeBand.FROM_71),
    (60, AgeBand.FROM_60),
    (45, AgeBand.FROM_45),
    (25, AgeBand.FROM_25),
    (16, AgeBand.FROM_16),
    (6, AgeBand.FROM_6),
    (0, AgeBand.UNDER_6),
)
LABELS = {
    AgeBand.UNDER_6: "moins de 6 ans",
    AgeBand.FROM_6: "6 à 15 ans",
    AgeBand.FROM_16: "16 à 24 ans",
    AgeBand.FROM_25: "25 à 44 ans",
    AgeBand.FROM_45: "45 à 59 ans",
    AgeBand.FROM_60: "60 à 70 ans",
    AgeBand.FROM_71: "plus de 70 ans",
}


def age_on(birth: date, day: date) -> int:
    """Full years on a day; someone born on 29 February is a year older on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def band_on(birth: date, day: date) -> AgeBand:
    """The band of the age on a day. Raises ValueError for a birth after the day."""
    age = age_on(birth, day)
    if age < 0:
        raise ValueError("born after the day")
    return next(band for start, band in STARTS if age >= start)
