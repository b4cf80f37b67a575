"""The form of a movement: who, what, when, as someone announced it."""

from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from cptsapp.directory.models import Movement, MovementKind
from cptsapp.directory.rules.movements import MOVEMENT_LABELS
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, no_nir, none_if_blank

WHO_MAX = 80


class MovementForm(BaseForm, OnceMixin):
    """A movement. People are named as one searches for them: beginning of the name, or RPPS."""

    who = StringField("Qui", [InputRequired("Dites de qui il s’agit."), Length(max=WHO_MAX)], filters=[none_if_blank])
    kind = RadioField(
        "Quoi",
        choices={kind.value: label for kind, label in MOVEMENT_LABELS.items()},
        coerce=MovementKind,
        default=MovementKind.ARRIVAL,
    )
    starts_on = DayField("Date", [InputRequired("Donnez la date.")])
    ends_on = DayField("Jusqu’au", [Optional()])
    is_confirmed = BooleanField("C’est confirmé")
    replaced_by = StringField("Qui remplace ou succède", [Optional(), Length(max=WHO_MAX)], filters=[none_if_blank])
    note = StringField("Note", [Optional(), Length(max=200), no_nir], filters=[none_if_blank])

    def fill(self, movement: Movement, replaced_by: str) -> None:
        """Show a movement as it stands."""
        self.process(obj=movement, who="-", replaced_by=replaced_by)


class EndWithForm(BaseForm):
    """Which practices end with a departure."""

    practices = SelectMultipleField("Exercices", coerce=int)
