"""The diagram says what the table of moves says, and counts what the queues count."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from cptsapp.core.db import session
from cptsapp.inbox.actions import triage
from cptsapp.inbox.models import Outcome, State
from cptsapp.inbox.queries.diagram import waiting
from cptsapp.inbox.rules import diagram as rules
from cptsapp.inbox.rules.states import MOVES
from tests.tools.inbox import make_request

DRAWN = [move for move in MOVES if move.code not in rules.UNDOING and move not in rules.ANYTIME]


@pytest.mark.parametrize("move", DRAWN, ids=lambda move: move.code)
def test_each_edge_is_a_line_of_the_table(move):
    for source, target in rules.ends(move):
        assert rules.BOX[source].state in move.sources
        assert rules.BOX[target].state is move.target


def test_each_move_is_drawn_or_told():
    numbered = {edge.number for edge in rules.edges()} | set(rules.anytime())
    undoing = {line.number for line in rules.lines() if line.is_undoing}
    assert numbered | undoing == set(range(1, len(MOVES) + 1))


def test_no_two_boxes_stand_at_the_same_place():
    assert len({(box.lane, box.column) for box in rules.BOXES}) == len(rules.BOXES)


def test_every_arrow_stays_in_the_drawing_and_turns_square():
    for edge in rules.edges():
        for (a, b), (c, d) in pairwise(edge.points):
            assert a == c or b == d
        assert all(0 <= x <= rules.WIDTH and 0 <= y <= rules.HEIGHT for x, y in edge.points)


def test_no_two_numbers_are_drawn_one_on_the_other():
    marks = sorted(edge.mark for edge in rules.edges())
    for one in marks:
        near = [other for other in marks if abs(one[0] - other[0]) < 16 and abs(one[1] - other[1]) < 16]
        assert near == [one]


def test_no_arrow_goes_through_a_box():
    for edge in rules.edges():
        for box in rules.BOXES:
            assert not any(_crosses(piece, box) for piece in pairwise(edge.points))


def _crosses(piece, box):
    (a, b), (c, d) = piece
    left, right = sorted((a, c))
    above, below = sorted((b, d))
    inside_x = left < box.x + rules.BOX_WIDTH and right > box.x
    return inside_x and above < box.y + rules.BOX_HEIGHT and below > box.y


def test_boxes_count_what_the_queues_count(cast):
    make_request()
    make_request("searching")
    counts = waiting()
    assert (counts["received"].count, counts["searching"].count) == (1, 1)
    assert counts["searching"].url == "/demandes?file=en-recherche"


def test_closed_ones_are_told_by_what_was_found(cast):
    triage.close(make_request("searching").id, Outcome.UNREACHABLE, ["called"], by=None)
    triage.withdraw(make_request().id, by=None)
    assert (waiting()["ended"].count, waiting()["found"].count) == (2, 0)


def test_late_ones_are_said(cast, set_clock):
    make_request()
    set_clock(datetime(2026, 8, 20, 9, tzinfo=UTC))
    assert waiting()["received"].late_count == 1


def test_the_page_reads_without_its_drawing(cast, sign_in):
    make_request("searching")
    session.commit()
    page = sign_in(cast.coordinator).get("/demandes/chemin?etat=searching").text
    table = page[page.index("<table") :]
    for move in MOVES:
        assert move.label in table
    possible = sum(State.SEARCHING in move.sources for move in MOVES)
    assert f"{possible}\u00a0gestes possibles" in page


def test_an_unknown_state_chooses_none(cast, sign_in):
    assert "Tous les gestes" in sign_in(cast.coordinator).get("/demandes/chemin?etat=nowhere").text


def test_nobody_else_reads_it(cast, sign_in):
    assert sign_in(cast.gp).get("/demandes/chemin").status_code == 403
