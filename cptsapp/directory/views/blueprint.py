"""The blueprint of the directory: each module of this package adds its pages to it."""

from flask import Blueprint

blueprint = Blueprint("directory", __name__, url_prefix="/annuaire")
