"""Broadcasts: who is in a circle, what the desk follows, what a doctor reads behind a private link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.core.seal import ring
from cptsapp.core.tokens import token_hash
from cptsapp.directory.models import Person, Place, Practice, Profession
from cptsapp.directory.permissions import in_force
from cptsapp.regulation.models import Broadcast, BroadcastRecipient, BroadcastState
from cptsapp.regulation.permissions import visible_broadcasts
from cptsapp.regulation.queries.elsewhere import Doctor, doctors
from cptsapp.regulation.rules.bands import NEAR_KM
from cptsapp.regulation.rules.match import Town
from cptsapp.snp.models import Booking
from cptsapp.snp.patients import Patient
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

RECENT = timedelta(days=2)
LIST_MAX = 50
CIRCLES = {"near": "À moins de 15 km", "commune": "La commune seulement", "all": "Toute la CPTS"}
STATES = {
    BroadcastState.OPEN: "en attente d’une réponse",
    BroadcastState.TAKEN: "prise",
    BroadcastState.CLOSED: "close",
}


def circle(name: str, commune_code: str | None) -> list[Doctor]:
    """The doctors of a circle who have a mail address; of a circle around no commune, nobody."""
    near = town(commune_code)
    asked = [doctor for doctor in doctors(near) if doctor.mail]
    if name == "all":
        return asked
    if near is None:
        return []
    if name == "commune":
        return [doctor for doctor in asked if doctor.town.code == near.code]
    return [doctor for doctor in asked if _is_near(doctor, near)]


def _is_near(doctor: Doctor, near: Town) -> bool:
    """Under 15 km; without positions, the same commune."""
    if doctor.kilometres is None:
        return doctor.town.code == near.code
    return doctor.kilometres < NEAR_KM


def town(code: str | None) -> Town | None:
    """The commune of a code, with its position."""
    found = session.get(Commune, code) if code else None
    if found is None:
        return None
    position = None if found.latitude is None or found.longitude is None else (found.latitude, found.longitude)
    return Town(found.code, found.name, position)


def commune_name(code: str | None) -> str:
    """The commune's name, or nothing."""
    found = town(code)
    return found.name if found else ""


def practice_of(person_id: int) -> Practice:
    """The practice a doctor answers for: their first open one. Raises Refusal when they have none."""
    found = session.scalar(
        select(Practice)
        .where(
            Practice.person_id == person_id,
            Practice.profession != Profession.STAFF,
            in_force(Practice, territory.today()),
        )
        .options(joinedload(Practice.person), joinedload(Practice.place).joinedload(Place.commune))
        .order_by(Practice.id)
        .limit(1)
    )
    if found is None:
        raise Refusal("Aucun lieu d’exercice n’est ouvert à votre nom : appelez la coordination.")
    return found


def patient_of(sent: Broadcast) -> Patient | None:
    """The sealed patient of a request; None when the CPTS keeps nothing, or when it has been settled."""
    if sent.name is None or sent.birth_year is None or sent.phone is None:
        return None
    unseal = ring().unseal
    year = unseal(sent.birth_year, sent.seal_id, "birth_year")
    return Patient(
        unseal(sent.name, sent.seal_id, "name"),
        int(year) if year else None,
        unseal(sent.phone, sent.seal_id, "phone") or None,
    )


def mails(broadcast_id: int, *, except_person_id: int) -> Sequence[str]:
    """The addresses of those asked who did not decline."""
    found = session.scalars(
        select(Person.mail)
        .join(BroadcastRecipient, BroadcastRecipient.person_id == Person.id)
        .where(
            BroadcastRecipient.broadcast_id == broadcast_id,
            BroadcastRecipient.person_id != except_person_id,
            BroadcastRecipient.declined_at.is_(None),
            Person.mail.is_not(None),
        )
        .order_by(Person.id)
    )
    return [mail for mail in found if mail]


def broadcast(user: CurrentUser, broadcast_id: int) -> Broadcast:
    """A request the user may see. Raises Invisible."""
    found = session.scalar(select(Broadcast).where(Broadcast.id == broadcast_id, visible_broadcasts(user)))
    if found is None:
        raise Invisible
    return found


def recipient_by_token(token: str) -> BroadcastRecipient:
    """Whoever holds a private link, with the request. Raises Invisible."""
    found = session.scalar(
        select(BroadcastRecipient)
        .where(BroadcastRecipient.token_hash == token_hash(token))
        .options(joinedload(BroadcastRecipient.broadcast))
    )
    if found is None:
        raise Invisible
    return found


def recipient_of(user: CurrentUser, sent: Broadcast) -> BroadcastRecipient:
    """The signed-in practitioner among those asked. Raises Invisible."""
    found = session.scalar(
        select(BroadcastRecipient).where(
            BroadcastRecipient.broadcast_id == sent.id, BroadcastRecipient.person_id == user.person_id
        )
    )
    if found is None:
        raise Invisible
    return found


@dataclass(frozen=True, slots=True)
class Followed:
    """A request as the desk follows it: never an identity."""

    id: int
    asked_at: str
    until: str
    circle: str
    commune: str
    state: BroadcastState
    label: str
    asked_count: int
    declined_count: int
    taker: str
    reference: str
    booking_id: int | None
    is_open: bool


def followed(sent: Broadcast) -> Followed:
    """The request with its answers so far."""
    rows = session.scalars(select(BroadcastRecipient).where(BroadcastRecipient.broadcast_id == sent.id)).all()
    taker = session.get(Person, sent.taken_by_id) if sent.taken_by_id else None
    booking = session.get(Booking, sent.booking_id) if sent.booking_id else None
    is_over = sent.state is BroadcastState.OPEN and sent.expires_at <= clock.now()
    return Followed(
        id=sent.id,
        asked_at=_hour(sent.created_at),
        until=_hour(sent.expires_at),
        circle=CIRCLES[sent.circle],
        commune=commune_name(sent.commune_code),
        state=sent.state,
        label="sans réponse" if is_over else STATES[sent.state],
        asked_count=len(rows),
        declined_count=sum(1 for row in rows if row.declined_at),
        taker=taker.full_name if taker else "",
        reference=booking.reference if booking else "",
        booking_id=booking.id if booking else None,
        is_open=sent.state is BroadcastState.OPEN and not is_over,
    )


def _hour(instant: datetime) -> str:
    return french.hour(territory.local(instant))


def recent(user: CurrentUser) -> list[Followed]:
    """The requests of the last two days that the user may see, latest first."""
    found = session.scalars(
        select(Broadcast)
        .where(visible_broadcasts(user), Broadcast.created_at > clock.now() - RECENT)
        .order_by(Broadcast.created_at.desc(), Broadcast.id.desc())
        .limit(LIST_MAX)
    ).all()
    return [followed(sent) for sent in found]
