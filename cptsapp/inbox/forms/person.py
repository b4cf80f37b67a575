"""Forms of the person's own page: the birth date, what the doctors answered, how to be reached, a right."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from cptsapp.http.fields import BaseForm, PhoneField, no_nir, stripped
from cptsapp.inbox.actions.person import Reach
from cptsapp.inbox.forms.entry import BirthField
from cptsapp.inbox.models import RightKind
from cptsapp.inbox.queries.person import DoctorToCall
from cptsapp.inbox.rules import rights
from cptsapp.inbox.rules.person_words import none_label

APPOINTMENT, NONE, CALL = "rdv", "aucun", "appel"
YES, NO = "oui", "non"


class BirthDateForm(BaseForm):
    """The date that opens the page."""

    birth_date = BirthField("Date de naissance")


class OutcomeForm(BaseForm):
    """What became of the calls to the doctors."""

    outcome = RadioField("Qu’ont-ils répondu\u202f?", validators=[InputRequired("Choisissez une réponse.")])

    def offer(self, doctors: list[DoctorToCall]) -> None:
        """One appointment a doctor, none, or a call."""
        self.outcome.choices = [
            *(SelectChoice(f"{APPOINTMENT}-{one.proposal_id}", _appointment(one, len(doctors))) for one in doctors),
            SelectChoice(NONE, none_label(len(doctors))),
            SelectChoice(CALL, "Je préfère que vous m’appeliez"),
        ]
        if len(doctors) == 1:
            self.outcome.label.text = "Qu’a-t-il répondu\u202f?"

    @property
    def proposal_id(self) -> int | None:
        """The doctor chosen, None for the other answers."""
        kind, _, number = (self.outcome.data or "").partition("-")
        return int(number) if kind == APPOINTMENT else None


def _appointment(one: DoctorToCall, count: int) -> str:
    whose = f" pour {one.for_whom}" if one.for_whom else ""
    return f"J’ai un rendez-vous avec le {one.doctor.name}{whose}" if count > 1 or whose else "J’ai un rendez-vous"


class DeclarationForm(BaseForm):
    """Whether the declaration is made."""

    declared = RadioField(
        "La déclaration de médecin traitant est-elle faite\u202f?",
        choices=[SelectChoice(YES, "Oui, c’est fait"), SelectChoice(NO, "Non, ce médecin ne me suit pas finalement")],
        validators=[InputRequired("Choisissez une réponse.")],
    )


class FoundForm(BaseForm):
    """A doctor found by oneself."""

    name = StringField(
        "Nom du médecin",
        [DataRequired("Écrivez le nom du médecin."), Length(max=120), no_nir],
        filters=[stripped],
    )


class ReachForm(BaseForm):
    """How to be reached."""

    phone = PhoneField("Téléphone")
    mail = StringField(
        "Mail",
        [Optional(), Length(max=254), Email("Vérifiez ce mail, par exemple prenom.nom@courriel.fr.")],
        filters=[stripped],
    )
    call_when = StringField("Quand vous appeler", [Length(max=120), no_nir], filters=[stripped])
    address = StringField("Adresse", [Length(max=200), no_nir], filters=[stripped])

    def reach(self) -> Reach:
        """What was typed."""
        return Reach(self.phone.number or "", self.mail.data or "", self.call_when.data or "", self.address.data or "")


class AnswerForm(BaseForm):
    """What the person answers to what was missing."""

    text = TextAreaField(
        "Votre réponse",
        [DataRequired("Écrivez votre réponse."), Length(max=1000), no_nir],
        filters=[stripped],
    )


class RightForm(BaseForm):
    """A right the person asks for."""

    kind = RadioField(
        "Que demandez-vous\u202f?",
        choices=[SelectChoice(kind.value, label) for kind, label in rights.KINDS.items()],
        validators=[InputRequired("Choisissez ce que vous demandez.")],
    )
    note = StringField("Ce qu’il faut corriger, ou une précision", [Length(max=500), no_nir], filters=[stripped])

    @property
    def chosen(self) -> RightKind:
        """The right, of a valid form."""
        return RightKind(self.kind.data)
