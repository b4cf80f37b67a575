"""Forms of the partners: what a structure is to the CPTS, whom to talk to there, its departure."""

from collections.abc import Iterable

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from cptsapp.conventions.actions.partners import ContactTerms
from cptsapp.conventions.models import PartnerKind, Relation
from cptsapp.conventions.rules.register import KIND_LABELS
from cptsapp.core.addresses import row_number
from cptsapp.core.french import NBSP
from cptsapp.directory.models import Person
from cptsapp.http.fields import BaseForm, DayField, OnceMixin, PhoneField, no_nir, none_if_blank, stripped

ASK = "Écrivez une réponse ici."
INCOMPLETE = f"Cette adresse n’est pas complète{NBSP}: il lui faut un @."
RELATIONS = {Relation.PARTNERSHIP: "Partenariat", Relation.MEMBERSHIP: "Adhésion à la CPTS"}


class PartnerForm(BaseForm, OnceMixin):
    """What a structure of the directory is to the CPTS (D45, D46)."""

    kind = SelectField(
        "Sorte de partenaire",
        choices={kind.value: label for kind, label in KIND_LABELS.items()},
        coerce=PartnerKind,
        default=PartnerKind.OTHER,
    )
    relation = RadioField(
        "Relation",
        choices=[SelectChoice(relation.value, label) for relation, label in RELATIONS.items()],
        coerce=Relation,
        default=Relation.PARTNERSHIP,
    )


class NewStructureForm(PartnerForm):
    """The same with the structure, which the directory does not have yet."""

    name = StringField("Nom de la structure", [DataRequired(ASK), Length(max=120), no_nir], filters=[stripped])
    phone = PhoneField("Téléphone", [Optional()])
    mail = StringField("Mail", [Optional(), Length(max=120), Email(INCOMPLETE)], filters=[none_if_blank])


class ContactForm(BaseForm, OnceMixin):
    """Someone to talk to there: chosen among those who practise at the structure, or named."""

    person_id = SelectField("Personne de l’annuaire", coerce=str, default="")
    name = StringField("Ou son nom", [Length(max=120), no_nir], filters=[stripped])
    function = StringField("Fonction", [Length(max=120), no_nir], filters=[stripped])
    phone = PhoneField("Téléphone", [Optional()])
    mail = StringField("Mail", [Optional(), Length(max=120), Email(INCOMPLETE)], filters=[none_if_blank])
    is_signatory = BooleanField("Signe les conventions")

    def offer(self, people: Iterable[Person]) -> None:
        """Hand in those who may be chosen."""
        named = [SelectChoice(str(person.id), person.full_name) for person in people]
        self.person_id.choices = [SelectChoice("", "—"), *named]

    def terms(self) -> ContactTerms:
        """What is to be noted."""
        return ContactTerms(
            row_number(self.person_id.data),
            self.name.data or "",
            self.function.data or "",
            self.phone.number,
            self.mail.data,
            self.is_signatory.data,
        )


class LeaveForm(BaseForm):
    """The day a partner left, and why."""

    left_on = DayField("Parti le", [InputRequired("Donnez le jour du départ.")])
    reason = TextAreaField("Raison", [DataRequired(ASK), Length(max=400), no_nir], filters=[stripped])
