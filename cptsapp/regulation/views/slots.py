"""The list of free slots, the row that unfolds in place, the hold, and the booking."""

import secrets
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.core import addresses, clock
from cptsapp.core.refusals import Refusal
from cptsapp.core.submissions import result_for
from cptsapp.http.access import requires
from cptsapp.http.app import give_up, settle
from cptsapp.http.fields import RESUME_FIELD
from cptsapp.http.htmx import redirect, respond, wants_fragment
from cptsapp.http.routes import NUMBER
from cptsapp.regulation.forms import KEYS, BookForm, asked_filter
from cptsapp.regulation.queries import elsewhere, opened, rows
from cptsapp.regulation.queries.listing import Filter, Line, Listing, is_fresh, listing
from cptsapp.regulation.views import blueprint, drawn, me
from cptsapp.snp import actions, permissions, queries
from cptsapp.snp.models import Booking

SLOT = f"/creneaux/<{NUMBER}:slot_id>"


# -- the list ---------------------------------------------------------------------------------------------------------


@blueprint.get("/creneaux")
@requires("snp.see_free")
def slots() -> Response:
    """The list, open at once."""
    found = listing(me(), asked_filter())
    return respond("regulation/slots.html", "regulation/_filtered.html", **list_context(found))


@blueprint.get("/creneaux/suivi")
@requires("snp.see_free")
def follow() -> BaseResponse:
    """What an open list asks every two seconds: nothing to say, or the list."""
    known = request.headers.get("If-None-Match", "")
    if known and is_fresh(known, queries.version(), clock.now()):
        return Response(status=204)
    if not wants_fragment():
        return redirect(list_url())
    found = listing(me(), asked_filter())
    response = make_response(render_template("regulation/_followed.html", **list_context(found)))
    response.headers["ETag"] = f'"{found.etag}"'
    return response


follow.is_poll = True  # type: ignore[attr-defined]  # not counted as use of the session


def list_context(found: Listing, **more: Any) -> dict[str, Any]:
    """What the list's templates need."""
    can_book = me().can("snp.book")
    shows_elsewhere = can_book and found.first == found.today and not found.days[0].has_others
    return {
        "found": found,
        "can_book": can_book,
        "drawn_row": drawn.row,
        "query": address(found.filter),
        "opened": None,
        "shows_elsewhere": shows_elsewhere,
        "relay": elsewhere.relay() if can_book else None,
        "doctors": elsewhere.doctors(found.town) if shows_elsewhere else [],
        "once": secrets.token_urlsafe(9),
        **more,
    }


def address(asked: Filter, **changes: Any) -> dict[str, str]:
    """The filter as arguments of an address."""
    values = {
        "q": asked.typed,
        "ou": asked.modality.value if asked.modality else "",
        "depuis": asked.since.isoformat() if asked.since else "",
        **changes,
    }
    return {name: value for name, value in values.items() if value}


def query_string() -> str:
    """The filter of the present request, ready for the end of an address."""
    values = address(asked_filter())
    return f"?{urlencode(values)}" if values else ""


def list_url() -> str:
    """The list under the present filter."""
    return url_for(".slots") + query_string()


# -- the open row -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an open row has to show: one of three bodies, its names, the status of the answer."""

    body: str
    context: dict[str, Any]
    status: int = 200
    said: opened.Script | None = None


def _place(slot_id: int) -> int:
    """The row in which the answer stands: that of the slot first opened, when another is proposed in it."""
    return addresses.row_number(request.form.get("place")) or slot_id


def _outcome(body: str, facts: opened.Facts, form: BookForm, status: int = 200, **more: Any) -> Outcome:
    context = {
        "facts": facts,
        "form": form,
        "held": None,
        "twins": [],
        "taken": "",
        "others": [],
        "keys": KEYS,
        "row_id": _place(facts.id),
        "has_typed": bool(form.name.data or form.phone.data),
        **more,
    }
    return Outcome(f"regulation/_{body}_body.html", context, status)


def try_opening(slot_id: int, form: BookForm | None = None, *, taken: str = "", status: int = 0) -> Outcome:
    """A slot open with its form; or lost, with what was typed and the next slots."""
    is_sent = request.method == "POST"
    found = queries.slot_on_screen(slot_id) if is_sent else queries.slot_for(me(), slot_id)
    facts = opened.facts(found)
    taken = taken or (permissions.why_not_take(found, clock.now()) or "" if is_sent else "")
    form = form or BookForm(formdata=request.form if request.method == "POST" else None)
    held = None if taken else opened.held_by(me(), slot_id)
    if held is None and not taken and not found.free_count:
        taken = actions.why_none(found, clock.now(), me().id)
    if not taken:
        # a plage is opened at the hour of the seat that is held: the script will say that hour
        facts = opened.facts(found, held.starts_at if held else rows.next_hour(found.id, clock.now()))
        return _outcome("open", facts, form, status or 200, held=held)
    others = opened.others(listing(me(), asked_filter()), facts)
    return _outcome("lost", facts, form, 409 if request.method == "POST" else 200, taken=taken, others=others)


def try_booking(slot_id: int, form: BookForm) -> Outcome:
    """Book: the script to read aloud, or the row again with what was typed."""
    if not form.is_valid():
        give_up()
        return try_opening(slot_id, form, status=200 if RESUME_FIELD in request.form else 422)
    try:
        booking = _book(slot_id, form)
    except actions.PossibleTwin:
        give_up()
        outcome = try_opening(slot_id, form, status=422)
        return replace(outcome, context={**outcome.context, "twins": opened.twins(me(), form.patient())})
    except Refusal as refusal:
        give_up()
        if refusal.field is None:
            return try_opening(slot_id, form, taken=refusal.message)
        form.refuse(refusal.message, refusal.field)
        return try_opening(slot_id, form, status=422)
    said = opened.script(booking)
    context = {"said": said, "facts": said.facts, "patient": form.patient(), "row_id": _place(slot_id)}
    return Outcome("regulation/_script.html", context, said=said)


def _book(slot_id: int, form: BookForm) -> Booking:
    """The booking, even when the same form was sent twice at the same instant and the other one won."""
    key = form.once.data or secrets.token_urlsafe(9)
    try:
        return actions.book(slot_id, form.patient(), form.chosen, by=me(), key=key, twins_seen=bool(form.seen.data))
    except IntegrityError:
        give_up()
        done = result_for(me().id, key, actions.KIND)
        if done is None:
            raise Refusal("Ce créneau vient d’être pris.") from None
        return queries.booking_for(me(), done)


def _row_answer(outcome: Outcome, former: int | None = None) -> Response:
    """The row alone for htmx, else the list around it."""
    context = {**outcome.context, **row_names(), "body": outcome.body}
    if wants_fragment():
        other = former if former not in (None, outcome.context["row_id"]) else None
        context["closed"] = closed_row(other) if other else None
        return make_response(render_template("regulation/_open_row.html", **context), outcome.status)
    found = listing(me(), asked_filter())
    is_listed = find_line(found, context["row_id"])[0] is not None
    page = {**list_context(found), **context, "opened": context["row_id"], "is_listed": is_listed, "closed": None}
    return make_response(render_template("regulation/slots.html", **page), outcome.status)


def row_names() -> dict[str, Any]:
    """Where the forms of an open row of the list go."""
    return {
        "base": "/creneaux",
        "target": "closest .slot",
        "query": address(asked_filter()),
        "can_book": me().can("snp.book"),
        **row_links(),
    }


def row_links() -> dict[str, str]:
    """Where an open row leads, in the list as in the day."""
    return {
        "orient_url": url_for(".note_orientation"),
        "twins_url": url_for(".twins"),
        "next_url": url_for(".slots"),
    }


def closed_row(slot_id: int) -> dict[str, Any]:
    """The folded row of a slot as the list would show it."""
    line, is_first = find_line(listing(me(), asked_filter()), slot_id)
    return {"r": line, "is_first": is_first, "can_book": True, "row_id": slot_id}


def find_line(found: Listing, slot_id: int) -> tuple[Line | None, bool]:
    """A slot's line, and whether it stands in the first column."""
    for index, day in enumerate(found.days):
        for group in day.groups:
            for line in group.rows:
                if line.id == slot_id:
                    return line, index == 0
    return None, False


@blueprint.get(SLOT)
@requires("snp.see_free")
def slot(slot_id: int) -> Response:
    """The list with one row open: nothing is held by looking."""
    return _row_answer(try_opening(slot_id))


@blueprint.post(f"{SLOT}/retenir")
@requires("snp.book")
def hold(slot_id: int) -> BaseResponse:
    """Hold the slot two minutes and unfold its row."""
    former = rows.held_slot(me())
    try:
        actions.hold_seat(slot_id, by=me())
    except Refusal as refusal:
        give_up()
        return _row_answer(try_opening(slot_id, taken=refusal.message))
    if not wants_fragment():
        return redirect(f"/creneaux/{slot_id}{query_string()}")
    settle()
    return _row_answer(try_opening(slot_id), former)


@blueprint.post(f"{SLOT}/rendre")
@requires("snp.book")
def release(slot_id: int) -> BaseResponse:
    """Give the slot back; the row folds."""
    actions.release_hold(by=me())
    if not wants_fragment():
        return redirect(list_url())
    settle()
    return make_response(render_template("regulation/_row.html", **closed_row(slot_id)))


@blueprint.post(f"{SLOT}/reserver")
@requires("snp.book")
def book(slot_id: int) -> BaseResponse:
    """Book a seat of the open row."""
    outcome = try_booking(slot_id, BookForm())
    if outcome.said and not wants_fragment():
        return redirect(url_for(".script", booking_id=outcome.said.booking_id))
    return _row_answer(outcome)


@blueprint.post("/creneaux/doublons")
@requires("snp.book")
def twins() -> Response:
    """Possible duplicates of what is being typed; writes nothing."""
    give_up()
    form = BookForm()
    form.validate()
    found = opened.twins(me(), form.patient())
    return respond("regulation/twins.html", "regulation/_twins.html", twins=found)
