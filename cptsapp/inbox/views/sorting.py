"""What one does to a file from the list or from its page without changing its state: follow, put aside, label."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import addresses
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.inbox.actions import claims, suspects
from cptsapp.inbox.actions import sorting as actions
from cptsapp.inbox.models import Request
from cptsapp.inbox.queries.requests import request_for
from cptsapp.inbox.queries.sorters import labels_in_use
from cptsapp.inbox.rules.queues import filters_of
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.inbox.views.list import address_of


def _found(reference: str) -> Request:
    return request_for(me(), reference)


def _back(found: Request, done: str = "") -> Response:
    """The file when the gesture was made on its page, else the list as it was filtered, at the row."""
    filters = filters_of(request.args)
    if request.args.get("page") == "fiche":
        return htmx.redirect(address_of_file(found.reference))
    url = address_of(filters, apres=request.args.get("apres", "")[:20], fait=done, sur=found.reference if done else "")
    return htmx.redirect(f"{url}#{found.reference}")


def address_of_file(reference: str) -> str:
    """A file, opened from the list that the address of this request carries."""
    said = address_of(filters_of(request.args)).partition("?")[2]
    return f"/demandes/{reference}?{said}" if said else f"/demandes/{reference}"


@blueprint.post("/demandes/<reference>/prendre")
@requires("inbox.manage")
def take(reference: str) -> Response:
    """« Prendre »: the user follows it from now on."""
    found = _found(reference)
    actions.take(found.id, by=me())
    return _back(found, "prise")


@blueprint.post("/demandes/<reference>/confier")
@requires("inbox.manage")
def assign(reference: str) -> Response:
    """Give it to someone, or to nobody."""
    found = _found(reference)
    user_id = addresses.row_number(request.form.get("qui"))
    actions.assign(found.id, user_id, by=me())
    return _back(found, "" if user_id else "rendue")


@blueprint.post("/demandes/<reference>/reporter")
@requires("inbox.manage")
def snooze(reference: str) -> Response:
    """Put it aside until a day."""
    found = _found(reference)
    actions.snooze(found.id, addresses.day(request.form.get("jour")), by=me())
    return _back(found)


@blueprint.post("/demandes/<reference>/reprendre")
@requires("inbox.manage")
def wake(reference: str) -> Response:
    """Take it up again before the day."""
    found = _found(reference)
    actions.wake(found.id, by=me())
    return _back(found)


@blueprint.post("/demandes/<reference>/etiqueter")
@requires("inbox.manage")
def stick(reference: str) -> Response:
    """Stick a label on it."""
    found = _found(reference)
    actions.stick(found.id, request.form.get("etiquette", ""), by=me())
    return _back(found)


@blueprint.post("/demandes/<reference>/oter")
@requires("inbox.manage")
def unstick(reference: str) -> Response:
    """Take a label off."""
    found = _found(reference)
    actions.unstick(found.id, addresses.row_number(request.form.get("etiquette")) or 0, by=me())
    return _back(found)


@blueprint.post("/demandes/<reference>/reconnaitre")
@requires("inbox.manage")
def trust_suspect(reference: str) -> Response:
    """What was set apart is a real request."""
    found = _found(reference)
    suspects.trust(found.id, by=me())
    return _back(found, "reconnue")


@blueprint.post("/demandes/<reference>/effacer-douteuse")
@requires("inbox.manage")
def discard_suspect(reference: str) -> Response:
    """What was set apart is a robot's: erased without waiting."""
    found = _found(reference)
    number = found.reference
    suspects.discard(found.id, by=me())
    filters = filters_of(request.args)
    return htmx.redirect(address_of(filters, fait="effacee", sur=number))


# -- someone is on this file ------------------------------------------------------------------------------------------


@blueprint.post("/demandes/<reference>/presence")
@requires("inbox.manage")
def presence(reference: str) -> Response:
    """The open page says that its reader is there, and is told who else is; 204 when that has not changed."""
    found = _found(reference)
    name = claims.claim(found.id, by=me())
    if request.form.get("vu") == (name or "-"):
        return make_response("", 204)
    return make_response(render_template("inbox/_presence.html", reference=found.reference, claimed_by=name))


# -- the labels -------------------------------------------------------------------------------------------------------


@blueprint.get("/demandes/etiquettes")
@requires("inbox.manage")
def label_list() -> Response:
    """Every label, and how many open requests bear it."""
    return _labels()


@blueprint.post("/demandes/etiquettes/<int:label_id>")
@requires("inbox.manage")
def rename_label(label_id: int) -> Response:
    """Write a label otherwise."""
    try:
        actions.rename_label(label_id, request.form.get("etiquette", ""), by=me())
    except Refusal as refusal:
        give_up()
        return _labels(refusal.message, 409)
    return htmx.redirect("/demandes/etiquettes")


@blueprint.post("/demandes/etiquettes/<int:label_id>/supprimer")
@requires("inbox.manage")
def remove_label(label_id: int) -> Response:
    """Take it off every request."""
    actions.remove_label(label_id, by=me())
    return htmx.redirect("/demandes/etiquettes")


def _labels(error: str = "", status: int = 200) -> Response:
    return make_response(render_template("inbox/labels.html", rows=labels_in_use(), error=error), status)
