"""The blueprint of the plans: each module of this package adds its pages to it."""

from flask import Blueprint

blueprint = Blueprint("care_plans", __name__)

PLAN = "/ppcs/<int:year>-<int:number>"
