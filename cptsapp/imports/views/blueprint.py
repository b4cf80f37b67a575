"""The blueprint of imports: each module of this package adds its pages to it."""

from flask import Blueprint

blueprint = Blueprint("imports", __name__, url_prefix="/annuaire/imports")
