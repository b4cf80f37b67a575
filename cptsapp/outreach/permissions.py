"""Which campaigns exist for a user, who prepares and who calls, and why not now."""

from datetime import date

from sqlalchemy import ColumnElement, false, select, true

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import french
from cptsapp.outreach.models import Call, CallCampaign, CampaignCaller

UNDO = "Seule la personne qui a noté cet appel, ou la coordination, peut y revenir."


def visible_to(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over CallCampaign: all for the office, those one calls for otherwise, none for anyone else."""
    scopes = user.scopes("calls.make")
    if "all" in scopes or user.can("calls.manage"):
        return true()
    if "own" in scopes:
        mine = select(CampaignCaller.campaign_id).where(CampaignCaller.user_id == user.id)
        return CallCampaign.id.in_(mine)
    return false()


def enters_applications(user: CurrentUser) -> bool:
    """Whether the user may write down an application for someone; other callers leave it to the office."""
    return user.can("membership.manage") or user.can("membership.approve")


def why_not_call(campaign: CallCampaign, today: date) -> str | None:
    """The French reason why nobody calls for a campaign today, or None."""
    if campaign.closed_at is not None:
        return "La campagne est close\u202f: la coordination peut la rouvrir."
    if campaign.ends_on is not None and campaign.ends_on < today:
        return (
            f"La campagne a pris fin le {french.day_short(campaign.ends_on)}\u202f: la coordination peut la prolonger."
        )
    return None


def why_not_close(campaign: CallCampaign) -> str | None:
    """Why a campaign may not be closed."""
    return "La campagne est déjà close." if campaign.closed_at is not None else None


def why_not_reopen(campaign: CallCampaign) -> str | None:
    """Why a campaign may not be opened again."""
    return "La campagne est ouverte." if campaign.closed_at is None else None


def why_not_revise(call: Call, last_id: int | None, user: CurrentUser) -> str | None:
    """Why a call may not be undone or corrected; `last_id` is the latest call of the same person still standing."""
    if call.caller_id != user.id and not user.can("calls.manage"):
        return UNDO
    if call.undone_at is not None:
        return "Cet appel est déjà annulé."
    if call.id != last_id:
        return "Cette personne a été appelée depuis\u202f: revenez d’abord sur le dernier appel."
    return None


def why_not_undo(call: Call, last_id: int | None, last_own_id: int | None, user: CurrentUser) -> str | None:
    """Why a call may not be undone: only one's own last one is, the others are corrected."""
    if call.id != last_own_id:
        return "Seul votre dernier appel s’annule\u202f: corrigez celui-ci."
    return why_not_revise(call, last_id, user)
