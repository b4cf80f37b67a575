"""Agendas of a given size, written once under instance/bench and copied for each run.

25 practitioners, 110 free slots from now to the day after tomorrow, the rest in the three years before (59 % of it
taken, B50) and, for bookings to be measured and raced for, 400 free slots and 80 ranges of three patients in the days
after. The clock stands at `NOW`.
"""

import fcntl
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cptsapp import create_app
from cptsapp.accounts.models import Role
from cptsapp.core import seal
from cptsapp.core.db import session
from tests.tools import databases, factories
from tests.tools.settings import test_settings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "instance" / "bench"
NOW = datetime(2026, 7, 20, 12, 32, tzinfo=UTC)
CLOCK = NOW.isoformat()
REGULATORS = 16
USUAL = 15_000  # slots of three years
PRACTITIONERS = 25
FREE_IN_WINDOW = 110
FREE_LATER = 400
RANGES = 80
RANGE_SEATS = 3
YEARS = 3
MINUTES = 10
TAKEN = 0.59
RETENTION = timedelta(days=90)

COMMUNES = [
    ("85194", "Les Sables-d’Olonne", 46.50, -1.78),
    ("85288", "Talmont-Saint-Hilaire", 46.47, -1.62),
    ("85222", "Saint-Gilles-Croix-de-Vie", 46.69, -1.94),
    ("85035", "Bretignolles-sur-Mer", 46.63, -1.86),
    ("85226", "Saint-Hilaire-de-Riez", 46.72, -1.95),
]


def agenda(slots: int) -> Path:
    """The folder that holds an agenda of that many slots: `cptsapp.sqlite`, its keys and its secret."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = FOLDER / f"agenda-{slots}"
    stamp = folder / "stamp"
    with (FOLDER / "lock").open("w") as lock:  # tests run by two processes ask for the same agenda
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != _version():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _build(folder, slots)
            stamp.write_text(_version())
    return folder


def clock_file() -> Path:
    """A clock that stands still at `NOW`, so that a run of any length measures the same list."""
    file = FOLDER / "clock"
    if not file.exists() or file.read_text() != CLOCK:
        FOLDER.mkdir(parents=True, exist_ok=True)
        file.write_text(CLOCK)
    return file


def copy(slots: int, target: Path) -> Path:
    """A copy to write into."""
    shutil.copytree(agenda(slots), target, dirs_exist_ok=True)
    return target


def _version() -> str:
    return version_of(Path(__file__))


def version_of(maker: Path) -> str:
    """Changes with the tables and with the file that fills them, so that an old seed is made anew."""
    digest = hashlib.sha256(maker.read_bytes())
    for path in sorted((ROOT / "cptsapp" / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _build(folder: Path, slots: int) -> None:
    template = databases.make_template("sqlite", folder / "making")
    file = folder / "cptsapp.sqlite"
    shutil.move(template.folder / "template.sqlite", file)
    shutil.rmtree(folder / "making")
    app = create_app(test_settings(folder, f"sqlite:///{file}", CLOCK))
    with app.app_context():
        practices = _people()
        session.commit()
        databases.dispose()
    _rows(file, practices, slots)


def _people() -> list[tuple[int, int]]:
    """The CPTS, its practitioners and one regulator; gives (practice, person) numbers."""
    factories.make_cpts()
    factories.make_campaign(name="Toute l’année", starts_on=date(2023, 1, 1), ends_on=None)
    for code, name, latitude, longitude in COMMUNES:
        factories.make_commune(code=code, name=name, latitude=latitude, longitude=longitude)
    factories.make_user(Role.COORDINATOR, display_name="Sophie Arnaud")
    for number in range(REGULATORS):
        factories.make_user(Role.REGULATOR, display_name=f"Léa Moreau {number}")
    practices = []
    for number in range(PRACTITIONERS):
        person = factories.make_person(last_name=f"Banc{number:02d}", first_name="Camille")
        place = factories.make_place(commune_code=COMMUNES[number % len(COMMUNES)][0])
        factories.make_user(Role.PRACTITIONER, person_id=person.id, display_name=person.full_name)
        practices.append((factories.make_practice(person, place).id, person.id))
    return practices


def _rows(file: Path, practices: list[tuple[int, int]], slots: int) -> None:
    base = sqlite3.connect(file)
    guards = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _sql in guards:  # our own rows do not overlap; a million checks would take minutes
        base.execute(f"DROP TRIGGER {name}")
    writer = _Writer(base)
    for practice, person, starts_at, is_taken, capacity in _times(practices, slots):
        writer.add(practice, person, starts_at, is_taken, capacity)
    writer.flush()
    for _name, sql in guards:
        base.execute(sql)
    base.commit()  # no ANALYZE: nothing runs it where the application lives, and plans must hold without
    base.execute("VACUUM")
    base.close()


def _times(practices: list[tuple[int, int]], slots: int) -> Iterator[tuple[int, int, datetime, bool, int]]:
    """(practice, person, start, taken, capacity) of each slot."""
    for number in range(FREE_IN_WINDOW):
        practice, person = practices[number % PRACTITIONERS]
        hour = timedelta(days=(number // PRACTITIONERS) % 3, minutes=30 + MINUTES * (number // PRACTITIONERS))
        yield practice, person, NOW + hour, False, 1
    for number in range(FREE_LATER):
        practice, person = practices[number % PRACTITIONERS]
        yield practice, person, NOW + timedelta(days=4, minutes=MINUTES * (number // PRACTITIONERS)), False, 1
    for number in range(RANGES):
        practice, person = practices[number % PRACTITIONERS]
        yield practice, person, NOW + timedelta(days=6, hours=number // PRACTITIONERS), False, RANGE_SEATS
    past = slots - FREE_IN_WINDOW - FREE_LATER - RANGES
    each = -(-past // PRACTITIONERS)
    a_day = -(-each // (YEARS * 365))
    for number in range(past):
        practice, person = practices[number % PRACTITIONERS]
        rank = number // PRACTITIONERS
        day = datetime(2026, 7, 19, 6, tzinfo=UTC) - timedelta(days=rank // a_day)
        yield practice, person, day + timedelta(minutes=MINUTES * (rank % a_day)), number % 100 < 100 * TAKEN, 1


class _Writer:
    """Rows by the ten thousand."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self.base = base
        self.number = 0
        self.slots: list[tuple[object, ...]] = []
        self.seats: list[tuple[object, ...]] = []
        self.bookings: list[tuple[object, ...]] = []
        self.identities: list[tuple[object, ...]] = []

    def add(self, practice: int, person: int, starts_at: datetime, is_taken: bool, capacity: int) -> None:
        self.number += 1
        number, start = self.number, _instant(starts_at)
        end = _instant(starts_at + timedelta(minutes=MINUTES * capacity))
        posted = _instant(starts_at - timedelta(days=2))
        free = 0 if is_taken else capacity
        letter = "CCCCTD"[number % 6]
        self.slots.append(
            (
                number,
                practice,
                person,
                1,
                letter,
                starts_at.date().isoformat(),
                start,
                end,
                MINUTES,
                capacity,
                free,
                posted,
            )
        )
        self.seats.append((number, number, 0, start))
        for rank in range(1, capacity):  # numbered after all the first ones
            self.seats.append(
                (10**7 + 10 * number + rank, number, rank, _instant(starts_at + timedelta(minutes=MINUTES * rank)))
            )
        if is_taken:
            self._book(number, starts_at, posted)
        if len(self.slots) >= 10_000:
            self.flush()

    def _book(self, number: int, starts_at: datetime, posted: str) -> None:
        state = "honoured" if number % 25 else "no_show"
        if NOW - starts_at < timedelta(days=2):
            state = "booked"  # yesterday's practitioners have not noted who came
        self.bookings.append((number, number, number, _reference(number), state, posted))
        if NOW - starts_at < RETENTION:
            self.identities.append(_identity(number, starts_at.date()))

    def flush(self) -> None:
        run = self.base.executemany
        run(
            "INSERT INTO slot (id, practice_id, person_id, campaign_id, origin, profession, modality, conditions,"
            " day_on, starts_at, ends_at,"
            " duration_minutes, capacity, free_count, state, posted_at, posted_by_id, sequence)"
            " VALUES (?, ?, ?, ?, 'posted', 'gp', ?, '[]', ?, ?, ?, ?, ?, ?, 'open', ?, 1, 0)",
            self.slots,
        )
        run("INSERT INTO seat (id, slot_id, rank, starts_at) VALUES (?, ?, ?, ?)", self.seats)
        run(
            "INSERT INTO booking (id, seat_id, slot_id, reference, state, regular_doctor, booked_at, booked_by_id,"
            " needs_recall) VALUES (?, ?, ?, ?, ?, 'no', ?, 1, 0)",
            self.bookings,
        )
        run(
            "INSERT INTO booking_identity (id, booking_id, name, birth_year, phone, identity_index, phone_index,"
            " erase_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            self.identities,
        )
        for rows in (self.slots, self.seats, self.bookings, self.identities):
            rows.clear()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _reference(number: int) -> str:
    alphabet = "CDFHJKMNPRTWX34679"
    return "".join(alphabet[(number // len(alphabet) ** place) % len(alphabet)] for place in range(4))


def _identity(number: int, day: date) -> tuple[object, ...]:
    row = UUID(int=number)
    ring = seal.ring()
    values = (f"Exemple {number}", str(1930 + number % 90), f"+336399{number % 100000:05d}")
    sealed = [
        ring.seal(value, row, column) for value, column in zip(values, ("name", "birth_year", "phone"), strict=True)
    ]
    index = ring.blind_index("identity", f"exemple {number}/{values[1]}")
    return (row.hex, number, *sealed, index, ring.blind_index("phone", values[2]), (day + RETENTION).isoformat())


def describe(folder: Path) -> str:
    """Counts of the agenda, for the report's first line."""
    base = sqlite3.connect(folder / "cptsapp.sqlite")
    counts = {table: base.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("slot", "booking")}
    base.close()
    return json.dumps(counts)
