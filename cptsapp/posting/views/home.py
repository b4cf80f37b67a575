"""The list of one's slots, the days past, one slot's sheet."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import addresses, clock
from cptsapp.core.french import count, day_full, day_long, day_short
from cptsapp.core.refusals import Invisible
from cptsapp.directory.models import Person
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.posting import queries
from cptsapp.posting.actions.withdraw import to_call
from cptsapp.posting.queries import Entry
from cptsapp.posting.rules import absence as absence_rules
from cptsapp.posting.rules import words
from cptsapp.posting.views import blueprint
from cptsapp.posting.views.common import (
    home,
    is_self,
    list_title,
    moment_of,
    range_words,
    to,
    where,
    whose,
)
from cptsapp.snp import words as agenda_words
from cptsapp.snp.models import SlotState
from cptsapp.snp.permissions import may_note_for
from cptsapp.snp.readings import note_readings
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import holiday_name

SAID_FOR = timedelta(minutes=10)  # how long the list says what has just been done


@blueprint.get("/mes-creneaux")
@requires("snp.post")
def mine() -> Response:
    """What is to come, day by day; whose, when one posts for several."""
    person = None if "choisir" in request.args else whose()
    if person is None:
        return _choose()
    since = addresses.day(request.args.get("du"))
    entries, next_day = queries.upcoming(current_user, person.id, since)
    toast = _toast(person)
    new_ids = toast["new_ids"]
    fresh, rest = _lift(entries, new_ids)
    return make_response(
        render_template(
            "posting/mine.html",
            person=person,
            title=list_title(person),
            is_self=is_self(person),
            chooses=len(queries.people(current_user)) > 1,
            fresh=fresh,
            days=days_of(rest),
            new_ids=new_ids,
            focus_id=next((entry.slot.id for entry in entries if entry.slot.id in new_ids), None),
            toast=toast,
            absences=_absences(person),
            next_url=to("mine", person.id, du=next_day.isoformat()) if next_day else "",
            is_first=since is None,
            has_visits_to_note=since is None and queries.has_visits_to_note(current_user, person.id),
            notes=may_note_for(current_user, person.id),
            practices=queries.practices(person.id),
            to=to,
        )
    )


def _choose() -> Response:
    """For whom: the practitioners one may post for, filtered by a few letters."""
    typed = request.args.get("q", "")
    people = queries.people(current_user, typed)
    page = render_template(
        "posting/choose.html",
        people=people,
        typed=typed,
        professions=PROFESSION_LABELS,
        has_visits_to_note=queries.has_visits_to_note(current_user),
    )
    return make_response(page)


def days_of(entries: list[Entry]) -> list[dict[str, Any]]:
    """The entries by day, each with its heading, the holiday's name in it."""
    today = territory.today()
    region = territory.settings().holiday_region
    return [
        {"title": _heading(day, today), "holiday": holiday_name(day, region) or "", "entries": list(group)}
        for day, group in groupby(entries, key=lambda entry: entry.slot.day_on)
    ]


def _heading(day: date, today: date) -> str:
    """ "Aujourd’hui, lundi 20 juillet", "Jeudi 23 juillet"; with its year when it is another one."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return f"{('Aujourd’hui', 'Demain')[ahead]}, {day_long(day)}"
    return words.capital(day_long(day) if day.year == today.year else day_full(day))


def _lift(entries: list[Entry], new_ids: set[int]) -> tuple[Entry | None, list[Entry]]:
    """The slot just published, on top of the list; where it already comes first, it stays in its day."""
    fresh = [entry for entry in entries if entry.slot.id in new_ids]
    if len(fresh) != 1 or entries[0] is fresh[0]:
        return None, entries
    return fresh[0], [entry for entry in entries if entry is not fresh[0]]


def _absences(person: Person) -> list[dict[str, Any]]:
    """The absences that last or come, in words, with what they hide."""
    today = territory.today()
    found = queries.absences(person.id)
    hidden = queries.hidden_counts([absence.id for absence in found])
    return [
        {
            "id": absence.id,
            "words": absence_rules.span_words(absence.from_on, absence.until_on, today),
            "has_begun": absence.from_on <= today,
            "hidden": count(hidden.get(absence.id, 0), "place retirée", "places retirées"),
        }
        for absence in found
    ]


# -- what has just been done ------------------------------------------------------------------------------------------


def _toast(person: Person) -> dict[str, Any]:
    """The sentence of the last act, its undo and the slots it made; nothing once ten minutes have passed."""
    nothing = {"message": "", "undo_url": None, "new_ids": set[int]()}
    number = addresses.row_number(request.args.get("objet"))
    teller = _TELLERS.get(request.args.get("fait", ""))
    if teller is None or number is None:
        return nothing
    try:
        return {**nothing, **teller(person, number)}
    except Invisible:
        return nothing


def _is_recent(instant: Any) -> bool:
    return instant is not None and clock.now() - instant < SAID_FOR


def _tell_posted(_person: Person, slot_id: int) -> dict[str, Any]:
    slot = queries.slot_for(current_user, slot_id)
    if slot.state is not SlotState.OPEN or not _is_recent(slot.posted_at):
        return {}
    what = f"{count(slot.capacity, 'place')}, " if slot.capacity > 1 else ""
    undo = url_for("posting.withdraw_free", slot_id=slot.id)
    return {"message": f"Publié : {what}{moment_of(slot)}", "undo_url": undo, "new_ids": {slot.id}}


def _tell_series(_person: Person, series_id: int) -> dict[str, Any]:
    series = queries.series_for(current_user, series_id)
    slots = queries.open_of_series(series.id, series.starts_on)
    if not slots or not _is_recent(series.created_at):
        return {}
    what = range_words(len(slots), sum(s.capacity for s in slots), is_range=slots[0].capacity > 1)
    undo = url_for("posting.withdraw_series", series_id=series.id)
    return {"message": f"Publié : {what}", "undo_url": undo, "new_ids": {slot.id for slot in slots}}


def _tell_withdrawn(_person: Person, slot_id: int) -> dict[str, Any]:
    slot = queries.slot_for(current_user, slot_id)
    if slot.state is not SlotState.WITHDRAWN or not _is_recent(slot.withdrawn_at):
        return {}
    return {"message": f"Retiré : {moment_of(slot)}", "undo_url": url_for("posting.restore", slot_id=slot.id)}


def _tell_restored(_person: Person, slot_id: int) -> dict[str, Any]:
    slot = queries.slot_for(current_user, slot_id)
    return {"message": f"Remis sur la liste : {moment_of(slot)}"} if slot.state is SlotState.OPEN else {}


def _tell_changed(_person: Person, slot_id: int) -> dict[str, Any]:
    return {"message": f"Changé : {moment_of(queries.slot_for(current_user, slot_id))}"}


def _tell_kept(_person: Person, slot_id: int) -> dict[str, Any]:
    return {"message": f"Rien n’a changé : {moment_of(queries.slot_for(current_user, slot_id))}"}


def _tell_absent(_person: Person, absence_id: int) -> dict[str, Any]:
    absence = queries.absence_for(current_user, absence_id)
    if absence.ended_at is not None:
        return {}
    span = absence_rules.span_words(absence.from_on, absence.until_on, territory.today())
    return {"message": f"Absence notée : {span}", "undo_url": url_for("posting.end_absence", absence_id=absence.id)}


def _tell_returned(_person: Person, places: int) -> dict[str, Any]:
    return {"message": f"Absence terminée, {count(places, 'place remise', 'places remises')} sur la liste"}


def _tell_profile(_person: Person, _number: int) -> dict[str, Any]:
    return {"message": "Enregistré."}


_TELLERS = {
    "publie": _tell_posted,
    "serie": _tell_series,
    "retire": _tell_withdrawn,
    "remis": _tell_restored,
    "change": _tell_changed,
    "garde": _tell_kept,
    "absent": _tell_absent,
    "retour": _tell_returned,
    "profil": _tell_profile,
}


# -- past days, one sheet ---------------------------------------------------------------------------------------------


@blueprint.get("/mes-creneaux/passes")
@requires("snp.post")
def past() -> Response:
    """The days past, the latest first, a page at a time."""
    person = whose()
    if person is None:
        return _choose()
    until = addresses.day(request.args.get("avant"))
    entries, next_day = queries.past(current_user, person.id, until)
    return make_response(
        render_template(
            "posting/past.html",
            person=person,
            days=days_of(entries),
            back_url=home(person.id),
            back_label=list_title(person),
            next_url=to("past", person.id, avant=next_day.isoformat()) if next_day else "",
        )
    )


@blueprint.get("/mes-creneaux/<int:slot_id>")
@requires("snp.post")
def sheet(slot_id: int) -> Response:
    """One slot: its facts, its patients, what can be done. Opening a patient's data is recorded."""
    slot = queries.slot_for(current_user, slot_id)
    entry = queries.entries(current_user, slot.person_id, [slot], with_cancelled=True)[0]
    _note_readings([guest.booking.id for guest in entry.guests if guest.patient is not None])
    called = {booking.id for booking in to_call([guest.booking for guest in entry.guests])}
    facts = _facts(entry)
    return make_response(
        render_template(
            "posting/sheet.html",
            entry=entry,
            slot=slot,
            facts=facts,
            called=called,
            title=_sheet_title(entry),
            back_url=home(slot.person_id),
            back_label=list_title(slot.practice.person),
            is_past=slot.ends_at <= clock.now(),
            holiday=holiday_name(slot.day_on, territory.settings().holiday_region) or "",
        )
    )


def _note_readings(booking_ids: list[int]) -> None:
    user = me()
    if booking_ids:
        after_commit(lambda: note_readings("booking.read", booking_ids, by=user))


def _sheet_title(entry: Entry) -> str:
    """ "Lundi 20 juillet, 17h00 – 18h00"."""
    return f"{words.capital(day_long(entry.starts.date()))}, {words.hours_range(entry.starts, entry.ends)}"


def _facts(entry: Entry) -> list[tuple[str, str]]:
    slot = entry.slot
    facts = [
        ("Places", words.places(slot.capacity, slot.free_count) if entry.is_range else "1 patient"),
        ("Durée", f"{words.minutes(slot.duration_minutes)} par patient"),
        ("Comment", words.capital(agenda_words.MODALITY_AT[slot.modality])),
        ("Lieu", where(slot.practice, slot.modality)),
        ("Conditions", words.capital(agenda_words.conditions(slot.conditions)) or "aucune"),
        ("Publié", f"{day_short(territory.local(slot.posted_at).date())}, par {queries.user_name(slot.posted_by_id)}"),
    ]
    if campaign := queries.campaign_name(slot.campaign_id):
        facts.append(("Campagne", campaign))
    return facts
