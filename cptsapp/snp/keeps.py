"""What the agenda keeps of persons, told to the directory: what a merge carries, what an objection erases."""

from sqlalchemy import delete, select, update

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.snp.models import Absence, BusyTime, CalendarFeed, CalendarSource, Slot, SlotState


def _why_not_object(numbers: set[int]) -> str | None:
    posted = Slot.person_id.in_(numbers), Slot.state == SlotState.OPEN, Slot.starts_at > clock.now()
    if session.scalar(select(Slot.id).where(*posted).limit(1)) is None:
        return None
    return "Des créneaux à venir sont publiés à son nom : retirez-les d’abord."


def _erase(numbers: set[int]) -> None:
    """Calendars and their addresses; slots stay, under a number."""
    session.execute(delete(BusyTime).where(BusyTime.person_id.in_(numbers)))
    session.execute(delete(CalendarSource).where(CalendarSource.person_id.in_(numbers)))
    live = CalendarFeed.person_id.in_(numbers), CalendarFeed.revoked_at.is_(None)
    session.execute(update(CalendarFeed).where(*live).values(revoked_at=clock.now()))


KEEPER = Keeper(
    (
        Kept(Slot.person_id, "créneau", "créneaux"),
        Kept(Absence.person_id, "absence", "absences"),
        Kept(CalendarSource.person_id, "agenda relié", "agendas reliés"),
        Kept(CalendarFeed.person_id, "adresse d’agenda", "adresses d’agenda"),
        Kept(BusyTime.person_id),
    ),
    _why_not_object,
    _erase,
)
