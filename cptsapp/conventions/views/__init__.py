"""The pages of the conventions, by subject."""

from cptsapp.conventions.views import documents, drafting, life, page, partners, reading, register, templates, term
from cptsapp.conventions.views.blueprint import blueprint

__all__ = ["blueprint", "documents", "drafting", "life", "page", "partners", "reading", "register", "templates", "term"]
