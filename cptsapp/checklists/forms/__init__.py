"""Forms of checklists: where a commitment stands, its day, its words, its evidence; a line of the journal.

Those that change a commitment carry the `version` that its page showed.
"""

from collections.abc import Collection, Mapping

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from cptsapp.checklists.actions import Terms
from cptsapp.checklists.actions.evidence import URL_MAX
from cptsapp.checklists.models import ChecklistKind, Commitment, Side
from cptsapp.checklists.rules import NOTHING_CLINICAL, every_word
from cptsapp.files.forms import upload
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, VersionedForm, no_nir, stripped

LABEL_MAX, NOTE_MAX = 200, 1000
NOBODY = 0
EVERY = (1, 3, 6, 12, 24)
KEPT_SEALED = "Gardé chiffré, jamais envoyé par mail."

SIDES: Mapping[ChecklistKind, Mapping[Side, str]] = {
    ChecklistKind.CONVENTION: {Side.CPTS: "La CPTS", Side.PARTNER: "Le partenaire"},
    ChecklistKind.CARE_PLAN: {
        Side.REGULAR_DOCTOR: "Le médecin traitant",
        Side.LEAD: "Le référent du plan",
        Side.CIRCLE: "Le cercle de soins",
    },
}
JOURNAL_KINDS = {"journal.note": "Une note", "journal.meeting": "Une réunion", "journal.decision": "Une décision"}


def warning_for(kind: ChecklistKind) -> str:
    """The hint of a free text: that of minimisation where it is about someone."""
    return NOTHING_CLINICAL if kind is ChecklistKind.CARE_PLAN else KEPT_SEALED


def _text(label: str, *validators: object, longest: int = NOTE_MAX) -> TextAreaField:
    return TextAreaField(label, [*validators, Length(max=longest), no_nir], filters=[stripped])


def _line(label: str, *validators: object, longest: int = LABEL_MAX) -> StringField:
    return StringField(label, [*validators, Length(max=longest), no_nir], filters=[stripped])


class StateForm(VersionedForm):
    """Where a commitment stands, what there is to say of it, the day it was done."""

    to = HiddenField()
    back = HiddenField()
    comment = _text("Commentaire")
    done_on = DayField("Fait le", [Optional()])


class DeferForm(VersionedForm):
    """Another day, and why."""

    due_on = DayField("Nouvelle échéance", [InputRequired("Choisissez un jour.")])
    reason = _text("Pourquoi", InputRequired("Écrivez pourquoi."))


class DropForm(VersionedForm):
    """Why it will not be done."""

    reason = _text("Pourquoi", InputRequired("Écrivez pourquoi."))


class TermsForm(OnceMixin, VersionedForm):
    """What a commitment says, and who owes it."""

    label = _line("Engagement", InputRequired("Écrivez ce qui est dû."))
    expected = _line("Comment on montre qu’il est tenu")
    article = SelectField("Article")
    side = SelectField("Dû par")
    owner_id = SelectField("Responsable", coerce=int, default=NOBODY)
    due_on = DayField("Échéance", [Optional()])
    every_months = SelectField("Revient", coerce=int, default=0)
    is_continuous = BooleanField("En continu, sans échéance")

    def offer(
        self,
        kind: ChecklistKind,
        articles: Collection[tuple[str, str, str]],
        people: Mapping[int, str],
        every: int | None = None,
    ) -> "TermsForm":
        """The sides of such a list, its articles as (number, heading, title), and who may be given it."""
        self.side.choices = [SelectChoice(side.value, word) for side, word in SIDES[kind].items()]
        self._articles = {str(place): (number, heading) for place, (number, heading, _) in enumerate(articles)}
        self.article.choices = [SelectChoice(str(place), title) for place, (_, _, title) in enumerate(articles)]
        self.owner_id.choices = [
            SelectChoice(NOBODY, "Personne pour l’instant"),
            *(SelectChoice(number, name) for number, name in people.items()),
        ]
        months = sorted({*EVERY, *([every] if every else [])})
        self.every_months.choices = [
            SelectChoice(0, "Une seule fois"),
            *(SelectChoice(number, every_word(number).capitalize()) for number in months),
        ]
        return self

    def fill(self, commitment: Commitment) -> "TermsForm":
        """What the commitment says today."""
        self.version.data = str(commitment.version)
        self.label.data, self.expected.data = commitment.label, commitment.expected
        standing = {article: place for place, article in self._articles.items()}
        self.article.data = standing.get((commitment.number, commitment.heading), "")
        self.side.data = commitment.side.value
        self.owner_id.data = commitment.owner_id or NOBODY
        self.due_on.data, self.every_months.data = commitment.due_on, commitment.every_months or 0
        self.is_continuous.data = commitment.is_continuous
        return self

    def terms(self) -> Terms:
        """As actions take them; of a form that is valid."""
        number, heading = self._articles[self.article.data]
        return Terms(
            label=self.label.data or "",
            expected=self.expected.data or "",
            side=Side(self.side.data),
            number=number,
            heading=heading,
            due_on=self.due_on.data,
            every_months=self.every_months.data or None,
            is_continuous=bool(self.is_continuous.data),
            owner_id=self.owner_id.data or None,
        )


class FileForm(BaseForm):
    """A file that shows a commitment was kept."""

    file = upload("Fichier")
    file_label = _line("Nom de la preuve")


class LinkForm(BaseForm):
    """A link that shows it."""

    url = _line("Adresse de la page", InputRequired("Collez l’adresse de la page."), longest=URL_MAX)
    label = _line("Nom de la preuve")


class FigureForm(BaseForm):
    """A figure of the app, with its value today."""

    figure = SelectField("Chiffre de l’application", validators=[InputRequired("Choisissez un chiffre.")])

    def offer(self, figures: Mapping[str, tuple[str, str]]) -> "FigureForm":
        """Those of the source, each with its value."""
        self.figure.choices = [
            SelectChoice(code, f"{label}\u00a0: {value}") for code, (label, value) in figures.items()
        ]
        return self


class EntryForm(BaseForm, OnceMixin):
    """A line of the journal."""

    kind = SelectField("Quoi", choices=[SelectChoice(code, word) for code, word in JOURNAL_KINDS.items()])
    happened_on = DayField("Le", [Optional()])
    text = _text("Texte", InputRequired("Écrivez une phrase."))
    file = upload("Pièce", optional=True)
