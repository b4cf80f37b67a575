"""The desk's bookings: the day's, one of them, its cancellation, its move, its undo, the calls to make."""

from typing import Any

from flask import Response as FlaskResponse
from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.core import addresses, clock
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.htmx import redirect, respond, wants_fragment
from cptsapp.http.routes import NUMBER
from cptsapp.outbox.queries import deliveries_for
from cptsapp.regulation.actions.recalls import recalled as mark_recalled
from cptsapp.regulation.forms import CancelForm, asked_filter
from cptsapp.regulation.queries import bookings as reads
from cptsapp.regulation.queries import opened
from cptsapp.regulation.queries.listing import listing
from cptsapp.regulation.views import blueprint, me
from cptsapp.regulation.views.slots import closed_row, list_context
from cptsapp.snp import actions, permissions, queries
from cptsapp.snp.models import Booking, BookingState, CancelledBy, CancelReason
from cptsapp.snp.patients import Patient, read_patient
from cptsapp.snp.readings import note_readings

BOOKING = f"/reservations/<{NUMBER}:booking_id>"


@blueprint.get("/reservations")
@requires("snp.book")
def bookings() -> FlaskResponse:
    """Mine of the day, those to ring back, and one found by its reference."""
    typed = request.args.get("ref", "")[:20]
    found = reads.by_reference(me(), typed) if typed else []
    return respond(
        "regulation/bookings.html",
        "regulation/_bookings.html",
        typed=typed,
        found=found,
        mine=reads.mine(me()),
        recalls=reads.to_recall(me()),
    )


@blueprint.get(BOOKING)
@requires("snp.see_bookings")
def booking(booking_id: int) -> FlaskResponse:
    """One booking. Opening its identity is a reading, and recorded."""
    return make_response(render_template("regulation/booking.html", **_context(booking_id, CancelForm(formdata=None))))


def _context(booking_id: int, form: CancelForm) -> dict[str, Any]:
    found = queries.booking_for(me(), booking_id)
    now = clock.now()
    return {
        "booking": found,
        "facts": opened.facts(found.slot, found.seat.starts_at),
        "state": reads.STATES[found.state],
        "is_live": found.state is BookingState.BOOKED,
        "patient": _patient(found),
        "clocks": reads.clocks(found),
        "story": reads.story(found),
        "noted": opened.NOTED[found.regular_doctor.value],
        "why_not_cancel": permissions.why_not_cancel(me(), found),
        "can_undo": permissions.why_not_undo(me(), found, now) is None,
        "said": opened.script(found),
        "form": form,
        "deliveries": deliveries_for(Booking.__tablename__, booking_id),
    }


def _patient(found: Booking) -> Patient | None:
    """The identity, for who may see it; the reading is noted once the page is made."""
    if found.identity is None or not permissions.may_read_identity(me(), found):
        return None
    patient = read_patient(found.identity)
    booking_id, user = found.id, me()
    after_commit(lambda: note_readings("booking.read", [booking_id], by=user))
    return patient


@blueprint.get(f"{BOOKING}/script")
@requires("snp.book")
def script(booking_id: int) -> FlaskResponse:
    """What to read aloud, on a page of its own."""
    said = opened.script(queries.booking_for(me(), booking_id))
    return make_response(render_template("regulation/script.html", said=said, patient=None))


@blueprint.post(f"{BOOKING}/annuler")
@requires("snp.cancel")
def cancel(booking_id: int) -> Response:
    """Cancel, with who and why; the seat returns to the pool."""
    form = CancelForm()
    if not form.is_valid():
        return make_response(render_template("regulation/booking.html", **_context(booking_id, form)), 422)
    found = queries.booking_for(me(), booking_id)
    actions.cancel_booking(
        found, cancelled_by=CancelledBy(form.side.data), reason=CancelReason(form.reason.data), by=me()
    )
    return redirect(url_for(".booking", booking_id=booking_id))


@blueprint.post(f"{BOOKING}/defaire")
@requires("snp.book")
def undo(booking_id: int) -> Response:
    """Take back a booking made less than a minute ago."""
    found = queries.booking_for(me(), booking_id)
    slot_id = found.slot_id
    actions.undo_booking(found, by=me())
    if not wants_fragment():
        return redirect(url_for(".slots"))
    return make_response(render_template("regulation/_row.html", **closed_row(slot_id)))


@blueprint.post(f"{BOOKING}/rappele")
@requires("snp.book")
def recalled(booking_id: int) -> Response:
    """The patient has been rung back."""
    mark_recalled(queries.booking_for(me(), booking_id), by=me())
    return redirect(url_for(".bookings"))


@blueprint.get(f"{BOOKING}/deplacer")
@requires("snp.cancel")
def move(booking_id: int) -> FlaskResponse:
    """Choose another slot: the same list, with one button a row."""
    found = queries.booking_for(me(), booking_id)
    refuse_if(permissions.why_not_cancel(me(), found))
    context = list_context(listing(me(), asked_filter()))
    context.update(booking=found, facts=opened.facts(found.slot, found.seat.starts_at))
    return respond("regulation/move.html", "regulation/_move.html", **context)


@blueprint.post(f"{BOOKING}/deplacer")
@requires("snp.cancel")
def move_to(booking_id: int) -> Response:
    """Move: the reference, the identity and both clocks stay."""
    slot_id = addresses.row_number(request.form.get("slot"))
    if slot_id is None:
        raise Refusal("Choisissez un créneau.")
    found = queries.booking_for(me(), booking_id)
    moved = actions.move_booking(found, slot_id, by=me())
    return redirect(url_for(".booking", booking_id=moved.id))
