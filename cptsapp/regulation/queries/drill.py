"""Practice mode: the user's false slots as the real list would show them, and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.french import NBSP, count
from cptsapp.core.text import spell
from cptsapp.regulation.models import DrillSlot
from cptsapp.regulation.queries.listing import HourCell
from cptsapp.regulation.queries.opened import NOTED, Facts, Held, Script, milliseconds
from cptsapp.regulation.rules import match
from cptsapp.regulation.rules.drill import Progress
from cptsapp.snp import rules, words
from cptsapp.snp.models import Modality
from cptsapp.territory import queries as territory

PHONE = "01 99 00 00 00"  # Arcep's range for fiction


@dataclass(slots=True)
class DrillLine:
    """One false row."""

    id: int
    time: str
    hour: int
    name: str
    commune: str
    letter: str
    word: str
    mark: str
    places: int
    state: str
    when: str
    is_late: bool = False
    km: str = ""


@dataclass(slots=True)
class DrillDay:
    """One column."""

    title: str
    free: str
    strip: list[HourCell]
    rows: list[DrillLine]


@dataclass(slots=True)
class Drill:
    """The whole exercise."""

    days: list[DrillDay]
    progress: Progress
    typed: str


def drill(user: CurrentUser, typed: str) -> Drill | None:
    """The user's exercise, or None before it begins."""
    found = session.scalars(
        select(DrillSlot).where(DrillSlot.user_id == user.id).order_by(DrillSlot.starts_at, DrillSlot.id)
    ).all()
    if not found:
        return None
    letters = match.squashed(typed)
    shown = [slot for slot in found if match.finds(letters, slot.doctor_name, slot.commune_name)] if letters else found
    progress = Progress(
        any(slot.reference for slot in found),
        any(slot.oriented_at for slot in found),
        any(slot.lost_at for slot in found),
    )
    days = sorted({slot.day_on for slot in found})
    titles = ("Maintenant → ce soir", "Demain")
    return Drill(
        [_day(titles[min(i, 1)], [slot for slot in shown if slot.day_on == day]) for i, day in enumerate(days)],
        progress,
        typed,
    )


def _day(title: str, slots: Sequence[DrillSlot]) -> DrillDay:
    rows = [_line(slot) for slot in slots]
    hours = sorted({row.hour for row in rows})
    strip = [_cell(hour, [row for row in rows if row.hour == hour]) for hour in hours]
    return DrillDay(title, count(sum(row.places for row in rows), "libre"), strip, rows)


def _cell(hour: int, rows: list[DrillLine]) -> HourCell:
    free = sum(row.places for row in rows)
    return HourCell(f"{hour}{NBSP}h", free, f"#c{rows[0].id}" if free else "")


def _line(slot: DrillSlot) -> DrillLine:
    moment = territory.local(slot.starts_at)
    return DrillLine(
        id=slot.id,
        time=french.hour(moment),
        hour=moment.hour,
        name=slot.doctor_name,
        commune=slot.commune_name,
        letter=slot.modality.value,
        word=words.MODALITIES[slot.modality],
        mark=f"×{slot.free_count}" if slot.free_count > 1 else "",
        places=slot.free_count,
        state="free" if slot.free_count else "taken",
        when=french.relative_day(moment.date(), territory.today()),
    )


def facts(slot: DrillSlot) -> Facts:
    """A false slot in words."""
    moment = territory.local(slot.starts_at)
    is_surgery = slot.modality is Modality.SURGERY
    return Facts(
        id=slot.id,
        moment=moment,
        time=french.hour(moment),
        day=french.relative_day(moment.date(), territory.today()),
        doctor=slot.doctor_name,
        spoken_doctor=slot.doctor_name.replace("Dr ", "le docteur ", 1),
        commune=slot.commune_name,
        letter=slot.modality.value,
        word=words.MODALITIES[slot.modality],
        is_surgery=is_surgery,
        address=slot.address,
        phone=PHONE.replace(" ", NBSP),
        detail=f"{slot.address if is_surgery else words.MODALITIES[slot.modality].lower()} · 15{NBSP}min",
        is_late=False,
        must_ring=False,
    )


def held() -> Held:
    """A false hold: two minutes from now."""
    now = clock.now()
    return Held(milliseconds(now + rules.HOLD), milliseconds(now))


def script(slot: DrillSlot, reference: str, answer: str) -> Script:
    """The script of a false booking."""
    now = clock.now()
    return Script(
        booking_id=0,
        reference=reference,
        spelled=spell(reference),
        facts=facts(slot),
        noted_at="14h34",
        regular_doctor=NOTED[answer],
        undo_until_ms=milliseconds(now),
        now_ms=milliseconds(now),
        can_undo=False,
    )
