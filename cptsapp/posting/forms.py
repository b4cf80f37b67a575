"""Forms of posting: shapes and French labels; the chips, places and patients are handed in."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TimeField,
    ValidationError,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cptsapp.core import addresses
from cptsapp.core.french import NBSP, THIN, WEEKDAYS_SHORT, day_short
from cptsapp.http.fields import BaseForm, OnceMixin, no_nir
from cptsapp.posting.rules import words
from cptsapp.posting.rules.draft import DURATION_MAX, DURATION_MIN, Draft, minutes_between
from cptsapp.snp import words as agenda_words
from cptsapp.snp.models import SEATS_MAX, FollowUp, Modality

OTHER = "autre"
QUARTER = timedelta(minutes=15)
STEPS = {"capacity": 1, "duration": 5}
_NUMBER = "Écrivez un nombre."
_HOUR = "Écrivez une heure, par exemple 17:00."
_DAY = "Choisissez un jour."


def when_value(local_start: datetime) -> str:
    """A moment as the value of its chip."""
    return local_start.strftime("%Y-%m-%dT%H:%M")


class DetailsForm(OnceMixin, BaseForm):
    """Where, how and for whom: what one rarely changes from one post to the next."""

    practice = RadioField("Lieu", coerce=int, validators=[InputRequired("Choisissez un lieu.")])
    modality = RadioField(
        f"Comment{THIN}?",
        choices=[SelectChoice(m.value, text) for m, text in agenda_words.MODALITIES.items()],
        validators=[InputRequired("Choisissez comment le patient est vu.")],
    )
    conditions = SelectMultipleField(
        "Conditions",
        choices=[SelectChoice(c.value, words.capital(text)) for c, text in agenda_words.CONDITIONS.items()],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    confirmed = HiddenField(default="")

    def offer_places(self, places: Sequence[tuple[int, str]]) -> None:
        """The places of the practitioner, (practice number, words)."""
        self.practice.choices = [SelectChoice(number, text) for number, text in places]

    def details(self) -> tuple[int, Modality, tuple[str, ...]]:
        """The practice, the modality and the conditions of a valid form."""
        return self.practice.data, Modality(self.modality.data), tuple(self.conditions.data or ())

    def step(self, asked: str) -> None:
        """Press − or + of a stepper on the server, as `name:-1` or `name:1` says."""
        name, _, sign = asked.partition(":")
        field = self._fields.get(name)
        up = -1 if sign == "-1" else 1
        if isinstance(field, IntegerField) and name in STEPS:
            _put(field, _bounded(name, (field.data or 0) + up * STEPS[name]))
        elif isinstance(field, TimeField) and field.data:
            _put(field, _shifted(field.data, QUARTER * up))


def _put(field: Any, value: Any) -> None:
    """Give a field a value, forgetting what was typed."""
    field.data, field.raw_data, field.errors = value, None, []


def _bounded(name: str, value: int) -> int:
    low, high = (1, SEATS_MAX) if name == "capacity" else (DURATION_MIN, DURATION_MAX)
    return max(low, min(high, value))


def _shifted(wall: time, by: timedelta) -> time:
    moved = datetime.combine(date(2000, 1, 2), wall) + by
    return moved.time() if moved.date() == date(2000, 1, 2) else wall


class SlotForm(DetailsForm):
    """One slot for one patient: a chip, or another day and hour."""

    when = RadioField(f"Quand{THIN}?", validate_choice=False, validators=[InputRequired("Choisissez une heure.")])
    other_day = DateField("Jour", validators=[Optional()])
    other_time = TimeField("Heure", validators=[Optional()])
    duration = IntegerField(
        "Minutes par patient",
        validators=[
            InputRequired(_NUMBER),
            NumberRange(DURATION_MIN, DURATION_MAX, f"De {DURATION_MIN} à {DURATION_MAX}{NBSP}minutes par patient."),
        ],
    )

    def offer(self, moments: Sequence[datetime], today: date) -> None:
        """The chips; the one that was posted stays among them even when the clock has moved on."""
        shown = list(moments)
        posted = _moment(self.when.data)
        if posted is not None and when_value(posted) not in map(when_value, shown):
            shown.insert(0, posted)
        chips = [SelectChoice(when_value(at), words.chip_moment(at, today)) for at in shown]
        self.when.choices = [*chips, SelectChoice(OTHER, "Autre…")]

    def validate_when(self, field: RadioField) -> None:
        """A chip's moment, or a day and an hour."""
        if field.data != OTHER and _moment(field.data) is None:
            raise ValidationError("Choisissez une heure.")
        if field.data == OTHER and not (self.other_day.data and self.other_time.data):
            raise ValidationError("Choisissez un jour et une heure.")

    def moment(self) -> tuple[date, time] | None:
        """The local day and time asked for, when they are whole."""
        if self.when.data == OTHER:
            day, wall = self.other_day.data, self.other_time.data
            return (day, wall) if day and wall else None
        found = _moment(self.when.data)
        return (found.date(), found.time()) if found else None

    def draft(self) -> Draft:
        """What a valid form asks for."""
        moment = self.moment()
        assert moment is not None  # validated
        return Draft(*self.details(), *moment, self.duration.data, 1)


def _moment(value: str | None) -> datetime | None:
    try:
        return datetime.strptime(value or "", "%Y-%m-%dT%H:%M")  # noqa: DTZ007  a wall time, on purpose
    except ValueError:
        return None


class TimesForm(DetailsForm):
    """From when to when, for how many patients."""

    opens = TimeField("De", validators=[InputRequired(_HOUR)])
    closes = TimeField("À", validators=[InputRequired(_HOUR)])
    capacity = IntegerField("Patients", validators=[InputRequired(_NUMBER)])

    def minutes(self) -> int:
        """Length of the whole."""
        return minutes_between(self.opens.data, self.closes.data)

    def draft_on(self, day: date) -> Draft:
        """What a valid form asks for, on a day."""
        return Draft(*self.details(), day, self.opens.data, self.minutes(), self.capacity.data)


class RangeForm(TimesForm):
    """A plage: a day, hours, patients."""

    day = RadioField(f"Quel jour{THIN}?", validate_choice=False, validators=[InputRequired(_DAY)])
    other_day = DateField("Jour", validators=[Optional()])

    def offer(self, days: Sequence[date], today: date) -> None:
        """The chips of days; the one that was posted stays among them."""
        shown = list(days)
        posted = addresses.day(self.day.data)
        if posted is not None and posted not in shown:
            shown.insert(0, posted)
        self.day.choices = [(d.isoformat(), words.capital(words.short_day(d, today))) for d in shown] + [
            (OTHER, "Autre…")
        ]

    def validate_day(self, field: RadioField) -> None:
        """A chip's day, or another one."""
        if self.chosen_day() is None:
            raise ValidationError(_DAY)

    def chosen_day(self) -> date | None:
        """The day asked for."""
        return self.other_day.data if self.day.data == OTHER else addresses.day(self.day.data)

    def draft(self) -> Draft:
        """What a valid form asks for."""
        day = self.chosen_day()
        assert day is not None  # validated
        return self.draft_on(day)


class RepeatForm(OnceMixin, BaseForm):
    """Which weekdays, and until when."""

    weekdays = SelectMultipleField(
        f"Quels jours{THIN}?",
        coerce=int,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    until = RadioField(f"Jusqu’à quand{THIN}?", validators=[InputRequired(_DAY)])
    until_day = DateField("Dernier jour", validators=[Optional()])
    announced = HiddenField(default="")
    confirmed = HiddenField(default="")

    def offer(self, weekdays: Sequence[int], end: tuple[date, str]) -> None:
        """The weekdays shown, and the end proposed with its words."""
        self.weekdays.choices = [SelectChoice(day, words.capital(WEEKDAYS_SHORT[day])) for day in weekdays]
        last, label = end
        self.until.choices = [
            SelectChoice(last.isoformat(), f"{label}||{day_short(last)}"),
            SelectChoice(OTHER, "Autre date…"),
        ]

    def last_day(self) -> date | None:
        """The last day asked for."""
        return self.until_day.data if self.until.data == OTHER else addresses.day(self.until.data)

    def validate_until(self, _field: RadioField) -> None:
        """A known end, or a date."""
        if self.last_day() is None:
            raise ValidationError("Choisissez le dernier jour.")


class ChangeForm(TimesForm):
    """Other hours, places, modality; for this date, or for it and those that follow."""

    scope = RadioField(
        f"Quelles dates{THIN}?",
        choices=[SelectChoice("une", "Cette date"), SelectChoice("suite", "Celle-ci et les suivantes")],
        default="une",
    )
    announced = HiddenField(default="")

    def fix_what_is_booked(self) -> None:
        """With a patient booked, only the number of places and the conditions can change."""
        del self.opens, self.closes, self.practice, self.modality


def choices_of(posted: Mapping[str, str]) -> dict[int, FollowUp]:
    """What was chosen for each patient: fields `suite-<booking>`. What is not one of the three is as nothing."""
    known = {choice.value: choice for choice in FollowUp}
    found = {}
    for name, value in posted.items():
        prefix, _, digits = name.partition("-")
        number = addresses.row_number(digits)
        if prefix == "suite" and number is not None and value in known:
            found[number] = known[value]
    return found


class WithdrawForm(BaseForm):
    """Confirm what becomes of the patients; the choices are read by `choices_of`."""

    scope = RadioField(
        f"Quelles dates{THIN}?",
        choices=[SelectChoice("une", "Cette date"), SelectChoice("suite", "Celle-ci et les suivantes")],
        default="une",
    )
    announced = HiddenField(default="")


class AbsenceForm(OnceMixin, BaseForm):
    """Today, from a day to a day, or without an end."""

    length = RadioField(
        "Combien de temps",
        choices=[
            SelectChoice("jour", "Aujourd’hui"),
            SelectChoice("dates", "Du… au…"),
            SelectChoice("sans-fin", "Sans fin prévue"),
        ],
        default="jour",
    )
    from_on = DateField("Du", validators=[Optional()])
    until_on = DateField("Au soir du", validators=[Optional()])
    announced = HiddenField(default="")

    def days(self, today: date) -> tuple[date, date | None] | None:
        """The first and last day asked for; no last one without an end; None while a date is missing."""
        if self.length.data == "jour":
            return today, today
        if self.length.data == "sans-fin":
            return self.from_on.data or today, None
        first, last = self.from_on.data, self.until_on.data
        return (first, last) if first and last else None


class ProfileForm(BaseForm):
    """Whether one takes patients beyond the slots."""

    accepts = BooleanField("J’accepte des patients en sus de mes créneaux")
    note = StringField(
        "Ce que la régulation doit savoir",
        validators=[Length(max=120, message="Au plus 120 caractères."), no_nir],
    )
