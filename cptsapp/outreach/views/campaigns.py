"""Campaigns of calls: the list with its progress, preparing one, closing it, bringing its list up to date."""

from collections.abc import Iterable

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.core import french
from cptsapp.core.refusals import Refusal
from cptsapp.directory.rules.words import PROFESSION_PLURALS
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.outreach import rules
from cptsapp.outreach.actions import campaigns as actions
from cptsapp.outreach.forms import CampaignForm
from cptsapp.outreach.models import CallCampaign
from cptsapp.outreach.permissions import why_not_call
from cptsapp.outreach.queries import board as boards
from cptsapp.outreach.queries import campaigns as queries
from cptsapp.outreach.queries import people
from cptsapp.outreach.queries.people import Criteria
from cptsapp.outreach.views.shared import blueprint, campaign_seen
from cptsapp.territory import queries as territory


@blueprint.get("")
@requires("calls.make")
def campaigns() -> str:
    """The campaigns of the user, each with how far it has got; a closed one is only a link."""
    found = queries.campaigns(me())
    today = territory.today()
    live = boards.boards(campaign for campaign in found if campaign.closed_at is None)
    reasons = {campaign.id: why_not_call(campaign, today) for campaign in found}
    return render_template("outreach/campaigns.html", campaigns=found, boards=live, reasons=reasons)


# -- preparing --------------------------------------------------------------------------------------------------------


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@requires("calls.manage")
def create() -> BaseResponse:
    """Open a campaign."""
    form = CampaignForm(
        opening=rules.default_opening(territory.settings().name), answers=rules.DEFAULT_ANSWERS, callers=[me().id]
    )
    _offer(form)
    if not form.is_valid():
        return _form_page(form, None)
    try:
        created = actions.create(_terms(form), by=me(), key=form.once.data or "")
    except Refusal as refusal:
        return _refused(form, refusal, None)
    return htmx.redirect(url_for("outreach.call", campaign_id=created.id))


@blueprint.route("/<int:campaign_id>/modifier", methods=["GET", "POST"])
@requires("calls.manage")
def change(campaign_id: int) -> BaseResponse:
    """Change a campaign: its list follows."""
    found = campaign_seen(campaign_id)
    form = CampaignForm(obj=found, callers=queries.caller_ids(found.id))
    _offer(form, found)
    if not form.is_valid():
        return _form_page(form, found)
    try:
        actions.change(found, _terms(form), by=me())
    except Refusal as refusal:
        return _refused(form, refusal, campaign_id)
    return htmx.redirect(url_for("outreach.results", campaign_id=found.id))


def _refused(form: CampaignForm, refusal: Refusal, campaign_id: int | None) -> Response:
    give_up()
    form.refuse(refusal.message, refusal.field)
    return _form_page(form, campaign_seen(campaign_id) if campaign_id is not None else None, 409)


def _offer(form: CampaignForm, campaign: CallCampaign | None = None) -> None:
    """What may be ticked: professions met in the territory with their number, its communes, those who may call."""
    today = territory.today()
    here = {profession.value: number for profession, number in people.professions_here(today).items()}
    for chosen in campaign.professions if campaign else []:
        here.setdefault(chosen, 0)
    labels = {profession.value: label for profession, label in PROFESSION_PLURALS.items()}
    communes = {commune.code: commune.name for commune in territory.own_communes()}
    callers = {caller.id: caller.name for caller in queries.callers_known(today)}
    if campaign:
        callers |= queries.names_of(set(queries.caller_ids(campaign.id)) - callers.keys())
    form.offer(
        [(value, f"{labels[value]}|{french.number(number)}") for value, number in here.items()],
        list(communes.items()),
        list(callers.items()),
    )


def _terms(form: CampaignForm) -> actions.Terms:
    return actions.Terms(
        name=form.name.data or "",
        criteria=_criteria(form),
        opening=form.opening.data or "",
        answers=form.answers.data or "",
        ends_on=form.ends_on.data,
        caller_ids=frozenset(form.callers.data or ()),
    )


def _criteria(form: CampaignForm) -> Criteria:
    """What is ticked, but for what cannot be chosen."""
    return Criteria(
        frozenset(_known(form.professions.data, form.professions.choices)),
        frozenset(_known(form.communes.data, form.communes.choices)),
        bool(form.members_too.data),
    )


def _known(ticked: Iterable[str] | None, choices: Iterable[object]) -> list[str]:
    values = {choice.value for choice in choices}  # type: ignore[attr-defined]  # SelectChoice
    return [value for value in ticked or () if value in values]


@blueprint.post("/compter", defaults={"campaign_id": None})
@blueprint.post("/<int:campaign_id>/compter")
@requires("calls.manage")
def count(campaign_id: int | None) -> BaseResponse:
    """How many the ticks would hold: the number alone for htmx, the whole form for « Compter ». Nothing is written."""
    found = campaign_seen(campaign_id) if campaign_id is not None else None
    form = CampaignForm()
    _offer(form, found)
    if not htmx.wants_fragment():
        return _form_page(form, found, 200)
    return make_response(render_template("outreach/_count.html", preview=_preview(form, found)))


def _preview(form: CampaignForm, campaign: CallCampaign | None) -> people.Preview | None:
    """None as long as no profession or no commune is ticked."""
    wanted = _criteria(form)
    if not wanted.professions or not wanted.communes:
        return None
    return people.preview(wanted, territory.today(), campaign.id if campaign else None)


def _form_page(form: CampaignForm, campaign: CallCampaign | None, status: int | None = None) -> Response:
    code = status or (422 if request.method == "POST" and form.errors else 200)
    page = render_template(
        "outreach/campaign_form.html", form=form, campaign=campaign, preview=_preview(form, campaign)
    )
    return make_response(page, code)


# -- its life ---------------------------------------------------------------------------------------------------------


@blueprint.post("/<int:campaign_id>/actualiser")
@requires("calls.manage")
def refresh(campaign_id: int) -> BaseResponse:
    """Add newcomers, take off who is no longer to be called."""
    found = campaign_seen(campaign_id)
    done = actions.refresh(found, by=me())
    return htmx.redirect(url_for("outreach.results", campaign_id=found.id, ajoutes=done.added, retires=done.removed))


@blueprint.post("/<int:campaign_id>/clore")
@requires("calls.manage")
def close(campaign_id: int) -> BaseResponse:
    """Close a campaign."""
    found = campaign_seen(campaign_id)
    actions.close(found, by=me())
    return htmx.redirect(url_for("outreach.results", campaign_id=found.id))


@blueprint.post("/<int:campaign_id>/rouvrir")
@requires("calls.manage")
def reopen(campaign_id: int) -> BaseResponse:
    """Open a closed campaign again."""
    found = campaign_seen(campaign_id)
    actions.reopen(found, by=me())
    return htmx.redirect(url_for("outreach.results", campaign_id=found.id))
