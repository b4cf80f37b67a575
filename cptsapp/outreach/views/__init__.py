"""The pages of calls: campaigns and their list, the calling page, results."""

from cptsapp.outreach.views import calling, campaigns, results
from cptsapp.outreach.views.shared import blueprint

__all__ = ["blueprint", "calling", "campaigns", "results"]
