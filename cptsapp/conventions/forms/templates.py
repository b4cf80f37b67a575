"""Forms of the templates: a new one, its name, an article with what it promises."""

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from cptsapp.checklists.models import Side
from cptsapp.conventions.forms.drafting import TITLE_MAX, ArticleForm
from cptsapp.conventions.models import PartnerKind
from cptsapp.conventions.rules.editing import SIDES
from cptsapp.conventions.rules.register import KIND_LABELS
from cptsapp.conventions.rules.texts import ArticleText, Clause
from cptsapp.core.addresses import row_number
from cptsapp.http.fields import BaseForm, OnceMixin, no_nir, one_line, stripped

ASK = "Écrivez une réponse ici."
BLANKS = 3  # empty lines under those of an article: more come once they are filled
CLAUSES_MAX = 40
CONTINUOUS = "En continu, il n’y a ni jour ni rythme."


class NewTemplateForm(BaseForm, OnceMixin):
    """A template that begins with one empty article."""

    kind = SelectField(
        "Pour",
        choices={kind.value: label for kind, label in KIND_LABELS.items()},
        coerce=PartnerKind,
        default=PartnerKind.OTHER,
    )
    name = StringField("Nom du modèle", [DataRequired(ASK), Length(max=TITLE_MAX), no_nir], filters=[stripped])


class NameForm(BaseForm):
    """The name of a template, and the title of what is drawn from it."""

    name = StringField("Nom du modèle", [DataRequired(ASK), Length(max=TITLE_MAX), no_nir], filters=[stripped])
    title = StringField("Titre des conventions", [DataRequired(ASK), Length(max=TITLE_MAX), no_nir], filters=[stripped])
    read = HiddenField()


class ClauseRow(Form):
    """What an article promises; a line without words is no promise."""

    label = StringField("Ce qui est promis", [Length(max=300), no_nir], filters=[one_line, stripped])
    side = SelectField("Par", choices=[SelectChoice(side.value, words) for side, words in SIDES.items()])
    due_months = IntegerField("Au bout de … mois", [Optional(), NumberRange(0, 120, "Entre 0 et 120 mois.")])
    every_months = IntegerField("Puis tous les … mois", [Optional(), NumberRange(1, 60, "Entre 1 et 60 mois.")])
    is_continuous = BooleanField("En continu")
    expected = StringField("Comment on le voit", [Length(max=300), no_nir], filters=[one_line, stripped])

    def validate_is_continuous(self, field: BooleanField) -> None:
        """What is kept all the time falls on no day."""
        if field.data and (self.due_months.data is not None or self.every_months.data is not None):
            raise ValidationError(CONTINUOUS)

    def clause(self) -> Clause | None:
        """What is promised; None for an empty line."""
        if not self.label.data:
            return None
        return Clause(
            label=self.label.data,
            side=Side(self.side.data),
            expected=self.expected.data or "",
            due_months=self.due_months.data,
            every_months=self.every_months.data,
            is_continuous=self.is_continuous.data,
        )


class TemplateArticleForm(ArticleForm):
    """An article of a template with its promises; `read` is the version that was on the screen."""

    clauses = FieldList(FormField(ClauseRow), max_entries=CLAUSES_MAX + BLANKS)

    def show(self, article: ArticleText | None) -> "TemplateArticleForm":
        """The form as the article stands, and empty lines to promise more."""
        if article is not None:
            self.number.data, self.title.data, self.body.data = article.number, article.title, article.body
            for clause in article.clauses:
                self.clauses.append_entry(clause)
        return self.with_blanks()

    def with_blanks(self) -> "TemplateArticleForm":
        """Empty lines under those that are filled."""
        for _ in range(BLANKS - sum(not row.form.label.data for row in self.clauses)):
            if len(self.clauses) < CLAUSES_MAX + BLANKS:
                self.clauses.append_entry()
        return self

    def article(self) -> ArticleText:
        """What was typed."""
        head = self.written()
        clauses = tuple(clause for row in self.clauses if (clause := row.form.clause()) is not None)
        return ArticleText(head.number, head.title, head.body, clauses)

    @property
    def read_number(self) -> int:
        """The version that was being changed; 0 when the page says none."""
        return row_number(self.read.data) or 0
