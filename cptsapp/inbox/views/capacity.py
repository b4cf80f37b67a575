"""The coordination's side of doctors' places: the register, the campaigns, whom to ring, who leaves."""

from datetime import timedelta
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import french
from cptsapp.core.periods import months_later
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.http.htmx import redirect
from cptsapp.http.routes import NUMBER
from cptsapp.inbox.actions import campaigns as actions
from cptsapp.inbox.forms.capacity import CallForm, CampaignForm
from cptsapp.inbox.models import CapacityCampaign
from cptsapp.inbox.queries import campaigns, supply
from cptsapp.inbox.queries.doctors import doctors
from cptsapp.inbox.queries.supply import STANDING_LABELS, Line, Register, Standing
from cptsapp.inbox.rules import places as rules
from cptsapp.inbox.rules.states import STATE_LABELS
from cptsapp.inbox.rules.words import REASONS
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

ROOM = "/demandes/medecins"
CAMPAIGN = f"{ROOM}/campagnes/<{NUMBER}:campaign_id>"
PAGE = 100
ANSWER_IN = timedelta(days=14)
TO_CONFIRM = "a-confirmer"
TABS = {"a-appeler": "À appeler", "sans-reponse": "Sans réponse", "repondu": "Ont répondu", "tous": "Tous"}


# -- the register -----------------------------------------------------------------------------------------------------


@blueprint.get(ROOM)
@requires("capacity.manage")
def doctors_asked() -> Response:
    """Every GP and their answer; filters in the address, a second click clears."""
    today = territory.today()
    register = supply.register(today)
    wanted = {key: request.args.get(key, "") for key in ("reponse", "obstacle", "aide", "q")}
    lines = _wanted(register, wanted)
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    shown = lines[PAGE * (page - 1) : PAGE * page]
    current = campaigns.under_way(today)
    body = render_template(
        "inbox/doctors.html",
        register=register,
        lines=shown,
        found_count=len(lines),
        wanted=wanted,
        standings=_standing_links(register, wanted),
        obstacles=_told(register.obstacles(), "obstacle", wanted),
        helps=_told(register.helps(), "aide", wanted),
        progress=campaigns.progress(current) if current is not None else None,
        past=[one for one in campaigns.campaigns() if current is None or one.id != current.id],
        leaving=supply.leaving(today),
        takes_labels=rules.TAKES_LABELS,
        done=request.args.get("fait", ""),
        previous_url=_to(wanted, page=page - 1) if page > 1 else "",
        next_url=_to(wanted, page=page + 1) if PAGE * page < len(lines) else "",
        today=today,
    )
    return make_response(body)


def _wanted(register: Register, wanted: dict[str, str]) -> list[Line]:
    known = {standing.value: standing for standing in Standing}
    lines = register.to_confirm if wanted["reponse"] == TO_CONFIRM else register.of(known.get(wanted["reponse"]))
    if wanted["obstacle"]:
        lines = [line for line in lines if line in register.with_obstacle(wanted["obstacle"])]
    if wanted["aide"]:
        lines = [line for line in lines if line in register.with_help(wanted["aide"])]
    return supply.found(lines, wanted["q"]) if wanted["q"].strip() else list(lines)


def _to(wanted: dict[str, str], **changes: Any) -> str:
    """The address of the register with these filters."""
    values = {**wanted, **changes}
    return url_for("inbox.doctors_asked", **{key: value for key, value in values.items() if value})


def _chip(label: str, count: int, key: str, value: str, wanted: dict[str, str]) -> dict[str, Any]:
    is_current = wanted[key] == value
    url = _to(wanted, **{key: "" if is_current else value})
    return {"label": label, "count": count, "is_current": is_current, "url": url}


def _standing_links(register: Register, wanted: dict[str, str]) -> list[dict[str, Any]]:
    chips = [
        _chip(label, register.count(code), "reponse", code.value, wanted) for code, label in STANDING_LABELS.items()
    ]
    return [*chips, _chip("À confirmer", len(register.to_confirm), "reponse", TO_CONFIRM, wanted)]


def _told(counts: list[tuple[str, str, int]], key: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
    return [_chip(label, count, key, code, wanted) for code, label, count in counts]


@blueprint.get(f"{ROOM}/<{NUMBER}:person_id>/demandes")
@requires("capacity.manage")
def requests_of_doctor(person_id: int) -> Response:
    """The requests made by the patients of a doctor who leaves: references, no name."""
    doctor = next((one for one in supply.leaving(territory.today()) if one.person_id == person_id), None)
    if doctor is None:
        raise Invisible
    rows = supply.requests_of(person_id)
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    body = render_template(
        "inbox/doctor_requests.html",
        doctor=doctor,
        rows=rows[PAGE * (page - 1) : PAGE * page],
        reasons=REASONS,
        states=STATE_LABELS,
        previous_url=url_for(".requests_of_doctor", person_id=person_id, page=page - 1) if page > 1 else "",
        next_url=url_for(".requests_of_doctor", person_id=person_id, page=page + 1) if PAGE * page < len(rows) else "",
    )
    return make_response(body)


# -- a campaign -------------------------------------------------------------------------------------------------------


@blueprint.get(f"{ROOM}/campagne")
@requires("capacity.manage")
def new_capacity_campaign() -> Response:
    """Prepare: who would be asked, and how."""
    today = territory.today()
    form = CampaignForm(
        formdata=None,
        name=f"Places, {french.MONTHS[today.month - 1]} {today.year}",
        ends_on=today + ANSWER_IN,
        valid_until=months_later(today, rules.OFFER_MONTHS),
    )
    return _preparing(form, 200)


@blueprint.post(f"{ROOM}/campagne")
@requires("capacity.manage")
def ask_doctors() -> Response:
    """Ask them all."""
    form = CampaignForm()
    if not form.is_valid():
        return _preparing(form, 422 if form.errors else 200)
    try:
        made = actions.ask_all(form.terms(), by=me(), key=form.once.data or "")
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _preparing(form, 409)
    return redirect(url_for("inbox.capacity_campaign", campaign_id=made.id, fait="ouverte"))


def _preparing(form: CampaignForm, status: int) -> Response:
    today = territory.today()
    known = list(doctors(today).values())
    body = render_template(
        "inbox/capacity_new.html",
        form=form,
        total=len(known),
        by_mail=sum(bool(one.mail) for one in known),
        by_phone=sum(not one.mail and one.may_be_called for one in known),
        by_nothing=sum(not one.mail and not one.may_be_called for one in known),
        outsiders=campaigns.outsiders(known, today),
        current=campaigns.under_way(today),
    )
    return make_response(body, status)


@blueprint.get(CAMPAIGN)
@requires("capacity.manage")
def capacity_campaign(campaign_id: int) -> Response:
    """How far it has got, and whom to ring."""
    return _campaign_page(campaigns.campaign(campaign_id), CallForm(formdata=None), 200)


def _campaign_page(campaign: CapacityCampaign, form: CallForm, status: int, open_id: int = 0) -> Response:
    today = territory.today()
    progress = campaigns.progress(campaign)
    tab = request.args.get("etat", "")
    tab = tab if tab in TABS else "a-appeler" if progress.to_call else "sans-reponse"
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    rows = progress.of(tab)
    body = render_template(
        "inbox/capacity_campaign.html",
        campaign=campaign,
        progress=progress,
        rows=rows[PAGE * (page - 1) : PAGE * page],
        tab=tab,
        tabs=[
            {
                "label": label,
                "count": len(progress.of(code)),
                "is_current": code == tab,
                "url": url_for("inbox.capacity_campaign", campaign_id=campaign.id, etat=code),
            }
            for code, label in TABS.items()
        ],
        is_over=campaign.closed_at is not None or campaign.ends_on < today,
        newcomers=len(campaigns.newcomers(campaign)) if campaign.closed_at is None else 0,
        to_remind=progress.to_remind(today),
        takes_labels=rules.TAKES_LABELS,
        form=form,
        open_id=open_id,
        done=request.args.get("fait", ""),
        count_done=request.args.get("nombre", 0, type=int),
        previous_url=url_for("inbox.capacity_campaign", campaign_id=campaign.id, etat=tab, page=page - 1)
        if page > 1
        else "",
        next_url=url_for("inbox.capacity_campaign", campaign_id=campaign.id, etat=tab, page=page + 1)
        if PAGE * page < len(rows)
        else "",
        today=today,
    )
    return make_response(body, status)


@blueprint.post(f"{CAMPAIGN}/relancer")
@requires("capacity.manage")
def remind_doctors(campaign_id: int) -> Response:
    """Write again to those who have not answered."""
    count = actions.remind(campaign_id, by=me())
    return redirect(url_for("inbox.capacity_campaign", campaign_id=campaign_id, fait="relancee", nombre=count))


@blueprint.post(f"{CAMPAIGN}/nouveaux")
@requires("capacity.manage")
def ask_newcomers(campaign_id: int) -> Response:
    """Ask those who joined the directory since."""
    count = actions.ask_newcomers(campaign_id, by=me())
    return redirect(url_for("inbox.capacity_campaign", campaign_id=campaign_id, fait="ajoutes", nombre=count))


@blueprint.post(f"{CAMPAIGN}/clore")
@requires("capacity.manage")
def close_capacity(campaign_id: int) -> Response:
    """Nobody is asked any more."""
    actions.close(campaign_id, by=me())
    return redirect(url_for("inbox.doctors_asked", fait="close"))


@blueprint.post(f"{ROOM}/appels/<{NUMBER}:ask_id>")
@requires("capacity.manage")
def note_capacity_call(ask_id: int) -> Response:
    """Rung, without an answer yet."""
    asked = campaigns.ask(ask_id)
    form = CallForm()
    campaign = campaigns.campaign(asked.campaign_id)
    if not form.is_valid():
        return _campaign_page(campaign, form, 422 if form.errors else 200, ask_id)
    try:
        actions.note_call(ask_id, form.note.data or "", by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _campaign_page(campaigns.campaign(asked.campaign_id), form, 409, ask_id)
    return redirect(
        url_for("inbox.capacity_campaign", campaign_id=campaign.id, fait="appel", etat=request.args.get("etat"))
    )
