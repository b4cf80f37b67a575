"""Forms of the sheet of a person: an exchange."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from cptsapp.directory.models import Channel
from cptsapp.directory.rules.exchanges import CHANNEL_LABELS
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, no_nir, stripped

NOTE_MAX = 600


class ExchangeForm(BaseForm, OnceMixin):
    """What was said with a professional, on a day."""

    held_on = DayField("Jour", [InputRequired("Donnez le jour.")])
    channel = RadioField(
        "Comment",
        choices={channel.value: label for channel, label in CHANNEL_LABELS.items()},
        coerce=Channel,
        default=Channel.CALL,
    )
    note = TextAreaField(
        "Ce qui s’est dit", [InputRequired("Écrivez une phrase."), Length(max=NOTE_MAX), no_nir], filters=[stripped]
    )
