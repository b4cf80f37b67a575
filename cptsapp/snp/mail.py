"""Telling a practice what others did to its agenda. No identity ever leaves in a mail: the reference stands for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import update

from cptsapp.audit.actions import Actor
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.directory.merged import same_person
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.outbox.models import Message, MessageState
from cptsapp.snp import circle, words
from cptsapp.snp.models import (
    Booking,
    CancelReason,
    Modality,
    NotificationLevel,
    Slot,
    SlotState,
)
from cptsapp.territory import queries as territory

Kind = Literal["booked", "moved", "cancelled"]

SOON = timedelta(hours=2)
TO_WORDS = (*"0123456789", "Demain")  # « déplacé à 18h15 », « à demain 8h30 », but « au mer. 22 juil. »


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone to tell, with or without an account."""

    address: str
    user_id: int | None
    level: NotificationLevel

    def wants(self, moments: Iterable[datetime], now: datetime) -> bool:
        """Whether an act on these moments is one they asked to hear of."""
        if self.level is NotificationLevel.SOON:
            return any(moment - now < SOON for moment in moments)
        return self.level is NotificationLevel.ALL


def tell_practice(kind: Kind, booking: Booking, *, by: Actor | None) -> None:
    """Queue « 17h00 pris, réf. K7F2 » to the practitioner and their secretaries, never to whoever did it.

    For `moved`, `booking` is the new one: when it is at another practitioner's, both are told their own half.
    """
    former = session.get(Booking, booking.moved_from_id) if kind == "moved" and booking.moved_from_id else None
    if former is None:
        _tell("booked" if kind == "moved" else kind, booking, None, by)
    elif former.slot.person_id == booking.slot.person_id:
        _tell("moved", booking, former, by)
    else:
        _tell("booked", booking, None, by)
        _tell("cancelled", former, None, by)


def _tell(kind: Kind, booking: Booking, former: Booking | None, by: Actor | None) -> None:
    now = clock.now()
    moments = [b.seat.starts_at for b in (booking, former) if b is not None]
    text = texts.render(f"snp/{kind}", **_context(booking, former, now))
    for recipient in recipients(booking.slot.person_id, except_user_id=by.id if by else None):
        if not recipient.wants(moments, now) or _was_never_told(kind, booking, recipient):
            continue
        queue(
            f"booking.{kind}",
            to_address=recipient.address,
            to_user_id=recipient.user_id,
            title=text.title,
            body=text.body,
            about=booking,
        )


def _context(booking: Booking, former: Booking | None, now: datetime) -> dict[str, object]:
    """What the texts may say: hours, place, reference; nothing of the patient."""
    slot = booking.slot
    today = territory.local(now).date()
    moment = _moment(booking, today)
    return {
        "moment": moment,
        "former_moment": _moment(former, today) if former else "",
        "towards": f"{'à' if moment.startswith(TO_WORDS) else 'au'} {moment[0].lower()}{moment[1:]}",
        "reference": booking.reference,
        "day": territory.local(booking.seat.starts_at).date(),
        "where": _where(slot),
        "practitioner": slot.practice.person.full_name,
        "reason": booking.cancel_reason.value if booking.cancel_reason else "",
        "is_back": slot.state is SlotState.OPEN and booking.seat.starts_at > now,
        "cpts": territory.settings(),
    }


def _moment(booking: Booking, today: date) -> str:
    """ "17h00" for today, "Demain 17h00" or "Mer. 22 juil. 17h00" otherwise."""
    starts = territory.local(booking.seat.starts_at)
    if starts.date() == today:
        return french.hour(starts)
    day = french.relative_day(starts.date(), today)
    return f"{day[0].upper()}{day[1:]} {french.hour(starts)}"


def _where(slot: Slot) -> str:
    at = words.MODALITY_AT[slot.modality]
    place = slot.practice.place
    return f"{at}, {place.name or place.address}" if slot.modality is Modality.SURGERY else at


def _was_never_told(kind: Kind, booking: Booking, recipient: Recipient) -> bool:
    """Whether the act undoes something this recipient was not yet told: then neither mail leaves."""
    if kind != "cancelled" or booking.cancel_reason is not CancelReason.UNDONE:
        return False
    dropped = session.scalars(
        update(Message)
        .where(
            Message.subject_type == Booking.__tablename__,
            Message.subject_id == booking.id,
            Message.to_address == recipient.address,
            Message.kind == "booking.booked",
            Message.state == MessageState.WAITING,
            Message.attempts == 0,
        )
        .values(state=MessageState.DROPPED)
        .returning(Message.id)
    ).all()
    return bool(dropped)


def recipients(person_id: int, *, except_user_id: int | None) -> list[Recipient]:
    """The practitioner and those who act for them today, each address once, without the author of the act."""
    found_rows = circle.CIRCLE.all(person_id=person_id, today=territory.today())
    rows = sorted(found_rows, key=lambda row: row.user_id or 0)
    merged = {row.id: row.merged_into_id for row in rows if row.merged_into_id is not None}
    own = {row.id for row in rows if row.is_own}
    found = [
        Recipient(row.user_mail, row.user_id, row.level or NotificationLevel.ALL)
        for row in rows
        if row.is_active and row.user_id != except_user_id
    ]
    # Someone without an account still has to know; one whose account was closed has left, unless they are the doctor.
    has_account = {row.id for row in rows if row.user_id and (row.is_active or row.id not in own)}
    known = same_person(has_account, merged) | merged.keys()
    mails = sorted({row.mail for row in rows if row.mail and row.id not in known})
    found += [Recipient(mail, None, NotificationLevel.ALL) for mail in mails]
    return list({recipient.address.lower(): recipient for recipient in reversed(found)}.values())[::-1]
