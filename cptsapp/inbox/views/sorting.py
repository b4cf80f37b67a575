"""What one does to a file from the list or from its page without changing its state: follow, put aside, label."""

from collections.abc import Callable
from urllib.parse import urlencode

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
from cptsapp.inbox.queries.requests import request_for
from cptsapp.inbox.queries.sorters import labels_in_use
from cptsapp.inbox.rules.queues import filters_of
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.inbox.views.file import show, why
from cptsapp.inbox.views.list import address_of, show_list


def _do(reference: str, act: Callable[[int], object], done: str = "") -> Response:
    """Do something to a file; then its page when the gesture was made there, else the list as it was, at the row.

    Refused, the page that the gesture came from says why.
    """
    found = request_for(me(), reference)
    is_file = request.args.get("page") == "fiche"
    try:
        act(found.id)
    except Refusal as refusal:
        give_up()
        return show(reference, 409, refused=why(refusal)) if is_file else show_list(refusal.message, 409)
    filters = filters_of(request.values)
    if is_file:
        said = urlencode(filters.pairs())
        return htmx.redirect(f"/demandes/{reference}?{said}#suivi" if said else f"/demandes/{reference}#suivi")
    url = address_of(filters, apres=request.values.get("apres", "")[:20], fait=done, sur=reference if done else "")
    return htmx.redirect(f"{url}#{reference}")


@blueprint.post("/demandes/<reference>/prendre")
@requires("inbox.manage")
def take(reference: str) -> Response:
    """« Prendre »: the user follows it from now on."""
    return _do(reference, lambda number: actions.take(number, by=me()), "prise")


@blueprint.post("/demandes/<reference>/confier")
@requires("inbox.manage")
def assign(reference: str) -> Response:
    """Give it to someone, or to nobody."""
    user_id = addresses.row_number(request.form.get("qui"))
    return _do(reference, lambda number: actions.assign(number, user_id, by=me()), "" if user_id else "rendue")


@blueprint.post("/demandes/<reference>/reporter")
@requires("inbox.manage")
def snooze(reference: str) -> Response:
    """Put it aside until a day."""
    until = addresses.day(request.form.get("jour"))
    return _do(reference, lambda number: actions.snooze(number, until, by=me()))


@blueprint.post("/demandes/<reference>/reprendre")
@requires("inbox.manage")
def wake(reference: str) -> Response:
    """Take it up again before the day."""
    return _do(reference, lambda number: actions.wake(number, by=me()))


@blueprint.post("/demandes/<reference>/etiqueter")
@requires("inbox.manage")
def stick(reference: str) -> Response:
    """Stick a label on it."""
    name = request.form.get("etiquette", "")
    return _do(reference, lambda number: actions.stick(number, name, by=me()))


@blueprint.post("/demandes/<reference>/oter")
@requires("inbox.manage")
def unstick(reference: str) -> Response:
    """Take a label off."""
    label_id = addresses.row_number(request.form.get("etiquette")) or 0
    return _do(reference, lambda number: actions.unstick(number, label_id, by=me()))


@blueprint.post("/demandes/<reference>/reconnaitre")
@requires("inbox.manage")
def trust_suspect(reference: str) -> Response:
    """What was set apart is a real request."""
    return _do(reference, lambda number: suspects.trust(number, by=me()), "reconnue")


@blueprint.post("/demandes/<reference>/effacer-douteuse")
@requires("inbox.manage")
def discard_suspect(reference: str) -> Response:
    """What was set apart is a robot's: erased without waiting."""
    return _do(reference, lambda number: suspects.discard(number, by=me()), "effacee")


# -- someone is on this file ------------------------------------------------------------------------------------------


@blueprint.post("/demandes/<reference>/presence")
@requires("inbox.manage")
def presence(reference: str) -> Response:
    """The open page says that its reader is there, and is told who else is; 204 when that has not changed."""
    found = request_for(me(), reference)
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
