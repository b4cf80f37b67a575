"""The pages of the directory, a module a subject."""

from cptsapp.directory.views import duplicates, exports, list, movements, objections, people, sheet, structures
from cptsapp.directory.views.blueprint import blueprint

__all__ = ["blueprint", "duplicates", "exports", "list", "movements", "objections", "people", "sheet", "structures"]
