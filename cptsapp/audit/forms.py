"""The filter of the trail, read from the address so that it can be kept and sent."""

from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from cptsapp.audit.models import Category
from cptsapp.audit.queries import Filter
from cptsapp.audit.words import THINGS

GESTURES = {"changements": Category.CHANGE, "lectures": Category.READING, "questions": Category.QUESTION}
EVERYTHING = SelectChoice("", "Tout")


def _number(value: Any) -> int | None:
    return int(value) if value else None


class FilterForm(Form):
    """Who, what, since when; unreadable values count as absent."""

    qui = SelectField("Qui", coerce=_number, validators=[Optional()])
    quoi = SelectField(
        "Quoi", choices=[EVERYTHING, *(SelectChoice(*thing) for thing in THINGS.items())], validators=[Optional()]
    )
    du = DateField("Du", validators=[Optional()])
    au = DateField("Au", validators=[Optional()])

    def set_people(self, people: list[tuple[int, str]]) -> None:
        """Who can be chosen."""
        self.qui.choices = [
            SelectChoice("", "Tout le monde"),
            *(SelectChoice(str(number), name) for number, name in people),
        ]


def filter_of(args: MultiDict[str, str], form: FilterForm) -> Filter:
    """The filter the address asks for."""
    form.validate()
    valid = {name: value for name, value in form.data.items() if not form.errors.get(name)}
    return Filter(
        category=GESTURES.get(args.get("geste", "")),
        user_id=valid.get("qui"),
        subject_type=valid.get("quoi") or None,
        from_on=_day(valid.get("du")),
        until_on=_day(valid.get("au")),
    )


def _day(value: object) -> date | None:
    """A day that has a day before and after it in every zone, or None."""
    return value if isinstance(value, date) and date.min.year < value.year < date.max.year else None
