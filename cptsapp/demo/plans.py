"""The coordination plans (PPCS) of the demonstration, in every state, each act at its day, by the real actions.

All invented, as the rest. Done twice, nothing is written a second time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.actions import answers, circle, documents, meetings, opening, polls, rights, validation
from cptsapp.care_plans.actions import settings as plan_settings
from cptsapp.care_plans.actions.circle import Place
from cptsapp.care_plans.actions.closing import close
from cptsapp.care_plans.actions.opening import Newcomer
from cptsapp.care_plans.actions.settings import FeeTerms
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    Consent,
    DateReply,
    DocumentAsked,
    DocumentKind,
    FeePayee,
    FeeStep,
    MeetingDate,
    MeetingKind,
    MeetingState,
    MemberRole,
    PlanEnd,
    PlanMeeting,
    RightKind,
)
from cptsapp.care_plans.queries.fees import account_of
from cptsapp.care_plans.queries.plans import circle as circle_of
from cptsapp.care_plans.queries.plans import locked
from cptsapp.care_plans.relatives import Relative
from cptsapp.checklists import actions as checklists
from cptsapp.checklists.models import Commitment, CommitmentState
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.demo.days import moving_clock, stand_at, working
from cptsapp.demo.people import People
from cptsapp.directory.models import Organisation
from cptsapp.inbox.models import Request, Seeker, State
from cptsapp.inbox.patients import Identity
from cptsapp.ledger import actions as ledger
from cptsapp.ledger.models import Nature
from cptsapp.ledger.rules import KNOWN_CAPS
from cptsapp.territory import queries as territory
from cptsapp.territory import rules as territory_rules

DAY = timedelta(days=1)
LINK = "https://visio.littoral-vendeen.example/cercle"
DAC_HOUSE, DAC = "DAC Vendée Littoral", "Karine Besson"
FEES = (
    (FeeStep.MEETING, FeePayee.REGULAR_DOCTOR, 7500),
    (FeeStep.MEETING, FeePayee.LEAD, 6000),
    (FeeStep.MEETING, FeePayee.PROFESSIONAL, 4500),
    (FeeStep.VALIDATION, FeePayee.REGULAR_DOCTOR, 5000),
    (FeeStep.REVIEW_6, FeePayee.REGULAR_DOCTOR, 5000),
    (FeeStep.REVIEW_6, FeePayee.LEAD, 4000),
    (FeeStep.REVIEW_6, FeePayee.PROFESSIONAL, 3000),
    (FeeStep.REVIEW_12, FeePayee.REGULAR_DOCTOR, 5000),
    (FeeStep.REVIEW_12, FeePayee.LEAD, 4000),
    (FeeStep.REVIEW_12, FeePayee.PROFESSIONAL, 3000),
)
FEES_SINCE = 460  # days ago
Turn = tuple[int, Callable[["Case"], object]]


@dataclass
class Case:
    """A plan of the story: its circle, what is done so many days after it is opened, and its number once it is.

    `who` is None for someone of a request. The lead and the others are last names, or someone of the cast.
    """

    age: int
    commune: str
    doctor: str
    lead: str
    others: tuple[str, ...]
    turns: tuple[Turn, ...]
    who: Identity | None = None
    relative: Relative | None = None
    people: People = field(default_factory=People)
    id: int = 0

    @property
    def office(self) -> CurrentUser:
        """The coordination."""
        return self.people.coordinator

    def plan(self) -> CarePlan:
        """The plan as it is now."""
        return session.get_one(CarePlan, self.id)

    def members(self) -> list[CircleMember]:
        """Its circle today."""
        return list(circle_of(self.id))

    def number_of(self, name: str) -> int:
        """Someone of the cast, in the directory."""
        known = self.people.persons.get(name) or self.people.actors[name].person_id
        assert known is not None  # everyone of a circle is in the directory
        return known

    def meeting(self, kind: MeetingKind) -> PlanMeeting:
        """Its first meeting, or one of its reviews."""
        wanted = PlanMeeting.plan_id == self.id, PlanMeeting.kind == kind
        return session.scalars(select(PlanMeeting).where(*wanted, PlanMeeting.state != MeetingState.CANCELLED)).one()


def seed_plans(people: People) -> None:
    """Everything up to today, unless it is there. Commits as it goes; the clock goes back to now at the end."""
    if session.scalar(select(CarePlan.id).limit(1)) is not None:
        return
    now = clock.now()
    with moving_clock(now.isoformat()):
        stand_at(now - FEES_SINCE * DAY)
        _fees(people)
        for at, act in sorted(_events(people, now), key=lambda event: event[0]):
            stand_at(at)
            act()
        session.commit()


def _fees(people: People) -> None:
    """The amounts, the lead's as pay for a mission; the caps as they were published."""
    since = territory.today()
    for step, payee, cents in FEES:
        nature = Nature.MISSION_PAY if payee is FeePayee.LEAD else Nature.INCOME_LOSS
        plan_settings.set_fee(FeeTerms(step, payee, since, cents, nature), by=people.coordinator)
    for year, cents in KNOWN_CAPS.items():
        ledger.save_cap(year, cents, by=people.coordinator)


def _events(people: People, now: datetime) -> Iterator[tuple[datetime, Callable[[], object]]]:
    """Each act at its instant; those to come are not done."""
    for case in cases():
        case.people = people
        began = now - case.age * DAY - timedelta(hours=1)
        yield working(began), _acting(case, _open)
        for order, (days, act) in enumerate(case.turns):
            at = began + days * DAY + timedelta(minutes=order)
            if at < now:
                yield working(at), _acting(case, act)


def _acting(case: Case, act: Callable[[Case], object]) -> Callable[[], object]:
    return lambda: act(case)


# -- the circle -------------------------------------------------------------------------------------------------------


def _open(case: Case) -> None:
    """Alone, or from the last request whose person is still searched for, if there is one."""
    found = _searched_for() if case.who is None else None
    if found is not None:
        made = opening.open_from_request(*found, by=case.office)
    else:
        alone = Newcomer(case.who or _stand_in(), "+33639980199", case.commune)
        made = opening.open_alone(alone, by=case.office)
    case.id = made.id


def _stand_in() -> Identity:
    """Who stands in when nobody is searched for."""
    return Identity("Perrocheau", "Louise", date(1943, 9, 27))


def _searched_for() -> tuple[int, int] | None:
    wanted = (
        select(Request.id, Seeker.id)
        .join(Seeker, Seeker.request_id == Request.id)
        .where(Request.state == State.SEARCHING, Request.received_at <= clock.now(), Seeker.name.is_not(None))
        .where(Seeker.id.not_in(select(CarePlan.seeker_id).where(CarePlan.seeker_id.is_not(None))))
    )
    row = session.execute(wanted.order_by(Request.received_at.desc()).limit(1)).first()
    return (row[0], row[1]) if row is not None else None


def _gather(case: Case) -> None:
    """The doctor, the lead, the others, the DAC, a relative; the person agrees to each, who is then invited."""
    consent = Consent.IN_PERSON
    doctor = Place(MemberRole.REGULAR_DOCTOR, consent=consent)
    circle.add_person(case.id, case.number_of(case.doctor), doctor, by=case.office)
    lead = Place(MemberRole.PROFESSIONAL, is_lead=True, consent=consent)
    circle.add_person(case.id, case.number_of(case.lead), lead, by=case.office)
    for name in case.others:
        circle.add_person(case.id, case.number_of(name), Place(consent=Consent.PHONE), by=case.office)
    dac = session.scalars(select(Organisation.id).where(Organisation.name == DAC_HOUSE)).one()
    circle.add_structure(case.id, dac, Place(MemberRole.STRUCTURE, consent=consent), by=case.office)
    if case.relative is not None:
        circle.add_relative(case.id, case.relative, Place(MemberRole.RELATIVE, consent=consent), by=case.office)
    for member in case.members():
        answers.invite(case.id, member.id, by=case.office)


def _gather_half(case: Case) -> None:
    """The lead alone is asked; the doctor is known, and the person has not said yes yet."""
    circle.add_person(case.id, case.number_of(case.doctor), Place(MemberRole.REGULAR_DOCTOR), by=case.office)
    lead = Place(MemberRole.PROFESSIONAL, is_lead=True, consent=Consent.PHONE)
    made = circle.add_person(case.id, case.number_of(case.lead), lead, by=case.office)
    answers.invite(case.id, made.id, by=case.office)
    if case.relative is not None:
        circle.add_relative(case.id, case.relative, Place(MemberRole.RELATIVE, consent=Consent.PHONE), by=case.office)


def _accept(case: Case) -> None:
    for member in case.members():
        answers.accept(case.id, member.id, by=case.office)


def _engage(case: Case) -> None:
    opening.engage(case.id, by=case.office)
    meetings.create_first(locked(case.id), by=case.office)


# -- meetings ---------------------------------------------------------------------------------------------------------


def _poll(kind: MeetingKind) -> Callable[[Case], None]:
    def act(case: Case) -> None:
        dates = [_local(territory.today() + days * DAY, time(hour, 15)) for days, hour in ((8, 12), (9, 19), (12, 12))]
        polls.propose(case.meeting(kind).id, dates, territory.today() + 6 * DAY, by=case.office)

    return act


def _some_answer(kind: MeetingKind, silent: int) -> Callable[[Case], None]:
    """All of the circle but the first so many say which dates suit them."""

    def act(case: Case) -> None:
        meeting = case.meeting(kind)
        found = session.scalars(select(MeetingDate.id).where(MeetingDate.meeting_id == meeting.id)).all()
        for rank, member in enumerate(case.members()[silent:]):
            said = (DateReply.YES, DateReply.NO if rank % 2 else DateReply.MAYBE, DateReply.MAYBE)
            polls.answer(meeting.id, member.id, dict(zip(sorted(found), said, strict=True)), by=case.office)

    return act


def _fix(kind: MeetingKind) -> Callable[[Case], None]:
    """At the first date of the poll, or some days later."""

    def act(case: Case) -> None:
        meeting = case.meeting(kind)
        wanted = select(MeetingDate.starts_at).where(MeetingDate.meeting_id == meeting.id)
        first = session.scalar(wanted.order_by(MeetingDate.starts_at).limit(1))
        starts_at = first or _local(territory.today() + 4 * DAY, time(12, 15))
        meetings.fix(meeting.id, starts_at, 45, LINK, by=case.office)

    return act


def _hold(kind: MeetingKind, absent: int = 0) -> Callable[[Case], None]:
    """Held today at noon, the last ones of the circle absent."""

    def act(case: Case) -> None:
        there = case.members()
        meeting = case.meeting(kind)
        if meeting.state is not MeetingState.FIXED:
            began = (clock.now() - timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
            meetings.fix(meeting.id, began, 45, LINK, by=case.office)
        present = [member.id for member in there[: len(there) - absent]]
        meetings.hold(meeting.id, present, territory.today(), by=case.office)

    return act


def _local(day: date, hour: time) -> datetime:
    """That hour of that day or, at a week-end, of the Monday after."""
    working = day if day.weekday() < 5 else day + (7 - day.weekday()) * DAY
    return territory_rules.local_instant(working, hour, territory.zone())


# -- what follows -----------------------------------------------------------------------------------------------------


def _validate(case: Case) -> None:
    validation.validate(case.id, by=case.people.actors.get(case.doctor) or case.office)


def _ask(kind: DocumentKind, days: int) -> Callable[[Case], None]:
    """A document of the doctor, by so many days from then."""

    def act(case: Case) -> None:
        doctor = case.members()[0]
        documents.ask(case.id, doctor.id, kind, territory.today() + days * DAY, by=case.office)

    return act


def _comes(case: Case) -> None:
    """The first document that is awaited comes."""
    waits = DocumentAsked.plan_id == case.id, DocumentAsked.received_on.is_(None)
    first = select(DocumentAsked.id).where(*waits).order_by(DocumentAsked.id).limit(1)
    documents.receive(session.scalars(first).one(), territory.today(), by=case.office)


def _tick(code: str, state: CommitmentState = CommitmentState.DONE) -> Callable[[Case], None]:
    """The doctor, or the coordination for them, says where a commitment stands."""

    def act(case: Case) -> None:
        theirs = Commitment.checklist_id == case.plan().checklist_id, Commitment.code == code
        number = session.scalars(select(Commitment.id).where(*theirs)).one()
        checklists.tick(number, state, by=case.people.actors.get(case.doctor) or case.office)

    return act


def _note(case: Case) -> None:
    words = "La famille préfère les réunions à l’heure du déjeuner."
    checklists.write(case.plan().checklist_id, "journal.note", words, happened_on=territory.today(), by=case.office)


def _settle(is_paid: bool) -> Callable[[Case], None]:
    """What the circle is owed this year is approved, then paid."""

    def act(case: Case) -> None:
        treasurer = case.people.actors["Claude Audureau"]
        account = account_of(territory.today().year)
        numbers = [member.person_id for member in case.members() if member.person_id is not None]
        ledger.approve(account, numbers, by=treasurer)
        if is_paid:
            ledger.pay(account, numbers, by=treasurer)

    return act


def _complete(case: Case) -> None:
    close(locked(case.id), PlanEnd.COMPLETED, by=case.office)


def _leaves(case: Case) -> None:
    """The person leaves the plan: a right, noted then done."""
    asked = rights.ask(locked(case.id), RightKind.DEPARTURE, by=case.office)
    rights.do(locked(case.id), asked.id, by=case.office)


def _asks_for_a_copy(case: Case) -> None:
    rights.ask(locked(case.id), RightKind.ACCESS, "À remettre à sa fille.", by=case.office)


FIRST, SIX, TWELVE = MeetingKind.FIRST, MeetingKind.REVIEW_6, MeetingKind.REVIEW_12
BEGUN: tuple[Turn, ...] = ((1, _gather), (2, _accept), (3, _engage))
HELD: tuple[Turn, ...] = (*BEGUN, (14, _hold(FIRST)))
VALIDATED: tuple[Turn, ...] = (
    *HELD,
    (16, _tick("a76", CommitmentState.DOING)),
    (22, _validate),
    (24, _ask(DocumentKind.PRESCRIPTION, 12)),
    (30, _comes),
    (34, _tick("a78")),
)


def cases() -> list[Case]:
    """The plans, new each time: the story writes in them."""
    daughter = Relative("Odile Perrocheau", "fille", "+33639980142", "odile.perrocheau@courriel.example")
    son = Relative("Denis Sire", "fils", "+33639980143")
    return [
        Case(415, "85114", "Guilbaud", "Jolly", ("Vrignaud",),
             (*VALIDATED, (38, _settle(True)), (204, _hold(SIX)), (380, _hold(TWELVE)), (398, _complete)),
             Identity("Tougeron", "Huguette", date(1936, 2, 11))),
        Case(196, "85226", "Fradet", "Jolly", ("Vrignaud", DAC),
             (*VALIDATED, (33, _note), (45, _settle(True)), (186, _ask(DocumentKind.CERTIFICATE, 14)),
              (191, _poll(SIX)), (193, _some_answer(SIX, 3))),
             Identity("Simonneau", "Bernard", date(1938, 5, 17)), daughter),
        Case(104, "85288", "Bonnaud", DAC, ("Jolly",),
             (*VALIDATED, (40, _settle(False)), (88, _ask(DocumentKind.REPORT, 12)), (96, _asks_for_a_copy)),
             Identity("Raffin", "Yvonne", date(1941, 11, 3))),
        Case(62, "85194", "Le Goff", "Vrignaud", (), (*HELD, (31, _leaves)),
             Identity("Naud", "Gérard", date(1949, 8, 24))),
        Case(27, "85288", "Renaudin", DAC, ("Jolly", "Vrignaud"),
             (*BEGUN, (19, _ask(DocumentKind.PRESCRIPTION, 10)), (22, _hold(FIRST, 1))),
             Identity("Sire", "Thérèse", date(1934, 7, 2)), son),
        Case(13, "85194", "Benali", "Jolly", (DAC,), (*BEGUN, (12, _fix(FIRST))),
             Identity("Fonteneau", "Odette", date(1944, 4, 19))),
        Case(8, "85194", "Benali", DAC, ("Vrignaud", "Jolly"), (*BEGUN, (4, _poll(FIRST)), (6, _some_answer(FIRST, 2))),
             Identity("Grasset", "Pierre", date(1947, 1, 30))),
        Case(3, "85194", "Haddad", "Jolly", (), ((1, _gather_half),), None, daughter),
        Case(1, "85112", "Rabiller", DAC, (), (), Identity("Erieau", "Rose", date(1939, 12, 8))),
    ]  # fmt: skip
