"""The pages of the directory, a module a subject."""

from cptsapp.directory.views import people
from cptsapp.directory.views.blueprint import blueprint

__all__ = ["blueprint", "people"]
