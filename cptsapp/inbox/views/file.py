"""One request: the next act, what was asked, the steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import clock, submissions
from cptsapp.core.addresses import row_number
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import noting, triage
from cptsapp.inbox.actions.changing import Stale
from cptsapp.inbox.forms.file import MissingForm, NoteForm
from cptsapp.inbox.forms.proposals import asking
from cptsapp.inbox.models import Recipient, State
from cptsapp.inbox.queries.file import File, file_of, steps_since
from cptsapp.inbox.queries.merging import NearPanel, near_panel
from cptsapp.inbox.queries.place import place_of
from cptsapp.inbox.queries.proposals import of_request
from cptsapp.inbox.queries.referrals import of_request as referrals_of
from cptsapp.inbox.queries.requests import request_for
from cptsapp.inbox.queries.rights import of_request as rights_of
from cptsapp.inbox.readings import note_reading
from cptsapp.inbox.rules import deadlines, states, words
from cptsapp.inbox.rules.deadlines import days_late
from cptsapp.inbox.rules.proposals import DECLINE_REASONS
from cptsapp.inbox.rules.queues import filters_of
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.outbox.rules import STATE_LABELS as MESSAGE_STATES

TWICE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an act was not done, told above the page; `since` is how many steps others added meanwhile."""

    message: str
    since: int = 0


@blueprint.get("/demandes/<reference>")
@requires("inbox.manage")
def file(reference: str) -> Response:
    """A file: who seeks, the one next act with its deadline, the steps."""
    return show(reference)


def show(
    reference: str,
    status: int = 200,
    *,
    refused: Refused | None = None,
    missing: MissingForm | None = None,
    note: NoteForm | None = None,
) -> Response:
    """The page of a file, with why the last act was refused and what was typed for it. Its reading is recorded."""
    found = file_of(me(), reference)
    note_opening(found.request.id)
    page = render_template(
        "inbox/file.html",
        file=found,
        refused=refused,
        changes=steps_since(found.request, refused.since) if refused and refused.since else [],
        missing=missing or (MissingForm(formdata=None) if found.request.state is State.RECEIVED else None),
        note=note or NoteForm(formdata=None),
        done=_done(found),
        asking=asking(found.request, request.form),
        proposals=of_request(found.request) if found.has("request.propose") else [],
        decline_reasons=DECLINE_REASONS,
        near=near_panel(found.request) if found.may_be_twice else NearPanel(found.request, [], []),
        referrals=referrals_of(found.request) if found.has("request.refer_misas", "request.refer_dac") else [],
        rights=rights_of(found.request) if found.has_rights else [],
        place=place_of(me(), found.request, filters_of(request.args)),
        **words_of(found),
    )
    return make_response(page, status)


def words_of(found: File) -> dict[str, Any]:
    """What the templates of a file say in words."""
    asked = found.request
    return {
        "state_label": states.STATE_LABELS[asked.state],
        "then": states.NEXT[asked.state],
        "deadline_label": deadlines.DEADLINE_LABELS[asked.deadline] if asked.deadline else "",
        "late_days": days_late(asked.due_on, found.today),
        "possible": {move.code for move in states.possible(asked.state)},
        "recipients": {one: (states.RECIPIENT_LABELS[one], found.agreed(one)) for one in Recipient},
        "words": words,
        "message_state_labels": MESSAGE_STATES,
        "asked": urlencode(_filters()),
    }


def _kept() -> dict[str, Any]:
    return dict(_filters())


def _filters() -> list[tuple[str, str]]:
    """Those of the list that the file was opened from, carried by every address of it."""
    return filters_of(request.args).pairs()


def note_opening(request_id: int, kind: str = "request.opened") -> None:
    """Record, once the page is made, that its reader saw the identities of a file."""
    user = me()
    after_commit(lambda: note_reading(kind, request_id, by=user))


@dataclass(frozen=True, slots=True)
class Done:
    """What was just done, and the way to take it back."""

    message: str
    undo_url: str


def _done(found: File) -> Done | None:
    """Told after an act (`fait` in the address), as long as it is the last of the file and its reader's own."""
    last = next((step for step in reversed(found.steps) if step.cancelled_at is None), None)
    if "fait" not in request.args or last is None or last.user_id != me().id:
        return None
    message = last.sentence if last.sentence.endswith(".") else f"{last.sentence}."
    return Done(message, _undo_url(found, last.kind, last.id))


def _undo_url(found: File, kind: str, step_id: int) -> str:
    reference = found.request.reference
    if kind in ("request.accept", "request.ask_more") and "put_back" in _codes(found):
        return url_for(".put_back", reference=reference, version=found.request.version, **_kept())
    if kind == "request.note":
        return url_for(".cancel_note", reference=reference, step_id=step_id, **_kept())
    if kind == "request.propose":
        return url_for(".take_back_proposals", reference=reference, version=found.request.version, **_kept())
    return ""


def _codes(found: File) -> set[str]:
    return {move.code for move in states.possible(found.request.state)}


def act(reference: str, do: Callable[[int, int | None], object]) -> Response:
    """Do something to a file from a button: `do(request_id, version)`; refused, the page says why, refreshed."""
    found = request_for(me(), reference)
    try:
        do(found.id, row_number(request.values.get("version")))
    except Refusal as refusal:
        give_up()
        return back_to(reference) if is_sent_twice(reference, refusal) else show(reference, 409, refused=why(refusal))
    return back_to(reference)


def is_sent_twice(reference: str, refusal: Refusal) -> bool:
    """Whether a page is refused for what its own reader has just done: a second click, that changes nothing."""
    if not isinstance(refusal, Stale):
        return False
    since = steps_since(request_for(me(), reference), refusal.since)
    return all(step.user_id == me().id and clock.now() - step.at < TWICE for step in since)


def back_to(reference: str, anchor: str | None = None) -> Response:
    """The file again, saying what was done."""
    return htmx.redirect(url_for(".file", reference=reference, **_kept(), fait=1, _anchor=anchor))


def why(refusal: Refusal) -> Refused:
    """A refusal as the page tells it."""
    return Refused(refusal.message, refusal.since if isinstance(refusal, Stale) else 0)


# -- triage -----------------------------------------------------------------------------------------------------------


@blueprint.post("/demandes/<reference>/accepter")
@requires("inbox.manage")
def accept(reference: str) -> Response:
    """The request is complete."""
    return act(reference, lambda request_id, version: triage.accept(request_id, by=me(), version=version))


@blueprint.post("/demandes/<reference>/revoir")
@requires("inbox.manage")
def put_back(reference: str) -> Response:
    """Undo the triage."""
    return act(reference, lambda request_id, version: triage.put_back(request_id, by=me(), version=version))


@blueprint.post("/demandes/<reference>/completer")
@requires("inbox.manage")
def ask_more(reference: str) -> Response:
    """Say what is missing."""
    form = MissingForm()
    found = request_for(me(), reference)
    if not form.is_valid():
        return show(reference, 422, missing=form)
    try:
        triage.ask_more(found.id, form.missing.data or [], form.note.data or "", by=me(), version=form.seen)
    except Refusal as refusal:
        give_up()
        return show(reference, 409, refused=why(refusal), missing=form)
    return back_to(reference)


@blueprint.post("/demandes/<reference>/declarer")
@requires("inbox.manage")
def declare(reference: str) -> Response:
    """The declaration is registered."""
    return act(reference, lambda request_id, version: triage.declare(request_id, by=me(), version=version))


@blueprint.post("/demandes/<reference>/chercher")
@requires("inbox.manage")
def search_again(reference: str) -> Response:
    """The declaration was not made."""
    return act(reference, lambda request_id, version: triage.search_again(request_id, by=me(), version=version))


# -- notes ------------------------------------------------------------------------------------------------------------


@blueprint.post("/demandes/<reference>/notes")
@requires("inbox.manage")
def add_note(reference: str) -> Response:
    """Write a note in the timeline."""
    form = NoteForm()
    found = request_for(me(), reference)
    if not form.is_valid():
        return show(reference, 422, note=form)
    if submissions.result_for(me().id, form.once.data or "", "request.note"):
        return back_to(reference, "etapes")
    try:
        made = noting.note(found.id, form.text.data or "", by=me())
    except Refusal as refusal:
        give_up()
        return show(reference, 409, refused=why(refusal), note=form)
    submissions.remember(me().id, form.once.data or "", "request.note", made.id)
    return back_to(reference, "etapes")


@blueprint.post("/demandes/<reference>/notes/<int:step_id>/barrer")
@requires("inbox.manage")
def cancel_note(reference: str, step_id: int) -> Response:
    """Strike a note through."""
    noting.cancel_note(request_for(me(), reference).id, step_id, by=me())
    return htmx.redirect(url_for(".file", reference=reference, **_kept(), _anchor="etapes"))


# -- paper ------------------------------------------------------------------------------------------------------------


@blueprint.get("/demandes/<reference>/imprimer")
@requires("inbox.manage")
def print_file(reference: str) -> str:
    """The file on a sheet of paper. Its reading is recorded as such."""
    found = file_of(me(), reference)
    note_opening(found.request.id, "request.printed")
    return render_template("inbox/file_sheet.html", file=found, **words_of(found))
