"""Shape of a campaign's form."""

import re
from typing import Any

from wtforms import DateField, HiddenField, IntegerField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cptsapp.core.addresses import row_number
from cptsapp.http.fields import BaseForm

PAY_MAX_CENTS = 1_000_00
_EUROS = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?")
_SPACES = re.compile(r"[\s€]+")


def cents_of(text: str) -> int | None:
    """Cents of « 15 », « 15,5 » or « 15,50 € »; None for what is no amount."""
    found = _EUROS.fullmatch(_SPACES.sub("", text))
    if found is None:
        return None
    euros, rest = found.groups()
    return int(euros) * 100 + int((rest or "0").ljust(2, "0"))


class EurosField(StringField):
    """An amount in euros; `cents` holds it once it is read."""

    cents: int | None = None

    def pre_validate(self, form: Any) -> None:
        self.cents = cents_of(self.data or "")
        if self.cents is None:
            raise ValidationError("Indiquez un montant en euros, par exemple 15 ou 12,50.")
        if self.cents > PAY_MAX_CENTS:
            raise ValidationError("Ce montant par acte dépasse 1\u202f000\u00a0€\u00a0: vérifiez-le.")


def _strip(text: str | None) -> str | None:
    return " ".join(text.split()) if text else text


class CampaignForm(BaseForm):
    """A campaign: name, days, pay per act, weekly cap. Without a last day it is all year (B61)."""

    name = StringField(
        "Nom",
        filters=[_strip],
        validators=[
            DataRequired("Donnez un nom à la campagne, par exemple Été 2026."),
            Length(max=80, message="80 signes au plus."),
        ],
    )
    starts_on = DateField("Premier jour", validators=[InputRequired("Indiquez le premier jour.")])
    ends_on = DateField("Dernier jour", validators=[Optional()])
    pay = EurosField("Par acte honoré, en euros")
    weekly_cap = IntegerField(
        "Repère par semaine et par médecin",
        default=20,
        validators=[
            InputRequired("Indiquez un nombre d’actes."),
            NumberRange(1, 500, message="Un nombre d’actes entre 1 et 500."),
        ],
    )

    def validate_ends_on(self, field: DateField) -> None:
        """The last day is not before the first."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("Le dernier jour vient avant le premier.")


class CloseForm(BaseForm):
    """Closing: the number of lacking outcomes that its closer has seen."""

    seen = HiddenField(default="0")

    @property
    def seen_count(self) -> int:
        """That number; nothing sensible counts as none."""
        return row_number(self.seen.data) or 0
