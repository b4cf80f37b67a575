"""Forms of meetings: dates put to the circle, the date chosen, who came, another day; the poll as one answers it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

from wtforms import (
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TimeField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from cptsapp.care_plans.models import DateReply
from cptsapp.care_plans.queries.meetings import PollToAnswer
from cptsapp.care_plans.rules.meeting_words import short_moment
from cptsapp.care_plans.rules.polls import DATES_MAX, REPLY_WORDS
from cptsapp.core.french import NBSP, THIN
from cptsapp.http.fields import BaseForm, DayField, VersionedForm, no_nir, stripped
from cptsapp.territory import queries as territory
from cptsapp.territory.rules import local_instant

DAY = "Donnez le jour."
HOUR = "Donnez l’heure, par exemple 18:00."
BOTH = "Donnez le jour et l’heure, ou ni l’un ni l’autre."
MINUTES = "Entre 10 minutes et 4 heures."
LINK = "L’adresse commence par https://"


def instant(day: date, wall: time) -> datetime:
    """The instant of a local hour."""
    return local_instant(day, wall, territory.zone())


class DateRow(BaseForm):
    """One date of the poll: a day and an hour, or neither."""

    class Meta(BaseForm.Meta):
        """The whole form has the token."""

        csrf = False

    day = DayField("Jour", [Optional()])
    hour = TimeField("Heure", [Optional()])

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        """Both or neither."""
        if not super().validate(extra_validators):
            return False
        if (self.day.data is None) is not (self.hour.data is None):
            missing = self.day if self.day.data is None else self.hour
            missing.errors = [*missing.errors, BOTH]
            return False
        return True


class DatesForm(VersionedForm):
    """From 2 to 6 dates, and by when to answer."""

    dates = FieldList(FormField(DateRow), min_entries=DATES_MAX, max_entries=DATES_MAX)
    closes_on = DayField("Réponses avant le", [InputRequired(DAY)])

    def chosen(self) -> list[datetime]:
        """The dates given, as instants, in order."""
        given = ((row.form.day.data, row.form.hour.data) for row in self.dates)
        return sorted(instant(day, hour) for day, hour in given if day is not None and hour is not None)


class FixForm(VersionedForm):
    """The date chosen, its length, the address of the call."""

    day = DayField("Jour", [InputRequired(DAY)])
    hour = TimeField("Heure", [InputRequired(HOUR)])
    minutes = IntegerField("Durée, en minutes", [InputRequired(MINUTES), NumberRange(10, 240, MINUTES)], default=45)
    link = StringField(
        "Adresse de la visioconférence",
        [Optional(), Length(max=300), Regexp(r"https://\S+$", message=LINK)],
        filters=[stripped],
    )

    @property
    def starts_at(self) -> datetime:
        """The instant chosen."""
        return instant(self.day.data, self.hour.data)


class HoldForm(VersionedForm):
    """The day it was held, and who was there."""

    held_on = DayField("Tenue le", [InputRequired(DAY)])
    present = SelectMultipleField(
        f"Qui était là{THIN}?",
        coerce=int,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )

    def offer(self, members: Iterable[tuple[int, str]]) -> "HoldForm":
        """The circle."""
        self.present.choices = [SelectChoice(number, name) for number, name in members]
        return self


class DueForm(VersionedForm):
    """By which other day, and why."""

    due_on = DayField("À tenir avant le", [InputRequired(DAY)])
    reason = StringField(
        "Pourquoi ce report", [InputRequired("Dites pourquoi."), Length(max=200), no_nir], filters=[stripped]
    )


class ExtraForm(BaseForm):
    """One more meeting."""

    due_on = DayField("À tenir avant le", [InputRequired(DAY)])


class PollForm(BaseForm):
    """What one answers to each date; its fields are made for the poll."""

    def replies(self, date_ids: Iterable[int]) -> dict[int, DateReply]:
        """Date → reply."""
        return {number: DateReply(self[f"date_{number}"].data) for number in date_ids}


def poll_form(poll: PollToAnswer, *, is_sent: bool) -> PollForm:
    """The form of a poll, with what was answered before."""
    choices = [SelectChoice(reply.value, word) for reply, word in REPLY_WORDS.items()]
    needed = [InputRequired(f"Répondez à chaque date{NBSP}: oui, peut-être ou non.")]
    fields = {
        f"date_{number}": RadioField(short_moment(starts_at), needed, choices=choices)
        for number, starts_at in poll.dates.items()
    }
    made: type[PollForm] = type("PollOf", (PollForm,), fields)
    if is_sent:
        return made()
    return made(formdata=None, data={f"date_{number}": reply.value for number, reply in poll.replies.items()})
