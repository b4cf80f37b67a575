"""What is done to accounts. Each flushes, records in the trail, and never commits."""

from cptsapp.accounts.actions.roles import end_role, grant_role
from cptsapp.accounts.actions.second_factor import enable_totp
from cptsapp.accounts.actions.users import create_user, set_password

__all__ = ["create_user", "enable_totp", "end_role", "grant_role", "set_password"]
