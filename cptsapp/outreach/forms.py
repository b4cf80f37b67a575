"""Shapes of a campaign, of a call's ending, of what cuts the list down."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cptsapp.http.fields import BaseForm, OnceMixin, no_nir, none_if_blank, stripped
from cptsapp.outreach.models import CallOutcome
from cptsapp.outreach.rules import NOTE_MAX

TEXT_MAX = 3000
YEARS = range(2020, 2200)  # days that a zone can turn into instants, and no slip of the finger


class _Boxes(SelectMultipleField):
    """Several choices, each a box."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class CampaignForm(BaseForm, OnceMixin):
    """A campaign of calls; choices of professions, communes and callers are handed in."""

    name = StringField(
        "Nom",
        filters=[stripped],
        validators=[
            DataRequired("Donnez un nom à la campagne, par exemple «\u00a0Infirmiers, trois communes\u00a0»."),
            Length(max=80, message="80 signes au plus."),
            no_nir,
        ],
    )
    professions = _Boxes(
        "Quelles professions\u202f?", validators=[InputRequired("Choisissez au moins une profession.")]
    )
    communes = _Boxes("Quelles communes\u202f?", validators=[InputRequired("Choisissez au moins une commune.")])
    members_too = BooleanField("Appeler aussi les adhérents")
    callers = _Boxes("Qui appelle\u202f?", coerce=int, validators=[InputRequired("Choisissez au moins une personne.")])
    ends_on = DateField("Dernier jour", validators=[Optional()])
    opening = TextAreaField(
        "Ce que l’on dit",
        filters=[stripped],
        validators=[
            DataRequired("Écrivez la première phrase\u202f: un appelant bénévole la lit."),
            Length(max=TEXT_MAX, message="3\u202f000 signes au plus."),
            no_nir,
        ],
    )
    answers = TextAreaField(
        "La suite, et les questions fréquentes",
        filters=[stripped],
        validators=[Length(max=TEXT_MAX, message="3\u202f000 signes au plus."), no_nir],
    )

    def offer(
        self,
        professions: Sequence[tuple[str, str]],
        communes: Sequence[tuple[str, str]],
        callers: Sequence[tuple[int, str]],
    ) -> None:
        """Set the choices: pairs of a value and its label."""
        self.professions.choices = [SelectChoice(value, label) for value, label in professions]
        self.communes.choices = [SelectChoice(value, label) for value, label in communes]
        self.callers.choices = [SelectChoice(value, label) for value, label in callers]


class EndingForm(BaseForm, OnceMixin):
    """How a call ended. The button pressed is the outcome; the day and the hour are asked for a call back alone."""

    outcome = HiddenField()
    note = StringField(
        "Une note (facultatif, rien de médical)",
        filters=[none_if_blank],
        validators=[Length(max=NOTE_MAX, message=f"{NOTE_MAX} signes au plus."), no_nir],
    )
    day = DateField("Jour", validators=[Optional()])
    hour = TimeField("Heure", validators=[Optional()])

    @property
    def chosen(self) -> CallOutcome | None:
        """The outcome, or None when no button was pressed."""
        typed = self.outcome.data or ""
        return CallOutcome(typed) if typed in set(CallOutcome) else None

    def validate(self, extra_validators: Any = None) -> bool:
        """A button was pressed (Enter in the note is none of the eight), and a call back has its moment."""
        is_valid: bool = super().validate(extra_validators)
        if self.chosen is None:
            self.refuse("Choisissez comment l’appel s’est terminé\u202f: votre note est gardée.")
            return False
        if self.chosen is not CallOutcome.CALL_BACK:
            return is_valid
        for field, sentence in ((self.day, "Indiquez un jour."), (self.hour, "Indiquez une heure, par exemple 14h30.")):
            if field.data is None and not field.errors:
                field.errors = [sentence]
        if self.day.data is not None and self.day.data.year not in YEARS:
            self.day.errors = ["Vérifiez l’année."]
        return is_valid and not self.day.errors and not self.hour.errors
