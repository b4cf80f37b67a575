"""Forms of the rights: note one asked on the telephone, say how it was answered."""

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from cptsapp.http.fields import BaseForm, no_nir, stripped
from cptsapp.inbox.models import RightKind
from cptsapp.inbox.rules import rights as rules


def sentence(words: str) -> str:
    """The words with a capital, the rest as it is."""
    return words[:1].upper() + words[1:]


class AskRightForm(BaseForm):
    """Which right the person asks for, and their words."""

    kind = RadioField(
        "Que demande la personne\u202f?",
        choices=[SelectChoice(kind.value, label) for kind, label in rules.KINDS.items()],
        validators=[InputRequired("Dites quel droit elle demande.")],
    )
    note = StringField("Précision", [Length(max=500), no_nir], filters=[stripped])

    @property
    def chosen(self) -> RightKind:
        """The right, of a valid form."""
        return RightKind(self.kind.data)


class AnswerRightForm(BaseForm):
    """How it was answered."""

    answer = RadioField("Comment y avez-vous répondu\u202f?", validators=[InputRequired(rules.SAY_HOW)])

    def offer(self, kind: RightKind) -> None:
        """What may be said for this right."""
        self.answer.choices = [SelectChoice(code, sentence(words)) for code, words in rules.answers(kind).items()]
