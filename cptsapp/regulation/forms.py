"""Shape of what the desk types: three short fields and one question, and the reasons of a cancellation."""

from typing import Any

from flask import request
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField, TimeField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from cptsapp.core import addresses
from cptsapp.http.fields import BaseForm, OnceMixin, PhoneField, no_nir
from cptsapp.regulation.queries.listing import Filter
from cptsapp.regulation.rules.match import TYPED_MAX
from cptsapp.snp.models import CancelledBy, CancelReason, Modality, RegularDoctor
from cptsapp.snp.patients import Patient
from cptsapp.territory import queries as territory
from cptsapp.territory.models import IdentityMode

NAME_MAX = 80
OLDEST = 1900
REGULAR_DOCTOR = [
    SelectChoice(RegularDoctor.YES.value, "Oui"),
    SelectChoice(RegularDoctor.NO.value, "Non"),
    SelectChoice(RegularDoctor.UNKNOWN.value, "Ne sait pas"),
]
KEYS = {"yes": "O", "no": "N", "unknown": "S"}
SIDES = [
    SelectChoice(CancelledBy.PATIENT.value, "Le patient"),
    SelectChoice(CancelledBy.PRACTITIONER.value, "Le cabinet"),
    SelectChoice(CancelledBy.REGULATION.value, "La régulation"),
]
REASONS = [
    SelectChoice(CancelReason.NO_LONGER_NEEDED.value, "N’en a plus besoin"),
    SelectChoice(CancelReason.CANNOT_COME.value, "Ne peut pas venir"),
    SelectChoice(CancelReason.SENT_ELSEWHERE.value, "Orienté ailleurs"),
    SelectChoice(CancelReason.PRACTITIONER_AWAY.value, "Médecin absent"),
    SelectChoice(CancelReason.EMERGENCY.value, "Urgence au cabinet"),
    SelectChoice(CancelReason.ENTRY_ERROR.value, "Erreur de saisie"),
]


def _full_only(field: Any) -> bool:
    return territory.settings().identity_mode is IdentityMode.FULL and not field.data


class PatientForm(BaseForm, OnceMixin):
    """The question of the protocol, then as much of the patient as the CPTS keeps."""

    regular_doctor = RadioField(
        "Médecin traitant\u202f?",
        choices=REGULAR_DOCTOR,
        validators=[InputRequired("Posez d’abord la question : a-t-il un médecin traitant ?")],
    )
    name = StringField("Nom", [Length(max=NAME_MAX, message=f"Le nom tient en {NAME_MAX} caractères."), no_nir])
    birth_year = StringField("Né(e) en", [no_nir])
    phone = PhoneField("Téléphone")

    def validate_name(self, field: StringField) -> None:
        """A name, or initials, unless the CPTS keeps nothing."""
        if territory.settings().identity_mode is not IdentityMode.NOTHING and not (field.data or "").strip():
            raise ValidationError("Indiquez le nom.")

    def validate_birth_year(self, field: StringField) -> None:
        """Four digits that a living person may have."""
        if territory.settings().identity_mode is IdentityMode.NOTHING:
            return
        typed = (field.data or "").strip()
        if not (typed.isascii() and typed.isdigit() and OLDEST <= int(typed[:5]) <= territory.today().year):
            raise ValidationError("Quatre chiffres, par exemple 1947.")

    def validate_phone(self, field: PhoneField) -> None:
        """Needed to ring back, in a CPTS that keeps it."""
        if _full_only(field):
            raise ValidationError("Indiquez un téléphone : il sert à prévenir d’un changement.")

    def patient(self) -> Patient | None:
        """What was typed, or None when the CPTS keeps nothing."""
        if territory.settings().identity_mode is IdentityMode.NOTHING:
            return None
        typed = (self.birth_year.data or "").strip()
        is_year = typed.isascii() and typed.isdigit() and len(typed) == 4
        return Patient((self.name.data or "").strip(), int(typed) if is_year else None, self.phone.parsed)

    @property
    def chosen(self) -> RegularDoctor:
        """The answer given."""
        return RegularDoctor(self.regular_doctor.data)


class BookForm(PatientForm):
    """The open row. `seen` says that the possible duplicate has been shown; `place` is the row it stands in."""

    seen = HiddenField()


class CancelForm(BaseForm):
    """Who, and why, in two clicks."""

    side = RadioField("Qui annule\u202f?", choices=SIDES, validators=[InputRequired("Dites qui annule.")])
    reason = RadioField("Pourquoi\u202f?", choices=REASONS, validators=[InputRequired("Dites pourquoi.")])


def asked_filter() -> Filter:
    """The filter in the address, or in the form that carries it along."""
    values = request.values
    typed = values.get("q", "")[:TYPED_MAX].strip()
    return Filter(typed, _modality(values.get("ou", "")), addresses.day(values.get("depuis")))


def _modality(code: str) -> Modality | None:
    return Modality(code) if code in set(Modality) else None


class BroadcastForm(PatientForm):
    """A request to a circle of doctors."""

    circle = RadioField("Qui demander\u202f?", validators=[InputRequired("Choisissez qui demander.")])
    commune = SelectField("Commune du patient")


class AnswerForm(BaseForm):
    """The hour a doctor answers with: a chip, or a time typed."""

    moment = RadioField("À quelle heure\u202f?", validators=[Optional()])
    other = TimeField("Autre heure", validators=[Optional()])
