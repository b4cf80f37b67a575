"""The practitioner's evening: one tap a patient; the notice of the home page; the day on paper."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.activity import actions
from cptsapp.activity.queries import day as days
from cptsapp.activity.queries import evening as queries
from cptsapp.activity.queries.evening import Act, Evening
from cptsapp.activity.rules import OUTCOME_WORDS
from cptsapp.activity.views.shared import blueprint, day_argument, number_argument
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.models import Person
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.snp.models import BookingState
from cptsapp.snp.permissions import may_note_for, notes_by_reference
from cptsapp.snp.readings import note_readings
from cptsapp.territory import queries as territory

PAGE, FRAGMENT = "activity/evening.html", "activity/_evening.html"


@blueprint.get("/mes-creneaux/soir")
@requires("snp.record_outcome")
def evening() -> Response:
    """Patients of past times, to note in one tap each."""
    return _show(noted=number_argument("note"), before=_outcome(request.args.get("avant")))


@blueprint.post("/mes-creneaux/soir/<int:booking_id>")
@requires("snp.record_outcome")
def record(booking_id: int) -> BaseResponse:
    """Note one outcome, correct it, or undo it: the former state is just another outcome."""
    outcome = _outcome(request.form.get("venue"))
    if outcome is None:
        raise Refusal("Choisissez venu, absent ou annulé.")
    try:
        before = actions.record_outcome(booking_id, outcome, by=me())
    except Refusal as refusal:
        session.rollback()
        return _show(409, refusal=refusal.message, at_hand=booking_id)
    if htmx.wants_fragment():
        return _show(noted=booking_id, before=before)
    pour = number_argument("pour")
    return htmx.redirect(url_for("activity.evening", note=booking_id, avant=before.value, pour=pour))


def _outcome(word: str | None) -> BookingState | None:
    return BookingState(word) if word in set(BookingState) else None


def _show(
    status: int = 200,
    *,
    noted: int | None = None,
    before: BookingState | None = None,
    refusal: str | None = None,
    at_hand: int | None = None,
) -> Response:
    now = clock.now()
    pour = number_argument("pour")
    _refuse_another(pour)
    people = queries.assisted(me(), now)
    found = queries.evening(me(), now, pour)
    by_reference = notes_by_reference(me())
    correcting = number_argument("corriger")
    return htmx.respond(
        PAGE,
        FRAGMENT,
        status,
        evening=found,
        today=territory.today(),
        cents=None if by_reference else _cents(people, pour),
        by_reference=by_reference,
        people=_choices(people, pour),
        pour=pour,
        is_correcting=correcting,
        focus=at_hand or correcting or (found.next_after(noted) if noted else None),
        toast=_toast(found, noted, before),
        refusal=refusal,
    )


def _refuse_another(pour: int | None) -> None:
    """Of a practitioner whose patients are not the user's to note, nothing exists. Raises Invisible."""
    if pour is not None and not may_note_for(me(), pour):
        raise Invisible


def _cents(people: Sequence[Person], pour: int | None) -> int | None:
    return queries.pay_cents([pour] if pour else [person.id for person in people], territory.today())


def _choices(people: Any, pour: int | None) -> list[dict[str, Any]]:
    """Whose patients: for whoever acts for several practitioners."""
    if len(people) < 2:
        return []
    every = {"label": "Tous", "url": url_for("activity.evening"), "is_current": pour is None}
    return [every, *(_choice(person, pour) for person in people)]


def _choice(person: Person, pour: int | None) -> dict[str, Any]:
    url = url_for("activity.evening", pour=person.id)
    return {"label": person.full_name, "url": url, "is_current": pour == person.id}


def _toast(found: Evening, noted: int | None, before: BookingState | None) -> dict[str, Any] | None:
    """What was just done, with its undo, when the user sees the act it was done to."""
    acts = [*found.done, *(act for _day, acts in found.days for act in acts)]
    act = next((act for act in acts if act.booking_id == noted), None)
    if act is None or before is None:
        return None
    return {"act": act, "words": _done_words(act), "undo": before if before is not act.state else None}


def _done_words(act: Act) -> str:
    word = "remis à renseigner" if act.state is BookingState.BOOKED else OUTCOME_WORDS[act.state]
    return f"{act.who}\u00a0: {word}"


@blueprint.get("/mes-creneaux/soir/rappel")
@requires("snp.record_outcome")
def reminder() -> Response:
    """« 3 patients à renseigner », for the top of the home page; empty when there is nothing to note."""
    pour = number_argument("pour")
    waiting = queries.waiting_count(me(), clock.now(), pour)
    return htmx.respond("activity/reminder.html", "activity/_reminder.html", waiting=waiting, pour=pour)


@blueprint.get("/mes-creneaux/imprimer")
@requires("snp.record_outcome")
def print_day() -> Response:
    """The day on paper with its patients; opening it is a reading of each, and is recorded."""
    day = day_argument("jour") or territory.today()
    pour = number_argument("pour")
    _refuse_another(pour)
    rows = days.day_sheet(me(), day, pour)
    user, read = me(), [row.booking_id for row in rows if row.patient and row.booking_id]
    if read:
        after_commit(lambda: note_readings("booking.printed", read, by=user))
    taken = sum(row.booking_id is not None for row in rows)
    return htmx.respond(
        "activity/day_sheet.html",
        "activity/day_sheet.html",
        day=day,
        parts=days.parts(rows),
        practitioners=sorted({row.practitioner for row in rows}),
        taken=taken,
        free=len(rows) - taken,
        now=territory.local(clock.now()),
    )
