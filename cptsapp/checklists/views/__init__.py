"""The pages of commitments and journals, by subject. The lists themselves stand on the pages of what they belong to."""

from cptsapp.checklists.views import changing, evidence, journal, sheet
from cptsapp.checklists.views.blueprint import blueprint

__all__ = ["blueprint", "changing", "evidence", "journal", "sheet"]
