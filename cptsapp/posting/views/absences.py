"""*Je m’absente* and *Je suis revenu·e*."""

from datetime import date
from typing import Any

from flask import make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import Person
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.posting import queries
from cptsapp.posting.actions import absence as acts
from cptsapp.posting.actions.withdraw import to_call
from cptsapp.posting.forms import AbsenceForm, choices_of
from cptsapp.posting.rules import absence as rules
from cptsapp.posting.rules.draft import Outdated
from cptsapp.posting.views import blueprint
from cptsapp.posting.views.common import home, is_self, list_title, someone, to
from cptsapp.posting.views.withdrawing import choices_shown, panel, submit_label
from cptsapp.snp.models import FollowUp
from cptsapp.snp.readings import note_readings
from cptsapp.territory import queries as territory


@blueprint.get("/mes-creneaux/absences")
@requires("snp.post")
def absence() -> Response:
    """How long, and what that takes away."""
    return _page(AbsenceForm(data={"length": "jour"}), someone())


@blueprint.post("/mes-creneaux/absences")
@requires("snp.post")
def declare_absence() -> Response:
    """Note it, having said what becomes of each patient."""
    person = someone()
    form = AbsenceForm()
    days = form.days(territory.today())
    if "preview" in request.form:
        return _page(form, person)
    if not form.is_valid() or days is None:
        if days is None:
            form.refuse("Choisissez le premier et le dernier jour.", "until_on")
        return _page(form, person, 422)
    return _declare(form, person, days)


def _declare(form: AbsenceForm, person: Person, days: tuple[date, date | None]) -> Response:
    choices = choices_of(request.form)
    try:
        noted = acts.declare_absence(
            person.id, days, choices, by=current_user, key=form.once.data[:80], announced=form.announced.data or ""
        )
    except Outdated as outdated:
        return _page(form, person, 409, notice=outdated.message)
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field if refusal.field in form else None)
        return _page(form, person, 409)
    if FollowUp.PRACTITIONER_CALLS in choices.values():
        return htmx.redirect(url_for("posting.absence_sheet", absence_id=noted.id))
    return htmx.redirect(home(person.id, "absent", noted.id))


def _page(form: AbsenceForm, person: Person, status: int = 200, notice: str = "") -> Response:
    days = form.days(territory.today())
    fault = rules.absence_fault(*days, territory.today()) if days else None
    if fault and not form.errors and request.method == "POST":
        form.refuse(*fault)
    found = acts.what_goes(current_user, person.id, *days) if days and not fault else None
    form.announced.data = found.digest if found else ""
    return htmx.respond(
        "posting/absence.html",
        "posting/_absence_preview.html",
        status,
        form=form,
        person=person,
        title="Je m’absente" if is_self(person) else f"Absence, {person.full_name}",
        panel=panel(found, "sera retirée", "seront retirées") if found else None,
        choices=choices_shown(found) if found else [],
        notice=notice,
        submit_label=_label(found, is_self(person)),
        back_url=home(person.id),
        back_label=list_title(person),
        post_url=to("declare_absence", person.id),
        nothing=found is not None and not found.slots,
    )


def _label(found: queries.Consequence | None, is_own: bool) -> str:
    """ "M’absenter, retirer 8 places"."""
    verb = "M’absenter" if is_own else "Noter l’absence"
    return submit_label(found, f"{verb}, retirer", verb) if found else verb


@blueprint.get("/mes-creneaux/absences/<int:absence_id>")
@requires("snp.post")
def absence_sheet(absence_id: int) -> Response:
    """What an absence has hidden, and the patients one said one would call: their telephones are a reading."""
    found = queries.absence_for(current_user, absence_id)
    slots = queries.hidden_by(found.id)
    entries = queries.entries(current_user, found.person_id, slots, with_cancelled=True)
    guests = [guest for entry in entries for guest in entry.guests]
    called = {booking.id for booking in to_call([guest.booking for guest in guests])}
    read, user = [g.booking.id for g in guests if g.booking.id in called and g.patient is not None], me()
    if read:
        after_commit(lambda: note_readings("booking.read", read, by=user))
    places: Any = [(entry.starts, entry.slot.free_count) for entry in entries]
    return make_response(
        render_template(
            "posting/absence_sheet.html",
            absence=found,
            title=f"Absence {rules.span_words(found.from_on, found.until_on, territory.today())}",
            lines=rules.lines_by_day(places, territory.today()),
            to_call=[guest for guest in guests if guest.booking.id in called],
            coming=[guest for guest in guests if guest.is_live],
            is_over=found.ended_at is not None,
            back_url=home(found.person_id),
        )
    )


@blueprint.post("/mes-creneaux/absences/<int:absence_id>/lever")
@requires("snp.post")
def end_absence(absence_id: int) -> Response:
    """Come back: what is still to come returns to the list."""
    ended, places = acts.end_absence(absence_id, by=current_user)
    return htmx.redirect(home(ended.person_id, "retour", places))
