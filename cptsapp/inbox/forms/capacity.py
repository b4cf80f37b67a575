"""Shapes of a doctor's answer on their places, of a campaign that asks for it, of a call noted."""

from datetime import date
from typing import Any

from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cptsapp.core.french import NBSP, THIN
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, no_nir, none_if_blank, stripped
from cptsapp.inbox.actions.campaigns import Terms
from cptsapp.inbox.actions.capacity import Answer
from cptsapp.inbox.models import Offer, Takes
from cptsapp.inbox.queries.places import equation
from cptsapp.inbox.rules import places as rules

HELD_MAX = 1000  # no doctor has as many; a typed one stays a number of the database
NEAR = "near"
CONDITIONS = {
    "long_term_illness": "ALD",
    "children": "Enfants",
    "households": "Familles",
    "own_commune": "Ma commune",
    NEAR: f"À moins de {rules.NEAR_KM}{NBSP}km",
}
_DAY = "Choisissez un jour."


class _Boxes(SelectMultipleField):
    """Several choices, each a box."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class AnswerForm(BaseForm):
    """Do you take new patients: how many, which, until when; or why not, and what would help (E53–E59)."""

    takes = RadioField(
        f"Prenez-vous de nouveaux patients{THIN}?",
        choices=[SelectChoice(code.value, label) for code, label in rules.TAKES_LABELS.items()],
        validators=[InputRequired("Choisissez une réponse.")],
    )
    more = IntegerField(f"Combien{THIN}?", validators=[Optional()])
    held = HiddenField(default="0")
    conditions = _Boxes("Seulement", choices=[SelectChoice(*item) for item in CONDITIONS.items()])
    home_visits = RadioField(
        "Visites à domicile", choices=[SelectChoice("yes", "Oui"), SelectChoice("no", "Non")], default="no"
    )
    until = DayField("Jusqu’au", validators=[Optional()])
    ask_again = DayField("Le", validators=[Optional()])
    obstacles = _Boxes(
        f"Pourquoi{THIN}? (si vous voulez)", choices=[SelectChoice(*item) for item in rules.OBSTACLES.items()]
    )
    helps = _Boxes(f"Qu’est-ce qui vous aiderait{THIN}?", choices=[SelectChoice(*item) for item in rules.HELPS.items()])

    @property
    def chosen(self) -> Takes:
        """The answer ticked; yes as long as there is none."""
        return Takes(self.takes.data) if self.takes.data in set(Takes) else Takes.YES

    def step(self, asked: str) -> None:
        """Press − or + on the server, as `more:-1` or `more:1` says."""
        self.more.data = max(1, min(rules.OFFERED_MAX, (self.more.data or 0) + (-1 if asked.endswith("-1") else 1)))
        self.more.raw_data, self.more.errors = None, []

    def validate(self, extra_validators: Any = None) -> bool:
        """What the answer needs, and nothing of what it hides."""
        super().validate(extra_validators)
        is_no = self.chosen is Takes.NO
        day = self.ask_again if is_no else self.until
        if day.data is None and not day.errors:
            day.errors = [_DAY]
        if not is_no and self.more.data is None and not self.more.errors:
            self.more.errors = ["Dites combien, en chiffres."]
        hidden = (self.until, self.more) if is_no else (self.ask_again,)
        for field in hidden:
            field.errors = []
        return not self.errors

    def answer(self) -> Answer:
        """The answer of a valid form."""
        ticked = set(self.conditions.data or ())
        day = self.ask_again.data if self.chosen is Takes.NO else self.until.data
        return Answer(
            takes=self.chosen,
            valid_until=day,
            more=self.more.data or 0,
            held=_held(self.held.data),
            long_term_illness="long_term_illness" in ticked,
            children="children" in ticked,
            households="households" in ticked,
            own_commune="own_commune" in ticked,
            max_km=rules.NEAR_KM if NEAR in ticked else None,
            home_visits=self.home_visits.data == "yes",
            obstacles=tuple(self.obstacles.data or ()),
            helps=tuple(self.helps.data or ()),
        )


def _held(typed: str | None) -> int:
    return min(int(typed), HELD_MAX) if typed and typed.isascii() and typed.isdigit() and len(typed) < 5 else 0


def values_of(offer: Offer | None, until: date, ask_again: date) -> dict[str, Any]:
    """What the page opens with: the answer in force, else five places and the days proposed."""
    if offer is None:
        return {"more": 5, "held": "0", "until": until, "ask_again": ask_again, "home_visits": "no"}
    ticked = [code for code in CONDITIONS if code != NEAR and getattr(offer, code)]
    is_no, left = offer.takes is Takes.NO, equation(offer).left
    return {
        "takes": offer.takes.value,
        "more": max(1, left) if not is_no else 5,
        "held": str(offer.taken + offer.pending),
        "conditions": [*ticked, NEAR] if offer.max_km else ticked,
        "home_visits": "yes" if offer.home_visits else "no",
        "until": until if is_no else max(until, offer.valid_until),
        "ask_again": max(ask_again, offer.valid_until) if is_no else ask_again,
        "obstacles": offer.obstacles,
        "helps": offer.helps,
    }


class CampaignForm(BaseForm, OnceMixin):
    """Asking every GP: a name, a word of one's own, until when one answers, until when an answer holds."""

    name = StringField(
        "Nom",
        filters=[stripped],
        validators=[
            DataRequired("Donnez un nom, par exemple «\u00a0Places, rentrée 2026\u00a0»."),
            Length(max=80, message="80 signes au plus."),
            no_nir,
        ],
    )
    message = TextAreaField(
        "Un mot de votre part dans le mail",
        filters=[stripped],
        validators=[Length(max=600, message="600 signes au plus."), no_nir],
    )
    ends_on = DayField("Répondre avant le", validators=[DataRequired(_DAY)])
    valid_until = DayField("Valables jusqu’au", validators=[DataRequired(_DAY)])

    def terms(self) -> Terms:
        """What a valid form asks."""
        return Terms(self.name.data or "", self.message.data or "", self.ends_on.data, self.valid_until.data)


class CallForm(BaseForm):
    """A call that brought no answer yet."""

    note = StringField(
        "Note",
        filters=[none_if_blank],
        validators=[Length(max=200, message="200 signes au plus."), no_nir],
    )
