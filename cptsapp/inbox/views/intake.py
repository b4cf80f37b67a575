"""The phone intake, kept as it goes; the same form for a partner who sends a request."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record, record_reading
from cptsapp.audit.models import Category
from cptsapp.core import addresses
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.core.text import spell
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up, is_resumed
from cptsapp.inbox.actions import intake as actions
from cptsapp.inbox.actions import outside
from cptsapp.inbox.actions.receive import fresh_reference
from cptsapp.inbox.forms.intake import PEOPLE_MAX, Call, kept_of, read_again, says_something, without_person
from cptsapp.inbox.models import Deadline, IntakeDraft, Request
from cptsapp.inbox.queries import intake as queries
from cptsapp.inbox.queries.duplicates import Near
from cptsapp.inbox.queries.merging import Side, request_of_seeker
from cptsapp.inbox.queries.settings import delays, settings
from cptsapp.inbox.rules import deadlines
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

NO_AGREEMENT = (
    "Aucun accord n’est noté\u202f: la demande ne pourra être proposée à personne tant qu’il ne l’est pas. "
    "Enregistrez encore une fois pour la garder ainsi."
)
CALL = "/demandes/saisie/<reference>"


@dataclass(slots=True)
class Shown:
    """What the page of a call shows besides its forms."""

    reference: str
    call: Call
    held: queries.Content
    draft: IntakeDraft | None = None
    error: str = ""
    warning: str = ""


def _call(typed: "MultiDict[str, str]") -> Call:
    return Call(typed, is_partner=not me().can("inbox.manage"))


# -- the page ---------------------------------------------------------------------------------------------------------


@blueprint.get("/demandes/saisie")
@requires("inbox.enter")
def intake() -> Response:
    """A new call, and the drafts of the user; nothing is kept until something is typed."""
    drafts = queries.drafts_of(me())
    if drafts:
        after_commit(
            partial(record, "intake_draft.listed", None, by=me(), category=Category.READING, count=len(drafts))
        )
    return _page(Shown(fresh_reference(), _new_call(), queries.Content()), drafts=drafts)


def _new_call() -> Call:
    """Nothing typed; a partner's own name is there already."""
    user = me()
    if user.can("inbox.manage"):
        return _call(MultiDict())
    known = {"asker_name": user.display_name, "asker_link": queries.origin_of(user).organisation}
    return _call(MultiDict({**known, "asker_mail": queries.mail_of(user)}))


@blueprint.get(CALL)
@requires("inbox.enter")
def intake_draft(reference: str) -> BaseResponse:
    """A call taken up again; one of which nothing is kept begins; one that became a request leads to its end."""
    if not queries.is_reference(reference):
        raise Invisible
    if queries.received(me(), reference) is not None:
        return htmx.redirect(url_for(".intake_done", reference=reference))
    draft = queries.draft_of(me(), reference)
    if draft is None:
        return _page(Shown(reference, _new_call(), queries.Content()))
    after_commit(partial(record_reading, "intake_draft.opened", _Draft(draft.id), by=me()))
    held = queries.content_of(draft)
    return _page(Shown(reference, _call(read_again(held.answers)), held, draft))


@dataclass(frozen=True, slots=True)
class _Draft:
    """The draft read again, by its number."""

    id: int
    __tablename__ = "intake_draft"


def _page(shown: Shown, status: int = 200, *, drafts: Any = ()) -> Response:
    line = settings()
    page = render_template(
        "inbox/intake.html",
        drafts=drafts,
        communes=territory.own_communes(),
        line_hours=line.line_hours,
        line_phone=line.line_phone,
        origin=queries.origin_of(me()),
        people_max=PEOPLE_MAX,
        draft_days=delays()["draft"],
        **_context(shown),
    )
    return make_response(page, status)


def _context(shown: Shown) -> dict[str, Any]:
    call = shown.call
    first_answer = deadlines.due_on(Deadline.FIRST_ANSWER, territory.today(), delays())
    return {
        "shown": shown,
        "call": call,
        "form": call.form,
        "reference": shown.reference,
        "is_partner": call.is_partner,
        "missing": call.missing(),
        "near": [(_side(call, one.mine), one) for one in _near(shown)],
        "place": call.gate,
        "first_answer": first_answer,
    }


def _near(shown: Shown) -> list[Near]:
    """Who may be known already: for the coordination alone, a partner reads no file they were not sent (A38)."""
    if shown.call.is_partner:
        return []
    return queries.near_call(shown.call.said(), shown.call.phones, shown.held.apart)


def _side(call: Call, rank: int) -> Side:
    who = call.people[rank].said()
    initials = " ".join(f"{name.strip()[:1].upper()}." for name in (who.first_name, who.last_name))
    phone = (call.phones or [""])[0]
    commune = call.gate.name if call.gate else call.form.place.data or ""
    return Side(initials, who.birth_date.year if who.birth_date else None, commune, phone[-2:], "à l’instant")


# -- as it goes -------------------------------------------------------------------------------------------------------


@blueprint.post(f"{CALL}/brouillon")
@requires("inbox.enter")
def keep_draft(reference: str) -> BaseResponse:
    """Keep what is typed: said beside the form as one types; without JavaScript the page comes again."""
    if is_resumed():
        return _again(reference)
    shown = _kept(reference)
    if htmx.wants_fragment():
        return _side_of(shown)
    if shown.error:
        give_up()
        return _page(shown, 422)
    stays = "rester" in request.form and shown.draft is not None
    return htmx.redirect(url_for(".intake_draft", reference=reference) if stays else url_for(".intake"))


def _again(reference: str) -> Response:
    """What was typed when the session had ended, on the page again: nothing is done until its author presses."""
    draft = queries.draft_of(me(), reference)
    return _page(Shown(reference, _call(request.form), queries.content_of(draft), draft))


def _side_of(shown: Shown) -> Response:
    """What stands beside the form, and by parts what the form says of itself."""
    return make_response(render_template("inbox/_intake_side.html", with_parts=True, **_context(shown)))


def _kept(reference: str, answers: dict[str, list[str]] | None = None) -> Shown:
    """Keep the answers sent, or these instead; what cannot be kept is told."""
    answers = kept_of(request.form) if answers is None else answers
    shown = Shown(reference, _call(read_again(answers)), queries.Content())
    if says_something(answers):
        try:
            shown.draft = actions.keep(reference, answers, by=me())
        except Refusal as refusal:
            shown.error = refusal.message
    shown.draft = shown.draft or queries.draft_of(me(), reference)
    shown.held = queries.content_of(shown.draft)
    return shown


@blueprint.post(f"{CALL}/foyer")
@requires("inbox.enter")
def change_household(reference: str) -> BaseResponse:
    """One more person in the call, or one less."""
    if is_resumed():
        return _again(reference)
    answers = kept_of(request.form)
    asked = request.form.get("person", "")
    count = _call(read_again(answers)).count
    if asked == "add":
        answers["people"] = [str(min(count + 1, PEOPLE_MAX))]
        answers.setdefault("place", [""])  # a household of nobody is kept all the same
    elif asked in map(str, range(count)):
        answers = without_person({**answers, "people": [str(count)]}, int(asked))
    shown = _kept(reference, answers)
    if shown.error:
        give_up()
        return _page(shown, 422)
    return htmx.redirect(url_for(".intake_draft", reference=reference, _anchor="foyer"))


@blueprint.post(f"{CALL}/jeter")
@requires("inbox.enter")
def drop_draft(reference: str) -> BaseResponse:
    """Throw a draft away."""
    actions.drop(queries.own_draft(me(), reference))
    return htmx.redirect(url_for(".intake"))


@blueprint.post(f"{CALL}/ailleurs")
@requires("inbox.enter")
def intake_outside(reference: str) -> BaseResponse:
    """The call came from outside the territory: a number is kept, and nothing else (A59)."""
    call = _call(request.form)
    if call.gate is not None and not call.gate.is_own:
        outside.count(call.gate.code, f"user/{me().id}/{reference}")
    draft = queries.draft_of(me(), reference)
    if draft is not None:
        actions.drop(draft)
    return htmx.redirect(url_for(".intake"))


# -- someone who is known already -------------------------------------------------------------------------------------


@blueprint.post(f"{CALL}/meme-personne")
@requires("inbox.manage")
def intake_same(reference: str) -> BaseResponse:
    """The file exists: it says that they called again, and opens; what was typed stays in the draft."""
    _, seeker_id = _pair()
    known = request_of_seeker(me(), seeker_id)
    draft = _kept(reference).draft
    if draft is None:
        raise Invisible
    actions.call_again(draft, known.id, by=me())
    return htmx.redirect(f"/demandes/{known.reference}")


@blueprint.post(f"{CALL}/autre-personne")
@requires("inbox.manage")
def intake_other(reference: str) -> BaseResponse:
    """Someone else: not asked again."""
    rank, seeker_id = _pair()
    request_of_seeker(me(), seeker_id)
    shown = _kept(reference)
    if shown.draft is not None:
        actions.tell_apart(shown.draft, rank, seeker_id)
        shown.held = queries.content_of(shown.draft)
    if htmx.wants_fragment():
        return _side_of(shown)
    return htmx.redirect(url_for(".intake_draft", reference=reference))


def _pair() -> tuple[int, int]:
    """« rank-seeker » of the button pressed; raises Invisible for anything else."""
    rank, _, seeker = request.values.get("pair", "").partition("-")
    seeker_id = addresses.row_number(seeker)
    if not rank.isdecimal() or not 0 <= int(rank[:3]) < PEOPLE_MAX or not seeker_id:
        raise Invisible
    return int(rank[:3]), seeker_id


# -- the end of the call ----------------------------------------------------------------------------------------------


@blueprint.post(CALL)
@requires("inbox.enter")
def register(reference: str) -> BaseResponse:
    """Receive the request; what lacks is told under each question, and stays typed."""
    if is_resumed():
        return _again(reference)
    call = _call(request.form)
    draft = queries.draft_of(me(), reference)
    shown = Shown(reference, call, queries.content_of(draft), draft)
    if not call.is_valid():
        return _page(shown, 422)
    if not call.agreements and not call.form.warned.data:
        call.form.warned.data = "1"
        shown.warning = NO_AGREEMENT
        return _page(shown, 422)
    try:
        actions.register(call.intake(queries.origin_of(me())), reference, by=me())
    except Refusal as refusal:
        give_up()
        shown.error = refusal.message
        return _page(shown, 409)
    return htmx.redirect(url_for(".intake_done", reference=reference))


@blueprint.get(f"{CALL}/enregistree")
@requires("inbox.enter")
def intake_done(reference: str) -> Response:
    """What is read aloud to end the call: the reference, and the day by which someone answers."""
    found = _own(reference)
    return make_response(
        render_template(
            "inbox/intake_done.html",
            found=found,
            spelled=spell(found.reference.removeprefix("D-")),
            is_partner=not me().can("inbox.manage"),
        )
    )


def _own(reference: str) -> Request:
    found = queries.received(me(), reference)
    if found is None:
        raise Invisible
    return found
