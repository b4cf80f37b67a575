"""The pages of the plans, by subject."""

from cptsapp.care_plans.views import (
    answers,
    circle,
    figures,
    list,
    opening,
    page,
    rights,
    settings,
)
from cptsapp.care_plans.views.blueprint import blueprint

__all__ = ["answers", "blueprint", "circle", "figures", "list", "opening", "page", "rights", "settings"]
