"""Forms of the register of breaks in care: document, read again, the bilateral, the export."""

from datetime import date

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from cptsapp.http.fields import BaseForm, DayField, OnceMixin, no_nir, stripped
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.models import BreakCause, Pathway
from cptsapp.inbox.rules.words import BREAK_CAUSES, PATHWAYS
from cptsapp.territory import queries as territory

NO_CHOICE = SelectChoice("", "Choisissez")


class BreakForm(OnceMixin, BaseForm):
    """A break documented by the coordination."""

    cause = SelectField(
        "Ce qui est à l’origine",
        [InputRequired("Choisissez la cause.")],
        choices=[NO_CHOICE, *(SelectChoice(c.value, words) for c, words in BREAK_CAUSES.items())],
    )
    pathway = SelectField(
        "Parcours",
        [InputRequired("Choisissez le parcours.")],
        choices=[NO_CHOICE, *(SelectChoice(p.value, words) for p, words in PATHWAYS.items())],
    )
    commune_code = SelectField("Commune du domicile", [InputRequired("Choisissez la commune.")])
    happened_on = DayField("Date de la rupture", [InputRequired("Donnez le jour, même approché.")])
    note = TextAreaField(
        "Ce qui s’est passé", [Length(max=1000), no_nir], filters=[stripped], render_kw={"rows": 4, "maxlength": 1000}
    )

    def offer(self) -> "BreakForm":
        """The communes of the territory."""
        self.commune_code.choices = [NO_CHOICE, *(SelectChoice(c.code, c.name) for c in territory.own_communes())]
        return self

    def report(self) -> BreakReport:
        """What was documented."""
        day: date = self.happened_on.data
        return BreakReport(
            BreakCause(self.cause.data),
            Pathway(self.pathway.data),
            day,
            self.note.data or "",
            self.commune_code.data or "",
        )


class ReviewForm(BaseForm):
    """The words that leave."""

    text = TextAreaField(
        "Le texte qui partira", [Length(max=1000)], filters=[stripped], render_kw={"rows": 4, "maxlength": 1000}
    )


class BilateralForm(BaseForm):
    """The day of the bilateral, then what was decided."""

    bilateral_on = DayField("Bilatérale du", [Optional()])
    decided = StringField("Ce qui a été décidé", [Length(max=500)], filters=[stripped])


class ExportForm(BaseForm):
    """From which day to which, and whether what has left already leaves again."""

    since = DayField("Survenus du", [InputRequired("Donnez le premier jour.")])
    until = DayField("au", [InputRequired("Donnez le dernier jour.")])
    again = BooleanField("Y compris ce qui est déjà exporté")
