"""The pages of the conventions, by subject."""

from cptsapp.conventions.views import documents, partners, register
from cptsapp.conventions.views.blueprint import blueprint

__all__ = ["blueprint", "documents", "partners", "register"]
