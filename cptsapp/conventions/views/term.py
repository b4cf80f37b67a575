"""What becomes of a convention in force: amended, renewed, under notice, at its end."""

from datetime import date

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.conventions.actions import amending
from cptsapp.conventions.actions import term as actions
from cptsapp.conventions.forms.life import CPTS, AmendForm, EndForm, NoticeForm, RenewForm
from cptsapp.conventions.models import Convention, ConventionState, EndReason, Renewal
from cptsapp.conventions.queries import page as queries
from cptsapp.conventions.queries.conventions import convention_for
from cptsapp.conventions.queries.partners import names_of
from cptsapp.conventions.queries.texts import articles_in_force
from cptsapp.conventions.rules import terms
from cptsapp.conventions.rules.states import why_not
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.conventions.views.life import as_it_stands, page_url, ready
from cptsapp.conventions.views.page import ONE
from cptsapp.core import submissions
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import refused
from cptsapp.territory import queries as territory


@blueprint.route(f"{ONE}/avenant", methods=["GET", "POST"])
@requires("conventions.manage")
def amend(convention_id: int) -> Response:
    """Open an amendment, from articles in force or blank."""
    found = convention_for(me(), convention_id)
    why = _why_not_amend(found)
    if why:
        raise Refusal(why)
    form = AmendForm().offer([(article.number, article.title) for article in articles_in_force(found)])
    if not form.is_valid():
        return _amend_page(form, found, 422 if form.errors else 200)
    once = form.once.data or ""
    if made := submissions.result_for(me().id, once, "convention"):
        return htmx.redirect(url_for(".text", convention_id=made))
    try:
        amendment = amending.amend(
            found.id,
            form.articles.data or [],
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            by=me(),
        )
    except Refusal as refusal:
        return refused(form, refusal, lambda: _amend_page(form, convention_for(me(), convention_id), 409))
    submissions.remember(me().id, once, "convention", amendment.id)
    return htmx.redirect(url_for(".text", convention_id=amendment.id))


def _why_not_amend(found: Convention) -> str:
    if found.parent_id is not None:
        return amending.OF_AN_AMENDMENT
    return "" if found.state is ConventionState.IN_FORCE else amending.NOT_IN_FORCE


def _amend_page(form: AmendForm, found: Convention, status: int) -> Response:
    number = max((row.number for row in queries.amendments(found.id, me())), default=0) + 1
    page = render_template("conventions/amend.html", form=form, convention=found, number=number)
    return make_response(page, status)


@blueprint.route(f"{ONE}/renouvellement", methods=["GET", "POST"])
@requires("conventions.manage")
def renew(convention_id: int) -> Response:
    """Renew by decision."""
    found = ready(convention_id, "renew")
    if found.renewal is not Renewal.EXPRESS or found.ends_on is None:
        raise Refusal(actions.BY_ITSELF if found.renewal is Renewal.TACIT else actions.NEVER)
    form = RenewForm(until=_next_end(found, found.ends_on), version=str(found.version))
    if not form.is_valid():
        return _renew_page(form, found, 422 if form.errors else 200)
    try:
        actions.renew(found.id, form.until.data, note=form.note.data or "", version=form.seen, by=me())
    except Refusal as refusal:
        return _renew_page(form, as_it_stands(form, convention_id, refusal), 409)
    return htmx.redirect(page_url(found.id))


def _next_end(found: Convention, ends_on: date) -> date:
    return terms.renewed_until(found.starts_on, ends_on, found.renewal_months or 12)


def _renew_page(form: RenewForm, found: Convention, status: int) -> Response:
    return make_response(render_template("conventions/renew.html", form=form, convention=found), status)


@blueprint.route(f"{ONE}/preavis", methods=["GET", "POST"])
@requires("conventions.manage")
def notice(convention_id: int) -> Response:
    """Note the notice that a party gave."""
    found = ready(convention_id, "give_notice")
    partners = names_of([found.id]).get(found.id, [])
    form = NoticeForm(given_on=territory.today(), version=str(found.version))
    form.offer(" et ".join(partners), territory.settings().name)
    if not form.is_valid():
        return _notice_page(form, found, 422 if form.errors else 200)
    try:
        actions.give_notice(
            found.id,
            form.given_on.data,
            by_cpts=form.given_by.data == CPTS,
            note=form.note.data or "",
            version=form.seen,
            by=me(),
        )
    except Refusal as refusal:
        return _notice_page(form, as_it_stands(form, convention_id, refusal), 409)
    return htmx.redirect(page_url(found.id))


def _notice_page(form: NoticeForm, found: Convention, status: int) -> Response:
    due = terms.decision_due_on(found.renewal, found.ends_on, found.notice_months)
    page = render_template("conventions/notice.html", form=form, convention=found, due_on=due, today=territory.today())
    return make_response(page, status)


@blueprint.post(f"{ONE}/preavis/retirer")
@requires("conventions.manage")
def withdraw_notice(convention_id: int) -> Response:
    """Take a notice back."""
    found = convention_for(me(), convention_id)
    actions.withdraw_notice(found.id, by=me())
    return htmx.redirect(page_url(found.id))


@blueprint.route(f"{ONE}/fin", methods=["GET", "POST"])
@requires("conventions.manage")
def end(convention_id: int) -> Response:
    """End a convention, its amendments with it."""
    found = ready(convention_id, "end")
    form = EndForm(ended_on=territory.today(), version=str(found.version))
    if found.state is not ConventionState.IN_FORCE and not form.is_submitted():
        form.reason.data = EndReason.ABANDONED.value
    if not form.is_valid():
        return _end_page(form, found, 422 if form.errors else 200)
    try:
        actions.end(
            found.id,
            form.ended_on.data,
            EndReason(form.reason.data),
            note=form.note.data or "",
            version=form.seen,
            by=me(),
        )
    except Refusal as refusal:
        return _end_page(form, as_it_stands(form, convention_id, refusal), 409)
    return htmx.redirect(page_url(found.id))


def _end_page(form: EndForm, found: Convention, status: int) -> Response:
    amendments = [row for row in queries.amendments(found.id, me()) if why_not("end", row.state) is None]
    page = render_template("conventions/end.html", form=form, convention=found, amendments=amendments)
    return make_response(page, status)
