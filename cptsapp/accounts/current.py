"""The signed-in user as actions take them: the object itself, which outlives the request's proxy."""

from typing import cast

from flask_login import current_user

from cptsapp.accounts.identity import CurrentUser


def me() -> CurrentUser:
    """Who is asking. Only behind `@signed_in` or `@requires`: a visitor is nobody."""
    return cast(CurrentUser, current_user._get_current_object())
