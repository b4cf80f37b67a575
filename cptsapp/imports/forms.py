"""Forms of imports: a file, its day, what is decided. Choices are handed in by the views."""

from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, RadioField, ValidationError
from wtforms.validators import InputRequired, Optional

from cptsapp.http.fields import BaseForm
from cptsapp.imports.mapping import Subject

CHOOSE = "Choisissez un fichier."


class _FileForm(BaseForm):
    """A form that carries one file."""

    file = FileField("Fichier")

    def validate_file(self, field: Any) -> None:
        """An input of a file left empty sends a file without a name."""
        if not field.data or not field.data.filename:
            raise ValidationError(CHOOSE)


class ExtractForm(_FileForm):
    """The open extract of the national directory, and the day it is of."""

    extract_on = DateField("Date de l’extrait", [Optional()])

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def validate_extract_on(self, field: Any) -> None:
        """An extract says what is, not what will be."""
        if field.data and field.data > self._today:
            raise ValidationError("Cette date n’est pas encore venue.")


class DepotForm(BaseForm):
    """A file that whoever administers the machine has put there."""

    name = HiddenField(validators=[InputRequired(CHOOSE)])


class ListForm(_FileForm):
    """A list of the CPTS's own."""

    subject = RadioField(
        "Que contient cette liste ?".replace(" ?", "\u202f?"),
        choices={Subject.PERSONS.value: "Des professionnels", Subject.STRUCTURES.value: "Des structures"},
        default=Subject.PERSONS.value,
    )
