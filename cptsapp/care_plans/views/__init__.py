"""The pages of the plans, by subject."""

from cptsapp.care_plans.views import (
    answers,
    circle,
    documents,
    figures,
    guard,
    list,
    meetings,
    opening,
    page,
    polls,
    rights,
    settings,
)
from cptsapp.care_plans.views.blueprint import blueprint

__all__ = [
    "answers",
    "blueprint",
    "circle",
    "documents",
    "figures",
    "guard",
    "list",
    "meetings",
    "opening",
    "page",
    "polls",
    "rights",
    "settings",
]
