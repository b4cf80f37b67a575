"""Acts of activity: outcomes, campaigns, and what the worker does every so often."""

from cptsapp.activity.actions.campaigns import (
    change_campaign,
    close_campaign,
    create_campaign,
    reopen_campaign,
)
from cptsapp.activity.actions.outcomes import record_outcome, settle_act
from cptsapp.activity.actions.upkeep import erase_due, remind_outcomes

__all__ = [
    "change_campaign",
    "close_campaign",
    "create_campaign",
    "erase_due",
    "record_outcome",
    "remind_outcomes",
    "reopen_campaign",
    "settle_act",
]
