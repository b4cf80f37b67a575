"""The patients' requests of the demonstration: six months of them, through the real actions, each at its day.

Names come from the same invented lists as the rest. The partners are two organisations with an account each.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.periods import months_later
from cptsapp.core.refusals import Refusal
from cptsapp.core.text import fold
from cptsapp.demo import cast
from cptsapp.demo.days import moving_clock, stand_at
from cptsapp.demo.people import People
from cptsapp.demo.rules import dice
from cptsapp.directory.actions.people import create_place, create_practice
from cptsapp.directory.actions.structures import create_organisation
from cptsapp.directory.models import Organisation, OrganisationKind, Person
from cptsapp.inbox.actions import capacity, choices, proposals, referrals, triage
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.actions.household import Found
from cptsapp.inbox.actions.outside import count as count_outside
from cptsapp.inbox.actions.receive import Intake, SeekerAnswers, receive
from cptsapp.inbox.models import (
    AnsweredBy,
    Asker,
    BreakCause,
    Channel,
    Consent,
    DoctorProposal,
    Door,
    HomeVisit,
    Outcome,
    PartnerAnswer,
    Pathway,
    ProposalState,
    Reason,
    Recipient,
    Referral,
    Request,
    Takes,
)
from cptsapp.inbox.patients import Contact, Identity, read_contact, read_seeker
from cptsapp.inbox.queries.ranking import ranked
from cptsapp.territory import queries as territory

MONTHS = 6
PAST, RECENT = 44, 26  # ended some time ago; of the last weeks, each left at a different step
MISAS, DAC = "Nadège Poiraud", "Karine Besson"
HOUSES = {
    MISAS: ("MiSAS Vendée", OrganisationKind.CPAM, "61, rue de l’Essai"),
    DAC: ("DAC Vendée Littoral", OrganisationKind.DAC, "3, allée des Dunes"),
}
ASKED = "Chercher au-delà de 15 km."
TRIED = "Cabinets appelés, droits à jour."
# What each doctor says: takes, how many, conditions. The others have not answered.
ANSWERS = {
    "Renaudin": (Takes.YES, 12, {"home_visits": True}),
    "Pouvreau": (Takes.CONDITIONS, 8, {"max_km": 15, "home_visits": True}),
    "Guilbaud": (Takes.CONDITIONS, 8, {"long_term_illness": True}),
    "Le Goff": (Takes.YES, 10, {}),
    "Morisset": (Takes.YES, 10, {}),
    "Haddad": (Takes.CONDITIONS, 6, {"children": True, "households": True}),
    "Rabiller": (Takes.YES, 9, {}),
    "Bonnaud": (Takes.YES, 6, {"home_visits": True}),
    "Tessier": (Takes.NO, 0, {"obstacles": ("leaving",), "helps": ("locum",)}),
    "Benali": (Takes.NO, 0, {"obstacles": ("time",), "helps": ("assistant", "advanced_nurse")}),
    "Giraudeau": (Takes.NO, 0, {"obstacles": ("time", "premises"), "helps": ("assistant",)}),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """Something done to a request, so many days after it came in."""

    day: int
    act: Callable[["File"], None]


@dataclass
class File:
    """A request of the story: who acts for it, and its number once received."""

    people: People
    luck: Random
    id: int = 0

    @property
    def office(self) -> CurrentUser:
        """The coordination, or its assistance."""
        return self.people.coordinator if self.luck.random() < 0.6 else self.people.actors["Jade Moal"]

    def request(self) -> Request:
        """The request as it is now."""
        return session.get_one(Request, self.id)


def seed_requests(people: People) -> None:
    """Everything up to today. Commits as it goes; the clock goes back to now at the end."""
    now = clock.now()
    with moving_clock(now.isoformat()):
        stand_at(now - timedelta(days=31 * MONTHS))
        _partners(people)
        _offers(people)
        session.commit()
        for at, act in sorted(_events(people, now), key=lambda event: event[0]):
            stand_at(at)
            with suppress(Refusal), session.begin_nested():
                act()
        session.commit()


def _partners(people: People) -> None:
    """Two organisations, an adviser of each with an account of their own (A38)."""
    for name, (house, kind, address) in HOUSES.items():
        by = people.coordinator
        made = create_organisation({"name": house, "kind": kind, "phone": "+33261914800"}, by=by)
        place = create_place({"address": address, "commune_code": cast.COMMUNES[0], "organisation_id": made.id}, by=by)
        person_id = people.actors[name].person_id
        assert person_id is not None  # who has an account of a partner is in the directory
        create_practice(session.get_one(Person, person_id), place, territory.today(), by=by)


def _offers(people: People) -> None:
    """What doctors said six months ago, for a year: those without an account said it on the phone."""
    until = months_later(territory.today(), 11)
    for last_name, (takes, more, conditions) in ANSWERS.items():
        doctor = people.actors.get(last_name)
        said = capacity.Answer(takes, until, more=more, **conditions)  # type: ignore[arg-type]  # fields by name
        via = AnsweredBy.DOCTOR if doctor else AnsweredBy.OFFICE
        capacity.answer(people.persons[last_name], said, via=via, by=doctor or people.coordinator)


# -- who asks ---------------------------------------------------------------------------------------------------------


def _events(people: People, now: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Each thing done, at its hour; what would be after now does not happen."""
    for number in range(PAST + RECENT):
        luck = dice("demande de médecin", number)
        file = File(people, luck)
        began = now - timedelta(days=_days_ago(number, luck), hours=luck.randrange(1, 8), minutes=luck.randrange(60))
        plan = ENDED[number % len(ENDED)] if number < PAST else GOING_ON[(number - PAST) % len(GOING_ON)]
        yield began, _receiving(file, number)
        for turn in plan:
            at = began + timedelta(days=turn.day, hours=luck.randrange(1, 5), minutes=number)
            if at < now:
                yield at, _acting(file, turn)
    yield now - timedelta(hours=3), _again(people)
    yield now - timedelta(hours=2), _from_a_robot(people)
    for number in range(17):
        at = now - timedelta(days=9 * number + 2)
        yield at, _from_outside(number)


def _again(people: People) -> Callable[[], None]:
    """Who asked last asks again on the phone, the name spelled otherwise: is it the same person?"""

    def act() -> None:
        last = session.scalars(select(Request).order_by(Request.received_at.desc()).limit(1)).one()
        who = read_seeker(last.seekers[0])
        assert who is not None  # received today
        spelled = SeekerAnswers(replace(who, last_name=f"{who.last_name}e"))
        contact = Contact(phone=read_contact(last).phone)
        again = Intake(Channel.PHONE, Asker.PERSON, last.commune_code, last.reason, contact, (spelled,))
        receive(again, by=people.actors["Jade Moal"])

    return act


def _from_a_robot(people: People) -> Callable[[], None]:
    def act() -> None:
        file = File(people, dice("robot"))
        receive(_intake(file, PAST + RECENT, by_phone=False), by=None, is_suspect=True)

    return act


def _from_outside(number: int) -> Callable[[], None]:
    return lambda: count_outside(cast.NEIGHBOUR_COMMUNES[number % 3 % 2], f"demo {number}")


def _days_ago(number: int, luck: Random) -> int:
    return luck.randrange(45, 31 * MONTHS - 5) if number < PAST else 1 + (number - PAST) // 2 + luck.randrange(2)


def _receiving(file: File, number: int) -> Callable[[], None]:
    def act() -> None:
        by_phone = number % 3 == 1
        request, _token = receive(_intake(file, number, by_phone=by_phone), by=file.office if by_phone else None)
        file.id = request.id

    return act


def _acting(file: File, turn: Turn) -> Callable[[], None]:
    def act() -> None:
        if file.id:
            turn.act(file)

    return act


def _intake(file: File, number: int, *, by_phone: bool) -> Intake:
    luck = file.luck
    last_name = cast.PATIENTS[number % len(cast.PATIENTS)]
    seekers = tuple(_seeker(last_name, luck, place) for place in range(luck.choice((1, 1, 1, 1, 2, 4))))
    mail = fold(f"{seekers[0].who.first_name} {last_name}").replace(" ", ".") + f"{number}@courriel.example"
    asker = luck.choice((Asker.PERSON, Asker.PERSON, Asker.RELATIVE))
    contact = Contact(
        phone=f"+3363998{5000 + number:04d}",
        mail="" if by_phone else mail,
        call_when=luck.choice(("", "", "plutôt le matin", "après 17 h")),
        asker_name="Sacha Relais" if asker is Asker.RELATIVE else "",
        asker_link="son enfant" if asker is Asker.RELATIVE else "",
    )
    needed = territory.today() + timedelta(days=21) if luck.random() < 0.08 else None
    return Intake(
        channel=Channel.PHONE if by_phone else Channel.WEB,
        asker=asker,
        commune_code=luck.choice(cast.COMMUNES[:9]),
        reason=luck.choice((*[Reason.RETIREMENT] * 5, *[Reason.NEWCOMER] * 4, *Reason)),
        contact=contact,
        seekers=seekers,
        agreements=frozenset(Recipient),
        consent=Consent.PHONE if by_phone else Consent.WEB,
        door=luck.choice((*[Door.CPTS] * 8, Door.MISAS, Door.DAC)),
        current_doctor_id=file.people.persons["Tessier"] if luck.random() < 0.12 else None,
        is_followed=luck.random() < 0.3,
        needed_before=needed,
    )


def _seeker(last_name: str, luck: Random, place: int) -> SeekerAnswers:
    year = luck.randrange(2010, 2024) if place > 1 else luck.randrange(1938, 2004)
    who = Identity(last_name, luck.choice(cast.FIRST_NAMES), date(year, luck.randrange(1, 13), luck.randrange(1, 28)))
    return SeekerAnswers(
        who,
        long_term_illness=luck.random() < 0.2,
        social_cover=luck.random() < 0.12,
        can_travel=luck.random() < 0.9,
        home_visit=HomeVisit.EXCEPTIONALLY if luck.random() < 1 / 15 else HomeVisit.NO,
    )


# -- what is done -----------------------------------------------------------------------------------------------------


def _take(file: File) -> None:
    request = file.request()
    request.assigned_to_id = file.office.id


def _accept(file: File) -> None:
    _take(file)
    triage.accept(file.id, by=file.office)


def _ask_more(file: File) -> None:
    triage.ask_more(file.id, ["address"], by=file.office)


def _propose(file: File) -> None:
    best = ranked(file.request())[:2]
    proposals.propose(file.request(), [doctor.person_id for doctor in best], by=file.office)


def _asked(file: File, state: ProposalState = ProposalState.PENDING) -> list[DoctorProposal]:
    found = select(DoctorProposal).where(DoctorProposal.request_id == file.id, DoctorProposal.state == state)
    return list(session.scalars(found.order_by(DoctorProposal.rank)))


def _one_takes(file: File) -> None:
    for number, proposal in enumerate(_asked(file)):
        if number == 0:
            proposals.accept(proposal.id, AnsweredBy.LINK)
        else:
            proposals.decline(proposal.id, AnsweredBy.LINK)


def _none_takes(file: File) -> None:
    for proposal in _asked(file):
        proposals.decline(proposal.id, AnsweredBy.LINK)


def _choose(file: File) -> None:
    for proposal in _asked(file, ProposalState.ACCEPTED)[:1]:
        choices.choose(file.request(), proposal.id)


def _declare(file: File) -> None:
    triage.declare(file.id, by=file.office)


def _house(name: str) -> int:
    return session.scalars(select(Organisation.id).where(Organisation.name == HOUSES[name][0])).one()


def _to_misas(file: File) -> None:
    referrals.send(file.request(), Recipient.MISAS, _house(MISAS), ASKED, file.office)


def _sent(file: File) -> int:
    waiting = Referral.answered_at.is_(None), Referral.stopped_at.is_(None)
    return session.scalars(select(Referral.id).where(Referral.request_id == file.id, *waiting)).one()


def _misas_finds(file: File) -> None:
    said = referrals.Said(doctor_name="Dr Paul Ferré", first_visit_on=territory.today() + timedelta(days=9), note=TRIED)
    referrals.answer(_sent(file), PartnerAnswer.FOUND, said, by=file.people.actors[MISAS])


def _misas_returns(file: File) -> None:
    about = referrals.Said(note=TRIED)
    referrals.answer(_sent(file), PartnerAnswer.NOT_FOUND, about, by=file.people.actors[MISAS])


def _misas_to_dac(file: File) -> None:
    about = referrals.Said(note=TRIED, dac_id=_house(DAC))
    referrals.answer(_sent(file), PartnerAnswer.TOO_COMPLEX, about, by=file.people.actors[MISAS])


def _dac_begins(file: File) -> None:
    dac = file.people.actors[DAC]
    referrals.acknowledge(_sent(file), by=dac)
    referrals.call_back(_sent(file), territory.today(), by=dac)
    referrals.hand_over(_sent(file), "Marion Essai, coordinatrice de parcours", by=dac)


def _dac_reports(file: File) -> None:
    report = BreakReport(
        BreakCause.NO_REFERRING_PROFESSIONAL, Pathway.ELDERLY, territory.today(), "Aucun cabinet ne fait de visites."
    )
    about = referrals.Said(note=TRIED, rupture=report)
    referrals.answer(_sent(file), PartnerAnswer.CARE_BREAK, about, by=file.people.actors[DAC])


def _found_by_phone(file: File) -> None:
    triage.find(file.id, Found(doctor_id=file.people.persons["Arnaudeau"]), by=file.office)


def _closing(outcome: Outcome) -> Callable[[File], None]:
    return lambda file: _close(file, outcome)


def _close(file: File, outcome: Outcome) -> None:
    triage.close(file.id, outcome, ["called", "offices"], by=file.office)


FOUND = (Turn(1, _accept), Turn(3, _propose), Turn(5, _one_takes), Turn(8, _choose), Turn(24, _declare))
ENDED = (
    FOUND,
    (Turn(1, _accept), Turn(4, _propose), Turn(6, _none_takes), Turn(8, _propose), Turn(9, _one_takes),
     Turn(13, _choose), Turn(34, _declare)),
    FOUND,
    (Turn(1, _accept), Turn(6, _to_misas), Turn(12, _misas_finds), Turn(40, _declare)),
    FOUND,
    (Turn(2, _ask_more), Turn(12, _closing(Outcome.UNREACHABLE))),
    (Turn(1, _accept), Turn(5, _to_misas), Turn(11, _misas_returns), Turn(30, _closing(Outcome.NOT_FOUND))),
    (Turn(1, _accept), Turn(2, _found_by_phone), Turn(18, _declare)),
    FOUND,
    (Turn(1, _accept), Turn(6, _to_misas), Turn(10, _misas_to_dac), Turn(12, _dac_begins), Turn(30, _dac_reports)),
    (Turn(1, _accept), Turn(20, _closing(Outcome.WITHDRAWN))),
)  # fmt: skip
GOING_ON = (
    (),
    (),
    (Turn(0, _ask_more),),
    (Turn(0, _accept),),
    (Turn(0, _accept),),
    (Turn(0, _accept), Turn(1, _propose)),
    (Turn(0, _accept), Turn(1, _propose), Turn(2, _one_takes)),
    (Turn(0, _accept), Turn(1, _propose), Turn(2, _none_takes)),
    (Turn(0, _accept), Turn(1, _to_misas)),
    (Turn(0, _accept), Turn(1, _propose), Turn(2, _one_takes), Turn(3, _choose)),
    (Turn(0, _accept), Turn(2, _to_misas), Turn(4, _misas_to_dac)),
    (Turn(0, _accept),),
    (),
)
