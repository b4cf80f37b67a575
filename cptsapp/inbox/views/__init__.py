"""The pages of the requests, by subject."""

from cptsapp.inbox.views import (
    answers,
    breaks,
    capacity,
    diagram,
    duplicates,
    edit,
    figures,
    file,
    intake,
    list,
    partners,
    person,
    proposals,
    public,
    rights,
    search,
    settings,
)
from cptsapp.inbox.views.blueprint import blueprint

__all__ = [
    "answers",
    "blueprint",
    "breaks",
    "capacity",
    "diagram",
    "duplicates",
    "edit",
    "figures",
    "file",
    "intake",
    "list",
    "partners",
    "person",
    "proposals",
    "public",
    "rights",
    "search",
    "settings",
]
