"""A doctor answers a proposal, by private link or signed in. A GET by the link shows no identity and writes nothing.

Identity is read signed in, once accepted; the reading is recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor as ByUser
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http.access import public, requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import links, proposals
from cptsapp.inbox.models import AnsweredBy, DoctorProposal, LinkPurpose
from cptsapp.inbox.queries import asked as queries
from cptsapp.inbox.queries.proposals import by_link, proposal_for
from cptsapp.inbox.readings import note_reading
from cptsapp.inbox.rules.proposals import DECLINE_REASONS
from cptsapp.inbox.views.blueprint import blueprint

LINK = "/proposition/<token>"
ONE = "/mes-patients/<int:proposal_id>"


@dataclass(frozen=True, slots=True)
class Door:
    """How the doctor came in: which proposal, where the acts are, in whose name they are written."""

    proposal: DoctorProposal
    url: str
    answered_by: AnsweredBy
    by: ByUser | None

    @property
    def is_signed_in(self) -> bool:
        """Whether the identity may be read here."""
        return self.answered_by is AnsweredBy.DOCTOR


Act = Callable[[Door], object]


def _take(door: Door) -> object:
    return proposals.accept(door.proposal.id, door.answered_by, by=door.by)


def _decline(door: Door) -> object:
    return proposals.decline(door.proposal.id, door.answered_by, by=door.by)


def _reason(door: Door) -> object:
    return proposals.give_reason(door.proposal.id, request.form.get("motif", ""))


def _undo(door: Door) -> object:
    return proposals.undo_answer(door.proposal.id, door.answered_by, by=door.by)


# -- by the private link ----------------------------------------------------------------------------------------------


@blueprint.get(LINK)
@public
def proposal_link(token: str) -> Response:
    """What the link shows: age band, commune, needs; nobody's name, whatever was answered."""
    return _by_link(token, None)


@blueprint.post(f"{LINK}/prendre")
@public
def take_proposal(token: str) -> Response:
    """« Je prends »."""
    return _by_link(token, _take)


@blueprint.post(f"{LINK}/pas-cette-fois")
@public
def decline_proposal(token: str) -> Response:
    """« Pas cette fois »: recorded at once."""
    return _by_link(token, _decline)


@blueprint.post(f"{LINK}/motif")
@public
def reason_for_proposal(token: str) -> Response:
    """Why, for whoever wishes to say."""
    return _by_link(token, _reason)


@blueprint.post(f"{LINK}/annuler")
@public
def undo_proposal(token: str) -> Response:
    """The answer is taken back."""
    return _by_link(token, _undo)


def _by_link(token: str, act: Act | None) -> Response:
    try:
        proposal = by_link(links.opened(token, LinkPurpose.PROPOSAL))
    except Invisible:
        return _private(make_response(render_template("inbox/proposal_dead.html"), 404))
    door = Door(proposal, url_for(".proposal_link", token=token), AnsweredBy.LINK, None)
    return _private(_do(door, act) if act else _show(door))


def _private(response: Response) -> Response:
    """A private link must not leave with the next click, nor stay behind."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


# -- signed in --------------------------------------------------------------------------------------------------------


@blueprint.get("/mes-patients")
@requires("capacity.answer")
def my_patients() -> Response:
    """The patients proposed to the doctor: to answer, taken, who chose them."""
    rows = queries.mine(me())
    _note_opening([row.request_id for row in rows if row.names])
    return make_response(render_template("inbox/my_patients.html", rows=rows))


@blueprint.get(ONE)
@requires("capacity.answer")
def my_patient(proposal_id: int) -> Response:
    """One of them."""
    return _signed_in(proposal_id, None)


@blueprint.post(f"{ONE}/prendre")
@requires("capacity.answer")
def take_patient(proposal_id: int) -> Response:
    """« Je prends »."""
    return _signed_in(proposal_id, _take)


@blueprint.post(f"{ONE}/pas-cette-fois")
@requires("capacity.answer")
def decline_patient(proposal_id: int) -> Response:
    """« Pas cette fois »: recorded at once."""
    return _signed_in(proposal_id, _decline)


@blueprint.post(f"{ONE}/motif")
@requires("capacity.answer")
def reason_for_patient(proposal_id: int) -> Response:
    """Why, for whoever wishes to say."""
    return _signed_in(proposal_id, _reason)


@blueprint.post(f"{ONE}/annuler")
@requires("capacity.answer")
def undo_patient(proposal_id: int) -> Response:
    """The answer is taken back."""
    return _signed_in(proposal_id, _undo)


def _signed_in(proposal_id: int, act: Act | None) -> Response:
    user: CurrentUser = me()
    proposal = proposal_for(user, proposal_id)
    door = Door(proposal, url_for(".my_patient", proposal_id=proposal_id), AnsweredBy.DOCTOR, user)
    return _do(door, act) if act else _show(door)


def _note_opening(request_ids: list[int]) -> None:
    user = me()

    def note() -> None:
        for request_id in request_ids:
            note_reading("proposal.opened", request_id, by=user)

    if request_ids:
        after_commit(note)


# -- both -------------------------------------------------------------------------------------------------------------


def _do(door: Door, act: Act) -> Response:
    try:
        act(door)
    except Refusal as refusal:
        give_up()
        return _show(door, 409, refusal.message)
    return redirect(door.url, 303)


def _show(door: Door, status: int = 200, refused: str = "") -> Response:
    asked = queries.asked(door.proposal)
    known = queries.identity(door.proposal) if door.is_signed_in else None
    if known:
        _note_opening([door.proposal.request_id])
    page = render_template(
        "inbox/proposal_mine.html" if door.is_signed_in else "inbox/proposal_link.html",
        asked=asked,
        known=known,
        url=door.url,
        is_signed_in=door.is_signed_in,
        refused=refused,
        reasons=DECLINE_REASONS,
    )
    return make_response(page, status)
