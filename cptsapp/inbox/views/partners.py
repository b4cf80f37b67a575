"""What a partner receives and answers, and the coordination's side of it: refer, note an answer heard, stop, print."""

from datetime import datetime

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import clock
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import referrals as actions
from cptsapp.inbox.actions.moves import why_not_move
from cptsapp.inbox.forms.referrals import AnswerForm, FollowForm, ReferForm
from cptsapp.inbox.models import Recipient, Referral
from cptsapp.inbox.models import Request as PatientRequest
from cptsapp.inbox.patients import names_of
from cptsapp.inbox.permissions import reads_all
from cptsapp.inbox.queries import partner_files
from cptsapp.inbox.queries import referrals as queries
from cptsapp.inbox.queries.requests import request_for
from cptsapp.inbox.readings import note_listed, note_reading
from cptsapp.inbox.rules.referrals import REFER
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

WORDS = {"misas": Recipient.MISAS, "dac": Recipient.DAC}
HEARD = "Sa réponse"


# -- the partner's side -----------------------------------------------------------------------------------------------


@blueprint.get("/dossiers-recus")
@requires("inbox.answer")
def partner_list() -> Response:
    """What was sent to the partner's organisation: to answer, then answered this month."""
    return _received()


@blueprint.get("/dossiers-recus/<reference>")
@requires("inbox.answer")
def partner_file(reference: str) -> Response:
    """The same, one file opened."""
    return _received(reference)


def _received(
    reference: str = "", answer: AnswerForm | None = None, follow: FollowForm | None = None, status: int = 200
) -> Response:
    """The list; with a reference that file is opened, and the reading recorded."""
    found = queries.received(me())
    opened = None
    if reference:
        referral, patient = queries.received_one(me(), reference)
        opened = partner_files.opened(referral, patient)
        if opened.line.is_live:
            answer = answer or _answer_form(referral, patient, is_sent=False)
            follow = follow or _follow_form(referral, is_sent=False)
        _note_reading("request.opened", patient.id)
    rows = partner_files.rows(found)
    if rows and not reference:
        _note_listed(len(rows))
    today = territory.today()
    page = render_template(
        "inbox/received.html",
        house=partner_files.house_of(me()),
        rows=[row for row in rows if row.line.is_live],
        answered=[row for row in rows if not row.line.is_live],
        opened=opened,
        answer=answer,
        follow=follow,
        today=today,
        now_ms=milliseconds(clock.now()),
        until_ms={row.reference: milliseconds(row.line.undo_until) for row in rows if row.line.undo_until},
        said=request.args.get("repondu", "").upper(),
    )
    return make_response(page, status)


def milliseconds(instant: datetime) -> int:
    """An instant as app.js counts down to it."""
    return int(instant.timestamp() * 1000)


def _note_reading(kind: str, request_id: int) -> None:
    user = me()
    after_commit(lambda: note_reading(kind, request_id, by=user))


def _note_listed(how_many: int) -> None:
    user = me()
    after_commit(lambda: note_listed("received", how_many, by=user))


def _answer_form(referral: Referral, patient: PatientRequest, *, is_sent: bool) -> AnswerForm:
    form = AnswerForm() if is_sent else AnswerForm(formdata=None)
    return form.offer(referral.recipient, territory.today(), partner_files.opened(referral, patient).people)


def _follow_form(referral: Referral, *, is_sent: bool) -> FollowForm:
    ppcs = {True: "yes", False: "no", None: ""}[referral.needs_ppcs]
    values = {"called_back_on": referral.called_back_on, "handled_by": referral.handled_by, "needs_ppcs": ppcs}
    return FollowForm(**values) if is_sent else FollowForm(formdata=None, **values)


@blueprint.post("/dossiers-recus/<reference>/reponse")
@requires("inbox.answer")
def partner_reply(reference: str) -> Response:
    """Answer: the CPTS and the person are told in ten minutes."""
    referral, patient = queries.received_one(me(), reference)
    form = _answer_form(referral, patient, is_sent=True)
    if not form.is_valid():
        return _received(reference, form, status=422)
    try:
        actions.answer(referral.id, form.said, form.about(), by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _received(reference, form, status=409)
    return htmx.redirect(url_for(".partner_list", repondu=patient.reference))


@blueprint.post("/dossiers-recus/<reference>/annuler")
@requires("inbox.answer")
def partner_undo(reference: str) -> Response:
    """Take one's answer back, ten minutes at most."""
    referral, patient = queries.received_one(me(), reference)
    actions.undo_answer(_answered_of(referral), by=me())
    return htmx.redirect(url_for(".partner_file", reference=patient.reference))


def _answered_of(referral: Referral) -> int:
    if referral.answered_at is None:
        raise Refusal("Il n’y a pas de réponse à annuler.")
    return referral.id


@blueprint.post("/dossiers-recus/<reference>/accuser")
@requires("inbox.answer")
def partner_acknowledge(reference: str) -> Response:
    """« Bien reçu » (A62)."""
    referral, patient = queries.received_one(me(), reference)
    actions.acknowledge(referral.id, by=me())
    return htmx.redirect(url_for(".partner_file", reference=patient.reference))


@blueprint.post("/dossiers-recus/<reference>/suivi")
@requires("inbox.answer")
def partner_follow(reference: str) -> Response:
    """The requester called back, who takes it, is a PPCS needed (A63–A67)."""
    referral, patient = queries.received_one(me(), reference)
    form = _follow_form(referral, is_sent=True)
    if not form.is_valid():
        return _received(reference, follow=form, status=422)
    try:
        actions.follow(referral.id, form.called_back_on.data, form.handled_by.data or "", form.ppcs, by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _received(reference, follow=form, status=409)
    return htmx.redirect(url_for(".partner_file", reference=patient.reference))


# -- the sheet on paper -----------------------------------------------------------------------------------------------


@blueprint.get("/demandes/<reference>/fiche")
@requires("inbox.manage", "inbox.answer")
def referral_sheet(reference: str) -> Response:
    """The referral sheet of the last sending, to print: for the coordination, and for the partner it was sent to."""
    referral, patient = queries.readable_one(me(), reference)
    _note_reading("request.printed", patient.id)
    back = url_for(".partner_file", reference=patient.reference)
    page = render_template(
        "inbox/referral_sheet.html",
        file=partner_files.opened(referral, patient),
        back=f"/demandes/{patient.reference}" if reads_all(me()) else back,
        now=territory.local(clock.now()),
    )
    return make_response(page)


# -- the coordination's side ------------------------------------------------------------------------------------------


@blueprint.route("/demandes/<reference>/transmettre", methods=["GET", "POST"])
@requires("inbox.manage")
def refer(reference: str) -> Response:
    """Send a request to the MiSAS or to the DAC."""
    patient = request_for(me(), reference)
    recipient = WORDS.get(request.values.get("a", "misas"))
    if recipient is None:
        raise Invisible
    form = ReferForm()
    form.offer(recipient)
    if not form.is_valid():
        return _refer_page(form, patient, recipient, 422 if form.errors else 200)
    try:
        actions.send(patient, recipient, form.organisation.data, form.asked.data or "", me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _refer_page(form, request_for(me(), reference), recipient, 409)
    return htmx.redirect(f"/demandes/{patient.reference}#transmissions")


def _refer_page(form: ReferForm, patient: PatientRequest, recipient: Recipient, status: int) -> Response:
    _note_reading("request.opened", patient.id)
    houses = queries.partners(recipient)
    page = render_template(
        "inbox/refer.html",
        form=form,
        reference=patient.reference,
        names=names_of(patient),
        recipient=recipient,
        why_not=why_not_move(patient, REFER[recipient]),
        houses=houses,
        without_account=[house for house in houses if not queries.accounts_of([house.id])],
    )
    return make_response(page, status)


@blueprint.route("/demandes/<reference>/reponse", methods=["GET", "POST"])
@requires("inbox.manage")
def partner_heard(reference: str) -> Response:
    """Note what a partner answered by mail or on the telephone."""
    patient = request_for(me(), reference)
    referral = queries.live_of(patient.id)
    if referral is None:
        raise Refusal("Aucune réponse n’est attendue pour cette demande.")
    form = _answer_form(referral, patient, is_sent=request.method == "POST")
    if not form.is_valid():
        return _note_page(form, patient, referral, 422 if form.errors else 200)
    try:
        actions.answer(referral.id, form.said, form.about(), by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _note_page(form, request_for(me(), reference), referral, 409)
    return htmx.redirect(f"/demandes/{patient.reference}#transmissions")


def _note_page(form: AnswerForm, patient: PatientRequest, referral: Referral, status: int) -> Response:
    _note_reading("request.opened", patient.id)
    form.answer.label.text = HEARD
    page = render_template(
        "inbox/partner_answer.html",
        form=form,
        reference=patient.reference,
        names=names_of(patient),
        line=queries.lines([referral])[0],
    )
    return make_response(page, status)


@blueprint.post("/demandes/<reference>/reponse/annuler")
@requires("inbox.manage")
def partner_heard_undo(reference: str) -> Response:
    """Take back an answer noted by mistake, ten minutes at most."""
    patient = request_for(me(), reference)
    last = queries.last_answered(patient.id)
    if last is None:
        raise Refusal("Il n’y a pas de réponse à annuler.")
    actions.undo_answer(last.id, by=me())
    return htmx.redirect(f"/demandes/{patient.reference}#transmissions")


@blueprint.post("/demandes/<reference>/arreter")
@requires("inbox.manage")
def partner_stop(reference: str) -> Response:
    """The partner no longer sees the file; the search goes on here."""
    patient = request_for(me(), reference)
    actions.stop_all(patient, by=me())
    return htmx.redirect(f"/demandes/{patient.reference}#transmissions")
