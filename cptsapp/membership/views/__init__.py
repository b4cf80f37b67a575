"""The pages of adhesion, a module a subject."""

from cptsapp.membership.views import applications, apply, members, periods, receipts, settings
from cptsapp.membership.views.blueprint import blueprint

__all__ = ["applications", "apply", "blueprint", "members", "periods", "receipts", "settings"]
