"""Changing a slot: this date, or this one and those that follow."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.core.french import count
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.posting import queries
from cptsapp.posting.actions import change as acts
from cptsapp.posting.forms import ChangeForm
from cptsapp.posting.rules.draft import Draft, Outdated, ToConfirm
from cptsapp.posting.rules.series import dates_aside
from cptsapp.posting.views import blueprint
from cptsapp.posting.views.common import home, moment_of, to
from cptsapp.snp.models import Slot
from cptsapp.territory import queries as territory


@blueprint.get("/mes-creneaux/<int:slot_id>/modifier")
@requires("snp.post")
def editing(slot_id: int) -> Response:
    """The slot as it is, to change."""
    slot = queries.slot_for(current_user, slot_id)
    return _page(_form(slot, fill=True), slot)


@blueprint.post("/mes-creneaux/<int:slot_id>/modifier")
@requires("snp.post")
def change(slot_id: int) -> Response:
    """Change it, alone or with the following; or press a stepper, or show what it would do."""
    slot = queries.slot_for(current_user, slot_id)
    form = _form(slot)
    if "step" in request.form:
        form.step(request.form["step"])
        return _page(form, slot)
    if "preview" in request.form:
        return _page(form, slot)
    if not form.is_valid():
        return _page(form, slot, 422)
    try:
        _change(slot, form)
    except ToConfirm as odd:
        form.confirmed.data = odd.key
        return _page(form, queries.slot_for(current_user, slot_id), 409, warnings=odd.sentences)
    except Outdated as outdated:
        return _page(form, queries.slot_for(current_user, slot_id), 409, notice=outdated.message)
    except Refusal as refusal:
        form.refuse(refusal.message, _field(form, refusal.field))
        return _page(form, queries.slot_for(current_user, slot_id), 409)
    return htmx.redirect(home(slot.person_id, "change", slot.id))


def _change(slot: Slot, form: ChangeForm) -> None:
    confirmed = form.confirmed.data or ""
    draft = _draft(slot, form)
    if form.scope.data == "suite" and slot.series_id is not None:
        announced = form.announced.data or ""
        acts.change_following(slot.id, draft, by=current_user, announced=announced, confirmed=confirmed)
    else:
        acts.change_slot(slot.id, draft, by=current_user, confirmed=confirmed)


def _field(form: ChangeForm, name: str | None) -> str | None:
    wanted = "opens" if name == "when" else name
    return wanted if wanted and wanted in form else None


def _is_booked(slot: Slot) -> bool:
    return slot.free_count < slot.capacity


def _form(slot: Slot, *, fill: bool = False) -> ChangeForm:
    now = acts.draft_of(slot)
    data: dict[str, Any] = {}
    if fill:
        data = {
            "opens": now.opens,
            "closes": territory.local(slot.ends_at).time(),
            "capacity": now.capacity,
            "practice": now.practice_id,
            "modality": now.modality.value,
            "conditions": list(now.conditions),
        }
    form = ChangeForm(data=data)
    known = {p.id: queries.place_words(p.place) for p in queries.practices(slot.person_id)}
    known.setdefault(slot.practice_id, queries.place_words(slot.practice.place))
    form.offer_places(list(known.items()))
    if _is_booked(slot):
        form.fix_what_is_booked()
    return form


def _draft(slot: Slot, form: ChangeForm) -> Draft:
    if not _is_booked(slot):
        return form.draft_on(slot.day_on)
    return acts.for_booked(slot, form.capacity.data, tuple(form.conditions.data or ()))


def _page(
    form: ChangeForm, slot: Slot, status: int = 200, *, warnings: Sequence[str] = (), notice: str = ""
) -> Response:
    plan = _plan(form, slot)
    form.announced.data = plan.digest if plan else ""
    return htmx.respond(
        "posting/change.html",
        "posting/_change_preview.html",
        status,
        form=form,
        slot=slot,
        title=f"Modifier {moment_of(slot)}",
        is_booked=_is_booked(slot),
        repeats=slot.series_id is not None,
        several=not _is_booked(slot) and len(form.practice.choices) > 1,
        panel=_panel(plan) if plan else None,
        submit_label=f"Modifier {count(len(plan.kept), 'date')}" if plan and plan.kept else "Enregistrer",
        warnings=warnings,
        notice=notice,
        back_url=to("sheet", slot.person_id, slot_id=slot.id),
    )


def _plan(form: ChangeForm, slot: Slot) -> acts.ChangePlan | None:
    """What changing the following ones would do, or None when it is not asked or not yet understood."""
    if form.scope.data != "suite" or slot.series_id is None or not _is_whole(form, slot):
        return None
    return acts.plan_change(slot, _draft(slot, form))


def _is_whole(form: ChangeForm, slot: Slot) -> bool:
    if _is_booked(slot):
        return bool(form.capacity.data)
    return bool(form.opens.data and form.closes.data and form.capacity.data and form.practice.data)


def _panel(plan: acts.ChangePlan) -> dict[str, Any]:
    return {
        "title": f"{count(len(plan.kept), 'date')} à changer",
        "aside_title": dates_aside(plan.aside),
        "aside": acts.aside_days(plan),
    }
