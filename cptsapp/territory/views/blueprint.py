"""The blueprint of the territory."""

from flask import Blueprint

blueprint = Blueprint("territory", __name__)
