"""The form of the rules of the rate: which professions, which ways of practising, after how many months a locum."""

from wtforms import HiddenField, IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput

from cptsapp.directory.models import PracticeMode, Profession
from cptsapp.directory.rules.words import PROFESSION_PLURALS
from cptsapp.http.fields import BaseForm
from cptsapp.membership.rules.rate import CountingRules
from cptsapp.membership.rules.rate_words import MODE_PLURALS

LOCUM_MONTHS_MAX = 24


class RateRulesForm(BaseForm):
    """Whom the rate counts; `after` is the number of the rules its author read, `seen` those they saw the effect of."""

    professions = SelectMultipleField(
        "Professions comptées",
        [Length(min=1, message="Choisissez une profession au moins.")],
        option_widget=CheckboxInput(),
        choices={p.value: PROFESSION_PLURALS[p] for p in Profession if p is not Profession.STAFF},
    )
    modes = SelectMultipleField(
        "Pratiques comptées",
        [Length(min=1, message="Choisissez une pratique au moins.")],
        option_widget=CheckboxInput(),
        choices={mode.value: MODE_PLURALS[mode] for mode in PracticeMode},
    )
    locum_months = IntegerField(
        "Un remplaçant compte après, en mois",
        [
            InputRequired("Donnez un nombre de mois\u00a0: 0 pour compter dès le premier jour."),
            NumberRange(0, LOCUM_MONTHS_MAX, f"De 0 à {LOCUM_MONTHS_MAX} mois."),
        ],
    )
    after = HiddenField()
    seen = HiddenField()
    save = HiddenField()  # the value of the button that sets the rules

    def fill(self, rules: CountingRules, after: int) -> None:
        """Show rules as they stand."""
        self.process(
            data={
                "professions": [p.value for p in Profession if p in rules.professions],
                "modes": [mode.value for mode in PracticeMode if mode in rules.modes],
                "locum_months": rules.locum_months,
                "after": str(after),
            }
        )

    @property
    def rules(self) -> CountingRules:
        """What a valid form asks for."""
        return CountingRules(
            frozenset(Profession(code) for code in self.professions.data or ()),
            frozenset(PracticeMode(code) for code in self.modes.data or ()),
            self.locum_months.data or 0,
        )
