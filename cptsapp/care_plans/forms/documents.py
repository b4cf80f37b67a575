"""Forms of the documents asked: which, of whom, by when; the day it came."""

from collections.abc import Iterable

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from cptsapp.care_plans.rules.meeting_words import DOCUMENTS
from cptsapp.http.fields import BaseForm, DayField, OnceMixin

DAY = "Donnez le jour."


class DocumentForm(OnceMixin, BaseForm):
    """A document to ask of someone of the circle."""

    kind = RadioField(
        "Quel document",
        [InputRequired("Choisissez le document.")],
        choices=[SelectChoice(kind.value, word) for kind, word in DOCUMENTS.items()],
    )
    member_id = SelectField("À qui", [InputRequired("Choisissez la personne.")], coerce=int)
    due_on = DayField("Attendu avant le", [InputRequired(DAY)])

    def offer(self, members: Iterable[tuple[int, str]]) -> "DocumentForm":
        """Those of the circle who may be asked."""
        self.member_id.choices = [SelectChoice(number, name) for number, name in members]
        return self


class ReceivedForm(BaseForm):
    """The day it came."""

    received_on = DayField("Reçu le", [InputRequired(DAY)])
