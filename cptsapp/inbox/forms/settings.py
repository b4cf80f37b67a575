"""The form of what a CPTS decides of its requests: the line, the delays, the weights, how long they are kept."""

from typing import Any

from wtforms import BooleanField, Field, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cptsapp.http.fields import BaseForm, PhoneField, no_nir, stripped
from cptsapp.inbox.models import InboxSettings
from cptsapp.inbox.queries.settings import delays, weights
from cptsapp.inbox.rules.deadlines import DEADLINE_LABELS, DELAYS
from cptsapp.inbox.rules.priority import CRITERIA

ASK = "Écrivez un nombre."
DAYS_MAX, WEIGHT_MAX = 120, 100
# Those that the law or a promise fixes are not set here: the private link, the drafts, what a robot sent.
SET_DELAYS: dict[str, str] = {
    **{d.value: words for d, words in DEADLINE_LABELS.items()},
    "partner_begins": "un partenaire dit qu’il commence une recherche",
}
assert set(SET_DELAYS) <= set(DELAYS)


def _whole(label: str, first: int, last: int) -> IntegerField:
    return IntegerField(label, [InputRequired(ASK), NumberRange(first, last, f"De {first} à {last}.")])


def _text(label: str, longest: int) -> StringField:
    return StringField(label, [Optional(), Length(max=longest), no_nir], filters=[stripped])


class SettingsForm(BaseForm):
    """The page « Réglages » of the requests."""

    is_open = BooleanField("Le formulaire « Trouver un médecin traitant » reçoit des demandes")
    line_phone = PhoneField("Téléphone des demandes", [Optional()])
    line_hours = _text("Ses horaires", 120)
    dpo_contact = _text("Délégué à la protection des données", 160)
    inactive_months = _whole("Alerte sur une demande sans activité, en mois", 1, 12)
    retention_months = _whole("Une demande close devient anonyme après, en mois", 12, 24)

    @classmethod
    def of(cls, kept: InboxSettings) -> "SettingsForm":
        """The form as the settings stand."""
        days = {f"delay_{code}": value for code, value in delays().items()}
        worth = {f"weight_{code}": value for code, value in weights().items()}
        return cls(obj=kept, **days, **worth)

    def delay_fields(self) -> list[Field]:
        """The delays, in the order of the way of a request."""
        return [self[f"delay_{code}"] for code in SET_DELAYS]

    def weight_fields(self) -> list[Field]:
        """The weights, in the order the criteria are shown."""
        return [self[f"weight_{code}"] for code in CRITERIA]

    def values(self) -> dict[str, Any]:
        """The columns of `InboxSettings`."""
        names = ("is_open", "inactive_months", "retention_months")
        texts = {name: self[name].data or "" for name in ("line_hours", "dpo_contact")}
        return {
            **{name: self[name].data for name in names},
            **texts,
            "line_phone": self.line_phone.number,
            "delays": {code: self[f"delay_{code}"].data for code in SET_DELAYS},
            "weights": {code: self[f"weight_{code}"].data for code in CRITERIA},
        }


for _code, _label in SET_DELAYS.items():
    setattr(SettingsForm, f"delay_{_code}", _whole(_label[:1].upper() + _label[1:], 1, DAYS_MAX))
for _code, _label in CRITERIA.items():
    setattr(SettingsForm, f"weight_{_code}", _whole(_label, 0, WEIGHT_MAX))
