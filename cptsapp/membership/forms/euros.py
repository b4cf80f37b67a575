"""A fee in euros, as people type it."""

from typing import Any

from cptsapp.http import euros
from cptsapp.http.euros import euros_of

__all__ = ["EurosField", "euros_of"]

FEE_MAX_CENTS = 1000_00


class EurosField(euros.EurosField):
    """An amount in euros; nothing typed is nothing to pay."""

    empty = "0"

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, most=FEE_MAX_CENTS, **kwargs)
