"""What the screens of activity share: the blueprint, days in addresses, files."""

from datetime import date

from flask import Blueprint, request

from cptsapp.core import addresses, tables

blueprint = Blueprint("activity", __name__)
blueprint.add_app_template_filter(tables.shown, "shown")


def day_argument(name: str) -> date | None:
    """A day of the address, None when it is absent or no day."""
    return addresses.day(request.args.get(name))


def number_argument(name: str) -> int | None:
    """A number of the address, None when it is absent or no number."""
    return addresses.row_number(request.values.get(name))
