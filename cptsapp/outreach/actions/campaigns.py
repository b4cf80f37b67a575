"""Preparing a campaign: opening, changing, closing, bringing its list up to date, putting someone back in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select, update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Forbidden, Refusal, refuse_if
from cptsapp.core.submissions import remember, result_for
from cptsapp.directory.merged import roots
from cptsapp.outreach import permissions
from cptsapp.outreach.models import CallCampaign, CallTarget, CampaignCaller, TargetState
from cptsapp.outreach.queries import campaigns as queries
from cptsapp.outreach.queries.people import Criteria, criteria_of, professionals
from cptsapp.territory import queries as territory

KIND = "call_campaign"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a campaign is: its name, whom it is for, what is said, its last day (none: until closed), its callers."""

    name: str
    criteria: Criteria
    opening: str
    answers: str
    ends_on: date | None
    caller_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many came into a list, and how many left it."""

    added: int
    removed: int


def create(terms: Terms, *, by: CurrentUser, key: str = "") -> CallCampaign:
    """Open a campaign and draw its list; the same key gives the same campaign.

    Raises Forbidden, or Refusal: name used, day past, nobody to call, unknown caller.
    """
    _check(terms, None, by)
    if (done := result_for(by.id, key, KIND)) is not None:
        return session.get_one(CallCampaign, done)
    _refuse_name(terms.name, None)
    campaign = CallCampaign(
        name=terms.name,
        professions=sorted(terms.criteria.professions),
        communes=sorted(terms.criteria.communes),
        members_too=terms.criteria.members_too,
        opening=terms.opening,
        answers=terms.answers,
        starts_on=territory.today(),
        ends_on=terms.ends_on,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    session.add(campaign)
    session.flush()
    _set_callers(campaign, terms.caller_ids)
    added = _update_list(campaign).added
    if not added:
        raise Refusal("Personne ne répond à ces choix\u202f: changez les professions ou les communes.")
    remember(by.id, key, KIND, campaign.id)
    record("call_campaign.created", campaign, by=by, name=terms.name, count=added)
    return campaign


def change(campaign: CallCampaign, terms: Terms, *, by: CurrentUser) -> Refreshed:
    """Change a campaign; its list follows. Raises Forbidden or Refusal as `create`, or when it is closed."""
    _check(terms, campaign, by)
    _refuse_name(terms.name, campaign.id)
    if campaign.closed_at is not None:
        raise Refusal("La campagne est close\u202f: rouvrez-la pour la changer.")
    campaign.name, campaign.opening, campaign.answers = terms.name, terms.opening, terms.answers
    campaign.professions = sorted(terms.criteria.professions)
    campaign.communes = sorted(terms.criteria.communes)
    campaign.members_too, campaign.ends_on = terms.criteria.members_too, terms.ends_on
    session.flush()
    _set_callers(campaign, terms.caller_ids)
    done = _update_list(campaign)
    record("call_campaign.changed", campaign, by=by, name=terms.name, count=done.added, removed=[str(done.removed)])
    return done


def _check(terms: Terms, campaign: CallCampaign | None, by: CurrentUser) -> None:
    if not by.can("calls.manage"):
        raise Forbidden
    today = territory.today()
    is_new_end = campaign is None or terms.ends_on != campaign.ends_on
    if terms.ends_on is not None and is_new_end and terms.ends_on < today:
        raise Refusal("Ce jour est passé.", field="ends_on")
    already = set(queries.caller_ids(campaign.id)) if campaign else set()
    if terms.caller_ids - already - {caller.id for caller in queries.callers_known(today)}:
        raise Refusal("Un de ces comptes ne peut plus appeler\u202f: choisissez de nouveau.", field="callers")


def _refuse_name(name: str, campaign_id: int | None) -> None:
    if queries.name_is_taken(name, campaign_id):
        raise Refusal("Une autre campagne d’appels porte déjà ce nom.", field="name")


def _set_callers(campaign: CallCampaign, wanted: frozenset[int]) -> None:
    """Give the campaign these callers; whom one who leaves it had on the line is free again."""
    now = set(queries.caller_ids(campaign.id))
    gone = now - wanted
    if gone:
        left = CampaignCaller.campaign_id == campaign.id, CampaignCaller.user_id.in_(sorted(gone))
        session.execute(delete(CampaignCaller).where(*left))
        _free(CallTarget.campaign_id == campaign.id, CallTarget.claimed_by_id.in_(sorted(gone)))
    session.add_all([CampaignCaller(campaign_id=campaign.id, user_id=user_id) for user_id in sorted(wanted - now)])
    session.flush()


def _free(*which: object) -> None:
    values = {"claimed_by_id": None, "claimed_until": None}
    session.execute(update(CallTarget).where(*which).values(**values))  # type: ignore[arg-type]  # SQL conditions


def refresh(campaign: CallCampaign, *, by: CurrentUser) -> Refreshed:
    """Add who has come since, take off who is no longer to be called. Raises Forbidden or Refusal."""
    if not by.can("calls.manage"):
        raise Forbidden
    refuse_if(permissions.why_not_call(campaign, territory.today()))
    done = _update_list(campaign)
    record("call_campaign.refreshed", campaign, by=by, count=done.added, removed=[str(done.removed)])
    return done


def _update_list(campaign: CallCampaign) -> Refreshed:
    """Make the rows say who is to be called today; whoever was done with stays so."""
    found = professionals(criteria_of(campaign), territory.today(), campaign_id=campaign.id)
    listed = [number for number, professional in found.items() if professional.aside is None]
    merged = roots()
    targets = session.scalars(select(CallTarget).where(CallTarget.campaign_id == campaign.id)).all()
    own = {target.person_id for target in targets}
    now: dict[int, int] = {target.id: merged.get(target.person_id, target.person_id) for target in targets}
    kept = set(listed)
    gone, back = [], []
    for target in targets:
        number = now[target.id]
        is_listed = number in kept and (number == target.person_id or number not in own)
        if target.state is TargetState.TO_CALL and not is_listed:
            gone.append(target.id)
        elif target.state is TargetState.REMOVED and is_listed:
            back.append(target.id)
    _set_state(gone, TargetState.REMOVED)
    _set_state(back, TargetState.TO_CALL)
    known = set(now.values())
    new = [number for number in listed if number not in known]
    _add(campaign, new)
    return Refreshed(added=len(new) + len(back), removed=len(gone))


def _set_state(target_ids: Iterable[int], state: TargetState) -> None:
    for target_id in target_ids:
        values = {"state": state, "claimed_by_id": None, "claimed_until": None}
        session.execute(update(CallTarget).where(CallTarget.id == target_id).values(**values))


def _add(campaign: CallCampaign, person_ids: list[int]) -> None:
    last = session.scalar(select(func.max(CallTarget.rank)).where(CallTarget.campaign_id == campaign.id)) or 0
    session.add_all(
        [CallTarget(campaign_id=campaign.id, person_id=n, rank=rank) for rank, n in enumerate(person_ids, last + 1)]
    )
    session.flush()


def close(campaign: CallCampaign, *, by: CurrentUser) -> None:
    """Close a campaign: nobody calls for it any more. Raises Forbidden or Refusal."""
    if not by.can("calls.manage"):
        raise Forbidden
    refuse_if(permissions.why_not_close(campaign))
    campaign.closed_at = clock.now()
    session.flush()
    _free(CallTarget.campaign_id == campaign.id, CallTarget.claimed_by_id.is_not(None))
    record("call_campaign.closed", campaign, by=by, name=campaign.name)


def reopen(campaign: CallCampaign, *, by: CurrentUser) -> None:
    """Open a closed campaign again. Raises Forbidden or Refusal."""
    if not by.can("calls.manage"):
        raise Forbidden
    refuse_if(permissions.why_not_reopen(campaign))
    campaign.closed_at = None
    session.flush()
    record("call_campaign.reopened", campaign, by=by, name=campaign.name)


def put_back(campaign: CallCampaign, target: CallTarget, *, by: CurrentUser) -> None:
    """Call someone again who was done with: their number is corrected, another hour is worth a try.

    Raises Forbidden or Refusal.
    """
    if not by.can("calls.manage"):
        raise Forbidden
    refuse_if(permissions.why_not_call(campaign, territory.today()))
    if target.state is not TargetState.DONE:
        raise Refusal("Cette personne est déjà à appeler, ou sortie de la liste.")
    target.state, target.due_at = TargetState.TO_CALL, None
    session.flush()
    record("call_target.put_back", target, by=by)
