"""What the coordinator ticks to propose doctors, and what was said of an answer. What was typed survives a refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from cptsapp.directory.merged import roots
from cptsapp.inbox.models import Request, State
from cptsapp.inbox.queries.proposals import proposals_of
from cptsapp.inbox.queries.ranking import Ranked, ranked
from cptsapp.inbox.queries.requests import seekers_left
from cptsapp.inbox.rules.proposals import MOST, STATE_WORDS

FIRST = 5  # rows shown; the others are folded
TICKED = 2  # doctors ticked beforehand: two names are better than one, three are for who asks (§4.1)


@dataclass(frozen=True, slots=True)
class Row:
    """A doctor who may be asked: ticked or not, the order typed, what became of the last proposal to them, if any."""

    doctor: Ranked
    is_ticked: bool
    order: str
    before: str


@dataclass(frozen=True, slots=True)
class Asking:
    """The table « Proposer 1 à 3 médecins »; `people` are the seekers ticked, all of them at first."""

    rows: tuple[Row, ...]
    people: frozenset[int]

    @property
    def first(self) -> tuple[Row, ...]:
        """The rows shown."""
        return self.rows[:FIRST]

    @property
    def others(self) -> tuple[Row, ...]:
        """The rows folded."""
        return self.rows[FIRST:]

    @property
    def is_others_ticked(self) -> bool:
        """Whether a folded row is ticked: then it is unfolded."""
        return any(row.is_ticked for row in self.others)


def asking(request: Request, typed: MultiDict[str, str] | None = None) -> Asking | None:
    """The table for a request that is searched for; None when nobody may be proposed now. `typed`: a page refused."""
    if request.state not in (State.SEARCHING, State.PROPOSED) or not seekers_left(request):
        return None
    found = ranked(request)
    before = _before(request)
    if typed is None or "medecins" not in set(typed.getlist("vu")):
        fresh = [doctor for doctor in found if doctor.person_id not in before]
        ticked = {doctor.person_id for doctor in fresh[:TICKED] if doctor.is_met}
        people = frozenset(seeker.id for seeker in seekers_left(request))
        return Asking(tuple(_row(doctor, ticked, "", before) for doctor in found), people)
    chosen = set(numbers(typed.getlist("medecin")))
    return Asking(
        tuple(_row(doctor, chosen, typed.get(f"ordre-{doctor.person_id}") or "", before) for doctor in found),
        frozenset(numbers(typed.getlist("personne"))),
    )


def _row(doctor: Ranked, ticked: set[int], order: str, before: Mapping[int, str]) -> Row:
    return Row(doctor, doctor.person_id in ticked, order, before.get(doctor.person_id, ""))


def _before(request: Request) -> dict[int, str]:
    """What each doctor asked already for this request answered last, in words: who said nothing is not ticked again."""
    merged = roots()
    made = proposals_of(request.id)
    return {merged.get(one.person_id, one.person_id): STATE_WORDS[one.state] for one in made}


def in_order(typed: MultiDict[str, str]) -> list[int]:
    """The doctors ticked, by the order typed for each, else as the page listed them."""
    chosen = numbers(typed.getlist("medecin"))
    orders: Mapping[int, int] = {number: _order(typed.get(f"ordre-{number}") or "") for number in chosen}
    return sorted(chosen, key=lambda number: (orders[number], chosen.index(number)))


def _order(value: str) -> int:
    return int(value) if value in {str(rank) for rank in range(1, MOST + 1)} else MOST + 1


def numbers(values: Sequence[str]) -> list[int]:
    """Whole numbers of a list of texts; what is none is left out."""
    return [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 10]
