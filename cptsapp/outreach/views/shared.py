"""What the pages of calls share: the blueprint, the words their templates need."""

from typing import Any

from flask import Blueprint

from cptsapp.accounts.current import me
from cptsapp.directory.rules.words import MODE_LABELS, PROFESSION_SHORT
from cptsapp.outreach import rules
from cptsapp.outreach.models import CallCampaign
from cptsapp.outreach.queries import campaigns as queries

blueprint = Blueprint("outreach", __name__, url_prefix="/appels")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    """How outcomes, standings, professions and ways of practising are called."""
    return {
        "outcomes": rules.OUTCOMES,
        "standings": rules.STANDING_LABELS,
        "professions": PROFESSION_SHORT,
        "modes": MODE_LABELS,
    }


def campaign_seen(campaign_id: int) -> CallCampaign:
    """A campaign of the user's; raises Invisible."""
    return queries.campaign(campaign_id, me())
