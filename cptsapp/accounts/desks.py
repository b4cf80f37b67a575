"""What happens around a shared desk, told to the features above: they fill `on_lock` at registration."""

from collections.abc import Callable

from cptsapp.accounts.identity import CurrentUser

on_lock: list[Callable[[CurrentUser], None]] = []
"""Called in the transaction of the lock, with whoever leaves the desk: `snp` frees the seat they held."""


def tell_locked(user: CurrentUser) -> None:
    """Tell the features above that this user left the desk."""
    for act in on_lock:
        act(user)
