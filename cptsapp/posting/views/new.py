"""A new slot or plage: three taps, nothing typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.core import clock
from cptsapp.core.french import NBSP, count
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Person, Practice
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.posting import queries
from cptsapp.posting.actions import publish as acts
from cptsapp.posting.forms import OTHER, RangeForm, SlotForm, when_value
from cptsapp.posting.rules import chips, words
from cptsapp.posting.rules import draft as rules
from cptsapp.posting.rules.draft import Draft, ToConfirm
from cptsapp.posting.views import blueprint
from cptsapp.posting.views.common import draft_asked, home, is_self, list_title, someone, to, where
from cptsapp.snp import words as agenda_words
from cptsapp.snp.models import Modality, Slot
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import local_instant

RANGE = "plage"
DEFAULT_MINUTES = 15
DEFAULT_RANGE = (time(17), time(18), 4)


@dataclass(frozen=True, slots=True)
class Start:
    """What the page opens with: the practitioner, their places, their last post."""

    person: Person
    practices: Sequence[Practice]
    last: Slot | None
    now: datetime
    today: date

    @property
    def practice_id(self) -> int:
        """The place of the last post while one still exercises there."""
        known = [practice.id for practice in self.practices]
        return self.last.practice_id if self.last and self.last.practice_id in known else known[0]


def _start(person: Person, *, is_range: bool) -> Start:
    last = queries.last_posted(person.id, is_range=is_range) or queries.last_posted(person.id)
    return Start(person, queries.practices(person.id), last, clock.now(), territory.today())


def _is_range() -> bool:
    return request.args.get("forme") == RANGE


@blueprint.get("/mes-creneaux/nouveau")
@requires("snp.post")
def new() -> Response:
    """The chips, already filled with what the last post was."""
    person = someone()
    start = _start(person, is_range=_is_range())
    if not start.practices:
        return htmx.redirect(home(person.id))
    form = _form(start, is_range=_is_range(), given=draft_asked())
    return _page(form, start)


def _form(start: Start, *, is_range: bool, given: Draft | None = None) -> SlotForm | RangeForm:
    """The form with its chips, filled from the draft given, else from the last post."""
    form = _range_form(start, given) if is_range else _slot_form(start, given)
    form.offer_places([(p.id, _place_label(p, start.practices)) for p in start.practices])
    return form


def _place_label(practice: Practice, practices: Sequence[Practice]) -> str:
    """The address; the profession too for whoever has several (B59)."""
    place = queries.place_words(practice.place)
    several = len({p.profession for p in practices}) > 1
    return f"{place} ({PROFESSION_LABELS[practice.profession]})" if several else place


def _details(start: Start, given: Draft | None) -> dict[str, Any]:
    if given is not None:
        return {"practice": given.practice_id, "modality": given.modality.value, "conditions": list(given.conditions)}
    last = start.last
    return {
        "practice": start.practice_id,
        "modality": last.modality.value if last else Modality.SURGERY.value,
        "conditions": list(last.conditions) if last else [],
    }


def _slot_form(start: Start, given: Draft | None) -> SlotForm:
    single = start.last.duration_minutes if start.last else DEFAULT_MINUTES
    minutes = given.minutes if given else single
    moments = _moments(start, minutes)
    chosen = datetime.combine(given.day, given.opens) if given else (moments[0] if moments else None)
    when = when_value(chosen) if chosen else OTHER
    form = SlotForm(data={**_details(start, given), "when": when, "duration": minutes})
    form.offer(moments, start.today)
    return form


def _moments(start: Start, minutes: int) -> list[datetime]:
    horizon = start.now + timedelta(days=chips.DAYS_AHEAD + 1)
    taken = queries.taken_spans(start.person.id, start.now, horizon)
    away = queries.absence_days(start.person.id)
    return chips.suggest(start.now, queries.hours(), queries.habits(start.person.id), taken, minutes, away)


def _range_form(start: Start, given: Draft | None) -> RangeForm:
    opens, closes, capacity = _range_times(start.last, given)
    days = chips.suggest_days(start.now, queries.hours(), opens, queries.absence_days(start.person.id))
    day = given.day if given else _first_free(start, days, opens, closes)
    times = {"opens": opens, "closes": closes, "capacity": capacity}
    form = RangeForm(data={**_details(start, given), **times, "day": day.isoformat() if day else OTHER})
    form.offer(days, start.today)
    return form


def _range_times(last: Slot | None, given: Draft | None) -> tuple[time, time, int]:
    if given is not None:
        return given.opens, _plus(given.opens, given.minutes), given.capacity
    if last is None or last.capacity == 1:
        return DEFAULT_RANGE
    return territory.local(last.starts_at).time(), territory.local(last.ends_at).time(), last.capacity


def _plus(wall: time, minutes: int) -> time:
    return (datetime.combine(date(2000, 1, 1), wall) + timedelta(minutes=minutes)).time()


def _first_free(start: Start, days: Sequence[date], opens: time, closes: time) -> date | None:
    """The first of the days where the plage is not posted already."""
    zone = territory.zone()
    for day in days:
        span = local_instant(day, opens, zone), local_instant(day, closes, zone)
        if span[0] >= span[1] or queries.overlapping(start.person.id, span) is None:
            return day
    return days[0] if days else None


@blueprint.post("/mes-creneaux/nouveau")
@requires("snp.post")
def publish() -> Response:
    """Publish; or press a stepper, preview, or go and choose the repetition with what was filled."""
    person = someone()
    start = _start(person, is_range=_is_range())
    if not start.practices:
        return htmx.redirect(home(person.id))
    form = _form(start, is_range=_is_range())
    if "step" in request.form:
        form.step(request.form["step"])
        return _page(form, start)
    if "preview" in request.form:
        return _page(form, start)
    if not form.is_valid():
        return _page(form, start, 422)
    if "repeat" in request.form:
        return htmx.redirect(to("repeat", person.id, creneau=form.draft().packed))
    return _publish(form, start)


def _publish(form: SlotForm | RangeForm, start: Start) -> Response:
    try:
        slot = acts.publish(form.draft(), by=current_user, key=form.once.data[:80], confirmed=form.confirmed.data or "")
    except ToConfirm as odd:
        form.confirmed.data = odd.key
        return _page(form, start, 409, warnings=odd.sentences)
    except Refusal as refusal:
        form.refuse(refusal.message, _field(form, refusal.field))
        return _page(form, start, 409)
    return htmx.redirect(home(slot.person_id, "publie", slot.id))


def _field(form: SlotForm | RangeForm, name: str | None) -> str | None:
    """Where a fault is shown: a plage has days instead of moments, a slot no end."""
    names = {"when": "day" if isinstance(form, RangeForm) else "when", "closes": "closes", "capacity": "capacity"}
    wanted = names.get(name or "", name)
    return wanted if wanted in form else None


def _page(form: SlotForm | RangeForm, start: Start, status: int = 200, warnings: Sequence[str] = ()) -> Response:
    is_range = isinstance(form, RangeForm)
    return htmx.respond(
        "posting/new.html",
        "posting/_new_preview.html",
        status,
        form=form,
        person=start.person,
        is_range=is_range,
        is_self=is_self(start.person),
        warnings=warnings,
        summary=_summary(form, start),
        rhythm=_rhythm(form) if isinstance(form, RangeForm) else None,
        submit_label=_label(form, start.today, is_again=bool(warnings)),
        several=len(start.practices) > 1,
        back_url=home(start.person.id),
        back_label=list_title(start.person),
        urls={
            "slot": to("new", start.person.id),
            "range": to("new", start.person.id, forme=RANGE),
            "post": to("publish", start.person.id, forme=RANGE if is_range else None),
        },
        has_last=start.last is not None,
    )


def _summary(form: SlotForm | RangeForm, start: Start) -> dict[str, str]:
    """The line that stands for the folded fields."""
    letter = form.modality.data if form.modality.data in set(Modality) else Modality.SURGERY.value
    modality = Modality(letter)
    practice = next((p for p in start.practices if p.id == form.practice.data), start.practices[0])
    conditions = agenda_words.conditions(c for c in form.conditions.data or () if c in agenda_words.CONDITIONS)
    line = agenda_words.MODALITY_AT[modality]
    if isinstance(form, SlotForm) and form.duration.data:
        line = f"{words.minutes(form.duration.data)} · 1{NBSP}patient · {line}"
    return {
        "line": words.capital(line),
        "place": where(practice, modality),
        "conditions": words.capital(conditions),
    }


def _rhythm(form: RangeForm) -> dict[str, Any]:
    """ "Un patient tous les quarts d’heure.", or in red why the hours do not fit."""
    if not (form.opens.data and form.closes.data and form.capacity.data):
        return {"words": "", "is_wrong": False}
    fault = rules.shape_fault(form.minutes(), form.capacity.data)
    if fault:
        return {"words": fault[0], "is_wrong": True}
    return {"words": words.every(form.minutes() // form.capacity.data), "is_wrong": False}


def _label(form: SlotForm | RangeForm, today: date, *, is_again: bool) -> str:
    """ "Publier auj. 17h00", "Publier 4 places, mer. 22", "Publier quand même"."""
    if is_again:
        return "Publier quand même"
    if isinstance(form, SlotForm):
        moment = form.moment()
        return f"Publier {words.moment(datetime.combine(*moment), today)}" if moment else "Publier"
    day = form.chosen_day()
    places = count(form.capacity.data, "place") if form.capacity.data and form.capacity.data > 0 else ""
    parts = [part for part in (places, words.short_day(day, today) if day else "") if part]
    return f"Publier {', '.join(parts)}" if parts else "Publier"
