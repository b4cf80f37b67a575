"""From the drawer to the signatures: read again, adopted, taken up again, signed by each party."""

from datetime import timedelta
from typing import Any

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.conventions.actions import adoption, circulation, signing
from cptsapp.conventions.forms.life import AdoptForm, CirculateForm, MinutesForm, RedraftForm, SignForm
from cptsapp.conventions.mail import board, partners_of
from cptsapp.conventions.models import Convention, ConventionState
from cptsapp.conventions.queries import page as queries
from cptsapp.conventions.queries import partners
from cptsapp.conventions.queries.conventions import convention_for
from cptsapp.conventions.rules.states import why_not
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.conventions.views.page import ONE, page_text
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.files import actions as files
from cptsapp.files.forms import BODY_BYTES
from cptsapp.http import htmx, uploads
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.http.fields import BaseForm
from cptsapp.http.routes import NUMBER
from cptsapp.territory import queries as territory

READING_TIME = timedelta(days=21)


def page_url(convention_id: int, anchor: str = "") -> str:
    return url_for(".convention", convention_id=convention_id) + (f"#{anchor}" if anchor else "")


def ready(convention_id: int, code: str) -> Convention:
    """The convention, when its state allows the move; a Refusal that says where it stands otherwise."""
    found = convention_for(me(), convention_id)
    refuse_if(why_not(code, found.state))
    return found


@blueprint.route(f"{ONE}/relecture", methods=["GET", "POST"])
@requires("conventions.manage")
def circulate(convention_id: int) -> Response:
    """Freeze the text and ask for remarks."""
    found = ready(convention_id, "circulate")
    form = CirculateForm(comments_due_on=territory.today() + READING_TIME, version=str(found.version))
    if not form.is_valid():
        return _circulate_page(form, found, 422 if form.errors else 200)
    try:
        circulation.circulate(found.id, form.comments_due_on.data, version=form.seen, by=me())
    except Refusal as refusal:
        found = as_it_stands(form, convention_id, refusal)
        return _circulate_page(form, found, 409)
    return htmx.redirect(page_url(found.id))


def as_it_stands(form: BaseForm, convention_id: int, refusal: Refusal) -> Convention:
    """The convention as it stands after a refusal, said on the form; a second sending is about what it shows."""
    give_up()
    form.refuse(refusal.message, refusal.field)
    found = convention_for(me(), convention_id)
    if "version" in form:
        form["version"].data = str(found.version)
    return found


def _circulate_page(form: CirculateForm, found: Convention, status: int) -> Response:
    shown = page_text(found).text
    page = render_template(
        "conventions/circulate.html",
        form=form,
        convention=found,
        text=shown,
        parties=queries.parties(found),
        partner_readers=len({reader.address for reader in partners_of(found.id)}),
        board_readers=len(board()),
    )
    return make_response(page, status)


@blueprint.route(f"{ONE}/adoption", methods=["GET", "POST"])
@uploads.takes_files(BODY_BYTES)
@requires("conventions.adopt")
def adopt(convention_id: int) -> Response:
    """Note the board's adoption, with its minutes when they are written."""
    found = ready(convention_id, "adopt")
    form = AdoptForm(adopted_on=territory.today(), version=str(found.version))
    if not form.is_valid():
        return _adopt_page(form, found, 422 if form.errors else 200)
    try:
        minutes = form.minutes
        file = files.store(minutes.stream, minutes.file_name, by=me()) if minutes.is_given else None
        adoption.adopt(
            found.id,
            form.adopted_on.data,
            minutes_id=file.id if file else None,
            version=form.seen,
            by=me(),
        )
    except Refusal as refusal:
        found = as_it_stands(form, convention_id, refusal)
        return _adopt_page(form, found, 409)
    return htmx.redirect(page_url(found.id, "parties"))


def _adopt_page(form: AdoptForm, found: Convention, status: int) -> Response:
    frozen = page_text(found).frozen
    waiting = sum(1 for one in queries.comments(found.id) if one.answer is None)
    page = render_template("conventions/adopt.html", form=form, convention=found, frozen=frozen, waiting=waiting)
    return make_response(page, status)


@blueprint.route(f"{ONE}/proces-verbal", methods=["GET", "POST"])
@uploads.takes_files(BODY_BYTES)
@requires("conventions.adopt")
def minutes(convention_id: int) -> Response:
    """Add the minutes of the adoption."""
    found = convention_for(me(), convention_id)
    if found.adopted_on is None:
        raise Refusal(adoption.NOT_ADOPTED)
    form = MinutesForm()
    if not form.is_valid():
        return _minutes_page(form, found, 422 if form.errors else 200)
    try:
        file = files.store(form.minutes.stream, form.minutes.file_name, by=me())
        adoption.add_minutes(found.id, file.id, by=me())
    except Refusal as refusal:
        found = as_it_stands(form, convention_id, refusal)
        return _minutes_page(form, found, 409)
    return htmx.redirect(page_url(found.id, "parties"))


def _minutes_page(form: MinutesForm, found: Convention, status: int) -> Response:
    return make_response(render_template("conventions/minutes.html", form=form, convention=found), status)


@blueprint.route(f"{ONE}/reprise", methods=["GET", "POST"])
@requires("conventions.manage")
def redraft(convention_id: int) -> Response:
    """Put the text back in the drawer, once its consequence was read."""
    found = ready(convention_id, "redraft")
    form = RedraftForm(version=str(found.version))
    if not form.is_valid():
        return _redraft_page(form, found, 422 if form.errors else 200)
    try:
        adoption.redraft(found.id, form.reason.data or "", version=form.seen, by=me())
    except Refusal as refusal:
        found = as_it_stands(form, convention_id, refusal)
        return _redraft_page(form, found, 409)
    return htmx.redirect(url_for(".text", convention_id=found.id))


def _redraft_page(form: RedraftForm, found: Convention, status: int) -> Response:
    signed = [party for party in queries.parties(found) if party.signature is not None]
    page = render_template("conventions/redraft.html", form=form, convention=found, signed=signed)
    return make_response(page, status)


# -- signatures -------------------------------------------------------------------------------------------------------


@blueprint.route(f"{ONE}/signatures/<{NUMBER}:party_id>", methods=["GET", "POST"])
@uploads.takes_files(BODY_BYTES)
@requires("conventions.manage")
def sign(convention_id: int, party_id: int) -> Response:
    """Note that a party has signed, with the signed file."""
    found = convention_for(me(), convention_id)
    if found.state is not ConventionState.ADOPTED:
        refuse_if(why_not("enter_into_force", found.state))
    party = _party(found, party_id)
    form = SignForm(checksum=found.checksum, **_known(party))
    if not form.is_valid():
        return _sign_page(form, found, party, 422 if form.errors else 200)
    try:
        file = files.store(form.file.stream, form.file.file_name, by=me())
        checksum = form.checksum.data or ""
        signing.sign(found.id, party.id, form.signed(), checksum=checksum, file_id=file.id, by=me())
    except Refusal as refusal:
        found = as_it_stands(form, convention_id, refusal)
        form.checksum.data = found.checksum or ""
        return _sign_page(form, found, _party(found, party_id), 409)
    return htmx.redirect(page_url(found.id, "parties"))


def _known(party: queries.PartyRow) -> dict[str, Any]:
    """What the paper most likely says: today, and the contact who signs for the partner."""
    signatory = partners.signatory(party.partner_id) if party.partner_id is not None else None
    known: dict[str, Any] = {}
    if signatory is not None:
        known = {"signer": signatory.name, "function": signatory.function}
    return {"signed_on": territory.today(), **known}


def _party(found: Convention, party_id: int) -> queries.PartyRow:
    for party in queries.parties(found):
        if party.id == party_id:
            return party
    raise Invisible


def _sign_page(form: SignForm, found: Convention, party: queries.PartyRow, status: int) -> Response:
    others = [one for one in queries.parties(found) if one.id != party.id and one.signature is None]
    page = render_template(
        "conventions/sign.html",
        form=form,
        convention=found,
        party=party,
        is_last=not others and party.signature is None,
        text=page_text(found).text,
    )
    return make_response(page, status)


@blueprint.post(f"{ONE}/signatures/<{NUMBER}:signature_id>/annuler")
@requires("conventions.manage")
def unsign(convention_id: int, signature_id: int) -> Response:
    """Take back a signature noted by mistake."""
    found = convention_for(me(), convention_id)
    signing.cancel_signature(found.id, signature_id, by=me())
    return htmx.redirect(page_url(found.id, "parties"))
