"""The pages of adhesion, a module a subject."""

from cptsapp.membership.views import applications, apply, members, periods, rate, rate_rules, receipts, settings
from cptsapp.membership.views.blueprint import blueprint

__all__ = ["applications", "apply", "blueprint", "members", "periods", "rate", "rate_rules", "receipts", "settings"]
