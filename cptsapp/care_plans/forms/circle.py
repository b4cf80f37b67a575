"""Forms of the circle: who joins, how the person agreed, who becomes the regular doctor."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from cptsapp.care_plans.actions.circle import Place
from cptsapp.care_plans.models import Consent, MemberRole
from cptsapp.care_plans.relatives import Relative
from cptsapp.care_plans.rules.words import CONSENTS
from cptsapp.core.addresses import row_number
from cptsapp.directory.models import Organisation, Person
from cptsapp.directory.rules.words import ORGANISATION_LABELS, PROFESSION_SHORT
from cptsapp.http.fields import BaseForm, PhoneField, VersionedForm, no_nir, stripped

NOT_YET = SelectChoice("", "Pas encore recueilli")
ROLES = (
    (MemberRole.PROFESSIONAL, "Professionnel du cercle"),
    (MemberRole.REGULAR_DOCTOR, "Médecin traitant"),
    (MemberRole.LEAD, "Référent du plan"),
)
_CONSENTS = [SelectChoice(code.value, words) for code, words in CONSENTS.items()]


class AgreementMixin:
    """How the person agreed that this member know of the plan; nothing for not yet."""

    consent = RadioField("Accord de la personne", choices=[NOT_YET, *_CONSENTS], default="", validators=[Optional()])

    @property
    def agreed(self) -> Consent | None:
        """How it was collected, None for not yet."""
        return Consent(self.consent.data) if self.consent.data else None


def _number(value: object) -> int | None:
    """The number of a choice; None for anything else, which is as if nothing were chosen."""
    return row_number(str(value))


class SeveralField(RadioField):
    """Those that a typed name may mean; what comes back is checked against them by the view (`chosen`)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            "Plusieurs répondent\u00a0: choisissez", coerce=_number, choices=[], validate_choice=False, **kwargs
        )


class AddForm(AgreementMixin, BaseForm):
    """What every way of joining asks: the person's agreement, and whether to invite at once."""

    invites = BooleanField("L’inviter maintenant")

    def validate_invites(self, field: BooleanField) -> None:
        """Nobody is told of a plan before the person agrees."""
        if field.data and self.agreed is None:
            raise ValidationError("Recueillez d’abord l’accord de la personne.")


class PersonForm(AddForm):
    """Someone of the directory, by the beginning of their name or their RPPS; chosen among several when needed."""

    who = StringField("Qui", [DataRequired("Écrivez son nom."), Length(max=80), no_nir], filters=[stripped])
    person = SeveralField()
    role = RadioField(
        "Sa place",
        choices=[SelectChoice(role.value, words) for role, words in ROLES],
        default=MemberRole.PROFESSIONAL.value,
        validators=[InputRequired("Dites sa place dans le cercle.")],
    )
    is_lead = BooleanField("Référent du plan aussi")

    def offer(self, found: Sequence[Person]) -> None:
        """Those that the name may mean."""
        self.person.choices = [SelectChoice(one.id, who_words(one)) for one in found]

    def place(self) -> Place:
        """The place asked for."""
        role = MemberRole(self.role.data)
        return Place(role, self.is_lead.data or role is MemberRole.LEAD, self.agreed)


def who_words(person: Person) -> str:
    """« Carole Jolly, infirmier(ère) »."""
    return f"{person.full_name}, {PROFESSION_SHORT[person.profession].lower()}"


class StructureForm(AddForm):
    """A structure of the directory, by the beginning of its name."""

    who = StringField("Structure", [DataRequired("Écrivez son nom."), Length(max=80), no_nir], filters=[stripped])
    house = SeveralField()

    def offer(self, found: Sequence[Organisation]) -> None:
        """Those that the name may mean."""
        self.house.choices = [SelectChoice(one.id, f"{one.name}, {ORGANISATION_LABELS[one.kind]}") for one in found]


class RelativeForm(AddForm):
    """Someone close, who has no sheet in the directory."""

    name = StringField("Nom", [DataRequired("Donnez son nom."), Length(max=80), no_nir], filters=[stripped])
    link = StringField("Lien avec la personne", [Length(max=40), no_nir], filters=[stripped])
    phone = PhoneField("Téléphone", [Optional()])
    mail = StringField("Mail", [Optional(), Length(max=120), Email("Vérifiez l’adresse.")], filters=[stripped])

    def relative(self) -> Relative:
        """What was typed."""
        return Relative(
            self.name.data or "", self.link.data or "", self.phone.number or "", (self.mail.data or "").lower()
        )


class AgreementForm(BaseForm):
    """How the person agreed."""

    consent = RadioField("Comment", choices=_CONSENTS, validators=[InputRequired("Dites comment.")])


class DoctorForm(AgreementMixin, VersionedForm):
    """Who becomes the regular doctor."""

    who = StringField("Nouveau médecin", [DataRequired("Écrivez son nom."), Length(max=80), no_nir], filters=[stripped])
    person = SeveralField()

    def offer(self, found: Sequence[Person]) -> None:
        """Those that the name may mean."""
        self.person.choices = [SelectChoice(one.id, who_words(one)) for one in found]
