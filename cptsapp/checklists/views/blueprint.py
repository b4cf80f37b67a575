"""The blueprint of the checklists: each module of this package adds its pages to it."""

from flask import Blueprint

blueprint = Blueprint("checklists", __name__)

# Whoever may have something to read there; the source of the checklist decides for each.
READS = ("commitments.own", "conventions.read", "plans.read")
