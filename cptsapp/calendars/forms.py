"""Linking a calendar, and choosing one's mails."""

from flask_wtf.file import FileField
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from cptsapp.calendars.rules import secure_address
from cptsapp.http.fields import BaseForm, no_nir
from cptsapp.snp.models import NotificationLevel

LEVEL_LABELS = {
    NotificationLevel.ALL: "Tous",
    NotificationLevel.SOON: "Seulement à moins de deux heures",
    NotificationLevel.NEVER: "Aucun",
}


class SourceForm(BaseForm):
    """A calendar to read: its address, or a file of it."""

    label = StringField(
        "Nom de cet agenda", [InputRequired("Donnez-lui un nom, par exemple « Cabinet »."), Length(max=60), no_nir]
    )
    address = StringField("Adresse", [Length(max=2000)])
    file = FileField("Ou fichier .ics")

    def validate(self, extra_validators: object = None) -> bool:
        """One of the two, and an address that can be read safely."""
        if not super().validate(extra_validators):
            return False
        if bool(self.address.data) == bool(self.file.data):
            self.refuse("Donnez une adresse, ou un fichier.", "address")
        elif self.address.data and secure_address(self.address.data) is None:
            self.refuse("Donnez une adresse qui commence par https:// ou webcal://.", "address")
        return not self.address.errors


class NotificationsForm(BaseForm):
    """Which acts of others one is told of."""

    level = RadioField(
        "Quand m’écrire", choices=[SelectChoice(level.value, LEVEL_LABELS[level]) for level in LEVEL_LABELS]
    )
