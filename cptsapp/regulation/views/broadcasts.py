"""Broadcasts: asking, following, and answering, signed in or from a private link. A GET shows, a POST takes."""

from datetime import datetime
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.http.access import public, requires
from cptsapp.http.htmx import redirect, respond, wants_fragment
from cptsapp.http.routes import NUMBER
from cptsapp.regulation import permissions
from cptsapp.regulation.actions import broadcasts as actions
from cptsapp.regulation.forms import KEYS, AnswerForm, BroadcastForm
from cptsapp.regulation.models import Broadcast, BroadcastRecipient
from cptsapp.regulation.queries import broadcasts as reads
from cptsapp.regulation.rules import answers
from cptsapp.regulation.views import blueprint, me
from cptsapp.snp.models import Booking
from cptsapp.territory import queries as territory

BROADCAST = f"/diffusions/<{NUMBER}:broadcast_id>"
PRIVATE = "/demande/<token>"


# -- the desk ---------------------------------------------------------------------------------------------------------


@blueprint.get("/diffusions")
@requires("snp.book", "snp.answer_broadcast")
def broadcasts() -> Response:
    """The requests of the last days."""
    return make_response(render_template("regulation/broadcasts.html", rows=reads.recent(me())))


@blueprint.get("/diffusions/nouvelle")
@requires("snp.book")
def new_broadcast() -> Response:
    """Who to ask, for whom."""
    form = _form(formdata=None)
    form.commune.data = request.args.get("commune", "")
    form.circle.data = "near" if form.commune.data else "all"
    return _new(form, 200)


def _form(**arguments: Any) -> BroadcastForm:
    form = BroadcastForm(**arguments)
    towns = [SelectChoice(town.code, town.name) for town in territory.own_communes()]
    form.commune.choices = [SelectChoice("", "Non précisée"), *towns]
    form.circle.choices = [SelectChoice(*item) for item in reads.CIRCLES.items()]
    return form


def _new(form: BroadcastForm, status: int) -> Response:
    commune = form.commune.data or None
    return respond(
        "regulation/broadcast_new.html",
        "regulation/_circle.html",
        status,
        form=form,
        counts={name: len(reads.circle(name, commune)) for name in reads.CIRCLES},
        has_commune=reads.town(commune) is not None,
        keys=KEYS,
    )


@blueprint.post("/diffusions")
@requires("snp.book")
def send_broadcast() -> Response:
    """Ask them."""
    form = _form()
    if not form.is_valid():
        return _new(form, 422 if form.errors else 200)
    try:
        sent = actions.send_broadcast(
            form.circle.data,
            form.commune.data or None,
            form.patient(),
            form.chosen,
            by=me(),
            key=f"{form.once.data}-d",
        )
    except Refusal as refusal:
        session.rollback()
        form.refuse(refusal.message, refusal.field)
        return _new(form, 409)
    return redirect(url_for(".broadcast", broadcast_id=sent.id))


@blueprint.get(BROADCAST)
@requires("snp.book", "snp.answer_broadcast")
def broadcast(broadcast_id: int) -> Response:
    """Where a request stands; it follows the answers by itself."""
    sent = reads.broadcast(me(), broadcast_id)
    if not me().can("snp.book"):
        return _answer_page(sent, reads.recipient_of(me(), sent), AnswerForm(formdata=None), 200)
    template = "regulation/_broadcast.html" if wants_fragment() else "regulation/broadcast.html"
    return make_response(render_template(template, b=reads.followed(sent)))


@blueprint.get(f"{BROADCAST}/suivi")
@requires("snp.book")
def follow_broadcast(broadcast_id: int) -> Response:
    """What the open page asks every two seconds."""
    if not wants_fragment():
        return redirect(url_for(".broadcast", broadcast_id=broadcast_id))
    b = reads.followed(reads.broadcast(me(), broadcast_id))
    etag = f'"{b.label}.{b.declined_count}"'.encode("ascii", "ignore").decode()
    if request.headers.get("If-None-Match") == etag:
        return Response(status=204)
    response = make_response(render_template("regulation/_broadcast.html", b=b))
    response.headers["ETag"] = etag
    return response


follow_broadcast.is_poll = True  # type: ignore[attr-defined]  # not counted as use of the session


@blueprint.post(f"{BROADCAST}/clore")
@requires("snp.book")
def close_broadcast(broadcast_id: int) -> Response:
    """The desk found otherwise."""
    actions.close_broadcast(reads.broadcast(me(), broadcast_id), by=me())
    return redirect(url_for(".broadcast", broadcast_id=broadcast_id))


# -- the doctor -------------------------------------------------------------------------------------------------------


@blueprint.post(f"{BROADCAST}/prendre")
@requires("snp.answer_broadcast")
def take_broadcast(broadcast_id: int) -> Response:
    """A signed-in practitioner takes it."""
    sent = reads.broadcast(me(), broadcast_id)
    return _take(sent, reads.recipient_of(me(), sent), me())


@blueprint.get(PRIVATE)
@public
def private_request(token: str) -> Response:
    """What a private link shows: a commune and hours, nobody's name."""
    recipient = reads.recipient_by_token(token)
    return _answer_page(recipient.broadcast, recipient, AnswerForm(formdata=None), 200, token)


@blueprint.post(PRIVATE)
@public
def take_by_link(token: str) -> Response:
    """The doctor takes it from the mail."""
    recipient = reads.recipient_by_token(token)
    return _take(recipient.broadcast, recipient, None, token)


@blueprint.post(f"{PRIVATE}/pas-cette-fois")
@public
def decline_by_link(token: str) -> Response:
    """Not this time."""
    recipient = reads.recipient_by_token(token)
    actions.decline_broadcast(recipient, by=None)
    return redirect(url_for(".private_request", token=token))


def _take(sent: Broadcast, recipient: BroadcastRecipient, by: Any, token: str = "") -> Response:
    form = _answer_form(request.form)
    moment = _moment(form)
    if not form.is_valid() or moment is None:
        form.refuse("Choisissez une heure à venir, aujourd’hui.", "moment")
        return _answer_page(sent, recipient, form, 422, token)
    try:
        booking = actions.take_broadcast(sent, recipient, moment, by=by)
    except Refusal as refusal:
        session.rollback()
        again = session.get_one(Broadcast, sent.id)
        form.refuse(refusal.message, refusal.field)
        return _answer_page(again, recipient, form, 409, token)
    return _taken_page(booking)


def _taken_page(booking: Booking) -> Response:
    moment = territory.local(booking.seat.starts_at)
    page = render_template("regulation/broadcast_taken.html", reference=booking.reference, time=french.hour(moment))
    return _private(make_response(page))


def _answer_form(formdata: Any) -> AnswerForm:
    form = AnswerForm(formdata=formdata)
    moments = answers.proposed(clock.now(), territory.zone())
    form.moment.choices = [SelectChoice(m.isoformat(), french.hour(territory.local(m))) for m in moments]
    form.moment.validate_choice = False  # a chip shown ten minutes ago is still a time
    return form


def _moment(form: AnswerForm) -> datetime | None:
    now = clock.now()
    if form.other.data:
        return answers.chosen(territory.today(), form.other.data, territory.zone(), now)
    try:
        moment = datetime.fromisoformat(form.moment.data or "")
    except ValueError:
        return None
    is_today = moment.tzinfo is not None and territory.local(moment).date() == territory.today()
    return moment if is_today and moment > now else None


def _answer_page(
    sent: Broadcast, recipient: BroadcastRecipient, form: AnswerForm, status: int, token: str = ""
) -> Response:
    if form.moment.choices is None:
        form = _answer_form(None)
    page = render_template(
        "regulation/broadcast_answer.html",
        b=reads.followed(sent),
        why_not=permissions.why_not_take(sent, clock.now()),
        is_mine=sent.taken_by_id == recipient.person_id,
        has_declined=recipient.declined_at is not None,
        regular_doctor=sent.regular_doctor.value,
        form=form,
        take_url=url_for(".take_by_link", token=token) if token else url_for(".take_broadcast", broadcast_id=sent.id),
        decline_url=url_for(".decline_by_link", token=token) if token else "",
    )
    return _private(make_response(page, status))


def _private(response: Response) -> Response:
    """A private link must not leave with the next click."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
