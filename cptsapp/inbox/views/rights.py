"""Rights asked for: access, rectification, erasure. The queue, one to answer, the copy to hand over, the erasure."""

import json

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import forgetting, retention
from cptsapp.inbox.actions import rights as actions
from cptsapp.inbox.forms.rights import AnswerRightForm, AskRightForm
from cptsapp.inbox.models import Request, RightAsked, RightKind, Seeker
from cptsapp.inbox.patients import names_of, read_seeker
from cptsapp.inbox.permissions import reads_all
from cptsapp.inbox.queries import rights as queries
from cptsapp.inbox.queries.holdings import holdings as held
from cptsapp.inbox.queries.requests import locked, request_for
from cptsapp.inbox.readings import note_reading
from cptsapp.inbox.rules.holdings import as_json
from cptsapp.inbox.rules.rights import NOT_WAITING
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

GONE = (
    "Noms, dates de naissance, coordonnées, adresse.",
    "Notes, comptes rendus des partenaires, droits demandés, brouillons, messages envoyés.",
    "Les liens privés\u202f: ils ne s’ouvrent plus. Ce qui est en cours avec des médecins ou des partenaires s’arrête.",
)


@blueprint.post("/demandes/<reference>/droits")
@requires("inbox.manage", "inbox.rights")
def ask_right(reference: str) -> BaseResponse:
    """Note a right that the person asked for on the telephone."""
    found = request_for(me(), reference)
    form = AskRightForm()
    if not form.is_valid():
        raise Refusal(" ".join(error for errors in form.errors.values() for error in errors))
    actions.ask(locked(found.id), form.chosen, form.note.data or "", by=me())
    return htmx.redirect(f"/demandes/{found.reference}#droits")


@blueprint.get("/demandes/droits")
@requires("inbox.rights")
def rights() -> str:
    """Those that wait, the nearest deadline first; or those answered."""
    is_answered = request.args.get("etat") == "repondus"
    before = queries.key_of(request.args.get("avant"))
    rows = queries.answered(before) if is_answered else queries.waiting(with_names=reads_all(me()))
    shown = rows[: queries.PAGE] if is_answered else rows
    if any(row.names for row in shown):
        _note_listed(len(shown))
    return render_template(
        "inbox/rights.html",
        rows=shown,
        is_answered=is_answered,
        tabs=_tabs(is_answered),
        next_url=_next(shown) if len(rows) > len(shown) else "",
    )


def _tabs(is_answered: bool) -> list[dict[str, object]]:
    waits = {"label": "À répondre", "url": url_for(".rights"), "count": queries.waiting_count()}
    done = {"label": "Répondus", "url": url_for(".rights", etat="repondus")}
    return [{**waits, "is_current": not is_answered}, {**done, "is_current": is_answered}]


def _next(rows: list[queries.QueueRow]) -> str:
    return url_for(".rights", etat="repondus", avant=rows[-1].line.right.id)


def _note_listed(count: int) -> None:
    user = me()
    after_commit(lambda: record("rights.listed", None, by=user, category=Category.READING, rows=count))


@blueprint.get("/demandes/droits/<int:right_id>")
@requires("inbox.rights")
def right(right_id: int) -> Response:
    """One of them: what was asked, by when, what may be done."""
    found = queries.right(right_id)
    form = AnswerRightForm(formdata=None)
    form.offer(found.kind)
    return _page(found, form)


@blueprint.post("/demandes/droits/<int:right_id>/repondre")
@requires("inbox.rights")
def answer_right(right_id: int) -> BaseResponse:
    """Note how it was answered."""
    found = queries.right(right_id)
    form = AnswerRightForm()
    form.offer(found.kind)
    if not form.is_valid():
        return _page(found, form, 422)
    try:
        actions.answer(right_id, form.answer.data, by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message)
        return _page(queries.right(right_id), form, 409)
    return htmx.redirect(url_for(".rights", fait="repondu"))


def _page(found: RightAsked, form: AnswerRightForm, status: int = 200) -> Response:
    file = session.get_one(Request, found.request_id)
    user, file_id = me(), file.id
    if file.anonymised_at is None:
        after_commit(lambda: note_reading("right.opened", file_id, by=user))
    page = render_template(
        "inbox/right.html",
        line=queries.line_of(found),
        file=file,
        names=names_of(file),
        people=_people(file) if found.done_at is None else [],
        form=form,
        gone=GONE,
        can_open=reads_all(user),
    )
    return make_response(page, status)


def _people(file: Request) -> list[tuple[int, str]]:
    """Who a copy may be made for, by their rank in the household."""
    known = [read_seeker(seeker) for seeker in file.seekers]
    return [(number, who.full_name) for number, who in enumerate(known, 1) if who is not None]


# -- the copy to hand over --------------------------------------------------------------------------------------------


@blueprint.get("/demandes/droits/<int:right_id>/copie/<int:personne>")
@requires("inbox.rights")
def holdings(right_id: int, personne: int) -> str:
    """All that is held about one person, to read and to print."""
    file, seeker = _to_copy(right_id, personne)
    who = read_seeker(seeker)
    return render_template(
        "inbox/holdings.html",
        right_id=right_id,
        file=file,
        name=who.full_name if who else "",
        sections=held(file, seeker),
        made_at=territory.local(clock.now()),
    )


@blueprint.get("/demandes/droits/<int:right_id>/copie/<int:personne>.json")
@requires("inbox.rights")
def holdings_file(right_id: int, personne: int) -> Response:
    """The same for a machine. The name of the file tells nobody's."""
    file, seeker = _to_copy(right_id, personne)
    found = as_json(file.reference, territory.local(clock.now()), held(file, seeker))
    response = Response(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.reference}-{personne}.json"'
    return response


def _to_copy(right_id: int, rank: int) -> tuple[Request, Seeker]:
    """The person a copy is made for, while the right to it waits; the reading is recorded. Raises Invisible."""
    found = queries.right(right_id)
    file = session.get_one(Request, found.request_id)
    if found.kind is not RightKind.ACCESS or found.done_at is not None or not 1 <= rank <= len(file.seekers):
        raise Invisible
    user, file_id = me(), file.id
    after_commit(lambda: note_reading("right.copied", file_id, by=user))
    return file, file.seekers[rank - 1]


# -- the erasure ------------------------------------------------------------------------------------------------------


@blueprint.post("/demandes/droits/<int:right_id>/effacer")
@requires("inbox.rights")
def erase(right_id: int) -> BaseResponse:
    """Erase the file at once: only for a right to it that waits."""
    found = queries.right(right_id)
    if found.kind is not RightKind.ERASURE:
        raise Invisible
    locked(found.request_id)  # of two who erase at once the second finds it done
    session.refresh(found)
    refuse_if(NOT_WAITING if found.done_at is not None else None)
    retention.erase(found.request_id, by=me())
    after_commit(forgetting.finish)
    return htmx.redirect(url_for(".rights", fait="efface"))
