"""The circle of a plan: who joins, the person's agreement for each, invitations, answers, lead and regular doctor."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.care_plans.actions import agreements, answers, circle
from cptsapp.care_plans.actions.changing import held
from cptsapp.care_plans.forms import circle as forms
from cptsapp.care_plans.identity import title
from cptsapp.care_plans.models import CarePlan, CircleMember, Consent, MemberRole, PlanState
from cptsapp.care_plans.permissions import why_not_manage
from cptsapp.care_plans.queries import finding
from cptsapp.care_plans.queries.addresses import addresses
from cptsapp.care_plans.queries.page import MemberLine, lines_of
from cptsapp.care_plans.queries.plans import agreements_of, lead_of, member_of, plan_for
from cptsapp.care_plans.queries.plans import circle as circle_of
from cptsapp.care_plans.relatives import read_relative
from cptsapp.care_plans.rules.words import CONSENTS
from cptsapp.care_plans.views.blueprint import PLAN, blueprint
from cptsapp.care_plans.views.page import note_opening, url_of
from cptsapp.checklists.rules import NOTHING_CLINICAL
from cptsapp.core.addresses import row_number
from cptsapp.core.refusals import Forbidden, Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.http.pages import refused

CIRCLE = f"{PLAN}/cercle"
ONE = f"{CIRCLE}/<int:member_id>"
BOTH = ["GET", "POST"]
NOBODY = "Personne de ce nom dans l’annuaire\u202f: ajoutez d’abord sa fiche."
NOBODY_WHOLE = "Personne ne répond\u00a0: donnez le nom et le prénom en entier, ou le RPPS."
NO_HOUSE = "Aucune structure de ce nom dans l’annuaire\u202f: ajoutez d’abord sa fiche."
SEVERAL = "Plusieurs répondent\u202f: choisissez ci-dessous, ou précisez."
DOORS = {"personne": "Un professionnel", "structure": "Une structure", "proche": "Un proche"}


def _plan(year: int, number: int) -> CarePlan:
    """The plan, for its lead or the coordination. Raises Forbidden for another of its circle."""
    plan = plan_for(me(), year, number)
    lead = lead_of(circle_of(plan.id))
    if why_not_manage(me(), lead.person_id if lead else None) is not None:
        raise Forbidden
    return plan


# -- joining ----------------------------------------------------------------------------------------------------------


@blueprint.route(f"{CIRCLE}/ajouter", methods=BOTH)
@requires("plans.manage")
def add_member(year: int, number: int) -> Response:
    """Someone joins: a professional, a structure, a relative."""
    plan = _plan(year, number)
    door = request.args.get("qui", "personne")
    if door not in DOORS:
        raise Invisible
    form: Any = {"personne": forms.PersonForm, "structure": forms.StructureForm, "proche": forms.RelativeForm}[door]()
    join = _JOINS[door]
    if not form.is_submitted() and door == "personne" and request.args.get("place") in set(MemberRole):
        form.role.data = request.args["place"]
    if form.is_submitted():
        _offer(door, form)
    if not form.is_valid():
        return _add_page(plan, door, form, 422 if form.is_submitted() and form.errors else 200)
    try:
        member = join(plan.id, form)
        if form.invites.data:
            answers.invite(plan.id, member.id, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _add_page(plan, door, form, 409))
    return htmx.redirect(url_of(plan))


def _offer(door: str, form: Any) -> None:
    """Those the typed name may mean are offered to choose from; a single one needs no choice."""
    typed = form.who.data or "" if door != "proche" else ""
    if door == "personne":
        form.offer(finding.people_named(me(), typed))
    if door == "structure":
        form.offer(finding.houses_named(me(), typed))


def chosen(field: Any, nobody: str) -> int:
    """The one of those offered: the only one, or the one ticked. Raises Refusal (field who) for none or several."""
    offered = [choice.value for choice in field.choices]
    if not offered:
        raise Refusal(nobody, "who")
    if field.data in offered:
        return int(field.data)
    if len(offered) > 1:
        raise Refusal(SEVERAL, "who")
    return int(offered[0])


def _nobody() -> str:
    return NOBODY if me().scopes("directory.read") - {"structures"} else NOBODY_WHOLE


def _join_person(plan_id: int, form: forms.PersonForm) -> CircleMember:
    return circle.add_person(plan_id, chosen(form.person, _nobody()), form.place(), by=me())


def _join_structure(plan_id: int, form: forms.StructureForm) -> CircleMember:
    place = circle.Place(MemberRole.STRUCTURE, consent=form.agreed)
    return circle.add_structure(plan_id, chosen(form.house, NO_HOUSE), place, by=me())


def _join_relative(plan_id: int, form: forms.RelativeForm) -> CircleMember:
    return circle.add_relative(
        plan_id, form.relative(), circle.Place(MemberRole.RELATIVE, consent=form.agreed), by=me()
    )


_JOINS: dict[str, Callable[[int, Any], CircleMember]] = {
    "personne": _join_person,
    "structure": _join_structure,
    "proche": _join_relative,
}


def _add_page(plan: CarePlan, door: str, form: Any, status: int) -> Response:
    doors = [
        {
            "label": label,
            "url": url_for(".add_member", year=plan.year, number=plan.number, qui=code),
            "is_current": code == door,
        }
        for code, label in DOORS.items()
    ]
    page = render_template(
        "care_plans/add_member.html",
        plan=plan,
        title_of=title(plan),
        form=form,
        door=door,
        doors=doors,
        warning=NOTHING_CLINICAL,
    )
    return make_response(page, status)


# -- one of them ------------------------------------------------------------------------------------------------------


@blueprint.get(ONE)
@requires("plans.manage")
def member(year: int, number: int, member_id: int) -> Response:
    """Someone of the circle: the agreement, the invitation, the answer, what may be changed. Recorded."""
    return _member_page(_plan(year, number), member_id)


def _member_page(
    plan: CarePlan, member_id: int, status: int = 200, *, refused: str = "", form: forms.AgreementForm | None = None
) -> Response:
    found = member_of(plan.id, member_id)
    note_opening(plan.id)
    page = render_template(
        "care_plans/member.html",
        plan=plan,
        title_of=title(plan),
        line=_line(plan, found),
        relative=read_relative(found) if found.role is MemberRole.RELATIVE else None,
        is_doctor=found.role is MemberRole.REGULAR_DOCTOR,
        is_open=plan.state is not PlanState.CLOSED,
        consents=CONSENTS,
        address=next(iter(addresses([found])), None),
        form=form or forms.AgreementForm(formdata=None),
        refused=refused,
    )
    return make_response(page, status)


def _line(plan: CarePlan, found: CircleMember) -> MemberLine:
    lines: Sequence[MemberLine] = lines_of(plan, [found], agreements_of(plan.id), me())
    return lines[0]


def _on_member(
    year: int, number: int, member_id: int, do: Callable[[int, int | None], object], *, leaves: bool = False
) -> Response:
    plan = _plan(year, number)
    member_of(plan.id, member_id)
    try:
        do(plan.id, row_number(request.form.get("version")))
    except Refusal as refusal:
        give_up()
        return _member_page(_plan(year, number), member_id, 409, refused=refusal.message)
    if leaves:
        return htmx.redirect(url_of(plan))
    return htmx.redirect(url_for(".member", year=year, number=number, member_id=member_id))


@blueprint.post(f"{ONE}/accord")
@requires("plans.manage")
def collect_agreement(year: int, number: int, member_id: int) -> Response:
    """The person agrees that they know of the plan."""
    plan, form = _plan(year, number), forms.AgreementForm()
    if not form.is_valid():
        return _member_page(plan, member_id, 422, form=form)
    consent = Consent(form.consent.data)
    return _on_member(
        year, number, member_id, lambda plan_id, _: agreements.collect(plan_id, member_id, consent, by=me())
    )


@blueprint.post(f"{ONE}/accord/retirer")
@requires("plans.manage")
def withdraw_agreement(year: int, number: int, member_id: int) -> Response:
    """The person no longer agrees: the plan shuts to them at once."""
    return _on_member(year, number, member_id, lambda plan_id, _: agreements.withdraw(plan_id, member_id, by=me()))


@blueprint.post(f"{ONE}/inviter")
@requires("plans.manage")
def invite_member(year: int, number: int, member_id: int) -> Response:
    """A mail without a name leads them to the plan; who has no mail is rung."""
    return _on_member(year, number, member_id, lambda plan_id, _: answers.invite(plan_id, member_id, by=me()))


@blueprint.post(f"{ONE}/reponse")
@requires("plans.manage")
def note_member_answer(year: int, number: int, member_id: int) -> Response:
    """What they said on the phone: « oui », « non », or nothing after all."""
    said = request.form.get("reponse", "")
    do = {"oui": answers.accept, "non": answers.decline, "attendue": answers.undo}.get(said)
    if do is None:
        raise Invisible

    def note(plan_id: int, _version: int | None) -> None:
        held(plan_id, by=me())
        do(plan_id, member_id, by=me())

    return _on_member(year, number, member_id, note)


@blueprint.post(f"{ONE}/referent")
@requires("plans.manage")
def make_lead(year: int, number: int, member_id: int) -> Response:
    """They become the lead; the former one stays in the circle. A lead who gives it away no longer holds the plan."""

    def do(plan_id: int, version: int | None) -> None:
        circle.make_lead(plan_id, member_id, by=me(), version=version)

    return _on_member(year, number, member_id, do, leaves=True)


@blueprint.post(f"{ONE}/retirer")
@requires("plans.manage")
def remove_member(year: int, number: int, member_id: int) -> Response:
    """They are no longer of the circle."""

    def do(plan_id: int, version: int | None) -> None:
        circle.leave(plan_id, member_id, by=me(), version=version)

    return _on_member(year, number, member_id, do, leaves=True)


# -- the regular doctor -----------------------------------------------------------------------------------------------


@blueprint.route(f"{CIRCLE}/medecin", methods=BOTH)
@requires("plans.manage")
def replace_doctor(year: int, number: int) -> Response:
    """Another becomes the regular doctor; what was owed passes to them."""
    plan = _plan(year, number)
    form = forms.DoctorForm(version=str(plan.version))
    if form.is_submitted():
        form.offer(finding.people_named(me(), form.who.data or ""))
    if not form.is_valid():
        return _doctor_page(plan, form, 422 if form.is_submitted() and form.errors else 200)
    try:
        person_id = chosen(form.person, _nobody())
        circle.replace_doctor(plan.id, person_id, form.agreed, by=me(), version=form.seen)
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        fresh = _plan(year, number)
        form.version.data = str(fresh.version)
        return _doctor_page(fresh, form, 409)
    return htmx.redirect(url_of(plan))


def _doctor_page(plan: CarePlan, form: forms.DoctorForm, status: int) -> Response:
    page = render_template("care_plans/doctor.html", plan=plan, title_of=title(plan), form=form)
    return make_response(page, status)
