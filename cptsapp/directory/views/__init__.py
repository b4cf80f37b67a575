"""The pages of the directory, a module a subject."""

from cptsapp.directory.views import movements, people, sheet, structures
from cptsapp.directory.views.blueprint import blueprint

__all__ = ["blueprint", "movements", "people", "sheet", "structures"]
