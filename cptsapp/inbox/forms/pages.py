"""The pages of the public form read from what travels: their forms, whether they stand, the request they make."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from cptsapp.core.text import fold
from cptsapp.inbox.actions.receive import Intake, SeekerAnswers
from cptsapp.inbox.forms.carried import PAGES, Carried
from cptsapp.inbox.forms.entry import (
    DIFFICULTIES,
    YES,
    AgreementForm,
    CommuneForm,
    ContactForm,
    PersonForm,
    SearchForm,
)
from cptsapp.inbox.models import Asker, Channel, Consent, HomeVisit, Reason, Recipient
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.inbox.queries.doctor_named import doctor_named
from cptsapp.inbox.queries.gate import Gate, communes_meant, gate
from cptsapp.territory import national
from cptsapp.territory.national import NationalCommune

UNKNOWN = "Nous ne connaissons pas cette commune : vérifiez son nom, ou écrivez son code postal."
TWICE = "Cette personne est déjà dans la demande."
_NOT_KEPT = "website"


@dataclass
class Pages:
    """The five forms of what travels. Reading one asks nothing of the database but the communes of the territory."""

    carried: Carried
    commune: CommuneForm = field(init=False)
    search: SearchForm = field(init=False)
    people: list[PersonForm] = field(init=False)
    contact: ContactForm = field(init=False)
    agreement: AgreementForm = field(init=False)

    def __post_init__(self) -> None:
        typed = self.carried.formdata()
        self.commune, self.search = CommuneForm(typed), SearchForm(typed)
        self.people = [PersonForm(typed, prefix=f"p{number}-") for number in range(self.carried.people)]
        self.contact, self.agreement = ContactForm(typed), AgreementForm(typed)
        self.contact.ask(self.asker)
        self.agreement.ask(self.asker)

    @property
    def asker(self) -> Asker:
        """Who fills the form in; the person until they have said."""
        said = self.search.asker.data
        return Asker(said) if said in set(Asker) else Asker.PERSON

    @cached_property
    def communes(self) -> list[NationalCommune]:
        """The communes that what was typed may stand for."""
        found = communes_meant(self.commune.place.data or "")
        self.commune.offer(found)
        return found

    @cached_property
    def meant(self) -> NationalCommune | None:
        """The commune meant; None while several may be. Once the gate is passed it is the one chosen there."""
        said = self.commune.commune_code.data or ""
        if self.carried.page > 0:
            return national.commune(said)
        chosen = [c for c in self.communes if len(self.communes) == 1 or c.code == said]
        return chosen[0] if chosen else None

    @property
    def place(self) -> Gate | None:
        """The gate's answer for the commune meant."""
        return gate(self.meant) if self.meant else None

    def pass_gate(self) -> None:
        """Go to the next page, with the commune chosen: those after it do not look it up again."""
        if self.carried.name == "commune" and self.meant:
            self.carried.answers["commune_code"] = [self.meant.code]
        self.carried.page += 1

    @property
    def household(self) -> str:
        """Who is sought for, in one line."""
        return ", ".join(f"{form.first_name.data or ''} {form.last_name.data or ''}".strip() for form in self.people)

    @property
    def call_number(self) -> str:
        """The telephone that will be rung, as it was typed."""
        return self.contact.phone.data or self.contact.asker_phone.data or ""

    @property
    def is_complex(self) -> bool:
        """Whether the three difficulties are there, which proposes the DAC (A53)."""
        return len(self.contact.difficulties) == len(DIFFICULTIES)

    def names(self, page: str) -> list[str]:
        """The names of the fields of a page."""
        return [each.name for form in self._forms(page) for each in form if not each.name.endswith(_NOT_KEPT)]

    def _forms(self, page: str) -> Iterator[CommuneForm | SearchForm | PersonForm | ContactForm | AgreementForm]:
        found = getattr(self, page)
        yield from found if isinstance(found, list) else [found]

    def is_valid(self, page: str) -> bool:
        """Whether what was typed on a page stands; each error is on its field. The gate is asked apart."""
        stand = [form.validate() for form in self._forms(page)]  # each, so that each says what is wrong
        if not all(stand):
            return False
        if page == self.carried.name == "commune" and not self.communes:
            self.commune.refuse(UNKNOWN, "place")
            return False
        return page != "people" or self._are_different()

    def _are_different(self) -> bool:
        met: set[tuple[str, str, object]] = set()
        for form in self.people:
            who = fold(form.last_name.data), fold(form.first_name.data), form.birth_date.day
            if who in met:
                form.refuse(TWICE, "last_name")
                return False
            met.add(who)
        return True

    def first_fault(self) -> int | None:
        """The first page that does not stand, read again as a whole before the request is kept; None when all do."""
        for number, page in enumerate(PAGES):
            if not self.is_valid(page) or (page == "commune" and (self.place is None or not self.place.is_own)):
                return number
        return None

    def intake(self) -> Intake:
        """The request that the pages make, once they all stand."""
        place = self.place
        assert place is not None
        assert place.is_own
        is_professional = self.asker is Asker.PROFESSIONAL
        return Intake(
            channel=Channel.REFERRAL if is_professional else Channel.WEB,
            asker=self.asker,
            commune_code=place.code,
            reason=Reason(self.search.reason.data),
            contact=self._contact(),
            seekers=tuple(map(_seeker, self.people)),
            agreements=frozenset(Recipient(name) for name in Recipient if self.agreement[name.value].data),
            consent=Consent.PROFESSIONAL if is_professional else Consent.WEB,
            current_doctor_id=doctor_named(self.search.doctor_name.data or ""),
            is_followed=self.contact.is_followed.data == YES,
            difficulties=self.contact.difficulties,
            needed_before=self.search.needed_before.data,
        )

    def _contact(self) -> Contact:
        said = self.contact
        is_other = self.asker is not Asker.PERSON
        return Contact(
            phone=said.phone.number or "",
            mail=said.mail.data or "",
            call_when=said.call_when.data or "",
            address=said.address.data or "",
            asker_name=(said.asker_name.data or "") if is_other else "",
            asker_link=(said.asker_link.data or "") if is_other else "",
            asker_phone=(said.asker_phone.number or "") if is_other else "",
            asker_mail=(said.asker_mail.data or "") if is_other else "",
            doctor_name=self.search.doctor_name.data or "",
            followed_by=(said.followed_by.data or "") if said.is_followed.data == YES else "",
        )


def _seeker(form: PersonForm) -> SeekerAnswers:
    assert form.birth_date.day is not None
    return SeekerAnswers(
        who=Identity(form.last_name.data, form.first_name.data, form.birth_date.day),
        long_term_illness=form.long_term_illness.data == YES,
        social_cover=form.social_cover.data == YES,
        is_pregnant=form.is_pregnant.data,
        can_travel=form.can_travel.data == YES,
        home_visit=HomeVisit(form.home_visit.data),
    )
