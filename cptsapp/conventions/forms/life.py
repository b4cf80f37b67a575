"""Forms of what becomes of a text: read again, adopted, signed, amended, renewed, ended."""

from collections.abc import Sequence

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cptsapp.conventions.actions.signing import Signed
from cptsapp.conventions.actions.term import REASONS
from cptsapp.conventions.models import EndReason
from cptsapp.files.forms import upload
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, VersionedForm, no_nir, stripped

_DAY = InputRequired("Donnez le jour.")
CPTS, PARTNER = "cpts", "partner"
REASON_LABELS = {
    EndReason.NOTICE: "Dénoncée par une partie",
    EndReason.REPLACED: "Remplacée par une autre",
    EndReason.ABANDONED: "Abandonnée",
}


class CirculateForm(VersionedForm):
    """Until which day remarks are waited for."""

    comments_due_on = DayField("Remarques attendues jusqu’au", [_DAY])


class CommentForm(OnceMixin, BaseForm):
    """A remark on an article or on the whole."""

    article_number = SelectField("Sur", validators=[Optional()])
    body = TextAreaField(
        "Votre remarque",
        [InputRequired("Écrivez votre remarque."), Length(max=4000), no_nir],
        filters=[stripped],
        render_kw={"rows": 3},
    )
    said_by = StringField("Dite par", [Length(max=120), no_nir], filters=[stripped])

    def offer(self, articles: Sequence[tuple[str, str]]) -> "CommentForm":
        """The articles of the text that circulates."""
        named = (SelectChoice(number, f"Article {number} — {title}") for number, title in articles)
        self.article_number.choices = [SelectChoice("", "Tout le texte"), *named]
        return self


class AnswerForm(BaseForm):
    """What a remark is answered."""

    answer = TextAreaField(
        "Réponse", [InputRequired("Écrivez la réponse."), Length(max=4000), no_nir], filters=[stripped]
    )


class AdoptForm(VersionedForm):
    """The day of the board, and its minutes once they are written."""

    adopted_on = DayField("Adoptée par le conseil le", [_DAY])
    minutes = upload("Procès-verbal", optional=True)


class MinutesForm(BaseForm):
    """The minutes, later."""

    minutes = upload("Procès-verbal")


class RedraftForm(VersionedForm):
    """Why the text is taken up again."""

    reason = StringField("Pourquoi", [Length(max=300), no_nir], filters=[stripped])


class SignForm(BaseForm):
    """What stands at the foot of the signed paper; `checksum` is that of the text on the screen."""

    signer = StringField("Signée par", [InputRequired("Donnez le nom."), Length(max=120), no_nir], filters=[stripped])
    function = StringField("Fonction", [Length(max=120), no_nir], filters=[stripped])
    signed_on = DayField("Le", [_DAY])
    file = upload("Document signé")
    checksum = HiddenField()

    def signed(self) -> Signed:
        """Who signed, as what, when."""
        return Signed(self.signer.data, self.function.data or "", self.signed_on.data)


class AmendForm(OnceMixin, BaseForm):
    """Which articles an amendment takes up, from when; a new last day for the convention."""

    articles = SelectMultipleField(
        "Articles repris", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    starts_on = DayField("Prend effet le", [Optional()])
    ends_on = DayField("Nouveau dernier jour de la convention", [Optional()])

    def offer(self, articles: Sequence[tuple[str, str]]) -> "AmendForm":
        """The articles in force."""
        self.articles.choices = [SelectChoice(number, f"{number} — {title}") for number, title in articles]
        return self


class RenewForm(VersionedForm):
    """To which last day, decided by whom."""

    until = DayField("Nouveau dernier jour", [_DAY])
    note = StringField("Décision", [Length(max=300), no_nir], filters=[stripped])


class NoticeForm(VersionedForm):
    """Who gave notice, and when."""

    given_by = RadioField("Donné par", choices=(), validators=[InputRequired("Dites qui a donné le préavis.")])
    given_on = DayField("Reçu ou envoyé le", [_DAY])
    note = StringField("Motif", [Length(max=300), no_nir], filters=[stripped])

    def offer(self, partner: str, cpts: str) -> "NoticeForm":
        """The two sides by their names."""
        self.given_by.choices = [SelectChoice(CPTS, cpts), SelectChoice(PARTNER, partner)]
        return self


class EndForm(VersionedForm):
    """From which day it is over, and why."""

    ended_on = DayField("Close le", [_DAY])
    reason = RadioField(
        "Pourquoi",
        choices=[SelectChoice(reason.value, REASON_LABELS[reason]) for reason in REASONS],
        validators=[InputRequired("Dites pourquoi.")],
    )
    note = StringField("Précision", [Length(max=300), no_nir], filters=[stripped])


class LeadForm(BaseForm):
    """Who follows a convention."""

    lead = SelectField("Suivie par", validators=[Optional()])
