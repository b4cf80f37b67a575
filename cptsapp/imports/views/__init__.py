"""The pages of imports, a module a step: choosing a file, saying its columns, its reading, its review."""

from pathlib import Path

from flask import Flask

from cptsapp.http import uploads
from cptsapp.imports import files
from cptsapp.imports.views import choose, review, show
from cptsapp.imports.views.blueprint import blueprint

__all__ = ["blueprint", "choose", "init_app", "review", "show"]


def init_app(app: Flask) -> None:
    """Say where the files of this instance wait."""
    files.use(Path(app.instance_path) / uploads.FOLDER)
