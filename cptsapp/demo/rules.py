"""What a day of the demonstration holds, drawn from its date alone: the same day gives the same plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from cptsapp.snp.models import Modality, RegularDoctor
from cptsapp.territory.rules import local_instant

C, T, D = Modality.SURGERY, Modality.REMOTE, Modality.HOME

HISTORY = timedelta(days=21)
AHEAD_DAYS = 14
NOTED_AT = time(19, 45)
POSTED_AT = time(18, 30)
FIRST_CALL = time(8, 5)
OUTCOMES = ("honoured",) * 22 + ("no_show",) * 2 + ("cancelled",)
CANCELLED_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Line:
    """A slot as a doctor posts it: wall time, who, where, how many, minutes each."""

    opens: time
    doctor: str
    modality: Modality = C
    capacity: int = 1
    minutes: int = 15
    conditions: tuple[str, ...] = ()


def _line(text: str) -> Line:
    """« 9h00 Benali C 2 » as a line."""
    clock, *words = text.split()
    hours, minutes = clock.split("h")
    numbers = [word for word in words if word.isdigit()]
    letters = [word for word in words if word in ("C", "T", "D")]
    name = " ".join(word for word in words if word not in (*numbers, *letters))
    doctor, _, condition = name.partition("/")
    return Line(
        time(int(hours), int(minutes)),
        doctor,
        Modality(letters[0]) if letters else C,
        int(numbers[0]) if numbers else 1,
        conditions=(condition,) if condition else (),
    )


def _day(text: str) -> tuple[Line, ...]:
    return tuple(_line(line) for line in text.strip().splitlines())


FIRST = _day("""
8h45 Rabiller
9h30 Renaudin
10h15 Fradet
11h00 Tessier 2
11h45 Barreteau
14h45 Pouvreau
15h00 Benali
15h15 Morisset T
15h30 Bonnaud
15h45 Tessier
16h00 Haddad
16h15 Guilbaud
16h45 Rabiller D
17h00 Renaudin
17h00 Le Goff 2
17h45 Guilbaud D
18h00 Haddad T
18h15 Martineau
19h15 Fradet
""")
SECOND = _day("""
8h30 Tessier
8h45 Bonnaud/adults
9h00 Benali 2
9h30 Arnaudeau
10h15 Morisset T
10h30 Jolly D
11h00 Giraudeau
11h30 Renaudin
11h45 Chauvin
13h30 Barreteau
14h00 Rabiller D
15h15 Fradet/children
15h45 Martineau
16h30 Ferré
17h00 Le Goff 4
17h00 Renaudin
17h45 Haddad T
18h30 Guilbaud
19h00 Pouvreau T
""")
THIRD = _day("""
8h45 Martineau
9h15 Ferré
9h30 Guilbaud
10h00 Bonnaud
11h15 Tessier
11h30 Renaudin
14h15 Benali
14h30 Bironneau
14h45 Pouvreau
15h00 Chauvin D
15h15 Haddad T
15h45 Arnaudeau
16h00 Giraudeau/no_certificate
16h45 Morisset T
17h00 Le Goff 4
17h30 Fradet
18h00 Vrignaud
18h15 Martineau
18h30 Barreteau
""")
SHORT = _day("""
8h30 Guilbaud
8h45 Renaudin
9h00 Renaudin
9h15 Benali
9h30 Fradet
10h00 Renaudin 2
10h30 Guilbaud D
11h00 Haddad T
11h30 Benali
""")
# When the days to come are all closed: some answer by video outside the daytime, as the CPTS lets them.
SPARE = _day("""
9h00 Haddad T 2
10h30 Morisset T 2
14h00 Pouvreau T 2
17h00 Guilbaud D
""")


def lines(day: date, closes: time) -> list[Line]:
    """What the doctors post for a day that closes at this local hour."""
    if closes <= time(13):
        return list(SHORT)
    return list((FIRST, SECOND, THIRD)[day.toordinal() % 3])


def booked_share(day: date, today: date) -> float:
    """How likely a seat is to be taken: more week after week in the past, less and less in the days to come."""
    ahead = (day - today).days
    if ahead < 0:
        return max(0.35, 0.8 + 0.014 * ahead)
    return {0: 0.3, 1: 0.15}.get(ahead, 0.04)


def dice(*words: object) -> Random:
    """Chance that depends on these words alone."""
    return Random("|".join(map(str, words)))


@dataclass(frozen=True, slots=True)
class Call:
    """A caller whom the desk books: when, the answer to the first question, whether they give up afterwards."""

    at: datetime
    regular_doctor: RegularDoctor
    number: int
    gives_up: bool


def calls(line: Line, day: date, now: datetime, quiet_since: datetime, zone: str) -> list[Call]:
    """Who books this line, in order; nobody after the slot, nor after the present, nor while the desk sleeps."""
    chance = dice("calls", day, line.opens, line.doctor)
    starts_at = local_instant(day, line.opens, zone)
    latest = min(starts_at - timedelta(minutes=12), quiet_since - timedelta(minutes=3))
    earliest = min(local_instant(day, FIRST_CALL, zone), latest - timedelta(minutes=90))
    share = booked_share(day, now.astimezone(UTC).date())
    found = []
    for _ in range(line.capacity):
        wanted, moment = chance.random() < share, chance.random()
        answer = chance.choice((RegularDoctor.NO, RegularDoctor.NO, RegularDoctor.YES, RegularDoctor.UNKNOWN))
        number, gives_up = chance.randrange(10_000), chance.random() < CANCELLED_SHARE
        if wanted:
            found.append(Call(earliest + moment * (latest - earliest), answer, number, gives_up))
    return sorted(found, key=lambda call: call.at)


def posted_at(line: Line, day: date, quiet_since: datetime, zone: str) -> datetime:
    """When a slot was put on the list: late the day before, or lately for days further ahead."""
    usual = local_instant(day - timedelta(days=1), POSTED_AT, zone)
    earlier = timedelta(minutes=dice("posted", day, line.opens, line.doctor).randrange(150))
    return min(usual, quiet_since - timedelta(hours=2)) - earlier
