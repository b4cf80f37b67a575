"""The form of a structure."""

from typing import Any

from wtforms import SelectField, StringField, ValidationError
from wtforms.validators import Email, InputRequired, Length, Optional

from cptsapp.core.french import NBSP
from cptsapp.directory.forms.people import ASK, PlaceForm, digits
from cptsapp.directory.models import OrganisationKind
from cptsapp.directory.rules.numbers import is_finess, is_siret
from cptsapp.directory.rules.words import ORGANISATION_LABELS
from cptsapp.http.fields import BaseForm, OnceMixin, PhoneField, no_nir, none_if_blank, stripped


class StructurePlaceForm(PlaceForm, OnceMixin):
    """An address of a structure."""


class OrganisationForm(BaseForm, OnceMixin):
    """A structure: what it is, its numbers, how to reach it."""

    name = StringField("Nom", [InputRequired(ASK), Length(max=120), no_nir], filters=[stripped])
    kind = SelectField(
        "Sorte",
        choices={kind.value: label for kind, label in ORGANISATION_LABELS.items()},
        coerce=OrganisationKind,
        default=OrganisationKind.OTHER,
    )
    finess = StringField("FINESS", [Optional()], filters=[digits])
    siret = StringField("SIRET", [Optional()], filters=[digits])
    phone = PhoneField("Téléphone", [Optional()])
    mail = StringField(
        "Mail",
        [Optional(), Length(max=120), Email(f"Cette adresse n’est pas complète{NBSP}: il lui faut un @.")],
        filters=[none_if_blank],
    )

    def validate_finess(self, field: StringField) -> None:
        """Nine signs."""
        if field.data and not is_finess(field.data):
            raise ValidationError("Un numéro FINESS a neuf signes.")

    def validate_siret(self, field: StringField) -> None:
        """Fourteen digits and their key."""
        if field.data and not is_siret(field.data):
            raise ValidationError(f"Un numéro SIRET a quatorze chiffres{NBSP}: celui-ci n’en est pas un.")

    def values(self) -> dict[str, Any]:
        """The columns of `Organisation`."""
        names = ("name", "kind", "finess", "siret", "mail")
        return {name: self[name].data for name in names} | {"phone": self.phone.number}
