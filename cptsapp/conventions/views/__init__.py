"""The pages of the conventions, by subject."""

from cptsapp.conventions.views import register
from cptsapp.conventions.views.blueprint import blueprint

__all__ = ["blueprint", "register"]
