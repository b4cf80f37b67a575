"""Forms of a file: what is missing, answers corrected, someone of the household, agreements, closing.

Each carries the `version` of the file as its page showed it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional

from cptsapp.http.fields import BaseForm, DayField, OnceMixin, PhoneField, VersionedForm, no_nir, stripped
from cptsapp.inbox.actions.household import Answers, Found, difficulties_of
from cptsapp.inbox.actions.receive import SeekerAnswers
from cptsapp.inbox.models import Asker, Consent, HomeVisit, Outcome, Reason, Recipient, Request
from cptsapp.inbox.patients import Contact, Identity, read_contact
from cptsapp.inbox.rules import words
from cptsapp.inbox.rules.closing import CHOICES, TAKEN
from cptsapp.inbox.rules.priority import LEVELS
from cptsapp.inbox.rules.triage import MISSING

NAME_MAX, LINE_MAX, NOTE_MAX = 80, 200, 1000
OTHER_DOCTOR = 0
IDENTITY_HINT = "Rien de médical ici."


def _choices(table: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(str(code), label) for code, label in table.items()]


def _line(label: str, *more: Any, longest: int = LINE_MAX) -> StringField:
    return StringField(label, [*more, Length(max=longest), no_nir], filters=[stripped])


class CheckboxesField(SelectMultipleField):
    """Several choices as boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class DoctorMixin:
    """A doctor: one of the territory, or a name."""

    doctor_id = SelectField("Médecin", coerce=int, default=OTHER_DOCTOR)
    doctor_name = _line("Son nom, s’il n’est pas dans la liste", longest=NAME_MAX)

    def offer_doctors(self, doctors: Mapping[int, str]) -> None:
        """The GPs of the territory, by number."""
        named = [SelectChoice(number, name) for number, name in doctors.items()]
        self.doctor_id.choices = [SelectChoice(OTHER_DOCTOR, "—"), *named]

    def found(self) -> Found:
        """The doctor said, false when none is."""
        if self.doctor_id.data:
            return Found(doctor_id=self.doctor_id.data)
        return Found(name=self.doctor_name.data or None)


class MissingForm(VersionedForm):
    """What is missing in a request."""

    missing = CheckboxesField(
        "Ce qui manque",
        choices=_choices(MISSING),
        validators=[InputRequired("Dites ce qui manque.")],
    )
    note = _line("Note pour la coordination", longest=NOTE_MAX)


class NoteForm(BaseForm, OnceMixin):
    """A note in the timeline."""

    text = TextAreaField(
        "Note", [InputRequired("Écrivez une phrase."), Length(max=NOTE_MAX), no_nir], filters=[stripped]
    )


class AnswersForm(VersionedForm):
    """What a request answers besides its household."""

    commune_code = SelectField("Commune", validators=[InputRequired("Choisissez la commune.")])
    reason = SelectField("Motif", choices=_choices(words.REASONS))
    current_doctor_id = SelectField("Médecin actuel ou ancien", coerce=int, default=OTHER_DOCTOR)
    doctor_name = _line("Son nom, s’il n’est pas dans la liste", longest=NAME_MAX)
    needed_before = DayField("Suivi à commencer avant le", [Optional()])
    phone = PhoneField("Téléphone")
    mail = _line("Mail", Optional(), Email("Cette adresse n’est pas complète."))
    call_when = _line("Quand appeler", longest=NAME_MAX)
    address = _line("Adresse")
    asker = RadioField("Qui a fait la demande", choices=_choices(words.ASKERS))
    asker_name = _line("Nom du demandeur", longest=NAME_MAX)
    asker_link = _line("Son lien avec la personne", longest=NAME_MAX)
    asker_phone = PhoneField("Son téléphone")
    asker_mail = _line("Son mail", Optional(), Email("Cette adresse n’est pas complète."))
    is_followed = RadioField(
        "Suivi par d’autres professionnels",
        choices=[SelectChoice("yes", "Oui"), SelectChoice("no", "Non"), SelectChoice("unknown", "Non dit")],
        default="unknown",
    )
    followed_by = _line("Par qui")
    medical = BooleanField("Difficulté médicale")
    social = BooleanField("Difficulté sociale")
    coordination = BooleanField("Parcours à coordonner")

    def offer(self, communes: Sequence[tuple[str, str]], doctors: Mapping[int, str]) -> None:
        """The communes of the territory and its GPs; the ones already answered stay offered."""
        self.commune_code.choices = [SelectChoice(code, name) for code, name in communes]
        named = [SelectChoice(number, name) for number, name in doctors.items()]
        self.current_doctor_id.choices = [SelectChoice(OTHER_DOCTOR, "—"), *named]

    def answers(self) -> Answers:
        """What was typed."""
        said = {"medical": self.medical, "social": self.social, "coordination": self.coordination}
        return Answers(
            asker=Asker(self.asker.data),
            commune_code=self.commune_code.data,
            reason=Reason(self.reason.data),
            contact=self._contact(),
            current_doctor_id=self.current_doctor_id.data or None,
            is_followed={"yes": True, "no": False}.get(self.is_followed.data),
            difficulties=frozenset(code for code, field in said.items() if field.data),
            needed_before=self.needed_before.data,
        )

    def _contact(self) -> Contact:
        return Contact(
            phone=self.phone.number or "",
            mail=(self.mail.data or "").lower(),
            call_when=self.call_when.data or "",
            address=self.address.data or "",
            asker_name=self.asker_name.data or "",
            asker_link=self.asker_link.data or "",
            asker_phone=self.asker_phone.number or "",
            asker_mail=(self.asker_mail.data or "").lower(),
            doctor_name=self.doctor_name.data or "",
            followed_by=self.followed_by.data or "",
        )


def answers_data(request: Request) -> dict[str, Any]:
    """A request as `AnswersForm` shows it."""
    contact = read_contact(request)
    said = difficulties_of(request)
    return {
        "version": str(request.version),
        "commune_code": request.commune_code,
        "reason": request.reason.value,
        "current_doctor_id": request.current_doctor_id or OTHER_DOCTOR,
        "needed_before": request.needed_before,
        "asker": request.asker.value,
        "is_followed": {True: "yes", False: "no", None: "unknown"}[request.is_followed],
        "medical": "medical" in said,
        "social": "social" in said,
        "coordination": "coordination" in said,
        **{
            name: getattr(contact, name)
            for name in (
                *("phone", "mail", "call_when", "address", "asker_name", "asker_link", "asker_phone", "asker_mail"),
                *("doctor_name", "followed_by"),
            )
        },
    }


class SeekerForm(VersionedForm):
    """Someone of the household who needs a doctor."""

    last_name = _line("Nom", InputRequired("Donnez le nom."), longest=NAME_MAX)
    first_name = _line("Prénom", InputRequired("Donnez le prénom."), longest=NAME_MAX)
    birth_date = DayField("Date de naissance", [InputRequired("Donnez la date de naissance.")])
    long_term_illness = BooleanField("En ALD")
    social_cover = BooleanField("C2S ou AME")
    is_pregnant = BooleanField("Grossesse")
    can_travel = BooleanField("Peut se déplacer au cabinet", default=True)
    home_visit = RadioField("Visites à domicile", choices=_choices(words.HOME_VISITS), default=HomeVisit.NO.value)

    def answers(self) -> SeekerAnswers:
        """What was typed."""
        return SeekerAnswers(
            who=Identity(self.last_name.data or "", self.first_name.data or "", self.birth_date.data),
            long_term_illness=self.long_term_illness.data,
            social_cover=self.social_cover.data,
            is_pregnant=self.is_pregnant.data,
            can_travel=self.can_travel.data,
            home_visit=HomeVisit(self.home_visit.data),
        )


def seeker_data(answers: SeekerAnswers) -> dict[str, Any]:
    """Someone as `SeekerForm` shows them."""
    return {
        "last_name": answers.who.last_name,
        "first_name": answers.who.first_name,
        "birth_date": answers.who.birth_date,
        "long_term_illness": answers.long_term_illness,
        "social_cover": answers.social_cover,
        "is_pregnant": answers.is_pregnant,
        "can_travel": answers.can_travel,
        "home_visit": answers.home_visit.value,
    }


class SeekersMixin:
    """Which of the household it is about; everyone when there is but one."""

    seekers = CheckboxesField("Pour qui", coerce=int, validators=[Optional()])

    def offer_seekers(self, people: Mapping[int, str]) -> None:
        """Names by number."""
        self.seekers.choices = [SelectChoice(number, name) for number, name in people.items()]

    def chosen(self) -> Collection[int]:
        """The numbers ticked; nobody means everybody."""
        return self.seekers.data or ()


class OutcomeForm(VersionedForm, DoctorMixin):
    """How the search ended for one of the household."""

    outcome = RadioField(
        "Issue",
        choices=[SelectChoice(outcome.value, words.OUTCOMES[outcome]) for outcome in CHOICES],
        validators=[InputRequired("Dites l’issue.")],
    )


class FindForm(VersionedForm, DoctorMixin, SeekersMixin):
    """A doctor found without a proposal."""


class CloseForm(VersionedForm, DoctorMixin):
    """The outcome of a request and the steps taken (A46)."""

    outcome = RadioField(
        "Résultat",
        choices=[SelectChoice(outcome.value, words.OUTCOMES[outcome]) for outcome in CHOICES],
        validators=[InputRequired("Dites le résultat.")],
    )
    taken = CheckboxesField("Démarches faites", choices=_choices(TAKEN), validators=[Optional()])
    note = _line("Note pour la coordination", longest=NOTE_MAX)

    def ending(self) -> Outcome:
        """The outcome chosen."""
        return Outcome(self.outcome.data)


class ReopenForm(VersionedForm, SeekersMixin):
    """A closed request opened again."""

    note = _line("Pourquoi", longest=NOTE_MAX)


class AgreementForm(VersionedForm, SeekersMixin):
    """An agreement collected."""

    recipient = RadioField(
        "Pour transmettre",
        choices=[
            SelectChoice(Recipient.DOCTORS.value, "Aux médecins"),
            SelectChoice(Recipient.MISAS.value, "À la MiSAS"),
            SelectChoice(Recipient.DAC.value, "Au DAC"),
        ],
        validators=[InputRequired("Dites à qui.")],
    )
    consent = RadioField(
        "Recueilli",
        choices=[
            SelectChoice(Consent.PHONE.value, "Par téléphone"),
            SelectChoice(Consent.IN_PERSON.value, "De vive voix"),
            SelectChoice(Consent.PROFESSIONAL.value, "Attesté par un professionnel"),
        ],
        validators=[InputRequired("Dites comment.")],
    )


class PriorityForm(VersionedForm):
    """A rank decided by a person, with its reason."""

    level = RadioField(
        "Passer cette demande", choices=_choices(LEVELS), validators=[InputRequired("Dites avant ou après les autres.")]
    )
    reason = _line("Raison", InputRequired("Écrivez la raison\u202f: elle se lit sur le dossier."))
