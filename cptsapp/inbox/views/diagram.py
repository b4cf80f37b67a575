"""The way of a request, drawn from the table of states."""

from flask import render_template, request

from cptsapp.http.access import requires
from cptsapp.inbox.models import State
from cptsapp.inbox.queries.diagram import waiting
from cptsapp.inbox.rules import diagram as rules
from cptsapp.inbox.rules.states import NEXT, STATE_LABELS
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory


@blueprint.get("/demandes/chemin")
@requires("inbox.manage")
def diagram() -> str:
    """The drawing with what waits in each box, and the same as a table; `etat` shows what may follow from a state."""
    asked = request.args.get("etat", "")
    chosen = State(asked) if asked in set(State) else None
    lines = rules.lines()
    possible = {line.number for line in lines if chosen in line.move.sources}
    return render_template(
        "inbox/diagram.html",
        lines=lines,
        halves=(lines[: (len(lines) + 1) // 2], lines[(len(lines) + 1) // 2 :]),
        edges=rules.edges(),
        boxes=rules.BOXES,
        lanes=rules.LANES,
        drawing=rules,
        anytime=rules.anytime(),
        waiting=waiting(),
        chosen=chosen,
        possible=possible,
        state_labels=STATE_LABELS,
        then=NEXT,
        today=territory.today(),
    )
