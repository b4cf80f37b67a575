"""Practice mode: the same gestures on false slots, inside an amber frame."""

from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.core.refusals import Refusal
from cptsapp.http.access import requires
from cptsapp.http.htmx import redirect, wants_fragment
from cptsapp.http.routes import NUMBER
from cptsapp.regulation.actions import drill as actions
from cptsapp.regulation.forms import KEYS, BookForm
from cptsapp.regulation.models import DrillSlot
from cptsapp.regulation.queries import drill as reads
from cptsapp.regulation.rules.match import TYPED_MAX
from cptsapp.regulation.views import blueprint, me

DRILL = f"/entrainement/<{NUMBER}:slot_id>"


@blueprint.get("/entrainement")
@requires("snp.drill")
def drill() -> Response:
    """The false list, or the door to it."""
    return _page({}, 200)


def _page(row: dict[str, Any], status: int) -> Response:
    found = reads.drill(me(), request.values.get("q", "")[:TYPED_MAX])
    if found is None:
        return make_response(render_template("regulation/drill_door.html"))
    template = "regulation/_drill.html" if wants_fragment() else "regulation/drill.html"
    context = {"opened": None, **_row_names(), **row, "drill": found}
    return make_response(render_template(template, **context), status)


def _row_names() -> dict[str, Any]:
    return {
        "base": "/entrainement",
        "target": "#exercice",
        "query": {},
        "can_book": True,
        "orient_url": url_for(".orient_drill"),
        "twins_url": "",
        "next_url": url_for(".drill"),
        "keys": KEYS,
        "twins": [],
        "taken": "",
        "others": [],
        "held": None,
    }


@blueprint.post("/entrainement")
@requires("snp.drill")
def start_drill() -> Response:
    """Begin, or begin again."""
    actions.start_drill(by=me())
    return redirect(url_for(".drill"))


@blueprint.post("/entrainement/quitter")
@requires("snp.drill")
def leave_drill() -> Response:
    """Erase everything and go back to the real slots."""
    actions.leave_drill(by=me())
    return redirect(url_for(".slots") if me().can("snp.see_free") else "/")


@blueprint.post("/entrainement/adresse")
@requires("snp.drill")
def orient_drill() -> Response:
    """The false caller has a doctor of their own."""
    actions.orient_drill(by=me())
    return _page({}, 200) if wants_fragment() else redirect(url_for(".drill"))


@blueprint.get(DRILL)
@requires("snp.drill")
def open_drill(slot_id: int) -> Response:
    """A false slot, open."""
    return _opened(actions.drill_slot(slot_id, by=me()), BookForm(formdata=None), 200)


@blueprint.post(f"{DRILL}/retenir")
@requires("snp.drill")
def hold_drill(slot_id: int) -> Response:
    """The same, as the real list does it."""
    slot = actions.drill_slot(slot_id, by=me())
    return _opened(slot, BookForm(), 200) if wants_fragment() else redirect(url_for(".open_drill", slot_id=slot.id))


@blueprint.post(f"{DRILL}/rendre")
@requires("snp.drill")
def release_drill(slot_id: int) -> Response:
    """Give it back."""
    actions.drill_slot(slot_id, by=me())
    return _page({}, 200) if wants_fragment() else redirect(url_for(".drill"))


@blueprint.post(f"{DRILL}/reserver")
@requires("snp.drill")
def book_drill(slot_id: int) -> Response:
    """Book it; nothing of the false patient is kept."""
    form, slot = BookForm(), actions.drill_slot(slot_id, by=me())
    if not form.is_valid():
        return _opened(slot, form, 422)
    try:
        reference = actions.book_drill(slot)
    except Refusal as refusal:
        actions.lose_drill(slot)
        return _lost(slot, form, refusal.message)
    said = reads.script(slot, reference, form.chosen.value)
    context = {"said": said, "facts": said.facts, "patient": form.patient(), "body": "regulation/_script.html"}
    return _page({**context, "opened": slot.id, "row_id": slot.id}, 200)


def _opened(slot: DrillSlot, form: BookForm, status: int) -> Response:
    context = {"facts": reads.facts(slot), "form": form, "held": reads.held(), "body": "regulation/_open_body.html"}
    return _page({**context, "opened": slot.id, "row_id": slot.id, "has_typed": False}, status)


def _lost(slot: DrillSlot, form: BookForm, message: str) -> Response:
    """The lost race of the third exercise: 200, for losing it is the exercise, and it is noted."""
    found = reads.drill(me(), "")
    assert found is not None  # the slot is one of its own
    free = [row for day in found.days for row in day.rows if row.places and row.hour >= 17][:3]
    context = {"facts": reads.facts(slot), "form": form, "taken": message, "others": free, "has_typed": True}
    return _page({**context, "body": "regulation/_lost_body.html", "opened": slot.id, "row_id": slot.id}, 200)
