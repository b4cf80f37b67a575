"""The whole text of a convention: read, commented while it circulates, its versions compared."""

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.conventions.actions import circulation
from cptsapp.conventions.forms.life import AnswerForm, CommentForm
from cptsapp.conventions.models import Convention, ConventionState
from cptsapp.conventions.queries import page as queries
from cptsapp.conventions.queries.conventions import convention_for
from cptsapp.conventions.queries.texts import articles_of, clauses_of, current_text
from cptsapp.conventions.rules.editing import differences
from cptsapp.conventions.rules.states import WORDS
from cptsapp.conventions.rules.texts import Text, from_json
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.conventions.views.page import ONE, Shown, page_text
from cptsapp.core import submissions
from cptsapp.core.addresses import row_number
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.http.pages import refused
from cptsapp.http.routes import NUMBER
from cptsapp.territory import queries as territory

S = ConventionState
DRAWER = 0  # the number that stands for the text of the drawer among versions


def _url(found: Convention, anchor: str = "") -> str:
    return url_for(".text", convention_id=found.id) + (f"#{anchor}" if anchor else "")


@blueprint.get(f"{ONE}/texte")
@requires("conventions.read")
def text(convention_id: int) -> Response:
    """The whole text: written there while it is a draft, commented while it circulates; `version`: one read before."""
    found = convention_for(me(), convention_id)
    number = row_number(request.args.get("version"))
    return _text(found, old=_version(found, number)) if number else _text(found)


def _version(found: Convention, number: int) -> Shown:
    """A text that was frozen; raises Invisible when the convention has none of that number."""
    frozen = next((one for one in queries.versions(found.id) if one.number == number), None)
    if frozen is None:
        raise Invisible
    return Shown(from_json(frozen.content), frozen)


def _text(
    found: Convention,
    form: CommentForm | None = None,
    answer: AnswerForm | None = None,
    answered_id: int | None = None,
    old: Shown | None = None,
    status: int = 200,
) -> Response:
    user, today = me(), page_text(found)
    shown = old or today
    is_old = shown.frozen != today.frozen
    is_writing = found.state is S.DRAFT and user.can("conventions.manage") and not is_old
    page = render_template(
        "conventions/text.html",
        convention=found,
        words=WORDS[found.state],
        text=shown.text,
        frozen=shown.frozen,
        frozen_at=territory.local(shown.frozen.frozen_at) if shown.frozen else None,
        articles=articles_of(found.id) if is_writing else [],
        clauses=clauses_of(found) if is_writing else {},
        is_writing=is_writing,
        is_old=is_old,
        versions=queries.versions(found.id),
        rewritten=queries.rewritten(found.id),
        comments=queries.comments(found.id),
        form=form or _comment_form(shown.text),
        answer=answer or AnswerForm(formdata=None),
        answered_id=answered_id,
        can_comment=found.state is S.CIRCULATED and user.can("conventions.comment") and not is_old,
        can_relay=user.can("conventions.manage"),
        can_manage=user.can("conventions.manage"),
    )
    return make_response(page, status)


def _comment_form(shown: Text, *, is_sent: bool = False) -> CommentForm:
    form = CommentForm() if is_sent else CommentForm(formdata=None)
    return form.offer([(article.number, article.title) for article in shown.articles])


@blueprint.post(f"{ONE}/remarques")
@requires("conventions.comment")
def comment(convention_id: int) -> Response:
    """Write a remark, or note the one that came by mail or by telephone."""
    found = convention_for(me(), convention_id)
    form = _comment_form(page_text(found).text, is_sent=True)
    if not form.is_valid():
        return _text(found, form, status=422)
    once = form.once.data or ""
    if submissions.result_for(me().id, once, "convention_comment"):
        return htmx.redirect(_url(found, "remarques"))
    said_by = (form.said_by.data or "") if me().can("conventions.manage") else ""
    try:
        article = form.article_number.data or None
        made = circulation.comment(found.id, form.body.data, article_number=article, said_by=said_by, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _text(convention_for(me(), convention_id), form, status=409))
    submissions.remember(me().id, once, "convention_comment", made.id)
    return htmx.redirect(_url(found, "remarques"))


@blueprint.post(f"{ONE}/remarques/<{NUMBER}:comment_id>")
@requires("conventions.manage")
def answer(convention_id: int, comment_id: int) -> Response:
    """Answer a remark."""
    found = convention_for(me(), convention_id)
    form = AnswerForm()
    if not form.is_valid():
        return _text(found, answer=form, answered_id=comment_id, status=422)
    try:
        circulation.answer(found.id, comment_id, form.answer.data, by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message)
        return _text(convention_for(me(), convention_id), answer=form, answered_id=comment_id, status=409)
    return htmx.redirect(_url(found, f"remarque-{comment_id}"))


@blueprint.get(f"{ONE}/versions")
@requires("conventions.read")
def compare(convention_id: int) -> Response:
    """What two versions differ by: the last one and the one before, unless told; the drawer's counts for who writes."""
    found = convention_for(me(), convention_id)
    numbers = [version.number for version in queries.versions(found.id)]
    if found.state is S.DRAFT and me().can("conventions.manage"):
        numbers.insert(0, DRAWER)
    if not numbers:
        raise Invisible
    after = _chosen("a", numbers, numbers[0])
    before = _chosen("de", numbers, numbers[min(1, len(numbers) - 1)])
    texts = [_text_of(found, number) for number in (before, after)]
    page = render_template(
        "conventions/compare.html",
        convention=found,
        before=before,
        after=after,
        numbers=numbers,
        titles=[text.title for text in texts],
        differences=differences(*texts),
    )
    return make_response(page)


def _chosen(name: str, numbers: list[int], default: int) -> int:
    number = row_number(request.args.get(name))
    if number is None:
        return default
    if number not in numbers:
        raise Invisible
    return number


def _text_of(found: Convention, number: int) -> Text:
    return current_text(found) if number == DRAWER else _version(found, number).text
