"""Forms of what a CPTS decides of its adhesion: the settings, a version of a text."""

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from cptsapp.http.fields import BaseForm, OnceMixin, no_nir
from cptsapp.membership.forms.euros import EurosField, euros_of
from cptsapp.membership.models import MembershipSettings, PeriodKind
from cptsapp.membership.rules.words import PERIOD_LABELS

ASK = "Écrivez une réponse ici."
ADDRESS_LINES = 5


def _lines(value: str | None) -> str | None:
    """Filter: an address of a few lines, without the blank ones."""
    kept = [line.strip() for line in (value or "").splitlines() if line.strip()]
    return "\n".join(kept) or None


class SettingsForm(BaseForm):
    """How members' years and fees are counted, and who sees them."""

    period_kind = RadioField(
        "Une adhésion couvre", choices={kind.value: label for kind, label in PERIOD_LABELS.items()}, coerce=PeriodKind
    )
    person_fee = EurosField("Cotisation d’une personne, en euros")
    organisation_fee = EurosField("Cotisation d’une structure, en euros")
    reminder_days = IntegerField(
        "Rappel, jours avant la fin", [InputRequired(ASK), NumberRange(1, 120, "De 1 à 120 jours.")]
    )
    is_open = BooleanField("La page «\u00a0Adhérer\u00a0» reçoit des demandes")
    shows_members = BooleanField("Les professionnels et leurs secrétariats voient qui est adhérent")
    target_percent = IntegerField("Taux d’adhésion visé, en %", [Optional(), NumberRange(1, 100, "De 1 à 100.")])
    address = TextAreaField(
        "Adresse de l’association, sur les reçus", [Optional(), Length(max=300), no_nir], filters=[_lines]
    )

    def validate_address(self, field: TextAreaField) -> None:
        """A receipt has room for a few lines."""
        if len((field.data or "").splitlines()) > ADDRESS_LINES:
            raise ValidationError("Cinq lignes au plus.")

    @classmethod
    def of(cls, kept: MembershipSettings) -> "SettingsForm":
        """The form as the settings stand."""
        fees = {
            "person_fee": euros_of(kept.person_fee_cents),
            "organisation_fee": euros_of(kept.organisation_fee_cents),
        }
        return cls(obj=kept, **fees)

    def values(self) -> dict[str, Any]:
        """The columns of `MembershipSettings`."""
        names = ("period_kind", "reminder_days", "is_open", "shows_members", "target_percent", "address")
        fees = {"person_fee_cents": self.person_fee.cents, "organisation_fee_cents": self.organisation_fee.cents}
        return {name: self[name].data for name in names} | fees


class TextForm(BaseForm, OnceMixin):
    """The next version of the charter or of the statutes; `after` is the version its author has read."""

    body = TextAreaField("Texte", [InputRequired("Écrivez ou collez le texte."), Length(max=200_000), no_nir])
    after = HiddenField()
