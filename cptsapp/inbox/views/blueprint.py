"""The blueprint of the requests: each module of this package adds its pages to it."""

from flask import Blueprint

blueprint = Blueprint("inbox", __name__)
