"""The pages of the plans, by subject."""

from cptsapp.care_plans.views import rights
from cptsapp.care_plans.views.blueprint import blueprint

__all__ = ["blueprint", "rights"]
