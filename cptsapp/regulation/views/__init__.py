"""The pages of the desk, on one blueprint."""

from flask import Blueprint
from flask_login import current_user

from cptsapp.accounts.identity import CurrentUser

blueprint = Blueprint("regulation", __name__)

ID = "int(max=2147483647)"


def me() -> CurrentUser:
    """Who is acting, as actions take it."""
    user: CurrentUser = current_user._get_current_object()
    return user


from cptsapp.regulation.views import bookings, broadcasts, day, drill, orientations, slots  # noqa: E402

__all__ = ["blueprint", "bookings", "broadcasts", "day", "drill", "me", "orientations", "slots"]
