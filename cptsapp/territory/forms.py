"""Forms of the first visit and of the settings."""

import re
from datetime import time
from typing import Any

from wtforms import (
    Field,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Email, EqualTo, InputRequired, Length, NumberRange, Optional, Regexp

from cptsapp.core.french import NBSP, WEEKDAYS
from cptsapp.http.fields import BaseForm, PhoneField, none_if_blank, stripped
from cptsapp.territory import rules
from cptsapp.territory.models import IdentityMode

_SHORT_NUMBER = re.compile(r"15|1\d\d|116\d{3}|3\d{3}")
_ASK = "Écrivez une réponse ici."
BY_DEPARTMENT = "Selon le département"
_HOURS = "Donnez l’heure d’ouverture et celle de fermeture, ou laissez les deux vides."
_ORDER = "La fermeture vient après l’ouverture."

IDENTITY_CHOICES = {
    IdentityMode.FULL: f"Nom, année de naissance, téléphone{NBSP}: le cabinet sait qui vient et peut rappeler",
    IdentityMode.INITIALS: f"Initiales et année seulement{NBSP}: sans téléphone, personne ne peut rappeler le patient",
    IdentityMode.NOTHING: f"Rien{NBSP}: la référence de quatre caractères suffit, le patient la dit en arrivant",
}

IDENTITY_SHORT = {
    IdentityMode.FULL: "nom, année de naissance et téléphone",
    IdentityMode.INITIALS: "initiales et année de naissance",
    IdentityMode.NOTHING: "rien, la référence suffit",
}


class AnsweringPhoneField(PhoneField):
    """The number that answers out of hours: 15, 116 117, or an ordinary one."""

    def pre_validate(self, form: Any) -> None:
        digits = re.sub(r"\D", "", self.data or "")
        if _SHORT_NUMBER.fullmatch(digits):
            self.parsed = digits
            return
        super().pre_validate(form)


def _tiers() -> dict[str, str]:
    return {str(tier): label for tier, label in rules.SIZE_TIERS.items()}


class CodeForm(BaseForm):
    """The one-time code of the terminal."""

    code = StringField("Code affiché dans le terminal", [InputRequired(_ASK), Length(max=40)], filters=[stripped])


def pair_of_hours(opens: Field, closes: Field) -> tuple[time, time] | None:
    """(opens, closes), or None when both are blank; writes the error under the second field otherwise."""
    if opens.data is None and closes.data is None:
        return None
    if opens.data is None or closes.data is None:
        closes.errors = [*closes.errors, _HOURS]
    elif closes.data <= opens.data:
        closes.errors = [*closes.errors, _ORDER]
    else:
        return opens.data, closes.data
    return None


def _mark() -> StringField:
    return StringField(
        "Marque",
        [InputRequired(_ASK), Length(max=2, message="Deux lettres au plus."), Regexp(r"^\w+$", message="Des lettres.")],
        filters=[stripped],
    )


class FirstVisitForm(BaseForm):
    """Name, hours, who answers outside them, and the first administrator; the communes are ticked beside it."""

    name = StringField("Nom de la CPTS", [InputRequired(_ASK), Length(max=80)], filters=[stripped])
    mark = _mark()
    size_tier = SelectField("Taille du contrat", choices={"": f"Comme suggéré{NBSP}: selon la population"} | _tiers())
    week_opens = TimeField("Lundi à vendredi, de", [Optional()], default=time(8))
    week_closes = TimeField("Lundi à vendredi, à", [Optional()], default=time(20))
    saturday_opens = TimeField("Samedi, de", [Optional()], default=time(8))
    saturday_closes = TimeField("Samedi, à", [Optional()], default=time(12))
    zone = SelectField("Heure locale", choices={"": BY_DEPARTMENT} | rules.time_zones())
    holiday_region = SelectField("Jours fériés", choices={"": BY_DEPARTMENT} | rules.holiday_regions())
    out_of_hours_name = StringField(
        "Qui répond en dehors",
        [InputRequired(_ASK), Length(max=80)],
        default="la permanence des soins",
        filters=[stripped],
    )
    out_of_hours_phone = AnsweringPhoneField("À quel numéro", [InputRequired(_ASK)], default="116117")
    admin_name = StringField("Prénom et nom", [InputRequired(_ASK), Length(max=80)], filters=[stripped])
    admin_mail = StringField(
        "Adresse mail",
        [InputRequired(_ASK), Length(max=120), Email(f"Cette adresse n’est pas complète{NBSP}: il lui faut un @.")],
        filters=[stripped],
    )
    password = PasswordField("Mot de passe", [InputRequired(_ASK)])
    password_again = PasswordField(
        "Le même, encore une fois", [EqualTo("password", "Les deux mots de passe ne sont pas les mêmes.")]
    )

    def hours(self) -> dict[int, tuple[time, time]]:
        """Weekday → hours; errors are left on the fields."""
        week = pair_of_hours(self.week_opens, self.week_closes)
        saturday = pair_of_hours(self.saturday_opens, self.saturday_closes)
        return (dict.fromkeys(range(5), week) if week else {}) | ({5: saturday} if saturday else {})


class IdentityForm(BaseForm):
    """Who the CPTS is."""

    name = StringField("Nom de la CPTS", [InputRequired(_ASK), Length(max=80)], filters=[stripped])
    mark = _mark()
    phone = PhoneField("Téléphone de la coordination", [Optional()])
    size_tier = SelectField("Taille du contrat", choices=_tiers(), coerce=int)


class HoursForm(BaseForm):
    """The daytime window of each weekday, the zone, the holidays, and who answers outside."""

    zone = SelectField("Heure locale", choices=rules.time_zones())
    holiday_region = SelectField("Jours fériés", choices=rules.holiday_regions())
    out_of_hours_name = StringField("Qui répond en dehors", [InputRequired(_ASK), Length(max=80)], filters=[stripped])
    out_of_hours_phone = AnsweringPhoneField("À quel numéro", [InputRequired(_ASK)])

    def days(self) -> list[tuple[str, Field, Field]]:
        """(weekday in French, opens, closes) in order."""
        return [(name, self[f"opens_{day}"], self[f"closes_{day}"]) for day, name in enumerate(WEEKDAYS)]

    def hours(self) -> dict[int, tuple[time, time]]:
        """Weekday → hours; errors are left on the fields."""
        pairs = {day: pair_of_hours(opens, closes) for day, (_, opens, closes) in enumerate(self.days())}
        return {day: pair for day, pair in pairs.items() if pair}


for _day, _name in enumerate(WEEKDAYS):
    setattr(HoursForm, f"opens_{_day}", TimeField(f"{_name.capitalize()}, de", [Optional()]))
    setattr(HoursForm, f"closes_{_day}", TimeField(f"{_name.capitalize()}, à", [Optional()]))


class PatientsForm(BaseForm):
    """What is kept of patients, for how long, and when a shared desk locks."""

    identity_mode = RadioField(
        "Ce qu’une réservation garde du patient",
        choices={mode.value: label for mode, label in IDENTITY_CHOICES.items()},
        coerce=IdentityMode,
    )
    retention_months = IntegerField(
        "Les identités sont effacées après (mois)", [InputRequired(_ASK), NumberRange(1, 3, "De 1 à 3 mois.")]
    )
    desk_lock_minutes = IntegerField(
        "Un poste partagé se verrouille après (minutes)",
        [InputRequired(_ASK), NumberRange(1, 15, "De 1 à 15 minutes.")],
    )


class NeighbourForm(BaseForm):
    """A neighbouring CPTS and how to reach it."""

    name = StringField("Nom", [InputRequired(_ASK), Length(max=80)], filters=[stripped])
    address = TextAreaField("Adresse", [Optional(), Length(max=300)], filters=[none_if_blank])
    phone = PhoneField("Téléphone", [Optional()])
    website = StringField(
        "Site",
        [Optional(), Length(max=200), Regexp(r"^https?://\S+$", message="Une adresse qui commence par https://")],
        filters=[none_if_blank],
    )
