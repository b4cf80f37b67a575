"""The phone intake: the same answers as the public form, in the order of a call, read at any moment of it (E72).

A call is typed in disorder and cut short: what is there is kept, what lacks is said, nothing is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from cptsapp.core.french import NBSP, THIN
from cptsapp.core.text import looks_like_nir
from cptsapp.http.fields import BaseForm, DayField, no_nir, none_if_blank, parse_phone, stripped
from cptsapp.inbox.actions.receive import Intake, SeekerAnswers
from cptsapp.inbox.forms.entry import BirthField, NumberField
from cptsapp.inbox.models import Asker, Consent, HomeVisit, Reason, Recipient
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.inbox.queries.doctor_named import doctor_named
from cptsapp.inbox.queries.gate import Gate, communes_meant, gate
from cptsapp.inbox.queries.intake import Origin
from cptsapp.inbox.rules import words
from cptsapp.inbox.rules.deadlines import URGENT_DAYS
from cptsapp.inbox.rules.duplicates import Said
from cptsapp.territory import queries as territory

PEOPLE_MAX = 8
KEPT_MAX = 400  # signs of an answer that a draft keeps
ASK = "À demander."
OUTSIDE = "Cette commune n’est pas du territoire."
UNKNOWN = f"Commune inconnue{NBSP}: vérifiez le nom, ou écrivez le code postal."
WHICH = "Plusieurs communes répondent : choisissez."
TWICE = "Cette personne est déjà dans la demande."
NOT_ATTESTED = "Sans l’accord de la personne, la demande ne peut pas être reçue."
DIFFICULTIES = ("medical", "social", "coordination")
YES, NO = "yes", "no"

ASKERS = {Asker.PERSON: "La personne", Asker.RELATIVE: "Un proche", Asker.PROFESSIONAL: "Un professionnel"}
HOME_VISITS = {
    HomeVisit.NO: "Non",
    HomeVisit.EXCEPTIONALLY: "Exceptionnelles",
    HomeVisit.EXCLUSIVELY: "Uniquement",
}


def _pairs(table: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(code.value, label) for code, label in table.items()]


def _line(label: str, longest: int = 80) -> StringField:
    return StringField(label, [Optional(), Length(max=longest), no_nir], filters=[none_if_blank])


def _name(label: str) -> StringField:
    return StringField(label, [DataRequired(ASK), Length(max=60), no_nir], filters=[stripped])


def _mail(label: str) -> StringField:
    complete = Email(f"Cette adresse n’est pas complète{NBSP}: il lui faut un @.")
    return StringField(label, [Optional(), Length(max=120), no_nir, complete], filters=[none_if_blank])


class PersonForm(BaseForm):
    """One person who needs a doctor."""

    class Meta(BaseForm.Meta):
        csrf = False  # checked once, by the form of the call

    first_name = _name("Prénom")
    last_name = _name("Nom")
    birth_date = BirthField("Né(e) le")
    long_term_illness = BooleanField("ALD")
    social_cover = BooleanField("C2S ou AME")
    is_pregnant = BooleanField("Grossesse")
    stays_home = BooleanField("ne peut pas se déplacer")
    home_visit = RadioField(
        "Visites à domicile", [InputRequired(ASK)], choices=_pairs(HOME_VISITS), invalid_choice_message=ASK
    )

    def said(self) -> Said:
        """Who it is, as far as the call has told."""
        try:
            self.birth_date.pre_validate(self)
        except ValidationError:
            self.birth_date.day = None
        return Said(self.last_name.data or "", self.first_name.data or "", self.birth_date.day)

    @property
    def full_name(self) -> str:
        """« Jeanne Guérineau », empty while nothing is said."""
        return " ".join(filter(None, (self.first_name.data, self.last_name.data)))

    def answers(self) -> SeekerAnswers:
        """The same once it is valid."""
        assert self.birth_date.day is not None  # validated
        return SeekerAnswers(
            Identity(self.last_name.data or "", self.first_name.data or "", self.birth_date.day),
            long_term_illness=self.long_term_illness.data,
            social_cover=self.social_cover.data,
            is_pregnant=self.is_pregnant.data,
            can_travel=not self.stays_home.data,
            home_visit=HomeVisit(self.home_visit.data),
        )


class IntakeForm(BaseForm):
    """What is asked once a call. `warned` says that the missing agreement has been shown."""

    people = HiddenField(default="1")
    warned = HiddenField()
    place = StringField("Commune ou code postal", [InputRequired(ASK), Length(max=60), no_nir], filters=[stripped])
    commune_code = RadioField(f"Laquelle{THIN}?", [Optional()], validate_choice=False)
    asker = RadioField(f"Qui appelle{THIN}?", [InputRequired(ASK)], choices=_pairs(ASKERS), invalid_choice_message=ASK)
    asker_name = _line("Son nom")
    asker_link = _line("Lien ou métier")
    phone = NumberField("De la personne", [Optional()])
    asker_phone = NumberField("De qui appelle", [Optional()])
    call_when = _line("Quand rappeler")
    mail = _mail("Mail de la personne")
    asker_mail = _mail("Mail de qui appelle")
    address = _line("Adresse", 160)
    reason = SelectField("Raison", [InputRequired(ASK)], choices=[SelectChoice("", "—"), *_pairs(words.REASONS)])
    doctor_name = _line("Dernier médecin")
    is_followed = RadioField(
        f"Suivi par d’autres{THIN}?", [Optional()], choices=[SelectChoice(YES, "Oui"), SelectChoice(NO, "Non")]
    )
    followed_by = _line("Par qui", 160)
    is_urgent = BooleanField("Suivi sous 1 mois")
    needed_before = DayField("avant le", [Optional()])
    medical = BooleanField("médicale")
    social = BooleanField("sociale")
    coordination = BooleanField("de coordination")
    attests = BooleanField("J’atteste que la personne est d’accord pour cette demande")
    doctors = BooleanField("aux médecins")
    misas = BooleanField("à la MiSAS")
    dac = BooleanField("au DAC")

    def validate_needed_before(self, field: DayField) -> None:
        """A day to come, within the year: it makes a request urgent (E25)."""
        today = territory.today()
        if field.data and not today <= field.data <= date(today.year + 1, 12, 31):
            raise ValidationError("Écrivez un jour à venir, dans l’année.")


@dataclass
class Call:
    """What has been typed of a call, in forms. Asks the database for the communes of the territory alone."""

    typed: "MultiDict[str, str]"
    is_partner: bool = False
    form: IntakeForm = field(init=False)
    people: list[PersonForm] = field(init=False)
    gate: Gate | None = field(init=False)
    is_known: bool = field(init=False, default=True)

    def __post_init__(self) -> None:
        typed = self.typed
        if self.is_partner:  # whoever sends a file is the professional who attests (E51)
            typed = MultiDict(typed)
            typed["asker"] = Asker.PROFESSIONAL.value
        self.form = IntakeForm(typed)
        self.people = [PersonForm(typed, prefix=f"p{number}-") for number in range(self.count)]
        self.gate = self._find_place()

    @property
    def count(self) -> int:
        """How many people there are in the form."""
        typed = self.typed.get("people", "1")
        return min(max(int(typed), 1), PEOPLE_MAX) if typed.isdecimal() and len(typed) < 4 else 1

    def _find_place(self) -> Gate | None:
        """The gate's answer for the commune meant (A58); None while it is not said, or several may be."""
        found = communes_meant(self.form.place.data or "") if self.form.place.data else []
        chosen = [one for one in found if len(found) == 1 or one.code == self.form.commune_code.data]
        self.form.commune_code.choices = [SelectChoice(one.code, one.name) for one in found] if len(found) > 1 else []
        self.is_known = bool(found) or not self.form.place.data
        return gate(chosen[0]) if chosen else None

    @property
    def phones(self) -> list[str]:
        """The telephones said so far, as +33…."""
        typed = (self.form.phone.data, self.form.asker_phone.data)
        return [number for one in typed if one and (number := parse_phone(one))]

    def said(self) -> list[Said]:
        """Everyone named so far."""
        return [person.said() for person in self.people]

    @property
    def agreements(self) -> frozenset[Recipient]:
        """To whom the request may be sent (E52)."""
        return frozenset(one for one in Recipient if self.form[one.value].data)

    @property
    def asker(self) -> Asker | None:
        """Who asks, once it is said."""
        said = self.form.asker.data
        return Asker(said) if said in set(Asker) else None

    def missing(self) -> list[str]:
        """What still lacks, in the order of the call."""
        form, people = self.form, self.people
        lacks = {
            "la commune": self.gate is None or not self.gate.is_own,
            "qui appelle": self.asker is None,
            "un téléphone": not self.phones,
            "le nom": not all(one.first_name.data and one.last_name.data for one in people),
            "la date de naissance": any(one.said().birth_date is None for one in people),
            "la raison": not form.reason.data,
            "le déplacement": not all(one.home_visit.data for one in people),
            "l’accord": not (form.attests.data and self.agreements if self.needs_attesting else self.agreements),
        }
        return [what for what, is_lacking in lacks.items() if is_lacking]

    @property
    def needs_attesting(self) -> bool:
        """Whether a professional asks, who must attest the person's agreement (E51)."""
        return self.asker is Asker.PROFESSIONAL

    # -- at the end of the call ---------------------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Whether the request may be received; errors are under their fields, all of them at once."""
        checks = [self.form.is_valid(), *[one.validate() for one in self.people]]
        checks += [self._check_place(), self._check_asker(), self._check_twice()]
        return all(checks)

    def _check_place(self) -> bool:
        if self.gate is not None and self.gate.is_own:
            return True
        if not self.form.place.errors:
            several = WHICH if self.form.commune_code.choices else UNKNOWN
            self.form.refuse(OUTSIDE if self.gate else several, "place")
        return False

    def _check_asker(self) -> bool:
        if not self.phones and not self.form.phone.errors:
            self.form.refuse(ASK, "phone")
        is_named = self.asker in (None, Asker.PERSON) or bool(self.form.asker_name.data)
        if not is_named:
            self.form.refuse(ASK, "asker_name")
        is_attested = not self.needs_attesting or bool(self.form.attests.data)
        if not is_attested:
            self.form.refuse(NOT_ATTESTED, "attests")
        return bool(self.phones) and is_named and is_attested

    def _check_twice(self) -> bool:
        seen: set[Said] = set()
        for one in self.people:
            if one.full_name and one.said() in seen:
                one.refuse(TWICE, "last_name")
                return False
            seen.add(one.said())
        return True

    def intake(self, origin: Origin) -> Intake:
        """The request of a valid call."""
        form = self.form
        assert self.gate is not None  # valid
        return Intake(
            channel=origin.channel,
            asker=Asker(form.asker.data),
            commune_code=self.gate.code,
            reason=Reason(form.reason.data),
            contact=self._contact(),
            seekers=tuple(one.answers() for one in self.people),
            agreements=self.agreements,
            consent=Consent.PROFESSIONAL if self.needs_attesting else Consent.PHONE,
            door=origin.door,
            current_doctor_id=doctor_named(form.doctor_name.data or ""),
            organisation_id=origin.organisation_id,
            is_followed={YES: True, NO: False}.get(form.is_followed.data or ""),
            difficulties=frozenset(name for name in DIFFICULTIES if form[name].data),
            needed_before=self._needed_before(),
        )

    def _contact(self) -> Contact:
        form = self.form
        names = ("call_when", "mail", "address", "asker_name", "asker_link", "asker_mail", "doctor_name", "followed_by")
        said = {name: form[name].data or "" for name in names}
        return Contact(phone=form.phone.number or "", asker_phone=form.asker_phone.number or "", **said)

    def _needed_before(self) -> date | None:
        """The day by which a follow-up is needed: that said, else the last one that makes it urgent (E25)."""
        if self.form.needed_before.data:
            day: date = self.form.needed_before.data
            return day
        return territory.today() + timedelta(days=URGENT_DAYS - 1) if self.form.is_urgent.data else None


# -- what a draft keeps -----------------------------------------------------------------------------------------------


def kept_of(typed: "MultiDict[str, str]") -> dict[str, list[str]]:
    """The answers of a form as a draft keeps them: those it knows, each cut short."""
    return {
        name: [value[:KEPT_MAX] for value in values]
        for name, values in typed.lists()
        if _is_answer(name) and any(value.strip() for value in values)
    }


def _is_answer(name: str) -> bool:
    prefix, _, rest = name.partition("-")
    if rest:
        return prefix in _PREFIXES and rest in _OF_PERSON
    return name in _OF_CALL


def holds_nir(kept: Mapping[str, list[str]]) -> bool:
    """Whether an answer looks like a social-security number: such a draft is not kept."""
    return any(looks_like_nir(value) for values in kept.values() for value in values)


def says_something(kept: Mapping[str, list[str]]) -> bool:
    """Whether anything was typed or ticked."""
    return any(name != "people" for name in kept)


def read_again(kept: Mapping[str, list[str]]) -> "MultiDict[str, str]":
    """The answers of a draft as forms read them."""
    return MultiDict([(name, value) for name, values in kept.items() for value in values])


def without_person(kept: Mapping[str, list[str]], number: int) -> dict[str, list[str]]:
    """Someone taken out of the household; those who follow move up."""
    count = int(kept.get("people", ["1"])[0])
    left: dict[str, list[str]] = {"people": [str(max(count - 1, 1))]}
    for name, values in kept.items():
        prefix, _, rest = name.partition("-")
        place = int(prefix[1:]) if rest else -1
        if name != "people" and place != number:
            left[f"p{place - 1}-{rest}" if place > number else name] = values
    return left


def _fields_of(form: type[BaseForm]) -> frozenset[str]:
    return frozenset(name for name in dir(form) if hasattr(getattr(form, name), "field_class"))


_OF_CALL = _fields_of(IntakeForm) - {"warned"}
_OF_PERSON = _fields_of(PersonForm)
_PREFIXES = frozenset(f"p{number}" for number in range(PEOPLE_MAX))
