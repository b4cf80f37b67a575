"""The payment statement of a campaign, from the same cells as every other figure (B47)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from cptsapp.activity import rules
from cptsapp.activity.queries import figures
from cptsapp.activity.queries.figures import Cell, Filter
from cptsapp.activity.rules import Excess, Figures
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.merged import roots
from cptsapp.ledger import queries as ledger
from cptsapp.ledger.models import LineState
from cptsapp.ledger.rules import Balance
from cptsapp.snp.models import Booking, BookingState, Campaign, Seat
from cptsapp.territory import queries as territory


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One practitioner of a campaign: figures, weeks beyond the cap, what they are owed in cents, and its state."""

    person_id: int
    name: str
    figures: Figures
    excess: tuple[Excess, ...]
    cents: int
    balance: Balance


@dataclass(frozen=True, slots=True)
class Statement:
    """All the practitioners of a campaign, most honoured acts first, and their total."""

    lines: tuple[StatementLine, ...]
    figures: Figures
    excess_count: int
    cents: int


def account_of(campaign_id: int) -> str:
    """The ledger's account of a campaign."""
    return f"campaign/{campaign_id}"


def statement(campaign: Campaign, now: datetime, person_id: int | None = None) -> Statement:
    """The statement of a campaign, of everyone or of one practitioner."""
    found = figures.cells(Filter(campaign_id=campaign.id, person_id=person_id), now)
    lines = _lines(campaign, found)
    return Statement(
        lines=tuple(sorted(lines, key=lambda line: (-line.figures.honoured, fold(line.name), line.person_id))),
        figures=rules.total(cell.figures for cell in found),
        excess_count=sum(excess.count for line in lines for excess in line.excess),
        cents=sum(line.cents for line in lines),
    )


def _lines(campaign: Campaign, found: list[Cell]) -> list[StatementLine]:
    by_person = figures.grouped(found, lambda cell: cell.person_id)
    by_person.pop(None, None)  # calls sent to nobody in particular
    days = _honoured_days(found)
    names = figures.names(by_person)
    balances = _balances(campaign.id)
    return [
        StatementLine(
            person_id=person_id,
            name=names[person_id],
            figures=own,
            excess=rules.beyond_cap(days[person_id], campaign.weekly_cap),
            cents=rules.amount(own.honoured, campaign.pay_per_act_cents),
            balance=balances[person_id],
        )
        for person_id, own in by_person.items()
    ]


def _honoured_days(found: list[Cell]) -> dict[int | None, dict[date, int]]:
    days: defaultdict[int | None, dict[date, int]] = defaultdict(dict)
    for cell in found:
        own = days[cell.person_id]
        own[cell.day_on] = own.get(cell.day_on, 0) + cell.figures.honoured
    return days


def _balances(campaign_id: int) -> dict[int, Balance]:
    now_called = roots()
    sums: defaultdict[int, Balance] = defaultdict(Balance)
    for person_id, own in ledger.balances(account_of(campaign_id)).items():
        sums[now_called.get(person_id, person_id)] += own
    return sums


@dataclass(frozen=True, slots=True)
class PaidAct:
    """One honoured act: local hour, reference, amount in cents, state of its line (None without pay)."""

    booking_id: int
    at: datetime
    reference: str
    cents: int
    state: LineState | None


def acts(campaign: Campaign, person_id: int) -> list[PaidAct]:
    """The honoured acts of one practitioner in a campaign, oldest first; no identity is read."""
    numbers = figures.numbers_of(person_id)
    states = {line.source_id: line.state for line in ledger.lines_of(account_of(campaign.id), numbers)}
    columns = (Booking.id, Booking.reference, Seat.starts_at)
    query = figures.seats(columns, Filter(campaign_id=campaign.id, person_id=person_id))
    rows = session.execute(query.where(Booking.state == BookingState.HONOURED).order_by(Seat.starts_at, Booking.id))
    cents = rules.amount(1, campaign.pay_per_act_cents)
    return [PaidAct(row.id, territory.local(row.starts_at), row.reference, cents, states.get(row.id)) for row in rows]
