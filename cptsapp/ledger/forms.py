"""The form of the yearly cap."""

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from cptsapp.http.euros import EurosField
from cptsapp.http.fields import BaseForm

FIRST_YEAR, LAST_YEAR = 2020, 2100
MOST_CENTS = 500_000_00


class CapForm(BaseForm):
    """The most one person may be paid in a year."""

    year = IntegerField(
        "Année",
        [
            InputRequired("Indiquez l’année."),
            NumberRange(FIRST_YEAR, LAST_YEAR, message=f"Une année de {FIRST_YEAR} à {LAST_YEAR}."),
        ],
    )
    cap = EurosField("Plafond, en euros", least=1, most=MOST_CENTS)
