"""Forms of the rights of a plan's person, and of the end of a plan."""

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from cptsapp.care_plans.models import PlanEnd, RightKind
from cptsapp.care_plans.rules import closing, rights
from cptsapp.http.fields import BaseForm, VersionedForm, no_nir, stripped


class AskPlanRightForm(BaseForm):
    """Which right the person asks for, and their words."""

    kind = RadioField(
        "Que demande la personne\u202f?",
        choices=[SelectChoice(kind.value, label) for kind, label in rights.KINDS.items()],
        validators=[InputRequired("Dites ce qu’elle demande.")],
    )
    note = StringField("Précision", [Length(max=500), no_nir], filters=[stripped])

    @property
    def chosen(self) -> RightKind:
        """The right, of a valid form."""
        return RightKind(self.kind.data)


class AnswerPlanRightForm(BaseForm):
    """How it was answered."""

    answer = RadioField("Comment y avez-vous répondu\u202f?", validators=[InputRequired(rights.SAY_HOW)])

    def offer(self, kind: RightKind) -> None:
        """What may be said for this right."""
        said = rights.answers(kind).items()
        self.answer.choices = [SelectChoice(code, words[:1].upper() + words[1:]) for code, words in said]


class ClosePlanForm(VersionedForm):
    """Why the plan ends, as the page was read."""

    end = RadioField(
        "Pourquoi ce plan prend-il fin\u202f?",
        choices=[SelectChoice(end.value, closing.WORDS[end]) for end in closing.CHOICES],
        validators=[InputRequired("Dites pourquoi il prend fin.")],
    )
    note = StringField("Précision", [Length(max=500), no_nir], filters=[stripped])

    @property
    def chosen(self) -> PlanEnd:
        """The reason, of a valid form."""
        return PlanEnd(self.end.data)
