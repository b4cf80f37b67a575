"""An amount in euros, as people type it."""

import re
from typing import Any

from wtforms import StringField, ValidationError

from cptsapp.core import french

FEE_MAX_CENTS = 1000_00
_EUROS = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?")
_SPACES = re.compile(r"[\s€]+")


def cents_of(text: str) -> int | None:
    """Cents of « 10 », « 10,5 » or « 10,50 € »; None for what is no amount."""
    found = _EUROS.fullmatch(_SPACES.sub("", text))
    if found is None:
        return None
    euros, rest = found.groups()
    return int(euros) * 100 + int((rest or "0").ljust(2, "0"))


def euros_of(cents: int) -> str:
    """How a field shows an amount: « 10 », « 12,50 »."""
    return french.money(cents).removesuffix("\u00a0€")


class EurosField(StringField):
    """An amount in euros; nothing typed is nothing to pay. `cents` holds it once it is read."""

    cents: int | None = None

    def pre_validate(self, form: Any) -> None:
        self.cents = cents_of(self.data or "0")
        if self.cents is None:
            raise ValidationError("Indiquez un montant en euros, par exemple 10 ou 12,50.")
        if self.cents > FEE_MAX_CENTS:
            raise ValidationError("Cette cotisation dépasse 1\u202f000\u00a0€\u00a0: vérifiez-la.")
