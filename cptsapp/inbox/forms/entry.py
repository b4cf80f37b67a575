"""The five pages of « Trouver un médecin traitant ». What each asks is in the issue's words (A42, A51–A60, E24–E52)."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from cptsapp.core.french import NBSP, THIN
from cptsapp.core.text import NIR_REFUSED, looks_like_nir
from cptsapp.http.fields import BaseForm, PhoneField, no_nir, none_if_blank, stripped
from cptsapp.inbox.models import Asker, HomeVisit, Reason
from cptsapp.territory import queries as territory
from cptsapp.territory.national import NationalCommune, department

ASK = "Écrivez une réponse ici."
CHOOSE = "Choisissez une réponse."
OLDEST = 125  # years
YES, NO = "yes", "no"
DIFFICULTIES = ("medical", "social", "coordination")
_DAY = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4})|(\d{2})(\d{2})(\d{4})")

# In the words of who fills the form in, for oneself or for someone.
ASKERS = {
    Asker.PERSON: "Moi, ou mon foyer",
    Asker.RELATIVE: "Un proche",
    Asker.PROFESSIONAL: "Un patient : je suis professionnel",
}
REASONS = {
    Reason.RETIREMENT: "Le médecin a pris sa retraite ou a cessé",
    Reason.NEWCOMER: "Arrivée récente dans la commune",
    Reason.TOO_FAR: "Le médecin est trop loin",
    Reason.NO_HOME_VISITS: "Le médecin ne vient pas à domicile",
    Reason.DISAGREEMENT: "Mésentente avec le médecin",
    Reason.DECEASED: "Le médecin est décédé",
    Reason.NEVER_HAD: "Jamais eu de médecin traitant",
    Reason.STUDENT: "Études dans la commune",
    Reason.DECLARATION_MISSING: "Un médecin nous suit, sans déclaration",
}
HOME_VISITS = {
    HomeVisit.NO: "Non",
    HomeVisit.EXCEPTIONALLY: "Parfois",
    HomeVisit.EXCLUSIVELY: "Toujours",
}


class _PageForm(BaseForm):
    """One page: read from what travels from page to page, so the token is checked once, at the door."""

    class Meta(BaseForm.Meta):
        csrf = False

    # A trap: nobody sees it, robots fill it in.
    website = StringField("Site", [Optional()])


def _choice(label: str, choices: dict[Any, str], **kwargs: Any) -> RadioField:
    pairs = [SelectChoice(str(getattr(value, "value", value)), text) for value, text in choices.items()]
    return RadioField(label, [InputRequired(CHOOSE)], choices=pairs, invalid_choice_message=CHOOSE, **kwargs)


def _yes_no(label: str, **kwargs: Any) -> RadioField:
    return _choice(label, {YES: "Oui", NO: "Non"}, **kwargs)


def _name(label: str) -> StringField:
    return StringField(label, [DataRequired(ASK), Length(max=60), no_nir], filters=[stripped])


def _words(label: str, longest: int) -> StringField:
    return StringField(label, [Optional(), Length(max=longest), no_nir], filters=[none_if_blank])


def _mail(label: str) -> StringField:
    complete = Email(f"Cette adresse n’est pas complète{NBSP}: il lui faut un @.")
    return StringField(label, [Optional(), Length(max=120), no_nir, complete], filters=[none_if_blank])


class NumberField(PhoneField):
    """A telephone; a social-security number typed there is refused for what it is, not as a wrong number."""

    def pre_validate(self, form: Any) -> None:
        if self.data and looks_like_nir(self.data):
            raise ValidationError(NIR_REFUSED)
        super().pre_validate(form)


class BirthField(StringField):
    """A day of birth as one writes it, « 4/3/1947 » or « 04031947 »: choosing 1947 in a calendar takes too long."""

    day: date | None = None

    def pre_validate(self, form: Any) -> None:
        typed = (self.data or "").strip()
        if not typed:
            raise ValidationError(ASK)
        if looks_like_nir(typed):
            raise ValidationError(NIR_REFUSED)
        self.day = _day_typed(typed)
        if self.day is None:
            raise ValidationError(f"Écrivez le jour, le mois et l’année{NBSP}: 04/03/1947.")
        today = territory.today()
        if self.day > today:
            raise ValidationError("Cette date est à venir.")
        if today.year - self.day.year > OLDEST:
            raise ValidationError("Vérifiez l’année.")


def _day_typed(typed: str) -> date | None:
    found = _DAY.fullmatch(typed)
    if found is None:
        return None
    day, month, year = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


class CommuneForm(_PageForm):
    """Where: the gate of the territory comes before anything is asked (A58, A59)."""

    place = StringField(
        f"Dans quelle commune habitez-vous{THIN}?",
        [DataRequired("Écrivez le nom ou le code postal de la commune."), Length(max=60), no_nir],
        filters=[stripped],
    )
    commune_code = RadioField(f"Laquelle{THIN}?", [Optional()], validate_choice=False)

    def offer(self, found: Sequence[NationalCommune]) -> None:
        """The communes that what was typed may stand for, with their department."""
        self.commune_code.choices = [SelectChoice(c.code, f"{c.name} ({_department(c)})") for c in found]


def _department(commune: NationalCommune) -> str:
    found = department(commune.department)
    return found.name if found else commune.department


class SearchForm(_PageForm):
    """For whom the form is filled in, why, with which doctor so far, before which day."""

    asker = _choice(f"Qui cherche un médecin{THIN}?", ASKERS)
    reason = _choice(f"Pourquoi{THIN}?", REASONS)
    doctor_name = _words("Dernier médecin traitant, et sa commune", 80)
    needed_before = DateField("Un suivi doit commencer avant le", [Optional()])

    def validate_needed_before(self, field: DateField) -> None:
        """A day to come, and a near one: it makes a request urgent (E25)."""
        today = territory.today()
        if field.data and not today <= field.data <= date(today.year + 1, 12, 31):
            raise ValidationError("Écrivez un jour à venir, dans l’année.")


class PersonForm(_PageForm):
    """One person who needs a doctor."""

    first_name = _name("Prénom")
    last_name = _name("Nom")
    birth_date = BirthField("Date de naissance")
    long_term_illness = _yes_no(f"Affection de longue durée (ALD){THIN}?")
    can_travel = _yes_no(f"Peut se déplacer au cabinet{THIN}?", default=YES)
    home_visit = _choice(f"Faut-il que le médecin vienne à domicile{THIN}?", HOME_VISITS, default=HomeVisit.NO.value)
    social_cover = _yes_no(f"Complémentaire santé solidaire ou AME{THIN}?")
    is_pregnant = BooleanField("Enceinte")


class ContactForm(_PageForm):
    """How to reach them, who follows them, what makes it hard (A51–A53), and who asks for them (A60)."""

    phone = NumberField("Téléphone", [Optional()])
    mail = _mail("Mail")
    call_when = _words("Quand vous appeler", 80)
    address = _words("Adresse", 160)
    asker_name = _words("Votre nom", 80)
    asker_link = _words("Votre lien avec la personne", 80)
    asker_phone = NumberField("Votre téléphone", [Optional()])
    asker_mail = _mail("Votre mail")
    attests = BooleanField("J’atteste que la personne est d’accord pour cette demande")
    is_followed = _yes_no(f"Suivi par d’autres professionnels, services ou associations{THIN}?")
    followed_by = TextAreaField("Lesquels", [Optional(), Length(max=300), no_nir], filters=[none_if_blank])
    medical = BooleanField("Un problème de santé qui demande un suivi")
    social = BooleanField("Une difficulté sociale : logement, droits, isolement…")
    coordination = BooleanField("Le besoin que quelqu’un coordonne le parcours de santé")

    asked_by: Asker = Asker.PERSON

    def ask(self, asker: Asker) -> None:
        """Say who fills the form in: a professional attests, and is named, as a relative is."""
        self.asked_by = asker
        if asker is not Asker.PERSON:
            self.phone.label.text, self.mail.label.text = "Téléphone de la personne", "Mail de la personne"
            self.call_when.label.text, self.address.label.text = "Quand appeler", "Adresse de la personne"
        if asker is Asker.PROFESSIONAL:
            self.asker_link.label.text = "Votre profession, et où vous exercez"

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody must be reachable by telephone, and known when it is not the person."""
        is_valid = bool(super().validate(extra_validators))
        if self.asked_by is Asker.PERSON:
            return self._demand("phone", ASK) and is_valid
        found = [self._demand(name, ASK) for name in ("asker_name", "asker_link", "asker_phone")]
        if self.asked_by is Asker.PROFESSIONAL and not self.attests.data:
            self.refuse("Sans cet accord, la CPTS ne peut pas recevoir la demande.", "attests")
            found.append(False)
        return all(found) and is_valid

    def _demand(self, name: str, sentence: str) -> bool:
        if self[name].data:
            return True
        self.refuse(sentence, name)
        return False

    @property
    def difficulties(self) -> frozenset[str]:
        """Those that were ticked; the three together propose the DAC (A53)."""
        return frozenset(name for name in DIFFICULTIES if self[name].data)


class AgreementForm(_PageForm):
    """To whom the request may be sent, one by one (E52); nothing is ticked beforehand."""

    doctors = BooleanField("à des médecins")
    misas = BooleanField("à la MiSAS de l’Assurance Maladie")
    dac = BooleanField("au DAC")

    legend = ""

    def ask(self, asker: Asker) -> None:
        """Say whose agreement it is."""
        whose = "J’accepte" if asker is Asker.PERSON else "La personne accepte"
        self.legend = f"{whose} que la CPTS transmette la demande"
