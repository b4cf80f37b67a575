"""The page of one request with forty steps, among 5,000 files; and with twenty-five doctors to propose besides."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.actions import triage
from cptsapp.inbox.actions.household import Found
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, DoctorProposal, ProposalState, Request
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.outbox.actions import queue
from cptsapp.territory.models import Commune
from tests.bench import inbox
from tests.bench.measure import Act
from tests.bench.rig import Person, Rig
from tests.tools import factories
from tests.tools.inbox import make_offer, make_request, make_seeker

DOCTORS, ASKED, STEPS, MAILS = 25, 6, 40, 5


@contextmanager
def long_files() -> Iterator[tuple[Rig, str, str]]:
    """An application, the address of a request to declare, and of one searched for, that shows doctors to propose."""
    with inbox.inbox(inbox.FILES) as at:
        with at.app.app_context():
            communes = [row.code for row in session.query(Commune.code).order_by(Commune.code)]
            found, searched = (_long(name, communes[0]) for name in ("Guérineau", "Merlet"))
            _doctors(searched, communes)
            triage.find(found.id, Found(name="Dr Ailleurs"), by=None)
            addresses = [f"/demandes/{request.reference}?file={inbox.QUEUE}" for request in (found, searched)]
            session.commit()
            session.remove()
        yield at, addresses[0], addresses[1]


def opening(person: Person, url: str) -> Act:
    """The page, opened from its queue."""
    return lambda: person.get(url)


def _long(last_name: str, commune_code: str) -> Request:
    """Forty steps, most of them notes, and five mails."""
    who = Identity(last_name, "Jeanne", date(1947, 3, len(last_name)))
    contact = Contact(phone=f"+336399814{len(last_name)}", mail="jeanne@courriel.example")
    request = make_request("searching", commune_code=commune_code, contact=contact, seekers=(make_seeker(who=who),))
    for number in range(MAILS):
        queue("request.bench", to_address="jeanne@courriel.example", title=f"{number}", body="", about=request)
    for _ in range(STEPS - 3):
        add_step(request, "request.note", actor=Actor.CPTS, note="Rappeler la personne mardi matin")
    return request


def _doctors(request: Request, communes: list[str]) -> None:
    """Twenty-five have places; six were asked and said no."""
    for number in range(DOCTORS):
        person = factories.make_person(last_name=f"Place {number:02d}", first_name="Anne")
        factories.make_practice(person, factories.make_place(commune_code=communes[number % len(communes)]))
        offer = make_offer(person, offered=5)
        if number < ASKED:
            session.add(_declined(request.id, offer.id, person.id, number))
            add_step(request, "request.propose", actor=Actor.CPTS, doctor_id=person.id)


def _declined(request_id: int, offer_id: int, person_id: int, rank: int) -> DoctorProposal:
    sent = clock.now() - timedelta(days=9)
    return DoctorProposal(
        request_id=request_id,
        offer_id=offer_id,
        person_id=person_id,
        state=ProposalState.DECLINED,
        rank=rank,
        why=["same_commune"],
        places=1,
        sent_at=sent,
        answered_at=sent + timedelta(days=1),
        decline_reason="full",
    )
