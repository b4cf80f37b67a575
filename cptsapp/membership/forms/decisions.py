"""Forms of the officers: approve an application, refuse it."""

from datetime import date

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from cptsapp.directory.models import College
from cptsapp.http.fields import BaseForm, DayField, no_nir, stripped
from cptsapp.membership.actions.applications import Decision
from cptsapp.membership.forms.euros import EurosField
from cptsapp.membership.queries.applications import Candidate
from cptsapp.membership.rules.members import member_of
from cptsapp.membership.rules.words import colleges

NEW = "new"


class ApprovalForm(BaseForm):
    """Whose sheet it is, and from which day they are a member."""

    sheet = RadioField("De qui s’agit-il\u202f?", validators=[InputRequired("Dites de quelle fiche il s’agit.")])
    college = SelectField("Collège", choices=colleges(tuple(College)), coerce=College)
    decided_on = DayField("Décidée le", [InputRequired("Donnez le jour de la décision.")])
    starts_on = DayField("Adhérent à partir du", [InputRequired("Donnez le premier jour.")])
    fee = EurosField("Cotisation, en euros")

    def offer(self, candidates: list[Candidate], *, is_structure: bool) -> None:
        """The sheets it may be, then a new one."""
        new = "Une structure qui n’est pas dans l’annuaire" if is_structure else "Une personne qui n’y est pas"
        choices = [SelectChoice(c.row.member.key, c.row.name) for c in candidates]
        self.sheet.choices = [*choices, SelectChoice(NEW, f"{new}\u00a0: sa fiche sera créée")]

    def decision(self) -> Decision:
        """What was decided."""
        starts_on: date = self.starts_on.data
        return Decision(
            member_of(self.sheet.data), self.college.data, self.decided_on.data, starts_on, self.fee.cents or 0
        )


class RefusalForm(BaseForm):
    """Why the officers refuse: kept for them, never mailed."""

    reason = StringField(
        "Motif",
        [InputRequired("Écrivez le motif\u00a0: il reste au dossier."), Length(max=300), no_nir],
        filters=[stripped],
    )
    refused_on = DayField("Décidée le", [InputRequired("Donnez le jour de la décision.")])
