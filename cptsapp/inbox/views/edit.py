"""Correcting a request, its household, its agreements, its priority; ending it and opening it again."""

from collections.abc import Callable
from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core.addresses import row_number
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.http.fields import VersionedForm
from cptsapp.inbox.actions import agreements as agreeing
from cptsapp.inbox.actions import household, noting, triage
from cptsapp.inbox.actions.changing import to_change
from cptsapp.inbox.forms import file as forms
from cptsapp.inbox.models import Consent, Outcome, Recipient
from cptsapp.inbox.queries.doctors import doctors
from cptsapp.inbox.queries.file import File, SeekerShown, file_of, steps_since
from cptsapp.inbox.rules import closing as closing_rules
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.inbox.views.file import act, back_to, is_sent_twice, note_opening, why, words_of
from cptsapp.territory import queries as territory

BOTH = ["GET", "POST"]


def _page(template: str, found: File, form: VersionedForm, status: int | None = None, **more: Any) -> Response:
    """A form of a file: who it is about above it, so its reading is recorded."""
    note_opening(found.request.id)
    if not form.version.data:
        form.version.data = str(found.request.version)
    more = {"refused": None, "changes": [], **more}
    page = render_template(f"inbox/{template}.html", file=found, form=form, **more, **words_of(found))
    return make_response(page, status or (422 if form.errors else 200))


def _answer(template: str, reference: str, form: VersionedForm, do: Callable[[int], object], **more: Any) -> Response:
    """Show the form, or do what it says; refused, what was typed stays, and a second sending passes."""
    found = file_of(me(), reference)
    if not form.is_valid():
        return _page(template, found, form, **more)
    try:
        do(found.request.id)
    except Refusal as refusal:
        give_up()
        if is_sent_twice(reference, refusal):
            return back_to(reference)
        return _refused(template, reference, form, refusal, **more)
    return back_to(reference)


def _refused(template: str, reference: str, form: VersionedForm, refusal: Refusal, **more: Any) -> Response:
    found, told = file_of(me(), reference), why(refusal)
    form.version.data = str(found.request.version)
    changes = steps_since(found.request, told.since) if told.since else []
    if not told.since:
        form.refuse(refusal.message, refusal.field)
    return _page(template, found, form, 409, changes=changes, refused=told if told.since else None, **more)


def _gps() -> dict[int, str]:
    return {number: doctor.name for number, doctor in doctors(territory.today()).items()}


# -- answers ----------------------------------------------------------------------------------------------------------


@blueprint.route("/demandes/<reference>/modifier", methods=BOTH)
@requires("inbox.manage")
def edit(reference: str) -> Response:
    """Put the answers right."""
    form = forms.AnswersForm(data=forms.answers_data(file_of(me(), reference).request))
    form.offer([(commune.code, commune.name) for commune in territory.own_communes()], _gps())
    return _answer(
        "answers_form",
        reference,
        form,
        lambda request_id: household.correct(request_id, form.answers(), by=me(), version=form.seen),
    )


# -- household --------------------------------------------------------------------------------------------------------


@blueprint.route("/demandes/<reference>/personnes/nouvelle", methods=BOTH)
@requires("inbox.manage")
def new_seeker(reference: str) -> Response:
    """Someone else of the household needs a doctor."""
    form = forms.SeekerForm()
    return _answer(
        "seeker_form",
        reference,
        form,
        lambda request_id: household.add_seeker(request_id, form.answers(), by=me(), version=form.seen),
        one=None,
    )


@blueprint.route("/demandes/<reference>/personnes/<int:seeker_id>", methods=BOTH)
@requires("inbox.manage")
def edit_seeker(reference: str, seeker_id: int) -> Response:
    """Put right who someone is and what they need."""
    one = _one(file_of(me(), reference), seeker_id)
    form = forms.SeekerForm(data=forms.seeker_data(household.answers_of(one.seeker)))
    return _answer(
        "seeker_form",
        reference,
        form,
        lambda request_id: household.correct_seeker(request_id, seeker_id, form.answers(), by=me(), version=form.seen),
        one=one,
    )


@blueprint.route("/demandes/<reference>/personnes/<int:seeker_id>/issue", methods=BOTH)
@requires("inbox.manage")
def ending(reference: str, seeker_id: int) -> Response:
    """An outcome for one of the household."""
    one = _one(file_of(me(), reference), seeker_id)
    form = forms.OutcomeForm()
    form.offer_doctors(_gps())
    return _answer(
        "outcome_form",
        reference,
        form,
        lambda request_id: household.end_for(
            request_id, seeker_id, Outcome(form.outcome.data), _found(form), by=me(), version=form.seen
        ),
        one=one,
    )


@blueprint.post("/demandes/<reference>/personnes/<int:seeker_id>/chercher")
@requires("inbox.manage")
def seek_again(reference: str, seeker_id: int) -> Response:
    """Take an outcome back."""
    return act(
        reference,
        lambda request_id, version: household.seek_again(request_id, seeker_id, by=me(), version=version),
    )


def _one(found: File, seeker_id: int) -> SeekerShown:
    one = next((shown for shown in found.seekers if shown.seeker.id == seeker_id), None)
    if one is None:
        raise Invisible
    return one


def _found(form: Any) -> household.Found | None:
    """The doctor said, when the outcome is that one was found."""
    return form.found() if form.outcome.data == Outcome.FOUND.value else None


def _names(shown: list[SeekerShown] | tuple[SeekerShown, ...]) -> dict[int, str]:
    return {one.seeker.id: one.name for one in shown}


# -- agreements -------------------------------------------------------------------------------------------------------


@blueprint.route("/demandes/<reference>/accords", methods=BOTH)
@requires("inbox.manage")
def agreements(reference: str) -> Response:
    """Who agrees that the request go to whom; collect one more."""
    found = file_of(me(), reference)
    form = forms.AgreementForm(recipient=_asked_recipient())
    form.offer_seekers(_names(found.left or found.seekers))
    return _answer(
        "agreements",
        reference,
        form,
        lambda request_id: agreeing.collect(
            request_id,
            Recipient(form.recipient.data),
            Consent(form.consent.data),
            form.chosen(),
            by=me(),
            version=form.seen,
        ),
    )


def _asked_recipient() -> str | None:
    asked = request.args.get("pour", "")
    return asked if asked in set(Recipient) else None


@blueprint.post("/demandes/<reference>/accords/retirer")
@requires("inbox.manage")
def withdraw_agreement(reference: str) -> Response:
    """Take an agreement back, for everyone or for one: what was on its way stops."""
    recipient, seeker = request.form.get("recipient", ""), request.form.get("seeker", "")
    if recipient not in set(Recipient):
        raise Invisible
    chosen = [number] if (number := row_number(seeker)) is not None else []
    return act(
        reference,
        lambda request_id, version: agreeing.withdraw(
            to_change(request_id, version), Recipient(recipient), chosen, by=me()
        ),
    )


# -- priority ---------------------------------------------------------------------------------------------------------


@blueprint.route("/demandes/<reference>/priorite", methods=BOTH)
@requires("inbox.manage")
def ranking(reference: str) -> Response:
    """Decide the rank instead of the rule, with a reason."""
    form = forms.PriorityForm()
    return _answer(
        "priority_form",
        reference,
        form,
        lambda request_id: noting.override(
            request_id, form.level.data, form.reason.data or "", by=me(), version=form.seen
        ),
    )


@blueprint.post("/demandes/<reference>/priorite/regle")
@requires("inbox.manage")
def follow_rule(reference: str) -> Response:
    """Give the rank back to the rule."""
    return act(reference, lambda request_id, version: noting.follow_rule(request_id, by=me(), version=version))


# -- ends -------------------------------------------------------------------------------------------------------------


@blueprint.route("/demandes/<reference>/medecin-trouve", methods=BOTH)
@requires("inbox.manage")
def finding(reference: str) -> Response:
    """A doctor found without a proposal."""
    found = file_of(me(), reference)
    form = forms.FindForm()
    form.offer_doctors(_gps())
    form.offer_seekers(_names(found.left))
    return _answer(
        "find_form",
        reference,
        form,
        lambda request_id: triage.find(request_id, form.found(), form.chosen(), by=me(), version=form.seen),
    )


@blueprint.route("/demandes/<reference>/clore", methods=BOTH)
@requires("inbox.manage")
def closing(reference: str) -> Response:
    """Close with the outcome and the steps taken; those of the timeline are ticked already."""
    kinds = [step.kind for step in file_of(me(), reference).steps if step.cancelled_at is None]
    form = forms.CloseForm(taken=closing_rules.taken_from(kinds))
    form.offer_doctors(_gps())
    return _answer(
        "close_form",
        reference,
        form,
        lambda request_id: triage.close(
            request_id,
            form.ending(),
            form.taken.data or [],
            form.note.data or "",
            _found(form),
            by=me(),
            version=form.seen,
        ),
    )


@blueprint.get("/demandes/<reference>/rouvrir")
@requires("inbox.manage")
def reopening(reference: str) -> Response:
    """Who of the household seeks again, and why."""
    found = file_of(me(), reference)
    return _page("reopen_form", found, _reopen_form(found))


@blueprint.post("/demandes/<reference>/rouvrir")
@requires("inbox.manage")
def reopen(reference: str) -> Response:
    """Open a closed request again."""
    form = _reopen_form(file_of(me(), reference))
    if not form.version.data:
        form.version.data = request.args.get("version", "")
    return _answer(
        "reopen_form",
        reference,
        form,
        lambda request_id: triage.reopen(request_id, form.chosen(), form.note.data or "", by=me(), version=form.seen),
    )


def _reopen_form(found: File) -> forms.ReopenForm:
    form = forms.ReopenForm()
    form.offer_seekers(_names(found.seekers))
    return form
