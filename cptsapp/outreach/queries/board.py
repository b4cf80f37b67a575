"""The list of a campaign as it stands: who is to be called, when, who has been. Every screen and figure reads this."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.merged import roots
from cptsapp.directory.models import Person, Profession
from cptsapp.outreach import rules
from cptsapp.outreach.models import CallCampaign, CallOutcome, CallTarget
from cptsapp.outreach.queries.people import Professional, criteria_of, professionals
from cptsapp.outreach.rules import Aside, Standing
from cptsapp.territory import queries as territory

ELSEWHERE = "hors du territoire"


@dataclass(frozen=True, slots=True)
class Line:
    """A person of a campaign; `person_id` is the sheet they are read under now."""

    target_id: int
    person_id: int
    name: str
    professional: Professional | None
    profession: Profession
    standing: Standing
    due_at: datetime | None
    rank: int
    call_count: int
    last_outcome: CallOutcome | None
    claimed_by_id: int | None
    claimed_until: datetime | None

    @property
    def commune(self) -> str:
        """The commune they practise in."""
        return self.professional.commune if self.professional else ELSEWHERE

    @property
    def commune_code(self) -> str:
        """Its INSEE code, empty for who practises there no more."""
        return self.professional.commune_code if self.professional else ""

    @property
    def phones(self) -> tuple[str, ...]:
        """Their numbers, the one of the practice first."""
        return self.professional.phones if self.professional else ()

    @property
    def mail(self) -> str | None:
        """Their address."""
        return self.professional.mail if self.professional else None

    @property
    def is_called(self) -> bool:
        """Whether at least one call was made."""
        return self.call_count > 0

    @property
    def counts(self) -> bool:
        """Whether they are among those the campaign calls: whoever was called stays in the figures."""
        return self.is_called or self.standing in (Standing.TO_CALL, Standing.LATER, Standing.DONE)

    @property
    def turn(self) -> tuple[bool, datetime, int]:
        """The order in which people are handed out."""
        return rules.turn(self.last_outcome, self.due_at, self.rank)

    def is_free(self, now: datetime, user_id: int | None = None) -> bool:
        """Whether nobody else has them on the line."""
        if self.claimed_by_id in (None, user_id):
            return True
        return self.claimed_until is None or self.claimed_until <= now


@dataclass(frozen=True, slots=True)
class Board:
    """The whole list of a campaign, in the order it was drawn up."""

    campaign: CallCampaign
    lines: tuple[Line, ...]
    newcomers: int
    now: datetime

    @property
    def total(self) -> int:
        """How many the campaign calls."""
        return sum(line.counts for line in self.lines)

    @property
    def called(self) -> int:
        """How many were called at least once."""
        return sum(line.is_called for line in self.lines)

    @property
    def wishes(self) -> int:
        """How many wish to join."""
        return self.ended(CallOutcome.WISHES_TO_JOIN)

    def ended(self, outcome: CallOutcome) -> int:
        """How many whose last call ended so."""
        return sum(line.last_outcome is outcome for line in self.lines)

    def count(self, standing: str) -> int:
        """How many stand so: one of `Standing`, or its word in an address."""
        return sum(line.standing == standing for line in self.lines)

    def ready(self, user_id: int | None = None) -> list[Line]:
        """Whom a caller may be handed now, in order."""
        found = (line for line in self.lines if line.standing is Standing.TO_CALL and line.is_free(self.now, user_id))
        return sorted(found, key=lambda line: line.turn)

    def later(self) -> list[Line]:
        """Who comes back later, the soonest first."""
        found = [line for line in self.lines if line.standing is Standing.LATER]
        return sorted(found, key=lambda line: (line.due_at or self.now, line.rank))

    def held_by(self, user_id: int) -> Line | None:
        """Whom a caller has on the line, though their time may be over; None once somebody must not be called."""
        held = (line for line in self.lines if line.claimed_by_id == user_id)
        return next((line for line in held if line.standing in (Standing.TO_CALL, Standing.LATER)), None)

    def line(self, target_id: int) -> Line | None:
        """One line."""
        return next((line for line in self.lines if line.target_id == target_id), None)


def board(campaign: CallCampaign) -> Board:
    """The list as it stands now: who joined, objected or asked not to be called is out of it already."""
    today = territory.today()
    found = professionals(criteria_of(campaign), today, campaign_id=campaign.id)
    return _board(campaign, found, clock.now())


def boards(campaigns: Iterable[CallCampaign]) -> dict[int, Board]:
    """The lists of several campaigns."""
    return {campaign.id: board(campaign) for campaign in campaigns}


# Columns, not objects: a campaign has hundreds of lines, read at each call.
_LINES = (
    select(
        CallTarget.id,
        CallTarget.person_id,
        CallTarget.rank,
        CallTarget.state,
        CallTarget.due_at,
        CallTarget.call_count,
        CallTarget.last_outcome,
        CallTarget.claimed_by_id,
        CallTarget.claimed_until,
        Person.title,
        Person.first_name,
        Person.last_name,
        Person.profession,
        Person.objected_on,
    )
    .join(Person, Person.id == CallTarget.person_id)
    .order_by(CallTarget.rank, CallTarget.id)
)


def _board(campaign: CallCampaign, found: dict[int, Professional], now: datetime) -> Board:
    merged = roots()
    rows = session.execute(_LINES.where(CallTarget.campaign_id == campaign.id)).all()
    own = {row.person_id for row in rows}
    lines = []
    for row in rows:
        number = merged.get(row.person_id, row.person_id)
        # Of two sheets made one, both in the list, the one that was kept is called.
        is_double = number != row.person_id and number in own
        professional = None if is_double or row.objected_on is not None else found.get(number)
        lines.append(_line(row, number, professional, now))
    known = {merged.get(number, number) for number in own}
    newcomers = sum(p.aside is None and number not in known for number, p in found.items())
    return Board(campaign, tuple(lines), newcomers, now)


def _name(row: Any) -> str:
    if row.objected_on is not None:
        return "Personne qui ne figure plus"
    return " ".join(part for part in (row.title, row.first_name, row.last_name) if part)


def _line(row: Any, number: int, professional: Professional | None, now: datetime) -> Line:
    standing = rules.standing(
        row.state,
        row.due_at,
        now,
        is_listed=professional is not None and professional.aside is None,
        has_phone=bool(professional and professional.phones),
    )
    return Line(
        target_id=row.id,
        person_id=number,
        name=professional.name if professional else _name(row),
        professional=professional,
        profession=professional.profession if professional else row.profession,
        standing=standing,
        due_at=row.due_at,
        rank=row.rank,
        call_count=row.call_count,
        last_outcome=row.last_outcome,
        claimed_by_id=row.claimed_by_id,
        claimed_until=row.claimed_until,
    )


def why_out(line: Line, *, tells_members: bool) -> str:
    """Why someone has left the list, in words; that they are a member, or ask to be, is not told to everyone."""
    aside: Aside | None = line.professional.aside if line.professional else None
    if aside in (Aside.MEMBER, Aside.APPLIED) and not tells_members:
        return "n’est plus à appeler"
    return rules.ASIDE_LABELS[aside] if aside else "n’exerce plus ici, ou fiche réunie à une autre"


@dataclass(frozen=True, slots=True)
class CommuneCount:
    """How far a commune has got."""

    code: str
    name: str
    called: int
    total: int


def by_commune(board: Board) -> list[CommuneCount]:
    """Called and total by commune, the biggest first."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in board.lines:
        if line.counts:
            groups.setdefault((line.commune_code, line.commune), []).append(line)
    counts = [
        CommuneCount(code, name, sum(line.is_called for line in lines), len(lines))
        for (code, name), lines in groups.items()
    ]
    return sorted(counts, key=lambda count: (-count.total, count.name))
