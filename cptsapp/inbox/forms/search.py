"""The form « Y a-t-il une recherche en cours ? » and a message to the CPTS."""

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cptsapp.http.fields import BaseForm, DayField, OnceMixin, no_nir, stripped
from cptsapp.inbox.patients import Identity


class SearchForm(OnceMixin, BaseForm):
    """Whom the partner asks about, who attests that the person asks for it."""

    last_name = StringField("Nom", [InputRequired("Écrivez le nom."), Length(max=80), no_nir], filters=[stripped])
    first_name = StringField(
        "Prénom", [InputRequired("Écrivez le prénom."), Length(max=80), no_nir], filters=[stripped]
    )
    birth_date = DayField("Date de naissance", [InputRequired("Donnez la date de naissance.")])
    attested = BooleanField(
        "La personne me le demande, elle sait que je pose la question",
        [InputRequired("Attestez que la personne vous le demande.")],
    )

    def identity(self) -> Identity:
        """The person asked about."""
        return Identity(self.last_name.data or "", self.first_name.data or "", self.birth_date.data)


class MessageForm(BaseForm):
    """A word for the CPTS about a search it has."""

    words = TextAreaField(
        "Votre message",
        [InputRequired("Écrivez votre message."), Length(max=500), no_nir],
        filters=[stripped],
        render_kw={"rows": 3, "maxlength": 500},
    )
