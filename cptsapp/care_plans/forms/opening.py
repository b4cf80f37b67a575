"""The form of a plan opened alone: whom it is about, sealed as soon as it is kept."""

from collections.abc import Iterable

from wtforms import SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cptsapp.care_plans.actions.opening import Newcomer
from cptsapp.core import clock
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, PhoneField, no_nir, stripped
from cptsapp.inbox.patients import Identity

NOT_BORN = "Vérifiez la date : elle est à venir."


class NewcomerForm(OnceMixin, BaseForm):
    """Name, birth date, phone and commune; nothing else is asked (§6.2)."""

    last_name = StringField("Nom", [DataRequired("Donnez le nom."), Length(max=80), no_nir], filters=[stripped])
    first_name = StringField("Prénom", [DataRequired("Donnez le prénom."), Length(max=80), no_nir], filters=[stripped])
    birth_date = DayField("Date de naissance", [InputRequired("Donnez la date de naissance.")])
    phone = PhoneField("Téléphone", [Optional()])
    commune = SelectField("Commune", validators=[InputRequired("Choisissez la commune.")])

    def offer(self, communes: Iterable[tuple[str, str]]) -> None:
        """Codes and names of the territory."""
        self.commune.choices = [SelectChoice("", "Choisissez"), *(SelectChoice(*one) for one in communes)]

    def validate_birth_date(self, field: DayField) -> None:
        """A day that has come."""
        if field.data and field.data > clock.now().date():
            raise ValidationError(NOT_BORN)

    def newcomer(self) -> Newcomer:
        """What was typed."""
        who = Identity(self.last_name.data or "", self.first_name.data or "", self.birth_date.data)
        return Newcomer(who, self.phone.number or "", self.commune.data)
