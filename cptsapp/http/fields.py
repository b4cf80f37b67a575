"""Forms: French errors, a key against double submits, and fields that several features share."""

import re
import secrets
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, PasswordField, StringField, TextAreaField, ValidationError

from cptsapp.core import french
from cptsapp.core.addresses import YEARS, row_number
from cptsapp.core.text import NIR_REFUSED, looks_like_nir

RESUME_FIELD = "_resume"
PHONE_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_AS_TYPED = (HiddenField, PasswordField, TextAreaField)
_FICTION = re.compile(r"0(?:199|26191|35301|46571|53649|63998)")


def one_line(value: Any) -> Any:
    """Text without breaks or control signs, which no one-line field of a browser sends: a name ends in a mail."""
    return _BREAKS.sub(" ", value) if isinstance(value, str) else value


class BaseForm(FlaskForm):
    """A form whose messages are French and which a signed-in-again author finds as it was typed."""

    class Meta(FlaskForm.Meta):
        locales = ("fr_FR", "fr")

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Let one-line fields hold one line."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, _AS_TYPED):
                options = {**options, "filters": [one_line, *unbound_field.kwargs.get("filters", ())]}
            return super().bind_field(form, unbound_field, options)

    def is_valid(self) -> bool:
        """Submitted, not merely resumed after a new sign-in, and without error."""
        return self.is_submitted() and RESUME_FIELD not in request.form and self.validate()

    def refuse(self, message: str, field: str | None = None) -> None:
        """Show a refusal under its field, or at the top of the form when it names none."""
        target = getattr(self, field, None) if field else None
        if target is None:
            self.form_errors.append(message)
        else:
            target.errors = [*target.errors, message]


class VersionedForm(BaseForm):
    """A form that says which version of its subject the author read: another one since is a conflict, not a loss."""

    version = HiddenField()

    @property
    def seen(self) -> int | None:
        """The version read, None when the page did not say."""
        return row_number(self.version.data)


class OnceMixin:
    """Adds the hidden key that makes a double submit harmless."""

    once = HiddenField(default=lambda: secrets.token_urlsafe(12))


def stripped(value: str | None) -> str | None:
    """Filter: what was typed without the blanks around it."""
    return value.strip() if value else value


def none_if_blank(value: str | None) -> str | None:
    """Filter: the same, and None for nothing."""
    return (value or "").strip() or None


def no_nir(_form: FlaskForm, field: Field) -> None:
    """Validator: what looks like a social-security number is refused, never stored."""
    if field.data and looks_like_nir(str(field.data)):
        raise ValidationError(NIR_REFUSED)


class DayField(DateField):
    """A day from which years may be counted: a slip of the finger does not lead to the end of the calendar."""

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data.year not in YEARS:
            raise ValidationError("Vérifiez l’année.")


def parse_phone(text: str) -> str | None:
    """+33… (or the overseas code) from what was typed, or None when it is no French number.

    The ranges that Arcep reserves for fiction are accepted: demonstrations and tests use them.
    """
    import phonenumbers  # a heavy library that few requests need

    digits = re.sub(r"[\s.\-/()\u00a0\u202f]+", "", text)
    if _FICTION.match(digits) and len(digits) == 10:
        return "+33" + digits[1:]
    for region in PHONE_REGIONS:
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            return None
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


class PhoneField(StringField):
    """A telephone number, kept as +33…; empty gives None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data: str | None = typed or None

    def _value(self) -> str:
        """As French people read it: a number that is stored goes back into the field as it may be typed."""
        return french.phone(self.data) if self.data else ""

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        number = parse_phone(self.data)
        if number is None:
            raise ValidationError("Ce numéro de téléphone n’existe pas en France : vérifiez les dix chiffres.")
        self.parsed = number

    parsed: str | None = None

    @property
    def number(self) -> str | None:
        """The number of a valid field as it is stored, or None when nothing was typed."""
        return self.parsed if self.data else None
