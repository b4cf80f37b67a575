"""The documents asked of those of a circle: which, of whom, by when, come or not. None is ever sent here (B34)."""

from collections.abc import Callable
from datetime import timedelta

from flask import make_response, render_template
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.care_plans.actions import documents as actions
from cptsapp.care_plans.forms.documents import DocumentForm, ReceivedForm
from cptsapp.care_plans.identity import read_person, shown, title
from cptsapp.care_plans.models import CarePlan, DocumentAsked, DocumentKind, PlanState
from cptsapp.care_plans.queries.addresses import concerned
from cptsapp.care_plans.queries.calendar import documents_of
from cptsapp.care_plans.queries.meetings import manages
from cptsapp.care_plans.queries.page import lines_of
from cptsapp.care_plans.queries.plans import agreements_of, circle, plan_for
from cptsapp.care_plans.queries.settings import delays
from cptsapp.care_plans.readings import note_reading
from cptsapp.care_plans.views.blueprint import PLAN, blueprint
from cptsapp.core import submissions
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.http.pages import refused
from cptsapp.territory import queries as territory

DOCUMENTS = f"{PLAN}/documents"
ONE = f"{DOCUMENTS}/<int:document_id>"
SCOPE = "document_asked"


@blueprint.get(DOCUMENTS)
@requires("plans.read")
def documents(year: int, number: int) -> Response:
    """What is awaited and what came; how to ask one more."""
    return _page(plan_for(me(), year, number))


def _page(plan: CarePlan, form: DocumentForm | None = None, *, status: int = 200, refused: str = "") -> Response:
    user, plan_id = me(), plan.id
    after_commit(lambda: note_reading(plan_id, by=user))
    lines = lines_of(plan, circle(plan.id), agreements_of(plan.id), user)
    names = {line.member.id: line.name for line in lines}
    today = territory.today()
    may_ask = manages(plan, user) and plan.state is not PlanState.CLOSED
    page = render_template(
        "care_plans/documents.html",
        plan=plan,
        plan_url=f"/ppcs/{plan.year}-{plan.number}",
        title=title(plan),
        who=shown(read_person(plan)),
        lines=documents_of(plan, names, user, today),
        form=_offered(form, plan, names) if may_ask else None,
        may_ask=may_ask,
        is_open=plan.state is not PlanState.CLOSED,
        refused=refused,
        today=today,
    )
    return make_response(page, status)


def _offered(form: DocumentForm | None, plan: CarePlan, names: dict[int, str]) -> DocumentForm:
    due_on = territory.today() + timedelta(days=delays()["document"])
    made = form if form is not None else DocumentForm(formdata=None, due_on=due_on)
    return made.offer((member.id, names[member.id]) for member in concerned(plan.id))


@blueprint.post(DOCUMENTS)
@requires("plans.manage")
def ask_document(year: int, number: int) -> Response:
    """Ask a document of someone of the circle."""
    plan = plan_for(me(), year, number)
    if not manages(plan, me()):
        raise Forbidden
    form = DocumentForm().offer((member.id, "") for member in concerned(plan.id))
    if not form.is_valid():
        return _page(plan, form, status=422)
    once = form.once.data or ""
    if submissions.result_for(me().id, once, SCOPE):
        return _seen(year, number)
    try:
        made = actions.ask(plan.id, form.member_id.data, DocumentKind(form.kind.data), form.due_on.data, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _page(plan_for(me(), year, number), form, status=409))
    submissions.remember(me().id, once, SCOPE, made.id)
    return _seen(year, number)


def _seen(year: int, number: int) -> Response:
    return htmx.redirect(f"/ppcs/{year}-{number}/documents")


@blueprint.post(f"{ONE}/recu")
@requires("plans.read")
def receive_document(year: int, number: int, document_id: int) -> Response:
    """It came, on a day; today unless told."""
    plan = _plan_of(year, number, document_id)
    form = ReceivedForm()
    if not form.is_valid():
        return _page(plan, status=422, refused="Donnez le jour où le document est arrivé.")
    day = form.received_on.data
    return _act(year, number, lambda: actions.receive(document_id, day, by=me()))


@blueprint.post(f"{ONE}/abandonner")
@requires("plans.manage")
def drop_document(year: int, number: int, document_id: int) -> Response:
    """It is no longer awaited."""
    _plan_of(year, number, document_id)
    return _act(year, number, lambda: actions.drop(document_id, by=me()))


@blueprint.post(f"{ONE}/reprendre")
@requires("plans.read")
def await_document(year: int, number: int, document_id: int) -> Response:
    """It had not come, or is awaited after all."""
    _plan_of(year, number, document_id)
    return _act(year, number, lambda: actions.await_again(document_id, by=me()))


def _plan_of(year: int, number: int, document_id: int) -> CarePlan:
    plan = plan_for(me(), year, number)
    asked = session.get(DocumentAsked, document_id)
    if asked is None or asked.plan_id != plan.id:
        raise Invisible
    return plan


def _act(year: int, number: int, act: Callable[[], object]) -> Response:
    try:
        act()
    except Refusal as refusal:
        give_up()
        return _page(plan_for(me(), year, number), status=409, refused=refusal.message)
    return _seen(year, number)
