"""The pages of the desk, on one blueprint."""

from flask import Blueprint

from cptsapp.accounts.current import me

blueprint = Blueprint("regulation", __name__)


from cptsapp.regulation.views import bookings, broadcasts, day, drill, orientations, slots  # noqa: E402

__all__ = ["blueprint", "bookings", "broadcasts", "day", "drill", "me", "orientations", "slots"]
