"""The pages of the conventions, by subject."""

from cptsapp.conventions.views import documents, register
from cptsapp.conventions.views.blueprint import blueprint

__all__ = ["blueprint", "documents", "register"]
