"""Directories of a given size, written once under instance/bench, and what a search in them costs as one types.

19 entries in 20 are persons, each at one address; one in twenty is a structure where some of them practise. Names,
professions and communes come in very unequal numbers, as they do; a person in five is a member.
"""

import fcntl
import hashlib
import itertools
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from cptsapp import create_app
from cptsapp.accounts.models import Role
from cptsapp.core.db import db, session
from cptsapp.core.text import fold
from cptsapp.directory.models import OrganisationKind, Profession
from cptsapp.directory.queries import finding
from tests.bench import seed
from tests.bench.measure import Act
from tests.bench.rig import Person, Rig
from tests.tools import databases, factories
from tests.tools.settings import test_settings

LARGE, SMALL = 60_000, 600
# As one types a name, then a commune, then two words; each is a request of its own.
TYPED = ("r", "re", "ren", "rena", "renau", "olo", "olonne", "infir", "infir olonne", "10001")
TODAY = date(2026, 7, 20)
NOW = "2026-07-20 12:32:00.000000"

_FIRST_NAMES = """Marie Jean Pierre Michel Anne Philippe Nathalie Isabelle Alain Sylvie Patrick Catherine Martine
Nicolas Christine Christophe Françoise Daniel Valérie Sandrine Thomas Julien Camille Léa Manon Hélène Inès Yann
Élodie Chloé Maxime Lucas Hugo Théo Antoine Mathilde Pauline Sarah Laura Jean-Luc Anne-Sophie Aurélie Céline
Émilie Océane"""
_STARTS = "Re Mar Du Le Ben Gau Bou Char Mo Ro Per Gir Fon Va Lau Bar Cor Del Gui Tho Pou Ri Sau Tes Vi"
MIDDLES = ["", "na", "ti", "mon", "la", "ri", "be", "cha", "do", "ga"]
_ENDS = "udin rtin pont goff nard lier dreau cher tier ville nier son taud ret sset mel rand veau ron quet"
FIRST_NAMES, STARTS, ENDS = _FIRST_NAMES.split(), _STARTS.split(), _ENDS.split()
COMMUNES = [
    "Les Sables-d’Olonne",
    "Talmont-Saint-Hilaire",
    "L’Île-d’Olonne",
    "Saint-Hilaire-de-Riez",
    "Brem-sur-Mer",
    *(f"Saint-Exemple-{name}" for name in ("du-Port", "du-Marais", "des-Bois", "la-Rivière", "le-Vieux", "d’Aval")),
]
PROFESSIONS = [p for p in Profession if p is not Profession.STAFF]


def folder_of(entries: int) -> Path:
    """The folder that holds a directory of that many entries: `cptsapp.sqlite`, its keys and its secret."""
    seed.FOLDER.mkdir(parents=True, exist_ok=True)
    folder = seed.FOLDER / f"annuaire-{entries}"
    stamp, version = folder / "stamp", _version()
    with (seed.FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != version:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _build(folder, entries)
            stamp.write_text(version)
    return folder


def _version() -> str:
    """Changes with the tables and with this file."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted((seed.ROOT / "cptsapp" / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def directory(entries: int) -> Iterator[Rig]:
    """An application on a copy of the directory of that size."""
    made = folder_of(entries)
    with tempfile.TemporaryDirectory(dir=seed.FOLDER, prefix="run-") as name:
        folder = Path(name)
        shutil.copytree(made, folder, dirs_exist_ok=True)
        app = create_app(test_settings(folder, f"sqlite:///{folder / 'cptsapp.sqlite'}", f"@{seed.clock_file()}"))
        with app.app_context():
            engine = db.engine
        yield Rig(app, engine, folder)
        with app.app_context():
            databases.dispose()


def typing(person: Person) -> Act:
    """The next of what is typed, asked as the page asks it."""
    following = itertools.cycle(TYPED)
    return lambda: person.get(f"/annuaire?q={next(following)}", **{"HX-Request": "true"})


def reading_again(large: Rig, small: Rig) -> str:
    """What the first search after a change costs besides, in CPU milliseconds of this machine."""
    return ", ".join(f"{_reading(at):.0f} ms of {size:,} entries" for at, size in ((large, LARGE), (small, SMALL)))


def _reading(at: Rig) -> float:
    with at.app.app_context():
        finding.forget()
        started = time.process_time()
        finding.directory()
        session.remove()
        return 1000 * (time.process_time() - started)


# -- the rows ---------------------------------------------------------------------------------------------------------


def _build(folder: Path, entries: int) -> None:
    template = databases.make_template("sqlite", folder / "making")
    file = folder / "cptsapp.sqlite"
    shutil.move(template.folder / "template.sqlite", file)
    shutil.rmtree(folder / "making")
    app = create_app(test_settings(folder, f"sqlite:///{file}", seed.CLOCK))
    with app.app_context():
        factories.make_cpts()
        for number, name in enumerate(COMMUNES):
            factories.make_commune(code=f"85{number:03d}", name=name, postcodes=["85100"])
        factories.make_user(Role.COORDINATOR, display_name="Sophie Arnaud")
        session.commit()
        databases.dispose()
    base = sqlite3.connect(file)
    houses = entries // 20
    draw = random.Random(entries)  # the same directory each time
    base.executemany(_INSERT["organisation"], (_house(n, draw) for n in range(1, houses + 1)))
    base.executemany(_INSERT["place"], (_place(n, houses, draw) for n in range(1, entries + 1)))
    people = entries - houses
    base.executemany(_INSERT["person"], (_person(n, draw) for n in range(1, people + 1)))
    base.executemany(_INSERT["practice"], ((n, n, _profession(n), "liberal") for n in range(1, people + 1)))
    base.executemany(_INSERT["membership"], ((n, _joined(n), "2026-12-31", NOW) for n in range(1, people + 1, 5)))
    base.commit()  # no ANALYZE, as for the agendas
    base.execute("VACUUM")
    base.close()


_INSERT = {
    "organisation": "INSERT INTO organisation (id, name, folded, kind, created_at) VALUES (?, ?, ?, ?, ?)",
    "place": "INSERT INTO place (id, organisation_id, address, commune_code, phone, is_accessible, created_at)"
    " VALUES (?, ?, ?, ?, ?, 0, ?)",
    "person": "INSERT INTO person (id, last_name, first_name, title, folded, profession, rpps, verified_on,"
    " accepts_overbook, created_at, updated_at) VALUES (?, ?, ?, '', ?, ?, ?, ?, 0, ?, ?)",
    "practice": "INSERT INTO practice (id, person_id, place_id, profession, mode, starts_on)"
    " VALUES (?1, ?1, ?2, ?3, ?4, '2020-01-01')",
    "membership": "INSERT INTO membership (person_id, college, starts_on, ends_on, fee_cents, created_at)"
    " VALUES (?, 'professionals', ?, ?, 0, ?)",
}


def _house(number: int, draw: random.Random) -> tuple[object, ...]:
    name = f"Maison de santé {draw.choice(STARTS)}{draw.choice(ENDS)} {number}"
    return number, name, fold(name), draw.choice(list(OrganisationKind)).value, NOW


def _place(number: int, houses: int, draw: random.Random) -> tuple[object, ...]:
    """Of the first `houses` each belongs to a structure; one of the others in three does."""
    owner = number if number <= houses else draw.randint(1, houses) if number % 3 == 0 else None
    commune = f"85{_low(draw, len(COMMUNES)):03d}"
    return number, owner, f"{number % 90 + 1}, rue du Banc", commune, "+33261914027", NOW


def _low(draw: random.Random, below: int) -> int:
    """A number under another, the low ones much more often."""
    return int(below * draw.random() ** 2)


def _person(number: int, draw: random.Random) -> tuple[object, ...]:
    last = draw.choice(STARTS) + MIDDLES[_low(draw, len(MIDDLES))] + ENDS[_low(draw, len(ENDS))]
    first = FIRST_NAMES[_low(draw, len(FIRST_NAMES))]
    verified = TODAY - timedelta(days=draw.randint(1, 700))
    rpps = f"1{number:010d}"
    return number, last, first, fold(f"{last} {first}"), _profession(number), rpps, verified.isoformat(), NOW, NOW


def _profession(number: int) -> str:
    return PROFESSIONS[int(len(PROFESSIONS) * random.Random(number).random() ** 3)].value


def _joined(number: int) -> str:
    return f"202{number % 6}-01-01"
