"""The day with many doctors: its table, the row that opens under it, and its sheet of paper."""

from datetime import date
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.core import addresses, clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.htmx import redirect, wants_fragment
from cptsapp.http.routes import NUMBER
from cptsapp.regulation.forms import BookForm
from cptsapp.regulation.queries.day import PARTS, board, sheet
from cptsapp.regulation.queries.listing import is_fresh
from cptsapp.regulation.views import blueprint, me
from cptsapp.regulation.views.slots import Outcome, row_links, try_booking, try_opening
from cptsapp.snp import actions, queries
from cptsapp.snp.readings import note_readings
from cptsapp.territory import queries as territory


def _day() -> date:
    return addresses.day(request.values.get("jour")) or territory.today()


@blueprint.get("/journee")
@requires("snp.book")
def day() -> Response:
    """A day, with one slot open when the address says so."""
    slot_id = addresses.row_number(request.args.get("ouvert"))
    return _answer(try_opening(slot_id) if slot_id else None)


@blueprint.get("/journee/suivi")
@requires("snp.book")
def follow_day() -> Response:
    """What an open day asks every two seconds."""
    known = request.headers.get("If-None-Match", "")
    if known and is_fresh(known, queries.version(), clock.now()):
        return Response(status=204)
    if not wants_fragment():
        return redirect(url_for(".day", jour=_day().isoformat()))
    found = board(me(), _day())
    response = make_response(render_template("regulation/_grid.html", **_context(found, None)))
    response.headers["ETag"] = f'"{found.etag}"'
    return response


follow_day.is_poll = True  # type: ignore[attr-defined]  # not counted as use of the session


@blueprint.post(f"/journee/<{NUMBER}:slot_id>/retenir")
@requires("snp.book")
def hold_in_day(slot_id: int) -> Response:
    """Hold a slot and open its row under its line."""
    try:
        actions.hold_seat(slot_id, by=me())
    except Refusal as refusal:
        session.rollback()
        return _answer(try_opening(slot_id, taken=refusal.message))
    if not wants_fragment():
        return redirect(url_for(".day", jour=_day().isoformat(), ouvert=slot_id))
    return _answer(try_opening(slot_id))


@blueprint.post(f"/journee/<{NUMBER}:slot_id>/rendre")
@requires("snp.book")
def release_in_day(slot_id: int) -> Response:
    """Give the slot back; the row closes."""
    actions.release_hold(by=me())
    return _answer(None) if wants_fragment() else redirect(url_for(".day", jour=_day().isoformat()))


@blueprint.post(f"/journee/<{NUMBER}:slot_id>/reserver")
@requires("snp.book")
def book_in_day(slot_id: int) -> Response:
    """Book from the day."""
    outcome = try_booking(slot_id, BookForm())
    if outcome.said and not wants_fragment():
        return redirect(url_for(".script", booking_id=outcome.said.booking_id))
    return _answer(outcome)


def _answer(outcome: Outcome | None) -> Response:
    found = board(me(), _day())
    context = _context(found, outcome)
    template = "regulation/_day.html" if wants_fragment() else "regulation/day.html"
    return make_response(render_template(template, **context), outcome.status if outcome else 200)


def _context(found: Any, outcome: Outcome | None) -> dict[str, Any]:
    jour = found.day.isoformat()
    base = {
        "board": found,
        "query": {"jour": jour},
        "opened": None,
        "facts": None,
        "can_book": True,
        "base": "/journee",
        "target": "#journee",
        **row_links(),
        "next_url": url_for(".day", jour=jour),
    }
    if outcome is None:
        return base
    return {**base, **outcome.context, "opened": outcome.context["row_id"], "body": outcome.body}


@blueprint.get("/journee/impression")
@requires("snp.book")
def print_day() -> Response:
    """The day on paper. Identities on it are readings, and recorded."""
    asked = _day()
    lines = sheet(me(), asked)
    user, read = me(), [line.booking_id for line in lines if line.patient is not None and line.booking_id]
    if read:
        after_commit(lambda: note_readings("booking.printed", read, by=user))
    parts = [(title, [line for line in lines if first <= line.hour < last]) for title, first, last in PARTS]
    free = sum(line.free_count for line in lines)
    taken = sum(1 for line in lines if line.reference)
    now = territory.local(clock.now())
    return make_response(
        render_template("regulation/sheet.html", day=asked, parts=parts, free=free, taken=taken, now=now)
    )
