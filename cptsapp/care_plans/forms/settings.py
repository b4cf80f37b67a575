"""The forms of what a CPTS decides of its plans: delays, standard commitments, retention, flat fees."""

from typing import Any

from wtforms import Field, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cptsapp.care_plans.actions.settings import FeeTerms
from cptsapp.care_plans.models import CarePlanSettings, FeePayee, FeeStep
from cptsapp.care_plans.queries.settings import delays, standards
from cptsapp.care_plans.rules.defaults import DELAY_LABELS, DELAY_RANGE, HEADINGS, STANDARDS, Standard
from cptsapp.care_plans.rules.fees import PAYEE_WORDS, STEP_WORDS
from cptsapp.http.euros import EurosField
from cptsapp.http.fields import BaseForm, DayField, no_nir, stripped
from cptsapp.ledger.models import Nature
from cptsapp.ledger.rules import NATURE_MARKS, NATURE_WORDS

ASK = "Écrivez un nombre."
LABEL_MAX = 200
FEE_MOST_CENTS = 1_000_000


def _whole(label: str, first: int, last: int) -> IntegerField:
    return IntegerField(label, [InputRequired(ASK), NumberRange(first, last, f"De {first} à {last}.")])


def _words(label: str) -> StringField:
    checks = [Optional(), Length(max=LABEL_MAX, message=f"{LABEL_MAX} signes au plus."), no_nir]
    return StringField(label, checks, filters=[stripped])


class SettingsForm(BaseForm):
    """The page « Réglages » of the plans."""

    retention_months = _whole("Un plan clos devient anonyme après, en mois", 12, 24)

    @classmethod
    def of(cls, kept: CarePlanSettings) -> "SettingsForm":
        """The form as the settings stand."""
        days = {f"delay_{code}": value for code, value in delays().items()}
        said = {one.code: one for one in standards()}
        words = {f"label_{one.code}": said[one.code].label if one.code in said else "" for one in STANDARDS}
        more = {f"expected_{one.code}": said.get(one.code, one).expected for one in STANDARDS}
        return cls(obj=kept, **days, **words, **more)

    def delay_fields(self) -> list[Field]:
        """The delays, in the order of the life of a plan."""
        return [self[f"delay_{code}"] for code in DELAY_LABELS]

    def commitment_groups(self) -> list[tuple[str, list[tuple[Standard, Field, Field]]]]:
        """Heading of who owes → the standard ones, each with the fields of its words."""
        return [
            (heading, [self._words_of(one) for one in STANDARDS if one.side is side])
            for side, heading in HEADINGS.items()
        ]

    def _words_of(self, one: Standard) -> tuple[Standard, Field, Field]:
        return one, self[f"label_{one.code}"], self[f"expected_{one.code}"]

    def values(self) -> dict[str, Any]:
        """The columns of `CarePlanSettings`; of the commitments, those whose words are the CPTS's own."""
        said = {one.code: {"label": label.data or "", "expected": more.data or ""} for one, label, more in self._all()}
        usual = {one.code: {"label": one.label, "expected": one.expected} for one in STANDARDS}
        return {
            "delays": {code: self[f"delay_{code}"].data for code in DELAY_LABELS},
            "commitments": {code: words for code, words in said.items() if words != usual[code]},
            "retention_months": self.retention_months.data,
        }

    def _all(self) -> list[tuple[Standard, Field, Field]]:
        return [self._words_of(one) for one in STANDARDS]


for _code, _label in DELAY_LABELS.items():
    setattr(SettingsForm, f"delay_{_code}", _whole(_label, *DELAY_RANGE))
for _one in STANDARDS:
    setattr(SettingsForm, f"label_{_one.code}", _words("Engagement"))
    setattr(SettingsForm, f"expected_{_one.code}", _words("Précision"))


class FeeForm(BaseForm):
    """An amount: after which step, to whom, from which day, of which nature."""

    step = SelectField("Après quelle étape", choices=[SelectChoice(step.value, STEP_WORDS[step]) for step in FeeStep])
    payee = SelectField("À qui", choices=[SelectChoice(payee.value, PAYEE_WORDS[payee]) for payee in FeePayee])
    amount = EurosField("Montant, en euros", most=FEE_MOST_CENTS)
    starts_on = DayField("Premier jour", [InputRequired("Indiquez le premier jour.")])
    nature = RadioField(
        "Nature",
        choices=[SelectChoice(n.value, f"{NATURE_MARKS[n]}, {NATURE_WORDS[n]}") for n in Nature],
        default=Nature.INCOME_LOSS.value,
        validators=[InputRequired("Choisissez la nature.")],
    )

    def terms(self) -> FeeTerms:
        """What was typed, once it is valid."""
        assert self.starts_on.data is not None
        return FeeTerms(
            FeeStep(self.step.data),
            FeePayee(self.payee.data),
            self.starts_on.data,
            self.amount.cents or 0,
            Nature(self.nature.data),
        )
