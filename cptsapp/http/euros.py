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
    """An amount in euros, between two numbers of cents; `cents` holds it once it is read; `empty` is nothing typed."""

    empty = ""
    cents: int | None = None

    def __init__(self, label: str, *args: Any, least: int = 0, most: int, **kwargs: Any) -> None:
        super().__init__(label, *args, **kwargs)
        self.least, self.most = least, most

    def pre_validate(self, form: Any) -> None:
        self.cents = cents_of(self.data or self.empty)
        if self.cents is None:
            raise ValidationError("Indiquez un montant en euros, par exemple 10 ou 12,50.")
        if self.cents > self.most:
            raise ValidationError(f"Ce montant dépasse {french.money(self.most)}\u00a0: vérifiez-le.")
        if self.cents < self.least:
            raise ValidationError(f"Indiquez au moins {french.money(self.least)}.")
