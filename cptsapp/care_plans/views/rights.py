"""The rights of a plan’s person: noted, answered, the copy to hand over; the plan left, objected to, closed (§6.3)."""

import json
from collections.abc import Callable
from typing import Any

from flask import Response, make_response, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.care_plans.actions import closing, rights
from cptsapp.care_plans.actions.changing import held
from cptsapp.care_plans.actions.rights import right_of
from cptsapp.care_plans.forms.rights import AnswerPlanRightForm, AskPlanRightForm, ClosePlanForm
from cptsapp.care_plans.identity import read_person, shown, title, url_of
from cptsapp.care_plans.models import CarePlan, PlanRight, PlanState, RightKind
from cptsapp.care_plans.permissions import reads_all, why_not_manage
from cptsapp.care_plans.queries import rights as queries
from cptsapp.care_plans.queries.addresses import addresses, concerned
from cptsapp.care_plans.queries.holdings import holdings as held_about
from cptsapp.care_plans.queries.plans import circle, lead_of, locked, plan_for
from cptsapp.care_plans.queries.settings import settings
from cptsapp.care_plans.readings import note_copied, note_reading
from cptsapp.care_plans.rules.closing import SHUT, SHUT_IF_LEFT, WITHDRAWN, follows
from cptsapp.care_plans.views.blueprint import PLAN, blueprint
from cptsapp.checklists.rules import NOTHING_CLINICAL
from cptsapp.core import clock
from cptsapp.core.refusals import Forbidden, Invisible, Refusal, refuse_if
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import forgetting
from cptsapp.inbox.rules.holdings import as_json
from cptsapp.territory import queries as territory

RIGHTS = f"{PLAN}/droits"
ONE = f"{RIGHTS}/<int:right_id>"

GONE = (
    "Le nom, la date de naissance et le téléphone de la personne sont effacés.",
    "Les proches et leurs coordonnées sont effacés.",
    "Les notes, les commentaires, les motifs et les messages envoyés sont effacés.",
)
STAYS = (
    "Le numéro du plan, ses jours, ses professionnels et leurs forfaits\u202f: ils se comptent.",
    "La demande de médecin traitant, si le plan en vient\u202f: son effacement se demande dans son dossier.",
    "L’effacement ne se défait pas, même en remettant une sauvegarde. Prévenez les proches avant\u202f: leurs adresses"
    " s’effacent aussi.",
)


def _mine(year: int, number: int) -> CarePlan:
    """The plan, for its lead or the coordination. Raises Invisible, or Forbidden for another of the circle."""
    plan = plan_for(me(), year, number)
    lead = lead_of(circle(plan.id))
    if why_not_manage(me(), lead.person_id if lead else None) is not None:
        raise Forbidden
    return plan


def _note(reading: Callable[..., None], plan: CarePlan) -> None:
    """Have the reading recorded once the page is made; nothing of an anonymised plan is one."""
    if plan.anonymised_at is None:
        user, number = me(), plan.id
        after_commit(lambda: reading(number, by=user))


def _url(endpoint: str, plan: CarePlan, **more: Any) -> str:
    return url_for(f"care_plans.{endpoint}", year=plan.year, number=plan.number, **more)


def _page(template: str, plan: CarePlan, status: int = 200, **context: object) -> Response:
    _note(note_reading, plan)
    who = shown(read_person(plan))
    base = {"plan": plan, "title": title(plan), "who": who, "url": _url, "plan_url": f"/ppcs/{plan.year}-{plan.number}"}
    return make_response(render_template(f"care_plans/{template}.html", **base, **context), status)


# -- noted, answered --------------------------------------------------------------------------------------------------


@blueprint.get(RIGHTS)
@requires("plans.manage")
def rights_of_plan(year: int, number: int) -> Response:
    """What the person asked for about this plan, and how to note one more."""
    return _rights_page(_mine(year, number), AskPlanRightForm(formdata=None))


@blueprint.post(RIGHTS)
@requires("plans.manage")
def ask_plan_right(year: int, number: int) -> BaseResponse:
    """Note what the person asks for."""
    plan = _mine(year, number)
    form = AskPlanRightForm()
    if not form.is_valid():
        return _rights_page(plan, form, 422)
    try:
        made = rights.ask(locked(plan.id), form.chosen, form.note.data or "", by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message)
        return _rights_page(_mine(year, number), form, 409)
    return htmx.redirect(_url("plan_right", plan, right_id=made.id))


def _rights_page(plan: CarePlan, form: AskPlanRightForm, status: int = 200) -> Response:
    return _page("rights", plan, status, lines=queries.of_plan(plan), form=form, warning=NOTHING_CLINICAL)


@blueprint.get(ONE)
@requires("plans.manage")
def plan_right(year: int, number: int, right_id: int) -> Response:
    """One of them: by when, what may be done."""
    plan = _mine(year, number)
    found = right_of(plan, right_id)
    form = AnswerPlanRightForm(formdata=None)
    form.offer(found.kind)
    return _right_page(plan, found, form)


@blueprint.post(f"{ONE}/repondre")
@requires("plans.manage")
def answer_plan_right(year: int, number: int, right_id: int) -> BaseResponse:
    """Note how it was answered."""
    plan = _mine(year, number)
    form = AnswerPlanRightForm()
    form.offer(right_of(plan, right_id).kind)
    if not form.is_valid():
        return _right_page(plan, right_of(plan, right_id), form, 422)
    try:
        rights.answer(locked(plan.id), right_id, form.answer.data, by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message)
        plan = _mine(year, number)
        return _right_page(plan, right_of(plan, right_id), form, 409)
    return htmx.redirect(_url("rights_of_plan", plan, fait="repondu"))


def _right_page(plan: CarePlan, found: PlanRight, form: AnswerPlanRightForm, status: int = 200) -> Response:
    is_objection = found.kind is RightKind.OBJECTION
    return _page(
        "right",
        plan,
        status,
        line=queries.line_of(found),
        form=form,
        follows=_follows(plan, SHUT, is_erased=is_objection),
        gone=GONE if is_objection else (),
        stays=STAYS if is_objection else (),
    )


def _follows(plan: CarePlan, shuts: str = SHUT_IF_LEFT, *, is_erased: bool = False) -> list[str]:
    """What closing this plan does, counted; nothing for a plan that is closed."""
    if plan.state is PlanState.CLOSED:
        return []
    told = len(addresses(concerned(plan.id)))
    meetings, documents = closing.ahead(plan.id), closing.awaited(plan.id)
    months = None if is_erased else settings().retention_months
    return follows(len(meetings), len(documents), told, months, shuts)


@blueprint.post(f"{ONE}/faire")
@requires("plans.manage")
def do_plan_right(year: int, number: int, right_id: int) -> BaseResponse:
    """Leave, or object: the plan is closed, and for an objection erased."""
    plan = _mine(year, number)
    found = rights.do(locked(plan.id), right_id, by=me())
    after_commit(forgetting.finish)
    return htmx.redirect(_closed_url(found, _url("rights_of_plan", found, fait="clos")))


# -- the copy to hand over --------------------------------------------------------------------------------------------


@blueprint.get(f"{ONE}/copie")
@requires("plans.manage")
def plan_holdings(year: int, number: int, right_id: int) -> str:
    """All that the plan holds about its person, to read and to print."""
    plan = _to_copy(year, number, right_id)
    who = read_person(plan)
    return render_template(
        "care_plans/holdings.html",
        plan=plan,
        title=title(plan),
        name=who.full_name if who else "",
        back_url=_url("plan_right", plan, right_id=right_id),
        sections=held_about(plan),
        made_at=territory.local(clock.now()),
    )


@blueprint.get(f"{ONE}/copie.json")
@requires("plans.manage")
def plan_holdings_file(year: int, number: int, right_id: int) -> Response:
    """The same for a machine. The name of the file tells nobody's."""
    plan = _to_copy(year, number, right_id)
    found = as_json(title(plan), territory.local(clock.now()), held_about(plan))
    response = Response(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8")
    name = f"PPCS-{plan.year}-{plan.number:03d}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _to_copy(year: int, number: int, right_id: int) -> CarePlan:
    """The plan whose copy is made, while the right to it waits; the reading is recorded. Raises Invisible."""
    plan = _mine(year, number)
    found = right_of(plan, right_id)
    if found.kind is not RightKind.ACCESS or found.done_at is not None:
        raise Invisible
    _note(note_copied, plan)
    return plan


# -- the end of a plan ------------------------------------------------------------------------------------------------


@blueprint.get(f"{PLAN}/clore")
@requires("plans.manage")
def close_plan_form(year: int, number: int) -> Response:
    """Why it ends, and what that does."""
    plan = _mine(year, number)
    return _close_page(plan, ClosePlanForm(formdata=None, version=str(plan.version)))


@blueprint.post(f"{PLAN}/clore")
@requires("plans.manage")
def close_plan(year: int, number: int) -> BaseResponse:
    """Close it."""
    plan = _mine(year, number)
    form = ClosePlanForm()
    if not form.is_valid():
        return _close_page(plan, form, 422)
    try:
        there, _members = held(plan.id, by=me(), version=form.seen)
        closing.close(there, form.chosen, by=me(), note=form.note.data or "")
    except Refusal as refusal:
        give_up()
        plan = _mine(year, number)
        form.refuse(refusal.message)
        form.version.data = str(plan.version)
        return _close_page(plan, form, 409)
    return htmx.redirect(_closed_url(there, url_of(there)))


def _closed_url(plan: CarePlan, usual: str) -> str:
    """Where to go once a plan is closed: a lead has just shut to themselves one that its person has left."""
    is_shut = plan.end_reason in WITHDRAWN and not reads_all(me())
    return url_for("care_plans.plans", fait="clos") if is_shut else usual


def _close_page(plan: CarePlan, form: ClosePlanForm, status: int = 200) -> Response:
    if plan.state is PlanState.CLOSED and status == 200:
        refuse_if("Ce plan est déjà clos.")
    return _page("close", plan, status, form=form, follows=_follows(plan), warning=NOTHING_CLINICAL)
