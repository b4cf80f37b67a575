"""The way of a request as a drawing: boxes in the lane of who acts, edges that are the lines of `states.MOVES`.

A state that waits for two different people is two boxes (a doctor, then the person; the MiSAS, the DAC). Nothing is
drawn that the table does not hold: a move added there has its number and its line here, and an edge by itself.
Sizes are in the units of the drawing.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cptsapp.inbox.models import Actor, State
from cptsapp.inbox.rules.deadlines import DEADLINE_LABELS
from cptsapp.inbox.rules.states import MOVES, OPEN, STATE_LABELS, Move
from cptsapp.inbox.rules.words import ACTORS

S = State

LANES = (
    ("Personne", "ou son relais"),
    ("CPTS", "coordination"),
    ("Médecins", "du territoire"),
    ("MiSAS", "Assurance Maladie"),
    ("DAC", "appui"),
    ("ARS", ""),
)
LANE, LEFT, STEP, TOP = 64, 112, 160, 20
WIDTH, HEIGHT = LEFT + 7 * STEP, TOP + len(LANES) * LANE
BOX_WIDTH, BOX_HEIGHT = 134, 44


@dataclass(frozen=True, slots=True)
class Box:
    """A place where requests wait: its lane, its column, its state (None for what happens after a request)."""

    code: str
    label: str
    lane: int
    column: int
    state: State | None

    @property
    def x(self) -> int:
        """Left side."""
        return LEFT + self.column * STEP

    @property
    def y(self) -> int:
        """Upper side."""
        return TOP + self.lane * LANE + (LANE - BOX_HEIGHT) // 2

    @property
    def middle(self) -> tuple[int, int]:
        """Its centre."""
        return self.x + BOX_WIDTH // 2, self.y + BOX_HEIGHT // 2


BOXES = (
    Box("received", "Reçue", 0, 0, S.RECEIVED),
    Box("to_complete", "À compléter", 1, 1, S.TO_COMPLETE),
    Box("searching", "En recherche", 1, 2, S.SEARCHING),
    Box("proposed", "Médecin attendu", 2, 3, S.PROPOSED),
    Box("choice", "Choix attendu", 0, 4, S.PROPOSED),
    Box("misas", "Chez la MiSAS", 3, 3, S.WITH_PARTNER),
    Box("dac", "Chez le DAC", 4, 4, S.WITH_PARTNER),
    Box("to_declare", "À déclarer", 1, 5, S.TO_DECLARE),
    Box("found", "Médecin trouvé", 1, 6, S.CLOSED),
    Box("ended", "Sans médecin", 0, 6, S.CLOSED),
    Box("broken", "Point de rupture", 4, 5, S.CLOSED),
    Box("bilateral", "Bilatérale ARS", 5, 6, None),
)
BOX = MappingProxyType({box.code: box for box in BOXES})
_ALONE = MappingProxyType({S.RECEIVED: "received", S.TO_COMPLETE: "to_complete", S.SEARCHING: "searching"})

# Between which boxes a move goes, where its states do not say it alone; others are worked out from the table.
_ENDS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "propose": (("searching", "proposed"),),
        "resume": (("proposed", "searching"),),
        "offer_choice": (("proposed", "choice"),),
        "choose": (("choice", "to_declare"),),
        "find": (("searching", "to_declare"),),
        "refer_misas": (("searching", "misas"),),
        "refer_dac": (("searching", "dac"),),
        "hand_to_dac": (("misas", "dac"),),
        "partner_find": (("misas", "to_declare"), ("dac", "to_declare")),
        "partner_return": (("misas", "searching"), ("dac", "searching")),
        "report_break": (("dac", "broken"),),
        "declare": (("to_declare", "found"),),
        "reopen": (("ended", "searching"),),
    }
)
# What takes an act back is in the table under the drawing, and not in it.
UNDOING = frozenset({"put_back", "await_again", "partner_undo", "unmerge"})
# From every open state: one short arrow for them all.
ANYTIME = tuple(move for move in MOVES if move.sources == OPEN)


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow: the points it goes through, and where its number stands."""

    source: str
    target: str
    number: int
    points: tuple[tuple[int, int], ...]
    mark: tuple[int, int]

    @property
    def path(self) -> str:
        """As SVG writes a polyline."""
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Line:
    """A move in the table under the drawing: its number, from where to where, who does it."""

    number: int
    move: Move
    sources: str
    target: str
    who: str
    is_undoing: bool

    @property
    def deadline(self) -> str:
        """What is awaited on arrival."""
        return DEADLINE_LABELS[self.move.deadline] if self.move.deadline else ""


def lines() -> list[Line]:
    """Every move of the table, numbered in its order."""
    return [_line(number, move) for number, move in enumerate(MOVES, 1)]


def _line(number: int, move: Move) -> Line:
    sources = "toute demande ouverte" if move.sources == OPEN else ", ".join(STATE_LABELS[s] for s in move.sources)
    who = ", ".join(ACTORS[actor] if actor is not Actor.CLOCK else "horloge" for actor in move.actors)
    return Line(number, move, sources, STATE_LABELS[move.target], who, move.code in UNDOING)


def edges() -> list[Edge]:
    """The arrows of the drawing: those of every move but the undoing ones and those of every open state."""
    drawn = [
        (number, source, target)
        for number, move in enumerate(MOVES, 1)
        if move.code not in UNDOING and move not in ANYTIME
        for source, target in ends(move)
    ]
    return [_edge(number, source, target) for number, source, target in drawn]


def ends(move: Move) -> tuple[tuple[str, str], ...]:
    """The boxes a move goes between; nothing for one that stays where it is."""
    if move.code in _ENDS:
        return _ENDS[move.code]
    sources = [_box_of(state) for state in move.sources]
    target = _box_of(move.target)
    return tuple((source, target) for source in sources if source != target)


def _box_of(state: State) -> str:
    return _ALONE.get(state) or next(box.code for box in BOXES if box.state is state)


# How an arrow leaves and arrives, in shifts from the middle of a side: (way, out, in, where its number stands, 0 to 1).
# "hv": along the lane then across; "vh": across then along; "h": along; "over": above the first lane.
_ROUTES: Mapping[tuple[str, str], tuple[str, int, int, float]] = MappingProxyType(
    {
        ("received", "to_complete"): ("hv", 8, 0, 0.5),
        ("received", "searching"): ("hv", -8, -20, 0.6),
        ("to_complete", "searching"): ("h", 0, 0, 0.5),
        ("searching", "proposed"): ("vh", 44, 0, 0.75),
        ("proposed", "searching"): ("vh", 0, 0, 0.25),
        ("proposed", "choice"): ("hv", 0, 0, 0.45),
        ("choice", "to_declare"): ("hv", 8, 0, 0.75),
        ("searching", "to_declare"): ("h", -14, -14, 0.5),
        ("searching", "misas"): ("vh", 26, -8, 0.75),
        ("searching", "dac"): ("vh", 6, -4, 0.8),
        ("misas", "dac"): ("vh", 0, -16, 0.7),
        ("misas", "to_declare"): ("hv", 0, -16, 0.3),
        ("dac", "to_declare"): ("vh", 30, 0, 0.3),
        ("misas", "searching"): ("hv", 10, -20, 0.4),
        ("dac", "searching"): ("hv", 12, -46, 0.35),
        ("dac", "broken"): ("h", 8, 8, 0.5),
        ("to_declare", "found"): ("h", 0, 0, 0.5),
        ("to_declare", "searching"): ("h", 14, 14, 0.15),
        ("ended", "searching"): ("over", 40, 20, 0.4),
    }
)


def _edge(number: int, source: str, target: str) -> Edge:
    way, out, arrival, at = _ROUTES.get((source, target), ("hv", 0, 0, 0.5))
    points = _WAYS[way](BOX[source], BOX[target], out, arrival)
    return Edge(source, target, number, points, _along(points, at))


def _sides(source: Box, target: Box) -> tuple[int, int]:
    """Which side of each box faces the other, along the lanes: the right one is 1, the left one −1."""
    way = 1 if target.x >= source.x else -1
    return way, -way


def _along_lane(source: Box, target: Box, out: int, arrival: int) -> tuple[tuple[int, int], ...]:
    leave, arrive = _sides(source, target)
    (a, b), (c, d) = source.middle, target.middle
    return (a + leave * BOX_WIDTH // 2, b + out), (c + arrive * BOX_WIDTH // 2, d + arrival)


def _lane_then_across(source: Box, target: Box, out: int, arrival: int) -> tuple[tuple[int, int], ...]:
    leave, _ = _sides(source, target)
    (a, b), (c, d) = source.middle, target.middle
    below = 1 if b > d else -1
    return (a + leave * BOX_WIDTH // 2, b + out), (c + arrival, b + out), (c + arrival, d + below * BOX_HEIGHT // 2)


def _across_then_lane(source: Box, target: Box, out: int, arrival: int) -> tuple[tuple[int, int], ...]:
    _, arrive = _sides(source, target)
    (a, b), (c, d) = source.middle, target.middle
    below = 1 if d > b else -1
    side = c + arrive * BOX_WIDTH // 2
    return (a + out, b + below * BOX_HEIGHT // 2), (a + out, d + arrival), (side, d + arrival)


def _above_all(source: Box, target: Box, out: int, arrival: int) -> tuple[tuple[int, int], ...]:
    (a, _), (c, _) = source.middle, target.middle
    height = TOP // 2
    return (a + out, source.y), (a + out, height), (c + arrival, height), (c + arrival, target.y)


_WAYS = MappingProxyType({"h": _along_lane, "hv": _lane_then_across, "vh": _across_then_lane, "over": _above_all})


def _along(points: tuple[tuple[int, int], ...], at: float) -> tuple[int, int]:
    """The point at a part of the length of an arrow."""
    pairs = list(itertools.pairwise(points))
    left = at * sum(abs(c - a) + abs(d - b) for (a, b), (c, d) in pairs)
    for (a, b), (c, d) in pairs:
        length = abs(c - a) + abs(d - b)
        if left <= length and length:
            part = left / length
            return round(a + part * (c - a)), round(b + part * (d - b))
        left -= length
    return points[-1]


def anytime() -> list[int]:
    """The numbers of the moves that every open state has."""
    return [number for number, move in enumerate(MOVES, 1) if move in ANYTIME]
