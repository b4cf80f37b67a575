"""Forms of what goes to the partners: refer, answer, say what is under way."""

from collections.abc import Sequence
from datetime import date

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cptsapp.http.fields import BaseForm, DayField, no_nir, stripped
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.actions.referrals import Said
from cptsapp.inbox.models import BreakCause, PartnerAnswer, Pathway, Recipient
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries import referrals as queries
from cptsapp.inbox.rules.referrals import ANSWERS
from cptsapp.inbox.rules.words import BREAK_CAUSES, PARTNER_ANSWERS, PATHWAYS

NOTHING_MEDICAL = "Rien de médical."
SECOND_LINES = {
    PartnerAnswer.FOUND: "son nom part à la CPTS",
    PartnerAnswer.NOT_FOUND: "dites ce qui a été tenté",
    PartnerAnswer.TOO_COMPLEX: "au DAC, la CPTS en copie",
    PartnerAnswer.UNREACHABLE: "après trois appels",
    PartnerAnswer.REFUSED: "la personne ne veut plus",
    PartnerAnswer.CARE_BREAK: "documenté, la demande est close",
}
NO_CHOICE = SelectChoice("", "Choisissez")


class ReferForm(BaseForm):
    """To which organisation, and what is asked of it."""

    organisation = SelectField("À qui", coerce=int)
    asked = TextAreaField(
        "Ce qu’on lui demande", [Length(max=500), no_nir], filters=[stripped], render_kw={"rows": 3, "maxlength": 500}
    )

    def offer(self, recipient: Recipient) -> None:
        """The organisations that are such a partner."""
        self.organisation.choices = [SelectChoice(o.id, o.name) for o in queries.partners(recipient)]


class AnswerForm(BaseForm):
    """What the partner answers; each answer asks for its own."""

    answer = RadioField("Votre réponse", validators=[InputRequired("Choisissez une réponse.")])
    doctor_name = StringField("Médecin", [Length(max=120), no_nir], filters=[stripped])
    first_visit_on = DayField("Premier rendez-vous", [Optional()])
    note = StringField("Démarches (facultatif, rien de médical)", [Length(max=500), no_nir], filters=[stripped])
    seekers = SelectMultipleField(
        "Médecin trouvé pour", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    dac = SelectField("Quel DAC", coerce=lambda value: int(value) if value else None, validators=[Optional()])
    cause = SelectField("Ce qui est à l’origine", validators=[Optional()])
    pathway = SelectField("Parcours", validators=[Optional()])
    happened_on = DayField("Date de la rupture", [Optional()])

    def offer(self, recipient: Recipient, today: date, people: Sequence[tuple[int, Identity]] = ()) -> "AnswerForm":
        """The answers of this partner, the DACs a file may go to, the causes and pathways of the observatory.

        `people`: those of a household, for whom a doctor may be found one by one.
        """
        self.seekers.choices = [SelectChoice(number, who.full_name) for number, who in people if len(people) > 1]
        said = ANSWERS[recipient]
        self.answer.choices = [SelectChoice(a.value, f"|{PARTNER_ANSWERS[a]}||{SECOND_LINES[a]}") for a in said]
        dacs = queries.partners(Recipient.DAC) if PartnerAnswer.TOO_COMPLEX in said else []
        self.dac.choices = [SelectChoice(o.id, o.name) for o in dacs]
        self.cause.choices = [NO_CHOICE, *(SelectChoice(c.value, words) for c, words in BREAK_CAUSES.items())]
        self.pathway.choices = [NO_CHOICE, *(SelectChoice(p.value, words) for p, words in PATHWAYS.items())]
        if not self.is_submitted():
            self.happened_on.data = today
            self.seekers.data = [number for number, _ in people]
        return self

    @property
    def has_break(self) -> bool:
        """Whether this partner documents breaks."""
        return any(choice.value == PartnerAnswer.CARE_BREAK for choice in self.answer.choices)

    @property
    def said(self) -> PartnerAnswer:
        """The answer chosen."""
        return PartnerAnswer(self.answer.data)

    def about(self) -> Said:
        """What comes with it."""
        return Said(
            doctor_name=self.doctor_name.data or "",
            first_visit_on=self.first_visit_on.data,
            note=self.note.data or "",
            dac_id=self.dac.data,
            seeker_ids=frozenset(self.seekers.data or ((0,) if self.seekers.choices else ())),  # 0: nobody
            rupture=self._rupture() if self.said is PartnerAnswer.CARE_BREAK else None,
        )

    def _rupture(self) -> BreakReport | None:
        if not (self.cause.data and self.pathway.data and self.happened_on.data):
            return None
        return BreakReport(
            BreakCause(self.cause.data), Pathway(self.pathway.data), self.happened_on.data, self.note.data or ""
        )


class FollowForm(BaseForm):
    """What the partner does before answering: the requester called back, who takes it, is a PPCS needed (A63–A67)."""

    called_back_on = DayField("Demandeur rappelé le", [Optional()])
    handled_by = StringField("Suivi par", [Length(max=80), no_nir], filters=[stripped])
    needs_ppcs = SelectField(
        "Un PPCS est-il nécessaire\u202f?",
        choices=[
            SelectChoice("", "À dire"),
            SelectChoice("yes", "Oui, avec l’appui de la CPTS"),
            SelectChoice("no", "Non"),
        ],
        validators=[Optional()],
    )

    @property
    def ppcs(self) -> bool | None:
        """Whether one is needed; None when it was not said."""
        return {"yes": True, "no": False}.get(self.needs_ppcs.data or "")
