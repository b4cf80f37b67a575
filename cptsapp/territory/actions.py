"""Setting the CPTS up, then changing its settings; each change leaves what was before and what came after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlalchemy import delete, select, update

from cptsapp.accounts.actions import users
from cptsapp.accounts.models import SetupCode, User
from cptsapp.accounts.permissions import FIRST_ROLES
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.text import fold, new_reference
from cptsapp.core.tokens import token_hash
from cptsapp.territory import national, queries
from cptsapp.territory.models import Commune, Cpts, DaytimeHours, Neighbour

FAILURES_MAX = 5
CODE_GROUPS = 3
_USED = "Ce code a déjà servi, ou un autre l’a remplacé : demandez-en un nouveau dans le terminal."
_DONE = "Cette CPTS est déjà installée."

Hours = Mapping[int, tuple[time, time]]


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """What the first visit asks. `hours`: weekday (0 is Monday) → (opens, closes), local."""

    name: str
    mark: str
    codes: Sequence[str]
    size_tier: int
    hours: Hours
    zone: str
    holiday_region: str
    out_of_hours_name: str
    out_of_hours_phone: str
    admin_name: str
    admin_mail: str
    password: str


# -- the first visit --------------------------------------------------------------------------------------------------


def new_setup_code() -> str:
    """A new code for the first visit, in three groups; any earlier one is void. Raises Refusal once set up."""
    if queries.current() is not None:
        raise Refusal(_DONE)
    code = "-".join(new_reference() for _ in range(CODE_GROUPS))
    session.execute(delete(SetupCode))
    session.add(SetupCode(id=1, code_hash=hash_of_code(code), created_at=clock.now()))
    session.flush()
    return code


def hash_of_code(typed: str) -> bytes:
    """What is stored of a code, however its groups were typed."""
    return token_hash("".join(typed.split()).replace("-", "").upper())


def is_setup_code(typed: str) -> bool:
    """Whether this is the code of the terminal; never once it was guessed wrong too often."""
    return is_setup_hash(hash_of_code(typed))


def is_setup_hash(code_hash: bytes) -> bool:
    """The same for a code verified earlier, of which the visitor's cookie keeps the hash."""
    stored = queries.setup_code()
    return stored is not None and stored.failure_count < FAILURES_MAX and stored.code_hash == code_hash


def note_wrong_code() -> None:
    """Count a wrong code; at the fifth the right one opens nothing any more."""
    session.execute(update(SetupCode).values(failure_count=SetupCode.failure_count + 1))


def set_up(answers: FirstAnswers, code_hash: bytes) -> User:
    """Make the CPTS and its first administrator, and use the code up. Raises Refusal; of two at once one wins."""
    if queries.current() is not None:
        raise Refusal(_DONE)
    used = session.execute(
        delete(SetupCode).where(SetupCode.code_hash == code_hash, SetupCode.failure_count < FAILURES_MAX)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE gives a cursor result
        raise Refusal(_USED)
    cpts = Cpts(
        id=1,
        name=answers.name,
        mark=answers.mark,
        zone=answers.zone,
        holiday_region=answers.holiday_region,
        size_tier=answers.size_tier,
        out_of_hours_name=answers.out_of_hours_name,
        out_of_hours_phone=answers.out_of_hours_phone,
        updated_at=clock.now(),
    )
    session.add(cpts)
    _write_hours(answers.hours)
    session.add_all(_commune(code) for code in dict.fromkeys(answers.codes))
    session.flush()
    queries.forget()
    record("territory.set_up", cpts, by=None, name=answers.name, communes=len(answers.codes))
    return users.create_user(answers.admin_mail, answers.admin_name, FIRST_ROLES, by=None, password=answers.password)


# -- settings ---------------------------------------------------------------------------------------------------------


def change_settings(values: Mapping[str, Any], *, by: Actor) -> list[str]:
    """Change columns of the CPTS; gives the names of those that differ. Nothing is recorded when none does."""
    cpts = _cpts()
    changes = _changes(cpts, values)
    if changes:
        _apply(cpts, values)
        record("territory.settings", cpts, by=by, changes=changes)
    return list(changes)


def change_hours(hours: Hours, *, by: Actor) -> bool:
    """Replace the daytime window; whether it differs."""
    before = queries.settings().window.hours
    if dict(before) == dict(hours):
        return False
    cpts = _cpts()
    session.execute(delete(DaytimeHours))
    _write_hours(hours)
    _apply(cpts, {})
    record("territory.hours", cpts, by=by, changes={"hours": [_in_words(before), _in_words(hours)]})
    return True


def choose_communes(codes: Sequence[str], *, by: Actor) -> None:
    """Make these the communes of the territory. Raises Refusal when none is left.

    A commune that leaves stays known, because addresses and past bookings name it.
    """
    if not codes:
        raise Refusal("Gardez au moins une commune : la liste des créneaux se range par commune.")
    before = {commune.code: commune for commune in session.scalars(select(Commune).where(Commune.is_own))}
    after = set(codes)
    for code in before.keys() - after:
        before[code].is_own = False
    for code in sorted(after - before.keys()):
        commune = known(code)
        commune.is_own, commune.neighbour_id = True, None
    added, removed = sorted(after - before.keys()), sorted(before.keys() - after)
    if added or removed:
        _apply(_cpts(), {})
        record("territory.communes", _cpts(), by=by, added=added, removed=removed)


def known(code: str) -> Commune:
    """The commune as this CPTS keeps it, copied from the national list the first time. Raises Refusal."""
    found = session.get(Commune, code)
    if found is None:
        found = _commune(code, is_own=False)
        session.add(found)
        session.flush()
    return found


# -- neighbouring CPTS ------------------------------------------------------------------------------------------------


def save_neighbour(
    neighbour: Neighbour | None, values: Mapping[str, Any], codes: Sequence[str], *, by: Actor
) -> Neighbour:
    """Add a neighbouring CPTS, or change one. Raises Refusal when another has its name or one of its communes."""
    _refuse_same_name(neighbour, values["name"])
    changes = _changes(neighbour, values) if neighbour else {}
    kind = "neighbour.change" if neighbour else "neighbour.add"
    if neighbour is None:
        neighbour = Neighbour(**values)
        session.add(neighbour)
    for name, value in values.items():
        setattr(neighbour, name, value)
    session.flush()
    _give_communes(neighbour, codes)
    record(kind, neighbour, by=by, changes=changes, communes=sorted(codes))
    return neighbour


def remove_neighbour(neighbour: Neighbour, *, by: Actor) -> None:
    """Forget a neighbouring CPTS; its communes stay known and are nobody's."""
    record("neighbour.remove", neighbour, by=by, name=neighbour.name)
    session.execute(update(Commune).where(Commune.neighbour_id == neighbour.id).values(neighbour_id=None))
    session.expire(neighbour)
    session.delete(neighbour)
    session.flush()


def _refuse_same_name(neighbour: Neighbour | None, name: str) -> None:
    other = session.scalar(select(Neighbour.id).where(Neighbour.name == name))
    if other is not None and other != (neighbour.id if neighbour else None):
        raise Refusal("Une CPTS voisine porte déjà ce nom.", "name")


def _give_communes(neighbour: Neighbour, codes: Sequence[str]) -> None:
    taken = [known(code) for code in codes]
    for commune in taken:
        if commune.is_own:
            raise Refusal(f"{commune.name} est de votre territoire : retirez-la d’abord de vos communes.")
        if commune.neighbour_id not in (None, neighbour.id):
            raise Refusal(f"{commune.name} est déjà d’une autre CPTS voisine.")
    session.execute(update(Commune).where(Commune.neighbour_id == neighbour.id).values(neighbour_id=None))
    session.execute(update(Commune).where(Commune.code.in_(codes)).values(neighbour_id=neighbour.id))
    session.expire(neighbour)


# -- pieces -----------------------------------------------------------------------------------------------------------


def _cpts() -> Cpts:
    return session.scalars(select(Cpts)).one()


def _apply(cpts: Cpts, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(cpts, name, value)
    cpts.updated_at = clock.now()
    session.flush()
    queries.forget()


def _changes(thing: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [before, after] of what differs; plain texts and numbers, which the trail may keep."""
    return {name: [getattr(thing, name), value] for name, value in values.items() if getattr(thing, name) != value}


def _write_hours(hours: Hours) -> None:
    session.add_all(
        DaytimeHours(weekday=weekday, opens_at=opens, closes_at=closes) for weekday, (opens, closes) in hours.items()
    )


def _in_words(hours: Hours) -> dict[str, str]:
    return {str(day): f"{opens:%H:%M}-{closes:%H:%M}" for day, (opens, closes) in sorted(hours.items())}


def _commune(code: str, *, is_own: bool = True) -> Commune:
    found = national.commune(code)
    if found is None:
        raise Refusal(f"Le code {code} n’est celui d’aucune commune.")
    return Commune(
        code=found.code,
        name=found.name,
        folded=fold(found.name),
        postcodes=list(found.postcodes),
        population=found.population,
        latitude=found.lat,
        longitude=found.lon,
        is_own=is_own,
    )
