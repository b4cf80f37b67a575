"""The pages of the directory, a module a subject."""

from cptsapp.directory.views import list, movements, people, sheet, structures
from cptsapp.directory.views.blueprint import blueprint

__all__ = ["blueprint", "list", "movements", "people", "sheet", "structures"]
