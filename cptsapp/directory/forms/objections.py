"""Forms of an objection: that it is meant, and who one is when it is taken back."""

from collections.abc import Sequence

from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from cptsapp.core.text import fold
from cptsapp.directory.forms.people import digits
from cptsapp.directory.models import Profession
from cptsapp.directory.rules.objections import Identity
from cptsapp.directory.rules.words import PROFESSION_LABELS
from cptsapp.http.fields import BaseForm, stripped
from cptsapp.territory.models import Commune


class ObjectionForm(BaseForm):
    """What is erased does not come back: a box is ticked first."""

    sure = BooleanField("J’ai lu ce qui sera effacé", [InputRequired("Cochez la case : l’effacement est définitif.")])


class LiftForm(BaseForm):
    """Who asks to figure again: as they were noted, nothing else is known of them."""

    last_name = StringField("Nom", [InputRequired("Donnez le nom."), Length(max=80)], filters=[stripped])
    first_name = StringField("Prénom", [Optional(), Length(max=80)], filters=[stripped])
    profession = SelectField(
        "Profession", choices={one.value: label for one, label in PROFESSION_LABELS.items()}, coerce=Profession
    )
    commune_code = SelectField("Commune d’exercice")
    rpps = StringField("RPPS", [Optional(), Length(max=20)], filters=[digits])
    adeli = StringField("ADELI", [Optional(), Length(max=20)], filters=[digits])

    def offer(self, communes: Sequence[Commune]) -> None:
        """Fill the communes in."""
        self.commune_code.choices = {commune.code: commune.name for commune in communes}

    def identity(self) -> Identity:
        """Who is meant."""
        named = fold(f"{self.last_name.data} {self.first_name.data or ''}")
        communes = frozenset({self.commune_code.data})
        return Identity(named, self.profession.data, communes, self.rpps.data or None, self.adeli.data or None)
