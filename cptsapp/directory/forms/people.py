"""Forms of the directory. Choices of people, places and communes are handed in by the views."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import Email, InputRequired, Length, Optional

from cptsapp.core.french import NBSP
from cptsapp.directory.models import Organisation, Person, Place, PracticeMode, Profession
from cptsapp.directory.rules import words as rules
from cptsapp.directory.rules.numbers import is_adeli
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, PhoneField, no_nir, none_if_blank, stripped
from cptsapp.territory.models import Commune

ASK = "Écrivez une réponse ici."
NEW = "new"


def digits(value: str | None) -> str | None:
    """Filter: a number without its spaces, in capitals; None for nothing."""
    return "".join(value.split()).upper() or None if value else None


_PERSON = (
    "title",
    "first_name",
    "last_name",
    "profession",
    "speciality",
    "rpps",
    "adeli",
    "mail",
    "accepts_overbook",
    "overbook_note",
    "informed_on",
)


class PersonForm(BaseForm, OnceMixin):
    """A professional or a member of staff."""

    title = SelectField("Titre", choices={title: title or "sans titre" for title in rules.TITLES})
    first_name = StringField("Prénom", [InputRequired(ASK), Length(max=60), no_nir], filters=[stripped])
    last_name = StringField("Nom", [InputRequired(ASK), Length(max=60), no_nir], filters=[stripped])
    profession = SelectField(
        "Profession",
        choices={p.value: label for p, label in rules.PROFESSION_LABELS.items()},
        coerce=Profession,
        default=Profession.GP,
    )
    speciality = StringField("Spécialité", [Optional(), Length(max=120), no_nir], filters=[none_if_blank])
    rpps = StringField("RPPS", [Optional()], filters=[digits])
    adeli = StringField("ADELI", [Optional()], filters=[digits])
    mail = StringField(
        "Mail",
        [Optional(), Length(max=120), Email(f"Cette adresse n’est pas complète{NBSP}: il lui faut un @.")],
        filters=[none_if_blank],
    )
    phone = PhoneField("Téléphone direct", [Optional()])
    accepts_overbook = BooleanField("Accepte des patients en sus")
    overbook_note = StringField("À quelles conditions", [Optional(), Length(max=120), no_nir], filters=[none_if_blank])
    informed_on = DayField("Informé de ses droits le", [Optional()])
    sure = HiddenField()

    def validate_rpps(self, field: StringField) -> None:
        """Eleven digits and their key."""
        if field.data and not rules.is_rpps(field.data):
            raise ValidationError(f"Un numéro RPPS a onze chiffres{NBSP}: celui-ci n’en est pas un.")

    def validate_adeli(self, field: StringField) -> None:
        """Nine signs, the department first."""
        if field.data and not is_adeli(field.data):
            raise ValidationError(
                f"Un numéro ADELI a neuf signes, le département d’abord{NBSP}: celui-ci n’en est pas un."
            )

    def values(self) -> dict[str, Any]:
        """The columns of `Person`."""
        return {name: self[name].data for name in _PERSON} | {"phone": self.phone.number}


class PlaceForm(BaseForm):
    """An address where people are seen."""

    name = StringField("Nom du lieu", [Optional(), Length(max=80)], filters=[none_if_blank])
    address = StringField("Adresse", [InputRequired(ASK), Length(max=160)], filters=[stripped])
    commune_code = SelectField("Commune")
    phone = PhoneField("Téléphone du cabinet", [Optional()])
    is_accessible = BooleanField("Accessible en fauteuil roulant")
    organisation_id = SelectField("Structure", coerce=int, default=0)

    def offer(self, communes: Sequence[Commune], organisations: Sequence[Organisation]) -> None:
        """Fill the choices in."""
        self.commune_code.choices = {commune.code: commune.name for commune in communes}
        self.organisation_id.choices = {0: "aucune"} | {found.id: found.name for found in organisations}

    def values(self) -> dict[str, Any]:
        """The columns of `Place`."""
        names = ("name", "address", "commune_code", "is_accessible")
        return {name: self[name].data for name in names} | {
            "phone": self.phone.number,
            "organisation_id": self.organisation_id.data or None,
        }


class PracticeForm(PlaceForm, OnceMixin):
    """Where someone begins to practise: an address already known, or a new one."""

    place_id = SelectField("Où", default=NEW)
    mode = SelectField(
        "Mode d’exercice",
        choices={mode.value: label for mode, label in rules.MODE_LABELS.items()},
        coerce=PracticeMode,
        default=PracticeMode.LIBERAL,
    )
    starts_on = DayField("À partir du", [InputRequired("Donnez le premier jour.")])
    ends_on = DayField("Jusqu’au", [Optional()])

    def offer_places(self, places: Sequence[Place]) -> None:
        """Known addresses, then a new one."""
        known = {str(place.id): f"{place.commune.name}, {place.address}" for place in places}
        self.place_id.choices = {NEW: "Une nouvelle adresse"} | known

    @property
    def is_new_place(self) -> bool:
        """Whether the address is to be written too."""
        return bool(self.place_id.data == NEW)

    def validate(self, extra_validators: Any = None) -> bool:
        """Of a known address nothing else is asked."""
        if not self.is_new_place:
            self.address.validators = [Optional()]
            self.commune_code.validate_choice = False
        return bool(super().validate(extra_validators))


class EndForm(BaseForm):
    """The last day of a practice or of a delegation."""

    last_day = DayField("Dernier jour", [InputRequired("Donnez le dernier jour.")])


class DelegationForm(BaseForm):
    """Who acts for a practitioner, and when."""

    delegate_id = SelectField("Qui agit", coerce=int)
    starts_on = DayField("À partir du", [InputRequired("Donnez le premier jour.")])
    ends_on = DayField("Jusqu’au", [Optional()])

    def offer(self, people: Sequence[Person]) -> None:
        """Fill the choices in."""
        labels = {p.id: f"{p.full_name}, {rules.PROFESSION_LABELS[p.profession]}" for p in people}
        self.delegate_id.choices = labels
