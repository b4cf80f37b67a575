"""One plan: the next act, its commitments, its circle and fees, the journal. Each opening is recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.care_plans.actions import opening, validation
from cptsapp.care_plans.identity import read_person, title
from cptsapp.care_plans.models import CarePlan, PlanState
from cptsapp.care_plans.permissions import MANAGES, why_not_manage
from cptsapp.care_plans.queries.about import contact_of, reference_of
from cptsapp.care_plans.queries.page import PlanPage, page_of
from cptsapp.care_plans.queries.plans import circle, lead_of, plan_for
from cptsapp.care_plans.queries.rights import first_waiting
from cptsapp.care_plans.readings import note_identity, note_reading
from cptsapp.care_plans.rules.states import WORDS
from cptsapp.care_plans.views.blueprint import PLAN, blueprint
from cptsapp.core.addresses import row_number
from cptsapp.core.refusals import Forbidden, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up

Act = Callable[[int, int | None], object]


@blueprint.get(PLAN)
@requires("plans.read")
def page(year: int, number: int) -> Response:
    """A plan, for whoever is of its circle, holds it, or coordinates."""
    return show(year, number)


def show(year: int, number: int, status: int = 200, *, refused: str = "") -> Response:
    """The page of a plan, with why the last act was refused. Its reading is recorded."""
    found = page_of(me(), year, number)
    note_opening(found.plan.id)
    shown = render_template(
        "care_plans/page.html",
        page=found,
        plan=found.plan,
        refused=refused,
        done=_done(found),
        states=WORDS,
        opened_from=reference_of(found.plan, me()),
        right=first_waiting(found.plan) if found.manages else None,
    )
    return make_response(shown, status)


def note_opening(plan_id: int) -> None:
    """Record, once the page is made, that its reader saw the initials of a plan."""
    user = me()
    after_commit(lambda: note_reading(plan_id, by=user))


@dataclass(frozen=True, slots=True)
class Done:
    """What was just done, and the way to take it back."""

    message: str
    undo_url: str


def _done(found: PlanPage) -> Done | None:
    """Told after an act, `fait` in the address, as long as its state says so."""
    plan, said = found.plan, request.args.get("fait", "")
    where: dict[str, Any] = {"year": plan.year, "number": plan.number, "version": plan.version}
    if said == "valide" and plan.state is PlanState.ACTIVE:
        return Done("Plan validé : les bilans sont à 6 et 12 mois", url_for(".take_back_validation", **where))
    if said == "reponse" and found.mine is not None:
        words = {"accepted": "Noté : vous participez à ce plan"}
        said_so = words.get(found.mine.standing)
        return Done(said_so, url_for(".undo_my_answer", year=plan.year, number=plan.number)) if said_so else None
    return None


def act(year: int, number: int, do: Act, *, done: str = "", to: str = "") -> Response:
    """Do something to a plan from a button: `do(plan_id, version)`; refused, the page says why, refreshed."""
    plan = plan_for(me(), year, number)
    try:
        do(plan.id, row_number(request.values.get("version")))
    except Refusal as refusal:
        give_up()
        return show(year, number, 409, refused=refusal.message)
    return htmx.redirect(to or url_of(plan, fait=done or None))


def url_of(plan: CarePlan, **more: Any) -> str:
    """The address of a plan's page."""
    return url_for("care_plans.page", year=plan.year, number=plan.number, **more)


# -- its states -------------------------------------------------------------------------------------------------------


@blueprint.post(f"{PLAN}/engager")
@requires("plans.manage")
def engage(year: int, number: int) -> Response:
    """The circle is complete."""
    return act(year, number, lambda plan_id, version: opening.engage(plan_id, by=me(), version=version))


@blueprint.post(f"{PLAN}/valider")
@requires("plans.read")
def validate(year: int, number: int) -> Response:
    """The regular doctor validates, in one tap; or the coordination, to whom they said it."""
    return act(
        year, number, lambda plan_id, version: validation.validate(plan_id, by=me(), version=version), done="valide"
    )


@blueprint.post(f"{PLAN}/validation/reprendre")
@requires("plans.read")
def take_back_validation(year: int, number: int) -> Response:
    """The plan is not validated after all."""
    return act(year, number, lambda plan_id, version: validation.take_back(plan_id, by=me(), version=version))


# -- whom it is about -------------------------------------------------------------------------------------------------


@blueprint.post(f"{PLAN}/identite")
@requires("plans.manage")
def identity(year: int, number: int) -> Response:
    """« Voir l’identité »: for the lead and the coordination alone; recorded before it is shown."""
    plan = plan_for(me(), year, number)
    lead = lead_of(circle(plan.id))
    if why_not_manage(me(), lead.person_id if lead else None) == MANAGES:
        raise Forbidden
    who = read_person(plan)
    if who is not None:
        note_identity(plan.id, by=me())
    shown = render_template(
        "care_plans/identity.html", plan=plan, title_of=title(plan), who=who, contact=contact_of(plan, me())
    )
    return make_response(shown)
