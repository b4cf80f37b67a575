"""Shape of a campaign's form."""

from wtforms import DateField, HiddenField, IntegerField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cptsapp.core.addresses import row_number
from cptsapp.http.euros import EurosField
from cptsapp.http.fields import BaseForm

PAY_MAX_CENTS = 1_000_00


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
    pay = EurosField("Par acte honoré, en euros", most=PAY_MAX_CENTS)
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
