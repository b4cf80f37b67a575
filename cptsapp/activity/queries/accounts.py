"""What the statements of a year call honoured acts: by their campaign."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from cptsapp.activity.queries.statement import account_of
from cptsapp.core.prepared import Prepared
from cptsapp.ledger.naming import Naming
from cptsapp.snp.models import Campaign

_CAMPAIGNS = Prepared(lambda: select(Campaign.id, Campaign.name))


def account_names(accounts: Collection[str]) -> Mapping[str, str]:
    """Account → « Créneaux honorés, Été 2026 »; those of no campaign are left out."""
    if not accounts:
        return {}
    named = {account_of(campaign_id): f"Créneaux honorés, {name}" for campaign_id, name in _CAMPAIGNS.all()}
    return {account: named[account] for account in accounts if account in named}


def _url(account: str, person_id: int) -> str:
    return f"/campagnes/{account.partition('/')[2]}/medecins/{person_id}"


NAMING = Naming("snp.act", "creneaux", "Créneaux honorés", account_names, url=_url)
