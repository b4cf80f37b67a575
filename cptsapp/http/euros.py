"""An amount in euros, as people type it."""

import re
from typing import Any

from wtforms import StringField, ValidationError

from cptsapp.core import french

_EUROS = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?")
_SPACES = re.compile(r"[\s€]+")


def cents_of(text: str) -> int | None:
    """Cents of « 60 », « 60,5 » or « 48 060,00 € »; None for what is no amount."""
    found = _EUROS.fullmatch(_SPACES.sub("", text))
    if found is None:
        return None
    euros, rest = found.groups()
    return int(euros) * 100 + int((rest or "0").ljust(2, "0"))


def euros_of(cents: int) -> str:
    """How a field shows an amount: « 60 », « 12,50 »."""
    return french.money(cents).removesuffix("\u00a0€")


class EurosField(StringField):
    """An amount in euros, between two numbers of cents; `cents` holds it once it is read."""

    cents: int | None = None

    def __init__(self, label: str, *args: Any, least: int = 0, most: int, **kwargs: Any) -> None:
        super().__init__(label, *args, **kwargs)
        self.least, self.most = least, most

    def pre_validate(self, form: Any) -> None:
        self.cents = cents_of(self.data or "")
        if self.cents is None:
            raise ValidationError("Indiquez un montant en euros, par exemple 60 ou 12,50.")
        if not self.least <= self.cents <= self.most:
            between = f"{french.money(self.least)} et {french.money(self.most)}"
            raise ValidationError(f"Indiquez un montant entre {between}.")
