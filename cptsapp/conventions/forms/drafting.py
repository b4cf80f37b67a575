"""Forms of the draft: what stands above the articles, an article, a commitment."""

from collections.abc import Sequence

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from cptsapp.checklists.models import Commitment, Side
from cptsapp.conventions.actions.articles import Written
from cptsapp.conventions.actions.clauses import Typed
from cptsapp.conventions.actions.drafting import Head
from cptsapp.conventions.models import Convention, Renewal
from cptsapp.core.addresses import row_number
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, VersionedForm, no_nir, stripped

Choices = Sequence[tuple[int, str]]
TITLE_MAX, BODY_MAX = 200, 20_000
RENEWALS = (
    SelectChoice(Renewal.TACIT.value, "Tacite, sauf préavis"),
    SelectChoice(Renewal.EXPRESS.value, "Sur décision"),
    SelectChoice(Renewal.NONE.value, "Aucun"),
)
# How often a commitment is owed.
ONCE, EVERY, ALWAYS = "once", "every", "always"


def choices(rows: Choices, nothing: str) -> list[SelectChoice]:
    """The rows of a drop-down list, after one that stands for none."""
    return [SelectChoice("", nothing), *(SelectChoice(str(number), name) for number, name in rows)]


def _months(label: str, least: int, most: int) -> IntegerField:
    told = f"Entre {least} et {most} mois."
    return IntegerField(label, [Optional(), NumberRange(least, most, told)], render_kw={"inputmode": "numeric"})


class TermMixin:
    """From when to when, how it is renewed, who follows it."""

    starts_on = DayField("Prend effet le", [Optional()])
    ends_on = DayField("Dernier jour", [Optional()])
    renewal = RadioField("Renouvellement", choices=RENEWALS, default=Renewal.NONE.value)
    renewal_months = _months("Pour combien de mois", 1, 120)
    notice_months = _months("Préavis, en mois", 0, 24)
    lead = SelectField("Suivie par", validators=[Optional()])


class HeadForm(TermMixin, OnceMixin, VersionedForm):
    """With whom, from when to when; when it is opened, from which template."""

    title = StringField("Titre", [Length(max=TITLE_MAX), no_nir], filters=[stripped])
    partner = SelectField("Avec", [InputRequired("Choisissez le partenaire.")])
    second = SelectField("Deuxième partenaire", validators=[Optional()])
    third = SelectField("Troisième partenaire", validators=[Optional()])
    template = SelectField("Modèle", validators=[Optional()])

    def offer(self, partners: Choices, people: Choices, templates: Choices = ()) -> "HeadForm":
        """The partners who have not left, the people of the house, the templates."""
        self.partner.choices = choices(partners, "Choisissez")
        self.second.choices = self.third.choices = choices(partners, "Personne d’autre")
        self.lead.choices = choices(people, "Personne pour l’instant")
        self.template.choices = choices(templates, "Aucun, texte vide")
        return self

    def show(self, convention: Convention) -> "HeadForm":
        """The form as the convention stands."""
        for name in ("title", "starts_on", "ends_on", "renewal_months", "notice_months"):
            self[name].data = getattr(convention, name)
        self.renewal.data = convention.renewal.value
        self.lead.data = str(convention.lead_id or "")
        partners = [str(party.partner_id) for party in convention.parties if party.partner_id is not None]
        for name, wanted in zip(("partner", "second", "third"), [*partners, "", "", ""], strict=False):
            self[name].data = wanted
        self.version.data = str(convention.version)
        return self

    @property
    def partner_ids(self) -> list[int]:
        """The partners chosen, in the order in which they sign."""
        typed = (row_number(self[name].data) for name in ("partner", "second", "third"))
        return [number for number in typed if number is not None]

    @property
    def template_version_id(self) -> int | None:
        """The version of the template it is drawn from."""
        return row_number(self.template.data)

    def head(self, title: str = "") -> Head:
        """What was typed; `title` for one left empty."""
        return Head(
            title=self.title.data or title,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            renewal=Renewal(self.renewal.data),
            renewal_months=self.renewal_months.data,
            notice_months=self.notice_months.data,
            lead_id=row_number(self.lead.data),
        )


class AmendmentHeadForm(VersionedForm):
    """Above the articles of an amendment: its parties are those of its parent, and it ends with it."""

    title = StringField("Titre", [InputRequired("Donnez un titre."), Length(max=TITLE_MAX), no_nir], filters=[stripped])
    starts_on = DayField("Prend effet le", [Optional()])
    ends_on = DayField("Nouveau dernier jour de la convention", [Optional()])
    lead = SelectField("Suivi par", validators=[Optional()])

    def offer(self, people: Choices) -> "AmendmentHeadForm":
        """The people of the house."""
        self.lead.choices = choices(people, "Personne pour l’instant")
        return self

    def show(self, convention: Convention) -> "AmendmentHeadForm":
        """The form as the amendment stands."""
        for name in ("title", "starts_on", "ends_on"):
            self[name].data = getattr(convention, name)
        self.lead.data = str(convention.lead_id or "")
        self.version.data = str(convention.version)
        return self

    def head(self) -> Head:
        """What was typed."""
        return Head(self.title.data, self.starts_on.data, self.ends_on.data, lead_id=row_number(self.lead.data))


class ArticleForm(BaseForm):
    """An article; `read` is the mark of the one that was on the screen."""

    number = StringField(
        "Numéro",
        [InputRequired("Donnez son numéro."), Length(max=12), Regexp(r"^[0-9A-Za-z.]+$", message="« 3 », « 2.1.3 ».")],
        filters=[stripped],
    )
    title = StringField("Titre", [InputRequired("Donnez un titre."), Length(max=TITLE_MAX), no_nir], filters=[stripped])
    body = TextAreaField("Texte", [Length(max=BODY_MAX), no_nir], filters=[stripped], render_kw={"rows": 12})
    read = HiddenField()

    def written(self) -> Written:
        """What was typed, its line breaks as every system reads them."""
        return Written(self.number.data, self.title.data, (self.body.data or "").replace("\r\n", "\n"))


class ClauseForm(OnceMixin, VersionedForm):
    """A commitment; its days are counted from the one the convention takes effect."""

    label = StringField(
        "Ce qui est promis", [InputRequired("Dites ce qui est promis."), Length(max=300), no_nir], filters=[stripped]
    )
    side = RadioField("Par qui", choices=(), validators=[InputRequired("Dites qui s’engage.")])
    rhythm = RadioField(
        "Quand",
        choices=(
            SelectChoice(ONCE, "Une fois"),
            SelectChoice(EVERY, "À intervalle régulier"),
            SelectChoice(ALWAYS, "En continu"),
        ),
        default=ONCE,
    )
    due_months = _months("Au plus tard, en mois après la prise d’effet", 0, 120)
    every_months = _months("Tous les combien de mois", 1, 60)
    expected = StringField("Comment on voit que c’est fait", [Length(max=300), no_nir], filters=[stripped])
    owner = SelectField("Responsable", validators=[Optional()])

    def offer(self, partner: str, cpts: str, people: Choices) -> "ClauseForm":
        """The two sides by their names, those who may be in charge."""
        self.side.choices = [SelectChoice(Side.CPTS.value, cpts), SelectChoice(Side.PARTNER.value, partner)]
        self.owner.choices = choices(people, "À dire plus tard")
        return self

    def show(self, commitment: Commitment) -> "ClauseForm":
        """The form as the commitment stands."""
        for name in ("label", "expected", "due_months", "every_months"):
            self[name].data = getattr(commitment, name)
        self.side.data = commitment.side.value
        self.rhythm.data = ALWAYS if commitment.is_continuous else EVERY if commitment.every_months else ONCE
        self.owner.data = str(commitment.owner_id or "")
        self.version.data = str(commitment.version)
        return self

    def validate_every_months(self, field: IntegerField) -> None:
        """What comes again says how often."""
        if self.rhythm.data == EVERY and not field.data:
            raise ValidationError("Dites tous les combien de mois.")

    def typed(self) -> Typed:
        """What was typed; what does not go with the rhythm is left."""
        is_continuous = self.rhythm.data == ALWAYS
        return Typed(
            label=self.label.data,
            side=Side(self.side.data),
            expected=self.expected.data or "",
            due_months=None if is_continuous else self.due_months.data,
            every_months=self.every_months.data if self.rhythm.data == EVERY else None,
            is_continuous=is_continuous,
            owner_id=row_number(self.owner.data),
        )
