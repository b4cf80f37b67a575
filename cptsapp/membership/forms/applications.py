"""The public form to join, for a person or for a structure, and the same as a member of staff fills it in."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Email, InputRequired, Length, Optional

from cptsapp.core.french import NBSP
from cptsapp.directory.models import College, Profession
from cptsapp.directory.rules.numbers import is_finess, is_siret
from cptsapp.directory.rules.words import PROFESSION_LABELS, TITLES, is_rpps
from cptsapp.http.fields import BaseForm, OnceMixin, PhoneField, no_nir, none_if_blank, stripped
from cptsapp.membership.models import MemberText
from cptsapp.membership.rules.words import PERSON_COLLEGES, STRUCTURE_COLLEGES, TEXT_NAMES, colleges
from cptsapp.territory.models import Commune

ASK = "Écrivez une réponse ici."
ELSEWHERE = "ailleurs"
NO_PROFESSION = "aucune, je ne suis pas soignant"
_SHARED = ("college", "title", "first_name", "last_name", "address", "mail", "message")


def _digits(value: str | None) -> str | None:
    return "".join(value.split()).upper() or None if value else None


def _profession(value: Any) -> Profession | None:
    return Profession(value) if value and value != "None" else None


class _ApplicationForm(BaseForm, OnceMixin):
    """What both forms ask. `website` is a trap: nobody sees it, robots fill it in; `opened` says when the page was."""

    title = SelectField("Titre", choices={title: title or "sans titre" for title in TITLES})
    first_name = StringField("Prénom", [InputRequired(ASK), Length(max=60), no_nir], filters=[stripped])
    last_name = StringField("Nom", [InputRequired(ASK), Length(max=60), no_nir], filters=[stripped])
    address = StringField("Adresse professionnelle", [Optional(), Length(max=160), no_nir], filters=[none_if_blank])
    commune_code = SelectField("Commune")
    mail = StringField(
        "Mail",
        [Optional(), Length(max=120), Email(f"Cette adresse n’est pas complète{NBSP}: il lui faut un @.")],
        filters=[none_if_blank],
    )
    phone = PhoneField("Téléphone", [Optional()])
    message = TextAreaField("Un mot pour le bureau", [Optional(), Length(max=1000), no_nir], filters=[none_if_blank])
    texts = SelectMultipleField("Textes acceptés", coerce=int, validate_choice=False)
    website = StringField("Site", [Optional()])
    opened = HiddenField()

    asked_texts: Sequence[MemberText] = ()
    are_texts_needed = True

    def offer(self, communes: Sequence[Commune], texts: Sequence[MemberText]) -> None:
        """Fill the choices in: the communes of the territory, the texts in force."""
        self.commune_code.choices = {"": ELSEWHERE} | {commune.code: commune.name for commune in communes}
        self.asked_texts = texts
        self.texts.choices = {text.id: TEXT_NAMES[text.kind] for text in texts}

    def validate_texts(self, field: SelectMultipleField) -> None:
        """The versions in force, all of them: one published meanwhile has to be read."""
        missing = [text for text in self.asked_texts if text.id not in (field.data or ())]
        if missing and self.are_texts_needed:
            names = " et ".join(f"{TEXT_NAMES[text.kind]}, version{NBSP}{text.version}" for text in missing)
            raise ValidationError(f"Pour adhérer, lisez et acceptez {names}.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody must be able to answer: a mail, or else a telephone."""
        is_valid = bool(super().validate(extra_validators))
        if self.mail.data or self.phone.data:
            return is_valid
        sentence = "Donnez un mail ou un téléphone, pour que nous puissions vous répondre."
        self.mail.errors = [*self.mail.errors, sentence]
        return False

    @property
    def accepted(self) -> list[MemberText]:
        """The versions in force that were ticked."""
        return [text for text in self.asked_texts if text.id in (self.texts.data or ())]

    def values(self) -> dict[str, Any]:
        """The columns of `Application`."""
        chosen = {"phone": self.phone.number, "commune_code": self.commune_code.data or None}
        return {name: self[name].data for name in _SHARED} | chosen


class PersonApplicationForm(_ApplicationForm):
    """A professional, an inhabitant, an elected person."""

    college = SelectField("Collège", choices=colleges(PERSON_COLLEGES), coerce=College)
    profession = SelectField(
        "Profession",
        choices={"": NO_PROFESSION}
        | {p.value: label for p, label in PROFESSION_LABELS.items() if p is not Profession.STAFF},
        coerce=_profession,
    )
    rpps = StringField("Numéro RPPS", [Optional()], filters=[_digits])

    def validate_rpps(self, field: StringField) -> None:
        """Eleven digits and their key."""
        if field.data and not is_rpps(field.data):
            raise ValidationError(f"Un numéro RPPS a onze chiffres{NBSP}: celui-ci n’en est pas un.")

    def validate_profession(self, field: SelectField) -> None:
        """Who joins as a professional has a profession."""
        if self.college.data is College.PROFESSIONALS and field.data is None:
            raise ValidationError("Choisissez votre profession, ou un autre collège.")

    def values(self) -> dict[str, Any]:
        """The columns of `Application`."""
        return super().values() | {"profession": self.profession.data, "rpps": self.rpps.data}


class StructureApplicationForm(_ApplicationForm):
    """A health centre, a care home, a commune, an association, with whoever speaks for it (C20)."""

    college = SelectField("Collège", choices=colleges(STRUCTURE_COLLEGES), coerce=College)
    organisation_name = StringField(
        "Nom de la structure", [InputRequired(ASK), Length(max=120), no_nir], filters=[stripped]
    )
    organisation_number = StringField("Numéro FINESS ou SIRET", [Optional()], filters=[_digits])

    def validate_organisation_number(self, field: StringField) -> None:
        """One of the two registers."""
        if field.data and not is_finess(field.data) and not is_siret(field.data):
            raise ValidationError(f"Un FINESS a neuf signes, un SIRET quatorze{NBSP}: celui-ci n’en est pas un.")

    def values(self) -> dict[str, Any]:
        """The columns of `Application`."""
        names = ("organisation_name", "organisation_number")
        return super().values() | {name: self[name].data for name in names}
