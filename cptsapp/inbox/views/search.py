"""« Y a-t-il une recherche en cours ? » (A40): asked, answered in as many bytes whatever the answer, decided when near.

What depends on the answer is written in a fixed number of bytes and these pages leave uncompressed: whoever watches
the line reads nothing from their size. The question itself runs the same statements whatever it finds.
"""

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.core import submissions
from cptsapp.core.french import day_short, hour
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import search as actions
from cptsapp.inbox.forms.search import MessageForm, SearchForm
from cptsapp.inbox.models import SearchAnswer
from cptsapp.inbox.queries import search as queries
from cptsapp.inbox.queries.partner_files import house_of
from cptsapp.inbox.queries.settings import delays
from cptsapp.inbox.readings import note_reading
from cptsapp.inbox.rules.search import A_DAY, A_DAY_TOGETHER, ANSWER_LABELS
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory


@blueprint.get("/recherche-en-cours")
@requires("inbox.ask")
def search() -> Response:
    """The form, and the questions of one's service today."""
    return _page(SearchForm(formdata=None))


@blueprint.post("/recherche-en-cours")
@requires("inbox.ask")
def search_ask() -> BaseResponse:
    """Ask. The answer is read at an address that names nobody."""
    form = SearchForm()
    if not form.is_valid():
        return _page(form, status=422)
    once = form.once.data or ""
    if asked := submissions.result_for(me().id, once, "search_question"):
        return htmx.redirect(url_for(".search_answer", question_id=asked))
    try:
        question = actions.ask(form.identity(), is_attested=bool(form.attested.data), by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _page(form, status=409)
    submissions.remember(me().id, once, "search_question", question.id)
    return htmx.redirect(url_for(".search_answer", question_id=question.id))


@blueprint.get("/recherche-en-cours/<int:question_id>")
@requires("inbox.ask")
def search_answer(question_id: int) -> Response:
    """The answer to a question of one's own."""
    return _page(SearchForm(formdata=None), question_id)


@blueprint.post("/recherche-en-cours/<int:question_id>/commencer")
@requires("inbox.ask")
def search_begin(question_id: int) -> BaseResponse:
    """« Nous commençons »: the others read yes until it lapses."""
    actions.begin(question_id, by=me())
    return htmx.redirect(url_for(".search_answer", question_id=question_id))


@blueprint.post("/recherche-en-cours/<int:question_id>/terminer")
@requires("inbox.ask")
def search_end(question_id: int) -> BaseResponse:
    """The search said to begin is over."""
    actions.end(question_id, by=me())
    return htmx.redirect(url_for(".search_answer", question_id=question_id))


@blueprint.post("/recherche-en-cours/<int:question_id>/message")
@requires("inbox.ask")
def search_message(question_id: int) -> BaseResponse:
    """A message to the CPTS about the search it has."""
    form = MessageForm()
    if not form.is_valid():
        return _page(SearchForm(formdata=None), question_id, form, 422)
    actions.leave_word(question_id, form.words.data or "", by=me())
    return htmx.redirect(url_for(".search_answer", question_id=question_id, envoye=1))


def _page(
    form: SearchForm, question_id: int | None = None, message: MessageForm | None = None, status: int = 200
) -> Response:
    today = territory.today()
    lines = queries.history(me())
    page = render_template(
        "inbox/search.html",
        house=house_of(me()),
        form=form,
        lines=[(line, _searching(line)) for line in lines],
        labels=ANSWER_LABELS,
        asked_count=sum(territory.local(line.asked_at).date() == today for line in lines),
        a_day=A_DAY,
        together=A_DAY_TOGETHER,
        today=today,
        question=queries.question_of(me(), question_id) if question_id is not None else None,
        message=message or MessageForm(formdata=None),
        is_sent=bool(request.args.get("envoye")),
        days=delays()["partner_begins"],
        blanks=blanks,
    )
    response = make_response(page, status)
    response.cache_control.no_store = response.cache_control.no_transform = True
    return response


def blanks(text: str, size: int) -> str:
    """The blanks, seen by nobody, that bring a piece of the page to `size` bytes whatever it says."""
    return " " * max(size - len(text.encode()), 0)


def _searching(line: queries.QuestionLine) -> str:
    if line.answer is SearchAnswer.YES and line.since_on is not None:
        return f"{line.searched_by}, depuis le {day_short(line.since_on)}"
    if line.begins_until is not None and line.begins_until >= territory.today():
        return f"{line.organisation} a signalé qu’elle commence, {hour(territory.local(line.asked_at))}"
    return "—"


# -- the coordination -------------------------------------------------------------------------------------------------


@blueprint.get("/demandes/questions")
@requires("inbox.manage")
def questions() -> Response:
    """The near matches to decide, who asks too much, and what was decided."""
    waiting = queries.to_check()
    user = me()
    for one in waiting:
        after_commit(lambda number=one.request_id: note_reading("request.opened", number, by=user))  # type: ignore[misc]
    page = render_template(
        "inbox/questions.html",
        waiting=waiting,
        alarms=queries.alarms(),
        checked=queries.checked(),
        labels=ANSWER_LABELS,
    )
    return make_response(page)


@blueprint.post("/demandes/questions/<int:question_id>")
@requires("inbox.manage")
def decide_question(question_id: int) -> BaseResponse:
    """Same person or not: who asked reads yes or no."""
    said = request.form.get("meme", "")
    if said not in ("oui", "non"):
        raise Refusal("Dites si c’est la même personne.")
    actions.decide(question_id, is_same=said == "oui", by=me())
    return htmx.redirect(url_for(".questions"))
