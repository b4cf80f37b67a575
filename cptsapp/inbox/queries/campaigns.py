"""The campaigns among doctors: the one under way, who was asked, who answered, whom to ring."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.core.refusals import Invisible
from cptsapp.directory.merged import roots
from cptsapp.directory.queries.membership import periods_of
from cptsapp.directory.rules.membership import Status, status_on
from cptsapp.inbox.models import CapacityAsk, CapacityCampaign, Offer
from cptsapp.inbox.queries.doctors import Doctor, doctors
from cptsapp.inbox.queries.places import offers
from cptsapp.territory import queries as territory


def campaigns() -> Sequence[CapacityCampaign]:
    """Every campaign, the latest first."""
    return session.scalars(select(CapacityCampaign).order_by(CapacityCampaign.id.desc())).all()


def campaign(campaign_id: int) -> CapacityCampaign:
    """One of them; raises Invisible."""
    found = session.get(CapacityCampaign, campaign_id)
    if found is None:
        raise Invisible
    return found


def under_way(today: date) -> CapacityCampaign | None:
    """The one that asks on a day; None when there is none."""
    return session.scalar(
        select(CapacityCampaign)
        .where(CapacityCampaign.closed_at.is_(None), CapacityCampaign.ends_on >= today)
        .order_by(CapacityCampaign.id.desc())
        .limit(1)
    )


def ask(ask_id: int) -> CapacityAsk:
    """One doctor of a campaign; raises Invisible."""
    found = session.get(CapacityAsk, ask_id)
    if found is None:
        raise Invisible
    return found


def newcomers(found: CapacityCampaign) -> list[Doctor]:
    """The GPs of today whom the campaign has not asked."""
    merged = roots()
    asked = select(CapacityAsk.person_id).where(CapacityAsk.campaign_id == found.id)
    numbers = {merged.get(number, number) for number in session.scalars(asked)}
    return [doctor for number, doctor in doctors(territory.today()).items() if number not in numbers]


def outsiders(known: Iterable[Doctor], today: date) -> int:
    """How many of these doctors are not members on a day."""
    numbers = {doctor.person_id for doctor in known}
    periods = periods_of(numbers)
    return sum(status_on(periods.get(number, []), today) is not Status.ACTIVE for number in numbers)


@dataclass(frozen=True, slots=True)
class Asked:
    """A doctor of a campaign: how they were asked, and their answer in force if any."""

    ask_id: int
    doctor: Doctor
    asked_at: datetime | None
    reminded_at: datetime | None
    called_at: datetime | None
    call_note: str | None
    answered_at: datetime | None
    offer: Offer | None

    @property
    def is_to_call(self) -> bool:
        """No answer, and no mail to write to: someone rings, unless they asked not to be."""
        return self.answered_at is None and not self.doctor.mail and self.doctor.may_be_called


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign has got. Who left the territory or asked to be kept out since is no longer counted."""

    campaign: CapacityCampaign
    rows: Sequence[Asked]

    @property
    def asked(self) -> int:
        """The doctors of the campaign."""
        return len(self.rows)

    @property
    def answered(self) -> int:
        """Those who answered."""
        return sum(row.answered_at is not None for row in self.rows)

    @property
    def waiting(self) -> int:
        """Those who have not."""
        return self.asked - self.answered

    @property
    def to_call(self) -> int:
        """Those whom only the telephone reaches."""
        return sum(row.is_to_call for row in self.rows)

    def to_remind(self, today: date) -> int:
        """Those a reminder would be written to now: a mail, no answer, and nothing sent today."""
        return sum(
            row.answered_at is None
            and bool(row.doctor.mail)
            and not any(at is not None and local(at).date() == today for at in (row.asked_at, row.reminded_at))
            for row in self.rows
        )

    def of(self, kind: str) -> list[Asked]:
        """The rows of a tab: "a-appeler", "sans-reponse", "repondu"; all of them otherwise."""
        return [row for row in self.rows if TABS.get(kind, _any)(row)]


def _any(_row: Asked) -> bool:
    return True


TABS: dict[str, Callable[[Asked], bool]] = {
    "a-appeler": lambda row: row.is_to_call,
    "sans-reponse": lambda row: row.answered_at is None,
    "repondu": lambda row: row.answered_at is not None,
}


def progress(found: CapacityCampaign) -> Progress:
    """The doctors of a campaign with their answers, by name. Four statements, however many they are."""
    merged = roots()
    known, given = doctors(territory.today()), offers()
    asks: dict[int, CapacityAsk] = {}
    for one in session.scalars(select(CapacityAsk).where(CapacityAsk.campaign_id == found.id).order_by(CapacityAsk.id)):
        asks.setdefault(merged.get(one.person_id, one.person_id), one)
    rows = [
        Asked(
            ask_id=asks[number].id,
            doctor=doctor,
            asked_at=asks[number].asked_at,
            reminded_at=asks[number].reminded_at,
            called_at=asks[number].called_at,
            call_note=asks[number].call_note,
            answered_at=asks[number].answered_at,
            offer=given.get(number),
        )
        for number, doctor in known.items()
        if number in asks
    ]
    return Progress(found, rows)
