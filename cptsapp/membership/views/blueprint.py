"""The blueprint of adhesion: each module of this package adds its pages to it."""

from flask import Blueprint

blueprint = Blueprint("membership", __name__)
