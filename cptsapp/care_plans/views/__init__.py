"""The pages of the plans, by subject."""

from cptsapp.care_plans.views import figures, rights, settings
from cptsapp.care_plans.views.blueprint import blueprint

__all__ = ["blueprint", "figures", "rights", "settings"]
