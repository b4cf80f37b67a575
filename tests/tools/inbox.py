"""`make_<thing>` of the patients' requests: what comes in, doctors' places, partners."""

from datetime import date
from typing import Any

from cptsapp.accounts.models import Role, User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation, OrganisationKind, Person, Profession
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.actions.receive import Intake, SeekerAnswers, receive
from cptsapp.inbox.models import Actor, AnsweredBy, Asker, Channel, Offer, Reason, Recipient, Request, Takes
from cptsapp.inbox.patients import Contact, Identity
from tests.tools.factories import make_organisation, make_person, make_place, make_practice, make_user

EVERYONE = frozenset(Recipient)
JEANNE = Identity("Guérineau", "Jeanne", date(1947, 3, 4))
CONTACT = Contact(phone="+33639981427", mail="jeanne.guerineau@courriel.example")


def make_seeker(**overrides: Any) -> SeekerAnswers:
    """Answers about Jeanne Guérineau, 79, with an ALD."""
    return SeekerAnswers(**{"who": JEANNE, "long_term_illness": True, **overrides})


def make_intake(**overrides: Any) -> Intake:
    """Answers to the public form: one person of Talmont-Saint-Hilaire, agreed for every recipient."""
    given: dict[str, Any] = {
        "channel": Channel.WEB,
        "asker": Asker.PERSON,
        "commune_code": "85288",
        "reason": Reason.RETIREMENT,
        "contact": CONTACT,
        "seekers": (make_seeker(),),
        "agreements": EVERYONE,
    }
    return Intake(**{**given, **overrides})


def make_request(state: str = "received", **overrides: Any) -> Request:
    """A request received, or taken to « searching » by the coordination's own acts."""
    request, _token = receive(make_intake(**overrides), by=None)
    if state == "searching":
        move(request, "accept", actor=Actor.CPTS, by=None)
    elif state != "received":
        raise ValueError(f"make it go to {state} by its own acts")
    return request


def make_offer(person: Person, **overrides: Any) -> Offer:
    """A doctor takes five new patients, whoever they are, until the end of September."""
    given: dict[str, Any] = {
        "person_id": person.id,
        "takes": Takes.YES,
        "offered": 5,
        "taken": 0,
        "pending": 0,
        "valid_until": date(2026, 9, 30),
        "obstacles": [],
        "helps": [],
        "answered_at": clock.now(),
        "answered_by": AnsweredBy.DOCTOR,
    }
    offer = Offer(**{**given, **overrides})
    session.add(offer)
    session.flush()
    return offer


def make_partner(kind: OrganisationKind = OrganisationKind.CPAM, **overrides: Any) -> tuple[User, Organisation]:
    """An adviser of the MiSAS (CPAM), or of the DAC, with an account of their own in their organisation (A38)."""
    names = {OrganisationKind.CPAM: "MiSAS Vendée", OrganisationKind.DAC: "DAC Vendée Littoral"}
    organisation = make_organisation(name=names[kind], kind=kind)
    person = make_person(last_name="Poiraud", first_name="Nadège", title="", profession=Profession.STAFF)
    make_practice(person, make_place(organisation_id=organisation.id), profession=Profession.STAFF)
    given: dict[str, Any] = {"display_name": "Nadège Poiraud", "person_id": person.id}
    return make_user(Role.PARTNER, **{**given, **overrides}), organisation
