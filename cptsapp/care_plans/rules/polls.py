"""Reading a poll of dates: who answered, which date suits most people. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cptsapp.care_plans.models import DateReply

DATES_MIN, DATES_MAX = 2, 6

REPLY_WORDS: Mapping[DateReply, str] = MappingProxyType(
    {DateReply.YES: "Oui", DateReply.MAYBE: "Peut-être", DateReply.NO: "Non"}
)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was answered to one date."""

    date_id: int
    starts_at: datetime
    yes: int = 0
    maybe: int = 0
    no: int = 0

    @property
    def rank(self) -> tuple[int, int, datetime]:
        """The smaller the better: most can come, then fewest cannot, then soonest."""
        return -self.yes, self.no, self.starts_at


Answers = Mapping[tuple[int, int], DateReply]  # (date, member) → what they said


def tallies(dates: Mapping[int, datetime], answers: Answers, members: Collection[int]) -> list[Tally]:
    """The dates, the best first; answers of whoever has left the circle do not count."""
    found = []
    for date_id, starts_at in dates.items():
        said = [reply for (which, who), reply in answers.items() if which == date_id and who in members]
        counts = (said.count(reply) for reply in (DateReply.YES, DateReply.MAYBE, DateReply.NO))
        found.append(Tally(date_id, starts_at, *counts))
    return sorted(found, key=lambda tally: tally.rank)


def answered(answers: Answers, dates: Collection[int], members: Sequence[int]) -> list[int]:
    """Which members have answered each of the dates, in the order given: a date added since is asked of them too."""
    return [who for who in members if dates and all((which, who) in answers for which in dates)]


def why_not_dates(dates: Sequence[datetime], now: datetime) -> str | None:
    """Why these dates may not be put to the circle, or None."""
    if not DATES_MIN <= len(dates) <= DATES_MAX:
        return f"Proposez de {DATES_MIN} à {DATES_MAX} dates."
    if len(set(dates)) < len(dates):
        return "Deux de ces dates sont les mêmes."
    return "Une de ces dates est passée." if any(one <= now for one in dates) else None
