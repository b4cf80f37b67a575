"""Same person or not, merging two requests and undoing it."""

from functools import partial

from flask import Response, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.core import addresses
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import merging as actions
from cptsapp.inbox.models import Request
from cptsapp.inbox.queries import merging as queries
from cptsapp.inbox.queries.merging import request_of_seeker
from cptsapp.inbox.queries.requests import request_for
from cptsapp.inbox.readings import note_reading
from cptsapp.inbox.rules import merging as rules
from cptsapp.inbox.views.blueprint import blueprint

NOT_FOUND = "Aucune demande ne porte cette référence."


@blueprint.post("/demandes/<reference>/meme-personne")
@requires("inbox.manage")
def same_person(reference: str) -> BaseResponse:
    """Two seekers are one: their files become one, and what moved is told on the file kept."""
    mine, theirs = _pair(reference)
    made = actions.merge(mine.id, theirs.id, by=me(), same=_numbers())
    return _to_merges(mine if made.kept_id == mine.id else theirs)


@blueprint.post("/demandes/<reference>/autre-personne")
@requires("inbox.manage")
def other_person(reference: str) -> BaseResponse:
    """Two seekers are two: not asked again."""
    mine, _ = _pair(reference)
    actions.tell_apart(*_numbers(), by=me())
    return _to_merges(mine)


def _pair(reference: str) -> tuple[Request, Request]:
    """The two files of the seekers named by the form, the first being that of the page. Raises Invisible."""
    mine_id, other_id = _numbers()
    mine, theirs = request_for(me(), reference), request_of_seeker(me(), other_id)
    if request_of_seeker(me(), mine_id).id != mine.id:
        raise Invisible
    return mine, theirs


def _numbers() -> tuple[int, int]:
    mine, theirs = (addresses.row_number(request.form.get(name)) for name in ("mine", "theirs"))
    if not mine or not theirs:
        raise Invisible
    return mine, theirs


@blueprint.post("/demandes/<reference>/reunions/<int:merge_id>/defaire")
@requires("inbox.manage")
def undo_merge(reference: str, merge_id: int) -> BaseResponse:
    """Give both files back what they were."""
    made = queries.merge_of(request_for(me(), reference), merge_id)
    actions.undo(made.id, by=me())
    return _to_merges(request_for(me(), reference))


def _to_merges(file: Request) -> BaseResponse:
    return htmx.redirect(f"/demandes/{file.reference}#doublons")


# -- two files that no rule brought together --------------------------------------------------------------------------


@blueprint.get("/demandes/<reference>/reunir")
@requires("inbox.manage")
def merging(reference: str) -> Response:
    """Name another file to make one of two: both side by side before anything is done."""
    return _merging(reference, request.args.get("avec", ""))


@blueprint.post("/demandes/<reference>/reunir")
@requires("inbox.manage")
def merge(reference: str) -> BaseResponse:
    """Make one of the two files."""
    named = request.form.get("avec", "")
    mine, theirs = request_for(me(), reference), request_for(me(), named.strip())
    try:
        made = actions.merge(mine.id, theirs.id, by=me())
    except Refusal as refusal:
        give_up()
        return _merging(reference, named, 409, refusal.message)
    return _to_merges(mine if made.kept_id == mine.id else theirs)


def _merging(reference: str, named: str, status: int = 200, error: str = "") -> Response:
    mine = request_for(me(), reference)
    theirs = _named(named.strip())
    files = [mine, theirs] if theirs else [mine]
    page = render_template(
        "inbox/merging.html",
        mine=mine,
        theirs=theirs,
        named=named.strip(),
        error=error or (NOT_FOUND if named.strip() and theirs is None else ""),
        why_not=rules.why_not_merge(*rules.which_kept(mine, theirs)) if theirs else None,
        found=queries.comparison(mine, theirs) if theirs else None,
    )
    numbers, user = [file.id for file in files], me()
    for number in numbers:
        after_commit(partial(note_reading, "request.opened", number, by=user))
    return make_response(page, status)


def _named(reference: str) -> Request | None:
    try:
        return request_for(me(), reference) if reference else None
    except Invisible:
        return None
