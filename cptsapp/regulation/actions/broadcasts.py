"""Asking a circle of practitioners: one mail each, the first POST takes it, the others are told (§3.2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import CursorResult, update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.core.seal import ring
from cptsapp.core.submissions import remember, result_for
from cptsapp.core.tokens import new_token, token_hash
from cptsapp.directory.models import Practice
from cptsapp.outbox import texts
from cptsapp.outbox.actions import queue
from cptsapp.regulation import permissions
from cptsapp.regulation.models import Broadcast, BroadcastRecipient, BroadcastState
from cptsapp.regulation.queries import broadcasts as reads
from cptsapp.regulation.queries.elsewhere import Doctor
from cptsapp.regulation.rules import answers
from cptsapp.snp import patients, rules
from cptsapp.snp.actions import bump_version, take_seat
from cptsapp.snp.mail import tell_practice
from cptsapp.snp.models import (
    Booking,
    Modality,
    RegularDoctor,
    Seat,
    Slot,
    SlotOrigin,
    SlotState,
)
from cptsapp.snp.overlaps import overlapping
from cptsapp.snp.patients import Patient
from cptsapp.snp.queries import campaign_for
from cptsapp.territory import queries as territory

KIND = "broadcast"
_SEALED = ("name", "birth_year", "phone")


def send_broadcast(
    circle: str,
    commune_code: str | None,
    patient: Patient | None,
    regular_doctor: RegularDoctor,
    *,
    by: CurrentUser,
    key: str,
) -> Broadcast:
    """Ask each doctor of a circle by mail, with a private link. Raises Refusal: nobody to ask, or around no commune."""
    if (done := result_for(by.id, key, KIND)) is not None:
        return session.get_one(Broadcast, done)
    if circle != "all" and reads.town(commune_code) is None:
        raise Refusal("Précisez la commune du patient, ou demandez à toute la CPTS.", field="commune")
    asked = reads.circle(circle, commune_code)
    if not asked:
        raise Refusal("Aucun médecin de ce cercle n’a d’adresse mail : élargissez le cercle.", field="circle")
    sent = _broadcast(circle, commune_code, patient, regular_doctor, by)
    session.add(sent)
    session.flush()
    for doctor in asked:
        _ask(sent, doctor)
    remember(by.id, key, KIND, sent.id)
    record("broadcast.sent", sent, by=by, circle=circle, asked=len(asked))
    return sent


def _broadcast(
    circle: str, commune_code: str | None, patient: Patient | None, regular_doctor: RegularDoctor, by: CurrentUser
) -> Broadcast:
    known, row, now = patients.kept(patient), uuid4(), clock.now()
    values = (known.name, str(known.birth_year or ""), known.phone or "") if known else (None, None, None)
    sealed = {c: ring().seal(v, row, c) if v is not None else None for c, v in zip(_SEALED, values, strict=True)}
    return Broadcast(
        seal_id=row,
        circle=circle,
        commune_code=commune_code,
        regular_doctor=regular_doctor,
        created_at=now,
        created_by_id=by.id,
        desk_id=by.desk_id,
        expires_at=answers.expires_at(now),
        erase_on=rules.erase_on(territory.today(), territory.settings().retention_months),
        **sealed,
    )


def _ask(sent: Broadcast, doctor: Doctor) -> None:
    token = new_token()
    session.add(BroadcastRecipient(broadcast_id=sent.id, person_id=doctor.person_id, token_hash=token_hash(token)))
    session.flush()
    text = texts.render(
        "regulation/asked",
        link=texts.address(f"/demande/{token}"),
        commune=reads.commune_name(sent.commune_code),
        until=french.hour(territory.local(sent.expires_at)),
        has_regular_doctor=sent.regular_doctor,
        cpts=territory.settings(),
    )
    queue("broadcast.asked", to_address=doctor.mail, title=text.title, body=text.body, about=sent)


def take_broadcast(
    sent: Broadcast, recipient: BroadcastRecipient, starts_at: datetime, *, by: CurrentUser | None
) -> Booking:
    """The first answer takes the request: a slot made for it, its seat, its booking; the others are told.

    `by` is None when the doctor answers from the private link. Raises Refusal.
    """
    now = clock.now()
    refuse_if(permissions.why_not_take(sent, now))
    if starts_at <= now:
        raise Refusal("Cette heure est passée : choisissez-en une autre.", field="moment")
    practice = reads.practice_of(recipient.person_id)
    _refuse_overlap(recipient.person_id, starts_at)
    if not _win(sent, recipient, now):
        session.refresh(sent)
        raise Refusal(permissions.why_not_take(sent, now) or permissions.OVER)
    booking = _book(sent, practice, starts_at, by)
    session.refresh(sent)
    sent.booking_id, sent.name, sent.birth_year, sent.phone = booking.id, None, None, None
    record("broadcast.taken", sent, by=by, person=recipient.person_id, reference=booking.reference)
    tell_practice("booked", booking, by=None)
    _tell_others(sent, recipient.person_id)
    bump_version()
    return booking


def _refuse_overlap(person_id: int, starts_at: datetime) -> None:
    other = overlapping(person_id, (starts_at, starts_at + timedelta(minutes=answers.MINUTES)))
    if other is not None:
        at = french.hour(territory.local(other.starts_at))
        raise Refusal(f"Vous avez déjà un créneau à {at} : choisissez une autre heure.", field="moment")


def _win(sent: Broadcast, recipient: BroadcastRecipient, now: datetime) -> bool:
    """The counted UPDATE that decides who is first."""
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an UPDATE's result has a count
        update(Broadcast)
        .where(Broadcast.id == sent.id, Broadcast.state == BroadcastState.OPEN, Broadcast.expires_at > now)
        .values(state=BroadcastState.TAKEN, taken_at=now, taken_by_id=recipient.person_id)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1


def _book(sent: Broadcast, practice: Practice, starts_at: datetime, by: CurrentUser | None) -> Booking:
    slot = _slot(sent, practice, starts_at)
    session.add(slot)
    session.flush()
    session.add(Seat(slot_id=slot.id, rank=0, starts_at=starts_at))
    session.flush()
    author = CurrentUser(sent.created_by_id, "", None, frozenset(), desk_id=sent.desk_id)
    booking = take_seat(slot, sent.regular_doctor, by=author)
    patient = reads.patient_of(sent)
    session.add_all(filter(None, [booking, patients.seal_patient(booking, patient) if patient else None]))
    session.flush()
    record("booking.created", booking, by=by, reference=booking.reference, broadcast=sent.id)
    return booking


def _slot(sent: Broadcast, practice: Practice, starts_at: datetime) -> Slot:
    day = territory.local(starts_at).date()
    campaign = campaign_for(day)
    return Slot(
        practice=practice,
        person_id=practice.person_id,
        campaign_id=campaign.id if campaign else None,
        origin=SlotOrigin.BROADCAST,
        profession=practice.profession,
        modality=sent.modality or Modality.SURGERY,
        conditions=[],
        day_on=day,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=answers.MINUTES),
        duration_minutes=answers.MINUTES,
        capacity=1,
        free_count=1,
        state=SlotState.OPEN,
        posted_at=clock.now(),
        posted_by_id=sent.created_by_id,
    )


def _tell_others(sent: Broadcast, winner_id: int) -> None:
    """The doctors who were asked and neither took nor declined: the request is settled."""
    text = texts.render("regulation/settled", cpts=territory.settings())
    for mail in _others(sent, winner_id):
        queue("broadcast.settled", to_address=mail, title=text.title, body=text.body, about=sent)


def _others(sent: Broadcast, winner_id: int) -> Sequence[str]:
    return reads.mails(sent.id, except_person_id=winner_id)


def decline_broadcast(recipient: BroadcastRecipient, *, by: CurrentUser | None) -> None:
    """Not this time; the link still lets one change one's mind while nobody took it."""
    if recipient.declined_at is None:
        recipient.declined_at = clock.now()
        record("broadcast.declined", recipient.broadcast, by=by, person=recipient.person_id)


def close_broadcast(sent: Broadcast, *, by: CurrentUser) -> None:
    """The desk found otherwise: links stop working and those asked are told. Raises Refusal."""
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an UPDATE's result has a count
        update(Broadcast)
        .where(Broadcast.id == sent.id, Broadcast.state == BroadcastState.OPEN)
        .values(state=BroadcastState.CLOSED, name=None, birth_year=None, phone=None)
        .execution_options(synchronize_session=False)
    )
    session.refresh(sent)
    if done.rowcount != 1:
        raise Refusal("Cette demande est déjà prise ou close.")
    record("broadcast.closed", sent, by=by)
    _tell_others(sent, 0)
