"""Putting a commitment off, dropping it, correcting it, handing it over, adding one."""

from collections.abc import Callable

from flask import make_response, render_template
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.checklists import actions
from cptsapp.checklists.forms import DeferForm, DropForm, TermsForm, warning_for
from cptsapp.checklists.models import Checklist, CommitmentState
from cptsapp.checklists.permissions import why_not_manage
from cptsapp.checklists.queries import Row, article_title, articles, checklist, commitment, row
from cptsapp.checklists.queries.people import named, owners
from cptsapp.checklists.sources import source_of
from cptsapp.checklists.views.blueprint import READS, blueprint
from cptsapp.checklists.views.sheet import bar_title
from cptsapp.core import submissions
from cptsapp.core.refusals import Forbidden, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.fields import VersionedForm
from cptsapp.http.pages import refused
from cptsapp.http.routes import NUMBER

ONE = f"/engagements/<{NUMBER}:commitment_id>"


@blueprint.get(f"{ONE}/reporter")
@requires(*READS)
def deferring(commitment_id: int) -> Response:
    """Another day, and why."""
    one, kept = _managed(commitment_id)
    form = DeferForm(formdata=None, version=one.version, due_on=one.due_on)
    return _page("checklists/defer.html", one, kept, form)


@blueprint.post(f"{ONE}/reporter")
@requires(*READS)
def defer(commitment_id: int) -> Response:
    """Put it off."""
    form = DeferForm()

    def act() -> object:
        due_on, reason = form.due_on.data, form.reason.data or ""
        assert due_on is not None  # the form is valid
        return actions.defer(commitment_id, due_on, reason, by=me(), version=form.seen)

    return _acted("checklists/defer.html", commitment_id, form, act)


@blueprint.get(f"{ONE}/abandonner")
@requires(*READS)
def dropping(commitment_id: int) -> Response:
    """Why it will not be done."""
    one, kept = _managed(commitment_id)
    return _page("checklists/drop.html", one, kept, DropForm(formdata=None, version=one.version))


@blueprint.post(f"{ONE}/abandonner")
@requires(*READS)
def drop(commitment_id: int) -> Response:
    """Drop it, with the reason."""
    form = DropForm()

    def act() -> object:
        reason = form.reason.data or ""
        return actions.tick(commitment_id, CommitmentState.DROPPED, by=me(), version=form.seen, comment=reason)

    return _acted("checklists/drop.html", commitment_id, form, act)


def _managed(commitment_id: int) -> tuple[Row, Checklist]:
    """A commitment that the user may change. Raises Invisible, Forbidden."""
    _, kept = commitment(commitment_id, me())
    if why_not_manage(kept, me()) is not None:
        raise Forbidden
    return row(commitment_id, me()), kept


def _page(template: str, one: Row, kept: Checklist, form: VersionedForm, status: int = 200) -> Response:
    warning = warning_for(kept.kind)
    page = render_template(
        template, row=one, place=named(kept, me()), form=form, warning=warning, bar_title=bar_title(kept)
    )
    return make_response(page, status)


def _acted(template: str, commitment_id: int, form: VersionedForm, act: Callable[[], object]) -> Response:
    """Do it when the form is valid and nothing forbids it, and go back to the list; else the form again."""
    one, kept = _managed(commitment_id)
    if not form.is_valid():
        return _page(template, one, kept, form, 422)
    try:
        act()
    except Refusal as refusal:
        return refused(form, refusal, lambda: _page(template, *_managed(commitment_id), form, 409))
    return htmx.redirect(_list_url(kept, commitment_id))


def _list_url(kept: Checklist, commitment_id: int) -> str:
    return f"{named(kept, me()).url}#engagement-{commitment_id}"


@blueprint.get(f"{ONE}/modifier")
@requires(*READS)
def editing(commitment_id: int) -> Response:
    """Its words, its day, who owes it."""
    _, kept = _managed(commitment_id)
    found, _ = commitment(commitment_id, me())
    form = _terms_form(kept, TermsForm(formdata=None), found.every_months, found.owner_id).fill(found)
    return _page("checklists/edit.html", row(commitment_id, me()), kept, form)


@blueprint.post(f"{ONE}/modifier")
@requires(*READS)
def edit(commitment_id: int) -> Response:
    """Change it; changed by someone else meanwhile, the page says what stands and keeps what was typed."""
    found, kept = commitment(commitment_id, me())
    form = _terms_form(kept, TermsForm(), found.every_months, found.owner_id)
    return _acted(
        "checklists/edit.html",
        commitment_id,
        form,
        lambda: actions.change(commitment_id, form.terms(), by=me(), version=form.seen),
    )


def _terms_form(kept: Checklist, form: TermsForm, every: int | None, owner_id: int | None) -> TermsForm:
    found = dict.fromkeys([*source_of(kept).articles(kept), *articles(kept.id)]) or {("", ""): None}
    choices = [(number, heading, article_title(number, heading)) for number, heading in found]
    return form.offer(kept.kind, choices, owners(kept, owner_id), every)


@blueprint.get(f"/listes/<{NUMBER}:checklist_id>/ajouter")
@requires(*READS)
def adding(checklist_id: int) -> Response:
    """A commitment more."""
    kept = _list(checklist_id)
    return _adding_page(kept, _terms_form(kept, TermsForm(formdata=None), None, None))


@blueprint.post(f"/listes/<{NUMBER}:checklist_id>/ajouter")
@requires(*READS)
def add(checklist_id: int) -> Response:
    """Add it; sent twice, once."""
    kept = _list(checklist_id)
    form = _terms_form(kept, TermsForm(), None, None)
    if not form.is_valid():
        return _adding_page(kept, form, 422)
    key = form.once.data or ""
    if (known := submissions.result_for(me().id, key, "commitment.added")) is not None:
        return htmx.redirect(_list_url(kept, known))
    try:
        made = actions.add_by_hand(checklist_id, form.terms(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _adding_page(_list(checklist_id), form, 409))
    submissions.remember(me().id, key, "commitment.added", made.id)
    return htmx.redirect(_list_url(kept, made.id))


def _list(checklist_id: int) -> Checklist:
    kept = checklist(checklist_id, me())
    if why_not_manage(kept, me()) is not None:
        raise Forbidden
    return kept


def _adding_page(kept: Checklist, form: TermsForm, status: int = 200) -> Response:
    page = render_template(
        "checklists/edit.html",
        row=None,
        place=named(kept, me()),
        form=form,
        warning=warning_for(kept.kind),
        bar_title=bar_title(kept),
    )
    return make_response(page, status)
