"""Which slots and bookings exist for a user, whose identity they may open, and why they may not act now."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, union

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import RoleGrant, User
from cptsapp.accounts.permissions import roles_with
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds
from cptsapp.directory.models import Delegation, Person
from cptsapp.directory.permissions import in_force
from cptsapp.snp import rules
from cptsapp.snp.models import Booking, BookingState, Slot, SlotState
from cptsapp.territory import queries as territory

OWN = frozenset({"own", "delegated"})

NOT_YOURS = "Ce créneau n’est pas à vous."
GONE = "Ce créneau est passé."


def acts_for(user: CurrentUser) -> Select[Any]:
    """The ids of the persons a user acts for today: themselves, and those who delegated to them.

    Under all their numbers: what was posted or delegated under a sheet merged since is still theirs to answer for.
    Whoever has no sheet acts for nobody: compared with no number, everyone who was never merged would match.
    """
    if user.person_id is None:
        return select(Person.id).where(false())
    own = select(Person.id).where(or_(Person.id == user.person_id, Person.merged_into_id == user.person_id))
    delegated = select(Delegation.practitioner_id).where(
        Delegation.delegate_id.in_(own), in_force(Delegation, territory.today())
    )
    kept = select(func.coalesce(Person.merged_into_id, Person.id)).where(Person.id.in_(delegated))
    merged = select(Person.id).where(Person.merged_into_id.in_(kept))
    return select(union(own, kept, merged).subquery().c[0])


def acts_for_person(user: CurrentUser, person_id: int) -> bool:
    """Whether a user is this person or acts for them today."""
    if user.person_id is None:
        return False
    return user.person_id == person_id or person_id in set(session.scalars(acts_for(user)))


def noted_by(user: CurrentUser, person_id: Any = Slot.person_id) -> ColumnElement[bool]:
    """WHERE over a column of practitioners: those whose patients the user notes as come or absent.

    Their own and those they act for; for the coordination, those for whom nobody who signs in could do it.
    """
    acts = user.person_id is not None and not notes_by_reference(user)
    own = person_id.in_(acts_for(user)) if acts else false()
    return own if is_own_only(user) else or_(own, _unattended(person_id))


def may_note_for(user: CurrentUser, person_id: int) -> bool:
    """Whether the user notes the patients of this practitioner as come or absent."""
    return session.scalar(select(Person.id).where(Person.id == person_id, noted_by(user, Person.id))) is not None


def is_own_only(user: CurrentUser) -> bool:
    """Whether the user notes for nobody but those they act for."""
    return "unattended" not in user.scopes("snp.record_outcome")


def notes_by_reference(user: CurrentUser) -> bool:
    """Whether all that the user notes is others' patients, whom they know by reference alone."""
    return OWN.isdisjoint(user.scopes("snp.record_outcome"))


def _unattended(person_id: Any) -> ColumnElement[bool]:
    """Practitioners without a live account, and without anyone who acts for them and has one."""
    today = territory.today()
    noting = RoleGrant.role.in_(roles_with("snp.record_outcome", OWN))
    able = (
        select(User.person_id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.is_active, User.person_id.is_not(None), noting, in_force(RoleGrant, today))
    )
    helped = select(Delegation.practitioner_id).where(in_force(Delegation, today), Delegation.delegate_id.in_(able))
    return and_(person_id.not_in(able), person_id.not_in(helped))


def own_identities(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Slot: those whose patients the user sees by name because they act for the practitioner."""
    return _of_own(user, "snp.see_identity")


def _of_own(user: CurrentUser, permission: str) -> ColumnElement[bool]:
    """Slots of the persons a user acts for, when the permission is given for those."""
    if user.person_id is None or OWN.isdisjoint(user.scopes(permission)):
        return false()
    return Slot.person_id.in_(acts_for(user))


def visible_slots(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Slot: the open ones for whoever sees free slots, every state for those who post them."""
    if "all" in user.scopes("snp.post"):
        return true()
    is_open = Slot.state == SlotState.OPEN if user.can("snp.see_free") else false()
    return or_(is_open, _of_own(user, "snp.post"))


def visible_bookings(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Booking: all of them for the desk and the coordination, one's own agenda's for a practice."""
    if {"all", "anonymous"} & user.scopes("snp.see_bookings"):
        return true()
    return Booking.slot_id.in_(select(Slot.id).where(_of_own(user, "snp.see_bookings")))


def readable_identities(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Booking joined to Slot: those whose patient a user may see.

    *Du jour* is what a desk has in hand: booked today, or for today and later.
    """
    of_day: ColumnElement[bool] = false()
    if "day" in user.scopes("snp.see_identity"):
        today = territory.today()
        of_day = or_(Slot.day_on >= today, Booking.booked_at >= day_bounds(today)[0])
    return or_(of_day, _of_own(user, "snp.see_identity"))


def may_read_identity(user: CurrentUser, booking: Booking) -> bool:
    """Whether the user may open the identity of this booking."""
    if not user.can("snp.see_identity"):
        return False
    clause = and_(Booking.id == booking.id, readable_identities(user))
    return session.scalar(select(Booking.id).join(Slot, Slot.id == Booking.slot_id).where(clause)) is not None


def why_not_hold(user: CurrentUser, slot: Slot, now: datetime) -> str | None:
    """Why the user may not hold a seat of this slot."""
    return why_not_book(user, slot, now)


def why_not_book(user: CurrentUser, slot: Slot, now: datetime) -> str | None:
    """Why the user may not book in this slot; whether a seat is left is decided by the database."""
    if not user.can("snp.book"):
        return "Votre rôle ne permet pas de réserver."
    return why_not_take(slot, now)


def why_not_take(slot: Slot, now: datetime) -> str | None:
    """Why nobody may take a seat of this slot any more."""
    if slot.state is not SlotState.OPEN:
        return "Ce créneau a été retiré par le cabinet."
    last_start = slot.ends_at - timedelta(minutes=slot.duration_minutes)
    return GONE if last_start <= now else None


def _acts_on(user: CurrentUser, slot: Slot, permission: str) -> bool:
    scopes = user.scopes(permission)
    return "all" in scopes or (not OWN.isdisjoint(scopes) and acts_for_person(user, slot.person_id))


def why_not_cancel(user: CurrentUser, booking: Booking) -> str | None:
    """Why the user may not cancel this booking now."""
    if not _acts_on(user, booking.slot, "snp.cancel"):
        return NOT_YOURS
    if booking.state is BookingState.CANCELLED:
        return f"La réservation {booking.reference} est déjà annulée."
    return None if booking.state is BookingState.BOOKED else "La venue est déjà notée : il est trop tard pour annuler."


def why_not_undo(user: CurrentUser, booking: Booking, now: datetime) -> str | None:
    """Why the user may not undo this booking: only its author, within a minute."""
    if booking.booked_by_id != user.id or booking.moved_from_id is not None:
        return "Seule la personne qui vient de réserver peut revenir en arrière."
    if not rules.can_undo(booking.booked_at, now):
        return "Plus d’une minute est passée : annulez la réservation en disant pourquoi."
    return why_not_cancel(user, booking)


def why_not_move(user: CurrentUser, booking: Booking, slot: Slot, now: datetime) -> str | None:
    """Why the user may not move this booking to that slot."""
    if reason := why_not_cancel(user, booking):
        return reason
    if not _acts_on(user, slot, "snp.cancel"):
        return NOT_YOURS
    return why_not_take(slot, now)
