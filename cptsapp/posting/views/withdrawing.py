"""Withdrawing: a free slot in one tap with undo, a booked one with a choice for its patient."""

from typing import Any

from flask import request
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.core.french import count
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.posting import queries
from cptsapp.posting.actions import withdraw as acts
from cptsapp.posting.forms import WithdrawForm, choices_of
from cptsapp.posting.queries import Consequence
from cptsapp.posting.rules import absence as rules
from cptsapp.posting.rules import words
from cptsapp.posting.rules.draft import Outdated
from cptsapp.posting.views import blueprint
from cptsapp.posting.views.common import home, moment_of, to
from cptsapp.snp.models import FollowUp, Slot, SlotState
from cptsapp.territory import queries as territory


@blueprint.post("/mes-creneaux/<int:slot_id>/retirer-libre")
@requires("snp.post")
def withdraw_free(slot_id: int) -> Response:
    """One tap: the free places go."""
    slot = acts.withdraw_free(slot_id, by=current_user)
    return htmx.redirect(home(slot.person_id, "retire", slot.id))


@blueprint.post("/mes-creneaux/<int:slot_id>/remettre")
@requires("snp.post")
def restore(slot_id: int) -> Response:
    """Undo: what was withdrawn comes back."""
    slots = acts.restore(slot_id, by=current_user)
    return htmx.redirect(home(slots[0].person_id, "remis", slot_id))


@blueprint.post("/mes-creneaux/series/<int:series_id>/retirer")
@requires("snp.post")
def withdraw_series(series_id: int) -> Response:
    """Undo a repetition that has just been published."""
    person_id = acts.withdraw_series(series_id, by=current_user)
    return htmx.redirect(home(person_id))


@blueprint.get("/mes-creneaux/<int:slot_id>/retirer")
@requires("snp.post")
def withdrawal(slot_id: int) -> Response:
    """What withdrawing does, and what becomes of each patient."""
    slot = queries.slot_for(current_user, slot_id)
    scope = "suite" if "suite" in request.args else "une"
    return _page(WithdrawForm(data={"scope": scope}), slot)


@blueprint.post("/mes-creneaux/<int:slot_id>/retirer")
@requires("snp.post")
def withdraw(slot_id: int) -> Response:
    """Withdraw, having said what becomes of each patient."""
    slot = queries.slot_for(current_user, slot_id)
    form = WithdrawForm()
    if "preview" in request.form:
        return _page(form, slot)
    if not form.is_valid():
        return _page(form, slot, 422)
    choices = choices_of(request.form)
    try:
        found = acts.withdraw_booked(
            slot_id,
            choices,
            by=current_user,
            announced=form.announced.data or "",
            following=form.scope.data == "suite",
        )
    except Outdated as outdated:
        return _page(form, queries.slot_for(current_user, slot_id), 409, notice=outdated.message)
    except Refusal as refusal:
        form.refuse(refusal.message)
        return _page(form, queries.slot_for(current_user, slot_id), 409)
    return htmx.redirect(_after(slot_id, found, set(choices.values())))


def _after(slot_id: int, found: Consequence, chosen: set[FollowUp]) -> str:
    """The sheet when there is someone to call; else the list."""
    slot = found.slots[0]
    if FollowUp.PRACTITIONER_CALLS in chosen and len(found.slots) == 1:
        return to("sheet", slot.person_id, slot_id=slot_id)
    withdrawn = next((s for s in found.slots if s.state is SlotState.WITHDRAWN), None)
    return home(slot.person_id, "retire" if withdrawn else "garde", (withdrawn or slot).id)


def _page(form: WithdrawForm, slot: Slot, status: int = 200, notice: str = "") -> Response:
    following = form.scope.data == "suite"
    found = queries.consequence(current_user, slot.person_id, acts.targets(slot, following=following))
    form.announced.data = found.digest
    return htmx.respond(
        "posting/withdraw.html",
        "posting/_withdraw_preview.html",
        status,
        form=form,
        slot=slot,
        title=f"Retirer {moment_of(slot)}",
        panel=panel(found, "sera retirée", "seront retirées"),
        choices=choices_shown(found),
        notice=notice,
        repeats=slot.series_id is not None,
        submit_label=submit_label(found, "Retirer", "Confirmer"),
        back_url=to("sheet", slot.person_id, slot_id=slot.id),
    )


def panel(found: Consequence, one: str, several: str) -> dict[str, Any]:
    """The counted consequence: free places that go, day by day."""
    free = found.free_count
    lines = rules.lines_by_day(found.places, territory.today())
    return {
        "title": f"{count(free, 'place libre', 'places libres')} {one if free < 2 else several}" if free else "",
        "lines": lines,
        "back": "Elle revient si l’absence prend fin plus tôt."
        if free < 2
        else "Elles reviennent si l’absence prend fin plus tôt.",
    }


def choices_shown(found: Consequence) -> list[dict[str, Any]]:
    """Each patient to decide about, with the choice made so far; the line calls unless one says otherwise."""
    made = choices_of(request.form)
    today = territory.today()
    return [
        {
            "name": f"suite-{guest.booking.id}",
            "guest": guest,
            "moment": words.moment(guest.starts, today),
            "options": [(choice.value, label) for choice, label in words.FOLLOW_UPS.items()],
            "chosen": made.get(guest.booking.id, FollowUp.REGULATION_CALLS).value,
        }
        for guest in found.guests
    ]


def submit_label(found: Consequence, verb: str, without: str) -> str:
    """ "Retirer 8 places", or the bare verb when no free place goes."""
    return f"{verb} {count(found.free_count, 'place')}" if found.free_count else without
