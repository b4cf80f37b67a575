"""The officers' side of the applications: the lists, one of them beside the directory, and the decision."""

from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import addresses, submissions
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.models import Organisation, Person
from cptsapp.directory.rules.membership import COLLEGE_LABELS, STATUS_LABELS
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.membership.actions import applications as actions
from cptsapp.membership.forms.applications import PersonApplicationForm, StructureApplicationForm
from cptsapp.membership.forms.decisions import NEW, ApprovalForm, RefusalForm
from cptsapp.membership.forms.euros import euros_of
from cptsapp.membership.models import Application, ApplicationState
from cptsapp.membership.queries import applications as queries
from cptsapp.membership.queries import members, texts
from cptsapp.membership.queries.settings import settings
from cptsapp.membership.rules.members import Member, organisation, person
from cptsapp.membership.rules.periods import period_end, renewal_start
from cptsapp.membership.rules.words import STATE_LABELS
from cptsapp.membership.views.blueprint import blueprint
from cptsapp.territory import queries as territory

TABS = {
    "received": "À approuver",
    queries.SUSPECT: "Douteuses",
    "approved": "Approuvées",
    "refused": "Refusées",
    "withdrawn": "Retirées",
}


@blueprint.get("/adhesions/demandes")
@requires("membership.approve", "membership.manage")
def applications() -> str:
    """The applications of a state, those to approve first; what a robot may have sent is a list of its own."""
    state = request.args.get("etat", "received")
    state = state if state in TABS else "received"
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    found, counts = queries.by_state(state, page), queries.counts()
    return render_template(
        "membership/applications.html",
        found=found,
        state=state,
        tabs=[_tab(code, label, counts[code], state) for code, label in TABS.items()],
        professions=PROFESSION_LABELS,
        colleges=COLLEGE_LABELS,
        previous_url=url_for(".applications", etat=state, page=page - 1) if page > 1 else "",
        next_url=url_for(".applications", etat=state, page=page + 1) if page * queries.PAGE < found.found_count else "",
    )


def _tab(code: str, label: str, count: int, current: str) -> dict[str, Any]:
    return {"label": label, "count": count, "is_current": code == current, "url": url_for(".applications", etat=code)}


# -- one --------------------------------------------------------------------------------------------------------------


@blueprint.get("/adhesions/demandes/<int:application_id>")
@requires("membership.approve", "membership.manage")
def application(application_id: int) -> Response:
    """What was typed, beside the sheets it may be about."""
    found = queries.application(application_id)
    return _page(found, _approval(found, is_sent=False), RefusalForm(formdata=None, refused_on=territory.today()))


@blueprint.post("/adhesions/demandes/<int:application_id>/approuver")
@requires("membership.approve")
def approve(application_id: int) -> Response:
    """Approve: the membership opens, and the applicant is told."""
    found = queries.application(application_id)
    form = _approval(found, is_sent=True)
    if not form.is_valid():
        return _page(found, form, RefusalForm(formdata=None, refused_on=territory.today()), 422)
    try:
        membership = actions.approve(found.id, form.decision(), by=me())
    except Refusal as refusal:
        return _refused(application_id, form, refusal)
    member = Member(membership.organisation_id is not None, membership.organisation_id or membership.person_id or 0)
    return htmx.redirect(url_for(".member", key=member.key, approuvee=found.reference))


@blueprint.post("/adhesions/demandes/<int:application_id>/refuser")
@requires("membership.approve")
def refuse(application_id: int) -> Response:
    """Refuse: the reason stays here."""
    found = queries.application(application_id)
    form = RefusalForm()
    if not form.is_valid():
        return _page(found, _approval(found, is_sent=False), form, 422)
    try:
        actions.refuse(found.id, form.reason.data or "", form.refused_on.data, by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        found = queries.application(application_id)
        return _page(found, _approval(found, is_sent=False), form, 409)
    return htmx.redirect(url_for(".applications", faite="refusee"))


@blueprint.post("/adhesions/demandes/<int:application_id>/retirer")
@requires("membership.approve", "membership.manage")
def withdraw(application_id: int) -> Response:
    """The applicant gave up, or nobody stands behind it."""
    actions.withdraw(queries.application(application_id).id, by=me())
    return htmx.redirect(url_for(".applications", faite="retiree"))


@blueprint.post("/adhesions/demandes/<int:application_id>/reconnaitre")
@requires("membership.approve", "membership.manage")
def trust(application_id: int) -> Response:
    """What was kept apart was a real application."""
    actions.trust(queries.application(application_id).id, by=me())
    return htmx.redirect(url_for(".application", application_id=application_id))


def _approval(found: Application, *, is_sent: bool) -> ApprovalForm:
    """The form as the settings and the directory fill it in; the only sheet of the same number is chosen already."""
    today = territory.today()
    candidates = queries.candidates(me(), found, today)
    own = [c for c in candidates if c.by_number]
    chosen = own[0] if len(own) == 1 else None
    fee = settings().organisation_fee_cents if found.organisation_name else settings().person_fee_cents
    values = {
        "sheet": chosen.row.member.key if chosen else None if candidates else NEW,
        "college": found.college,
        "decided_on": today,
        "starts_on": renewal_start(chosen.row.periods, today) if chosen else today,
        "fee": euros_of(fee),
    }
    form = ApprovalForm(**values) if is_sent else ApprovalForm(formdata=None, **values)
    form.offer(candidates, is_structure=bool(found.organisation_name))
    return form


def _page(found: Application, approval: ApprovalForm, refusal: RefusalForm, status: int = 200) -> Response:
    today = territory.today()
    starts_on = today if approval.starts_on.errors else approval.starts_on.data or today
    page = render_template(
        "membership/application.html",
        application=found,
        state_label=STATE_LABELS[found.state],
        profession=PROFESSION_LABELS[found.profession] if found.profession else "",
        college=COLLEGE_LABELS[found.college],
        commune=queries.commune_name(found.commune_code),
        candidates=queries.candidates(me(), found, today),
        statuses=STATUS_LABELS,
        accepted=texts.accepted_with([found.id]).get(found.id, []),
        missing_texts=[t for t in texts.current_texts() if t not in texts.accepted_with([found.id]).get(found.id, [])],
        decided_by=queries.name_of_user(found.decided_by_id),
        entered_by=queries.name_of_user(found.entered_by_id),
        ends_on=period_end(settings().period_kind, starts_on),
        approval=approval,
        refusal=refusal,
        is_waiting=found.state is ApplicationState.RECEIVED,
    )
    return make_response(page, status)


def _refused(application_id: int, form: ApprovalForm, refusal: Refusal) -> Response:
    give_up()  # the sheet made for nothing is not to be shown among those it may be
    form.refuse(refusal.message, refusal.field)
    found = queries.application(application_id)
    return _page(found, form, RefusalForm(formdata=None, refused_on=territory.today()), 409)


# -- noted by hand ----------------------------------------------------------------------------------------------------


@blueprint.route("/adhesions/demandes/nouvelle", methods=["GET", "POST"])
@requires("membership.approve", "membership.manage")
def enter() -> Response:
    """Someone said yes on the telephone: `personne` or `structure` names the sheet, which fills the form in."""
    known = _known()
    is_structure = isinstance(known, Organisation) or request.values.get("pour") == "structure"
    form = _entry_form(known, is_structure=is_structure)
    form.are_texts_needed = False
    form.offer(territory.own_communes(), texts.current_texts())
    if not form.is_valid():
        return _entry_page(form, known, is_structure=is_structure)
    if made := submissions.result_for(me().id, form.once.data or "", "application"):
        return htmx.redirect(url_for(".application", application_id=made))
    found = actions.enter_for(_member(known), form.values(), form.accepted, by=me())
    submissions.remember(me().id, form.once.data or "", "application", found.id)
    return htmx.redirect(url_for(".application", application_id=found.id))


def _known() -> Person | Organisation | None:
    """The sheet that the address names. Raises Invisible for one that the user does not see."""
    person_id = addresses.row_number(request.values.get("personne"))
    organisation_id = addresses.row_number(request.values.get("structure"))
    if person_id is None and organisation_id is None:
        return None
    wanted = person(person_id) if person_id is not None else organisation(organisation_id or 0)
    row = members.member(me(), wanted, territory.today())
    found = queries.sheet_of(row.member)
    if found is None:
        raise Invisible
    return found


def _member(known: Person | Organisation | None) -> Member | None:
    if known is None:
        return None
    return organisation(known.id) if isinstance(known, Organisation) else person(known.id)


def _entry_form(
    known: Person | Organisation | None, *, is_structure: bool
) -> PersonApplicationForm | StructureApplicationForm:
    kind = StructureApplicationForm if is_structure else PersonApplicationForm
    if known is None:
        return kind()
    values = actions.prefilled_structure(known) if isinstance(known, Organisation) else actions.prefilled(known)
    return kind(data=values)


def _entry_page(
    form: PersonApplicationForm | StructureApplicationForm,
    known: Person | Organisation | None,
    *,
    is_structure: bool,
) -> Response:
    member = _member(known)
    page = render_template(
        "membership/application_form.html",
        form=form,
        is_structure=is_structure,
        known_key=member.key if member else "",
        known_name=known.name if isinstance(known, Organisation) else known.full_name if known else "",
        known_id=known.id if known else None,
        waiting=queries.open_application_of(member) if member else None,
    )
    return make_response(page, 422 if form.errors else 200)
