"""The pages of the directory, a module a subject."""

from cptsapp.directory.views import exports, list, movements, people, sheet, structures
from cptsapp.directory.views.blueprint import blueprint

__all__ = ["blueprint", "exports", "list", "movements", "people", "sheet", "structures"]
