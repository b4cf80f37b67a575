"""Repeating a slot or a plage: which weekdays, until when, and what that makes, counted before publishing."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import request
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.core.french import count
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.models import Practice
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.posting import queries
from cptsapp.posting.actions import publish as acts
from cptsapp.posting.forms import RepeatForm
from cptsapp.posting.rules import series as rules
from cptsapp.posting.rules import words
from cptsapp.posting.rules.draft import Draft, Outdated, ToConfirm
from cptsapp.posting.views import blueprint
from cptsapp.posting.views.common import draft_asked, home, is_self, range_words, to
from cptsapp.snp import words as agenda_words
from cptsapp.snp.queries import campaign_for

FOUR_WEEKS = timedelta(weeks=4)
WORKING_DAYS = range(6)


@blueprint.get("/mes-creneaux/repeter")
@requires("snp.post")
def repeat() -> Response:
    """The weekday of the slot, until the end of its campaign."""
    draft, practice = _draft()
    form = _form(draft, fill=True)
    return _page(form, draft, practice)


def _draft() -> tuple[Draft, Practice]:
    """What is repeated, carried by the address. Raises Invisible when it makes no sense or is not one's own."""
    draft = draft_asked()
    if draft is None:
        raise Invisible
    return draft, queries.practice_for(current_user, draft.practice_id)


def _end(draft: Draft) -> tuple[date, str]:
    """The end to propose: that of the campaign, else four weeks."""
    campaign = campaign_for(draft.day)
    if campaign is not None and campaign.ends_on is not None:
        return campaign.ends_on, f"Fin : {campaign.name}"
    return draft.day + FOUR_WEEKS, "Quatre semaines"


def _form(draft: Draft, *, fill: bool = False) -> RepeatForm:
    last, label = _end(draft)
    data = {"weekdays": [draft.day.weekday()], "until": last.isoformat()} if fill else {}
    form = RepeatForm(data=data)
    window = queries.hours().window.hours
    form.offer(sorted({*WORKING_DAYS, *window, draft.day.weekday()}), (last, label))
    return form


@blueprint.post("/mes-creneaux/repeter")
@requires("snp.post")
def publish_series() -> Response:
    """Publish every date kept; or show again what it would make."""
    draft, practice = _draft()
    form = _form(draft)
    if "preview" in request.form:
        return _page(form, draft, practice)
    if not form.is_valid():
        return _page(form, draft, practice, 422)
    last = form.last_day()
    assert last is not None  # validated
    try:
        series = acts.publish_series(
            draft,
            form.weekdays.data,
            last,
            by=current_user,
            key=form.once.data[:80],
            announced=form.announced.data or "",
            confirmed=form.confirmed.data or "",
        )
    except ToConfirm as odd:
        form.confirmed.data = odd.key
        return _page(form, draft, practice, 409, warnings=odd.sentences)
    except Outdated as outdated:
        return _page(form, draft, practice, 409, notice=outdated.message)
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field if refusal.field in form else None)
        return _page(form, draft, practice, 409)
    return htmx.redirect(home(practice.person_id, "serie", series.id))


def _page(
    form: RepeatForm,
    draft: Draft,
    practice: Practice,
    status: int = 200,
    *,
    warnings: Sequence[str] = (),
    notice: str = "",
) -> Response:
    plan = _plan(form, draft, practice.person_id)
    form.announced.data = plan.digest if plan else ""
    is_range = draft.capacity > 1
    return htmx.respond(
        "posting/repeat.html",
        "posting/_repeat_preview.html",
        status,
        form=form,
        title="Répéter la plage" if is_range else "Répéter le créneau",
        sub=_sub(draft),
        panel=_panel(plan, form, is_range) if plan else None,
        submit_label=_label(plan, is_range, is_again=bool(warnings)),
        warnings=warnings,
        notice=notice,
        is_self=is_self(practice.person),
        back_url=to("new", practice.person_id, forme="plage" if is_range else None, creneau=draft.packed),
        post_url=to("publish_series", practice.person_id, creneau=draft.packed),
    )


def _plan(form: RepeatForm, draft: Draft, person_id: int) -> rules.Plan | None:
    """What publishing would do, or None while the answers make no sense (the form says why)."""
    last = form.last_day()
    if last is None:
        return None
    try:
        return acts.plan_series(draft, form.weekdays.data or [], last, person_id)
    except Refusal as refusal:
        if not form.errors:
            form.refuse(refusal.message, refusal.field if refusal.field in form else None)
        return None


def _sub(draft: Draft) -> str:
    """ "17h00 – 18h00, 4 patients, au cabinet"."""
    closes = datetime.combine(draft.day, draft.opens) + timedelta(minutes=draft.minutes)
    patients = count(draft.capacity, "patient")
    return f"{words.hours_range(draft.opens, closes)}, {patients}, {agenda_words.MODALITY_AT[draft.modality]}"


def _panel(plan: rules.Plan, form: RepeatForm, is_range: bool) -> dict[str, Any]:
    kept = plan.kept
    lines = []
    if kept:
        span = f"du {words.day_month(kept[0].day)} au {words.day_month(kept[-1].day)}"
        lines.append(f"{rules.weekdays_words(form.weekdays.data)}, {span.rstrip('.')}.")
    return {
        "title": range_words(len(kept), plan.seat_count, is_range=is_range) if kept else "Aucune date à publier",
        "lines": lines,
        "aside_title": rules.dates_aside(plan.aside),
        "aside": rules.aside_lines(plan.aside),
    }


def _label(plan: rules.Plan | None, is_range: bool, *, is_again: bool) -> str:
    """ "Publier 13 plages"."""
    if plan is None or not plan.kept:
        return "Publier"
    what = count(len(plan.kept), "plage") if is_range else count(len(plan.kept), "créneau", "créneaux")
    return f"Publier quand même {what}" if is_again else f"Publier {what}"
