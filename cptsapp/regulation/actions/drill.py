"""Practice mode: false slots of one's own, in no figure, without any patient kept, erased on leaving (B54)."""

from datetime import timedelta

from sqlalchemy import delete, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.core.text import new_reference
from cptsapp.regulation.models import DrillSlot
from cptsapp.regulation.rules.drill import FALSE_SLOTS, LOST, FalseSlot
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import local, local_instant


def start_drill(*, by: CurrentUser) -> None:
    """Begin, or begin again."""
    leave_drill(by=by)
    session.add_all([_row(false, by) for false in FALSE_SLOTS])
    session.flush()


def _row(false: FalseSlot, by: CurrentUser) -> DrillSlot:
    day = territory.today() + timedelta(days=false.ahead)
    return DrillSlot(
        user_id=by.id,
        doctor_name=false.doctor,
        commune_name=false.commune,
        address=false.address,
        modality=false.modality,
        day_on=day,
        starts_at=local_instant(day, false.at, territory.zone()),
        capacity=false.capacity,
        free_count=false.capacity,
        created_at=clock.now(),
    )


def leave_drill(*, by: CurrentUser) -> None:
    """Erase everything."""
    session.execute(delete(DrillSlot).where(DrillSlot.user_id == by.id))


def drill_slot(slot_id: int, *, by: CurrentUser) -> DrillSlot:
    """One of the user's false slots. Raises Invisible."""
    found = session.scalar(select(DrillSlot).where(DrillSlot.id == slot_id, DrillSlot.user_id == by.id))
    if found is None:
        raise Invisible
    return found


def book_drill(slot: DrillSlot) -> str:
    """Take a false seat and give its false reference. Raises Refusal for the race that one always loses."""
    if _is_lost(slot) or not slot.free_count:
        raise Refusal("Pris à 14h33 par le poste 1.")
    slot.free_count -= 1
    slot.reference = new_reference()
    return slot.reference


def _is_lost(slot: DrillSlot) -> bool:
    moment = local(slot.starts_at, territory.zone())
    return any((moment.time(), slot.doctor_name) == (at, doctor) for _ahead, at, doctor in LOST)


def lose_drill(slot: DrillSlot) -> None:
    """Note that the race was lost, as it had to be."""
    slot.lost_at, slot.free_count = clock.now(), 0


def orient_drill(*, by: CurrentUser) -> None:
    """Note that a false caller was sent to their own doctor."""
    first = session.scalar(select(DrillSlot).where(DrillSlot.user_id == by.id).order_by(DrillSlot.id).limit(1))
    if first is not None:
        first.oriented_at = clock.now()
