"""What a campaign comes to: its list cut down, each line as it is shown and as it leaves in a file."""

from collections.abc import Sequence
from dataclasses import dataclass

from cptsapp.core import french
from cptsapp.core.local import local
from cptsapp.core.tables import Column, Kind, Sheet, SheetRow
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.outreach import rules
from cptsapp.outreach.models import CallOutcome
from cptsapp.outreach.queries.board import Board, Line, why_out
from cptsapp.outreach.queries.calls import Made, of_campaign
from cptsapp.outreach.rules import OUTCOMES, STANDING_LABELS, Standing

# States of an address beside the standings: whoever was called, whoever counts, whose attempts are used up.
CALLED, COUNTED, UNFINISHED = "appeles", "comptes", "a-relancer"
STATES = frozenset({*Standing, CALLED, COUNTED, UNFINISHED})


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is cut down to: a state, an outcome, a commune."""

    standing: str = ""  # one of STATES
    outcome: CallOutcome | None = None
    commune: str = ""

    def address(self) -> dict[str, str]:
        """Its part of an address."""
        slug = OUTCOMES[self.outcome].slug if self.outcome else ""
        parts = {
            "etat": self.standing,
            "issue": slug,
            "commune": self.commune,
        }
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the list and their last call; `tells_members` when its reader may know who is a member."""

    line: Line
    last: Made | None
    tells_members: bool

    @property
    def state(self) -> str:
        """Where they stand, in words."""
        if is_unfinished(self.line):
            return "à relancer autrement"
        label = STANDING_LABELS[self.line.standing]
        if self.line.standing is not Standing.OUT:
            return label
        return f"{label}\u00a0: {why_out(self.line, tells_members=self.tells_members)}"


def is_unfinished(line: Line) -> bool:
    """Whether the calls without an answer are used up: another way must be found."""
    return line.standing is Standing.DONE and line.last_outcome is CallOutcome.NO_ANSWER


def rows(board: Board, wanted: Filter, *, tells_members: bool) -> list[Row]:
    """The people of the list that answer to the filter, in its order."""
    last = of_campaign(board.campaign.id)
    found = (Row(line, last.get(line.target_id), tells_members) for line in board.lines)
    return [row for row in found if _answers(row, wanted)]


def _answers(row: Row, wanted: Filter) -> bool:
    line = row.line
    if wanted.outcome is not None and line.last_outcome is not wanted.outcome:
        return False
    if wanted.commune and not (line.counts and line.commune_code == wanted.commune):
        return False
    return not wanted.standing or _stands(line, wanted.standing)


def _stands(line: Line, state: str) -> bool:
    if state == UNFINISHED:
        return is_unfinished(line)
    if state == CALLED:
        return line.is_called
    return line.counts if state == COUNTED else line.standing == state


COLUMNS = (
    Column("name", "Nom", Kind.TEXT),
    Column("profession", "Profession", Kind.TEXT),
    Column("commune", "Commune", Kind.TEXT),
    Column("phone", "Téléphone", Kind.TEXT),
    Column("state", "État", Kind.TEXT),
    Column("calls", "Appels"),
    Column("outcome", "Dernière issue", Kind.TEXT),
    Column("at", "Dernier appel", Kind.TEXT),
    Column("caller", "Appelant", Kind.TEXT),
    Column("note", "Note", Kind.TEXT),
)


def sheet(title: str, found: Sequence[Row]) -> Sheet:
    """The same rows as a file."""
    return Sheet(title, COLUMNS, tuple(SheetRow(row.line.target_id, _values(row)) for row in found))


def _values(row: Row) -> tuple[str | int, ...]:
    line, last = row.line, row.last
    at = local(last.called_at) if last else None
    return (
        line.name,
        PROFESSION_LABELS[line.profession],
        line.commune,
        french.phone(line.phones[0]) if line.phones else "",
        row.state,
        line.call_count,
        rules.OUTCOMES[last.outcome].said if last else "",
        f"{french.day_numeric(at)} {french.hour(at)}" if at else "",
        last.caller if last else "",
        (last.note or "") if last else "",
    )


def outcome_of(slug: str) -> CallOutcome | None:
    """The outcome that an address names, or None."""
    return next((outcome for outcome, words in OUTCOMES.items() if words.slug == slug), None)
