"""The page of one convention: what comes next, its checklist and journal, its text, who signs, its amendments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.checklists.queries import Listing, journal, listing
from cptsapp.conventions.actions import drafting
from cptsapp.conventions.forms.drafting import choices
from cptsapp.conventions.forms.life import LeadForm
from cptsapp.conventions.models import Convention, ConventionState, FrozenText, Renewal
from cptsapp.conventions.queries import page as queries
from cptsapp.conventions.queries.conventions import adopted_text, convention_for
from cptsapp.conventions.queries.people import house_people, name_of
from cptsapp.conventions.queries.register import step_of
from cptsapp.conventions.queries.report import years_of
from cptsapp.conventions.queries.texts import current_text, latest_text
from cptsapp.conventions.rules import terms
from cptsapp.conventions.rules.next import ANSWER, Step
from cptsapp.conventions.rules.states import WORDS
from cptsapp.conventions.rules.texts import Text, from_json
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.core.addresses import row_number
from cptsapp.core.french import day_long
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.routes import NUMBER
from cptsapp.territory import queries as territory

ONE = f"/conventions/<{NUMBER}:convention_id>"
S = ConventionState


@dataclass(frozen=True, slots=True)
class Act:
    """The one thing to do now: its title, what is said of it, its button and a second one, quieter."""

    title: str
    detail: str = ""
    url: str = ""
    verb: str = ""
    second_url: str = ""
    second_verb: str = ""
    late: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)  # what the button posts; without, it is a link


@blueprint.get(ONE)
@requires("conventions.read")
def convention(convention_id: int) -> Response:
    """One convention."""
    return _page(convention_for(me(), convention_id))


def _page(found: Convention, status: int = 200, lead: LeadForm | None = None) -> Response:
    user, today = me(), territory.today()
    step, owed = step_of(found.id, user), listing(found.checklist_id, user)
    parties = queries.parties(found)
    shown = page_text(found)
    page = render_template(
        "conventions/page.html",
        convention=found,
        words=WORDS[found.state],
        is_to_come=found.state is S.IN_FORCE and found.starts_on is not None and found.starts_on > today,
        term=terms.short(found.starts_on, found.ends_on),
        term_words=_term_words(found),
        step=step,
        act=_act(found, step, owed, parties, today),
        listing=owed,
        journal=journal(found.checklist_id, user),
        parties=parties,
        text=shown.text,
        frozen=shown.frozen,
        amendments=queries.amendments(found.id, user),
        report_years=years_of(found)[:1],
        parent=queries.parent_of(found),
        lead=name_of(found.lead_id),
        lead_form=lead or _lead_form(found),
        minutes_name=queries.file_name(found.minutes_id),
        remark_count=queries.comment_count(found.id),
        notice_due_on=terms.decision_due_on(found.renewal, found.ends_on, found.notice_months),
        can_manage=user.can("conventions.manage"),
        can_adopt=user.can("conventions.adopt"),
        today=today,
    )
    return make_response(page, status)


def _term_words(found: Convention) -> str:
    return terms.words(found.starts_on, found.ends_on, found.renewal, found.renewal_months, found.notice_months)


def _lead_form(found: Convention) -> LeadForm:
    form = LeadForm(formdata=None)
    form.lead.choices = choices(house_people(found.lead_id), "Personne pour l’instant")
    form.lead.data = str(found.lead_id or "")
    return form


# -- the framed act ---------------------------------------------------------------------------------------------------


def _act(found: Convention, step: Step, owed: Listing, parties: list[queries.PartyRow], today: date) -> Act | None:
    """What the reader may do next; None when nothing is asked of them."""
    if found.state is S.ENDED:
        return None
    if found.state is S.IN_FORCE:
        return _act_in_force(found, step, owed, today)
    if me().can("conventions.manage") or (found.state is S.CIRCULATED and me().can("conventions.adopt")):
        return _act_before(found, step, parties)
    if found.state is S.CIRCULATED and me().can("conventions.comment"):
        return Act("Relire le texte", _until(found.comments_due_on), _to("text", found), "Lire et commenter")
    return None


def _act_before(found: Convention, step: Step, parties: list[queries.PartyRow]) -> Act:
    text = _to("text", found)
    if found.state is S.DRAFT:
        if "texte" in step.missing:
            return Act("Écrire le texte", "Aucun article encore.", text, "Écrire")
        return Act(
            "Faire relire le texte", "Aux parties et au conseil.", _to("circulate", found), "Faire relire", text, "Lire"
        )
    if found.state is S.CIRCULATED and not me().can("conventions.adopt"):
        return Act("Relecture en cours", _until(found.comments_due_on), text, "Lire les remarques")
    if found.state is S.CIRCULATED:
        adopting, reading = (_to("adopt", found), "Noter l’adoption"), (text, "Lire les remarques")
        if ANSWER in step.missing:
            return Act("Répondre aux remarques", _until(found.comments_due_on), *reading, *adopting)
        return Act("Relecture en cours", _until(found.comments_due_on), *adopting, *reading)
    awaited = next((party for party in parties if party.signature is None), None)
    if awaited is None:
        return Act("Entrée en vigueur")
    url = url_for(".sign", convention_id=found.id, party_id=awaited.id)
    return Act(f"Signature attendue\u00a0: {awaited.name}", "", url, "Noter la signature")


def _until(day: date | None) -> str:
    return f"Remarques attendues jusqu’au {day_long(day)}." if day else ""


def _act_in_force(found: Convention, step: Step, owed: Listing, today: date) -> Act | None:
    late = owed.first_late
    if late is not None:
        about = ", ".join(part for part in (late.owner or "sans responsable", late.detail) if part)
        if not (late.can_tick or late.can_manage):
            return Act(late.label, about, late=f"en retard de {late.late_days}\u00a0j")
        return Act(
            late.label,
            about,
            url_for("checklists.tick" if late.can_tick else "checklists.sheet", commitment_id=late.id),
            "Noter fait" if late.can_tick else "Ouvrir",
            url_for("checklists.deferring", commitment_id=late.id) if late.can_manage else "",
            "Reporter" if late.can_manage else "",
            f"en retard de {late.late_days}\u00a0j",
            {"to": "done", "version": late.version} if late.can_tick else {},
        )
    if not me().can("conventions.manage") or not _is_to_decide(found, today):
        return None
    if found.renewal is Renewal.EXPRESS:
        return Act(
            "Décider du renouvellement", step.words, _to("renew", found), "Renouveler", _to("end", found), "Clore"
        )
    return Act("Tacite reconduction", "Sans préavis, elle est reconduite.", _to("notice", found), "Noter un préavis")


def _is_to_decide(found: Convention, today: date) -> bool:
    """Within ninety days of the day to give notice or to decide, and not later."""
    due = terms.decision_due_on(found.renewal, found.ends_on, found.notice_months)
    return due is not None and found.notice_given_on is None and 0 <= (due - today).days <= 90


def _to(endpoint: str, found: Convention) -> str:
    return url_for(f".{endpoint}", convention_id=found.id)


# -- the text ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """The text of the page: that of the drawer, or the frozen one that is read or binds."""

    text: Text
    frozen: FrozenText | None


def page_text(found: Convention) -> Shown:
    """The drawer's text of a draft, the last circulated one, the adopted one once there is one."""
    if found.state is S.DRAFT:
        return Shown(current_text(found), None)
    frozen = adopted_text(found) or latest_text(found.id)
    return Shown(from_json(frozen.content), frozen) if frozen else Shown(current_text(found), None)


@blueprint.post(f"{ONE}/referent")
@requires("conventions.manage")
def lead(convention_id: int) -> Response:
    """Give the convention to someone."""
    found = convention_for(me(), convention_id)
    form = LeadForm()
    form.lead.choices = choices(house_people(found.lead_id), "Personne pour l’instant")
    if not form.is_valid():
        return _page(found, 422, form)
    drafting.change_lead(found.id, row_number(form.lead.data), by=me())
    return htmx.redirect(_to("convention", found))
