"""The blueprint of the conventions: each module of this package adds its pages to it."""

from flask import Blueprint

blueprint = Blueprint("conventions", __name__)
