"""One plan as its page shows it: whom it is about by initials, the next act, its circle; in a fixed number of reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.care_plans.identity import read_person, shown, title
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    Consent,
    DateAnswer,
    MeetingDate,
    MeetingState,
    MemberRole,
    PlanAgreement,
    PlanMeeting,
    PlanState,
)
from cptsapp.care_plans.permissions import why_not_manage, why_not_validate
from cptsapp.care_plans.queries import fees
from cptsapp.care_plans.queries.calendar import PlanCalendar, of_plan
from cptsapp.care_plans.queries.plans import agreements_of, circle, doctor_of, lead_of, plan_for
from cptsapp.care_plans.relatives import UNNAMED, read_relative
from cptsapp.care_plans.rules.defaults import VALIDATION_CODE
from cptsapp.care_plans.rules.fees import payees
from cptsapp.care_plans.rules.next_act import Ahead, Facts, Late, NextAct, next_act, then
from cptsapp.care_plans.rules.opening import missing
from cptsapp.care_plans.rules.states import AHEAD
from cptsapp.care_plans.rules.words import ROLE_WORDS
from cptsapp.checklists.models import Commitment
from cptsapp.checklists.queries import Journal, Listing, journal, listing, workplaces
from cptsapp.checklists.rules import day_word
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Organisation, Person, Profession
from cptsapp.directory.rules.words import PROFESSION_SHORT
from cptsapp.ledger.models import LineState
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Someone of the circle as its panel shows them: `fee` is « payé le 30 juin », `standing` where they are."""

    member: CircleMember
    name: str
    role: str
    agreed_on: date | None
    consent: Consent | None
    standing: str  # a code: not_agreed, to_invite, invited, accepted, declined
    owed: Sequence[fees.OwedFee]
    can_be_owed: bool
    is_payable: bool  # some step may give them a fee; others are paid by their house, or by nobody
    is_me: bool

    @property
    def is_lead(self) -> bool:
        """Whether they are the référent."""
        return self.member.is_lead

    @property
    def fee_to_pay(self) -> bool:
        """Whether something they did is not paid yet."""
        return any(one.line.state is not LineState.PAID for one in self.owed)

    @property
    def fee_words(self) -> str:
        """« payé le 30 juin » when all is; empty when nothing was ever owed."""
        days = [local(one.line.changed_at).date() for one in self.owed if one.line.state is LineState.PAID]
        return f"payé le {day_word(max(days), territory.today())}" if days else ""


@dataclass(frozen=True, slots=True)
class PlanPage:
    """What the page of a plan shows. `who` is « M. B., 1938 »; nothing here is their name."""

    plan: CarePlan
    title: str
    who: str
    commune: str
    since: date
    then: str
    next: NextAct
    is_late: bool
    late_days: int
    members: Sequence[MemberLine]
    listing: Listing
    journal: Journal
    manages: bool
    validates: bool
    has_fees: bool
    year: int
    calendar: PlanCalendar

    @property
    def mine(self) -> MemberLine | None:
        """The reader's own place in the circle."""
        return next((line for line in self.members if line.is_me), None)

    @property
    def silent_count(self) -> int:
        """How many have not answered the poll that the next act waits for."""
        line = next((one for one in self.calendar.meetings if one.meeting.id == self.next.meeting_id), None)
        is_polling = line is not None and line.meeting.state is MeetingState.POLLING
        return len(line.poll.silent) if line is not None and is_polling else 0

    @property
    def has_lead(self) -> bool:
        """Whether someone holds the plan."""
        return any(line.is_lead and line.standing != "declined" for line in self.members)

    @property
    def has_doctor(self) -> bool:
        """Whether a regular doctor takes part, or has yet to say."""
        return self._doctor is not None and self._doctor.standing != "declined"

    @property
    def doctor(self) -> str:
        """The regular doctor's name, empty for none."""
        return self._doctor.name if self._doctor is not None else ""

    @property
    def is_doctor(self) -> bool:
        """Whether the reader is the regular doctor."""
        return self._doctor is not None and self._doctor.is_me

    @property
    def _doctor(self) -> MemberLine | None:
        return next((line for line in self.members if line.member.role is MemberRole.REGULAR_DOCTOR), None)

    @property
    def to_settle(self) -> int | None:
        """The member whose agreement or place is to be settled before the circle is engaged."""
        waits = ("not_agreed", "declined")
        needed = (one for one in self.members if one.is_lead or one.member.role is MemberRole.REGULAR_DOCTOR)
        return next((line.member.id for line in needed if line.standing in waits), None)

    @property
    def is_open(self) -> bool:
        """Whether something may still be done."""
        return self.plan.state is not PlanState.CLOSED


def page_of(user: CurrentUser, year: int, number: int) -> PlanPage:
    """The page of a plan; raises Invisible when it does not exist for the user. The caller records the reading."""
    plan = plan_for(user, year, number)
    members = circle(plan.id)
    agreements = agreements_of(plan.id)
    lead, doctor = lead_of(members), doctor_of(members)
    lines = lines_of(plan, members, agreements, user)
    now = local(clock.now())
    calendar = of_plan(plan, {line.member.id: line.name for line in lines}, user, now.date())
    ahead = _ahead(calendar)
    lacks = missing(members, agreements)
    owed = listing(plan.checklist_id, user)
    act = next_act(Facts(plan.state, lacks, ahead, _validation_due(plan), now, _late(owed)))
    late = (now.date() - act.due_on).days if act.due_on is not None else 0
    return PlanPage(
        plan=plan,
        title=title(plan),
        who=shown(read_person(plan)),
        commune=session.get_one(Commune, plan.commune_code).name,
        since=_since(plan),
        then=then(plan.state, ahead, now.date()),
        next=act,
        is_late=late > 0,
        late_days=max(late, 0),
        members=lines,
        listing=owed,
        journal=journal(plan.checklist_id, user),
        manages=why_not_manage(user, lead.person_id if lead else None) is None,
        validates=why_not_validate(user, doctor.person_id if doctor else None) is None,
        has_fees=fees.has_amounts(),
        year=now.year,
        calendar=calendar,
    )


def _late(owed: Listing) -> Late | None:
    """What is late for the longest, of the lines of the page."""
    first = owed.first_late
    if first is None or first.due_on is None:
        return None
    return Late(first.id, first.label, first.owner, first.due_on)


def _ahead(calendar: PlanCalendar) -> Ahead | None:
    """The next meeting to hold, as the calendar of the page has it."""
    line = next((one for one in calendar.meetings if one.meeting.state in AHEAD), None)
    if line is None:
        return None
    one = line.meeting
    starts_at = local(one.starts_at) if one.starts_at is not None else None
    is_polling = one.state is MeetingState.POLLING
    asked, answered = (len(line.poll.asked), len(line.poll.answered)) if is_polling else (0, 0)
    return Ahead(one.id, one.kind, one.state, one.due_on, starts_at, asked, answered)


def _since(plan: CarePlan) -> date:
    if plan.closed_at is not None:
        return local(plan.closed_at).date()
    return plan.validated_on if plan.state is PlanState.ACTIVE and plan.validated_on else plan.opened_on


def _validation_due(plan: CarePlan) -> date | None:
    owed = Commitment.checklist_id == plan.checklist_id, Commitment.code == VALIDATION_CODE
    return session.scalar(select(Commitment.due_on).where(*owed)) if plan.state is PlanState.VALIDATING else None


# -- the circle -------------------------------------------------------------------------------------------------------


def lines_of(
    plan: CarePlan, members: Sequence[CircleMember], agreements: Mapping[int, PlanAgreement], user: CurrentUser
) -> list[MemberLine]:
    """The circle with its names, agreements, answers and fees."""
    merged = roots()
    people = _people({merged.get(one.person_id, one.person_id) for one in members if one.person_id is not None})
    houses = _houses({one.organisation_id for one in members if one.organisation_id is not None})
    works = workplaces({number for number, person in people.items() if person.profession is Profession.STAFF})
    owed = fees.of_plan(plan.id)
    mine = same_person({user.person_id}) if user.person_id is not None else set()
    return [
        MemberLine(
            member=one,
            name=_name(one, people, houses, merged),
            role=_role(one, people, works, merged),
            agreed_on=local(agreements[one.id].given_at).date() if one.id in agreements else None,
            consent=agreements[one.id].consent if one.id in agreements else None,
            standing=_standing(one, one.id in agreements),
            owed=owed.get(one.person_id, ()) if one.person_id is not None else (),
            can_be_owed=one.person_id is not None,
            is_payable=bool(payees(one, _profession(one, people, merged))),
            is_me=one.person_id is not None and one.person_id in mine,
        )
        for one in members
    ]


def _profession(member: CircleMember, people: Mapping[int, Person], merged: Mapping[int, int]) -> Profession | None:
    person = people.get(merged.get(member.person_id, member.person_id)) if member.person_id is not None else None
    return person.profession if person is not None else None


def _people(person_ids: set[int]) -> dict[int, Person]:
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(person_ids)))}


def _houses(numbers: set[int]) -> dict[int, str]:
    return {
        row.id: row.name
        for row in session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(numbers)))
    }


def _name(one: CircleMember, people: Mapping[int, Person], houses: Mapping[int, str], merged: Mapping[int, int]) -> str:
    if one.person_id is not None:
        return people[merged.get(one.person_id, one.person_id)].full_name
    if one.organisation_id is not None:
        return houses[one.organisation_id]
    relative = read_relative(one)
    return relative.initials if relative else UNNAMED


def _role(one: CircleMember, people: Mapping[int, Person], works: Mapping[int, str], merged: Mapping[int, int]) -> str:
    """« médecin traitant », « infirmière, référente du plan », « proche, sa fille »; of a team, where they work."""
    if one.role is MemberRole.PROFESSIONAL and one.person_id is not None:
        person = people[merged.get(one.person_id, one.person_id)]
        word = works.get(person.id) or PROFESSION_SHORT[person.profession].lower()
    elif one.role is MemberRole.RELATIVE:
        relative = read_relative(one)
        word = f"proche, {relative.link}" if relative and relative.link else "proche"
    else:
        word = ROLE_WORDS[one.role]
    return f"{word}, référent du plan" if one.is_lead and one.role is not MemberRole.LEAD else word


def _standing(one: CircleMember, is_agreed: bool) -> str:
    if one.declined_at is not None:
        return "declined"
    if not is_agreed:
        return "not_agreed"
    if one.accepted_at is not None:
        return "accepted"
    return "invited" if one.invited_at is not None else "to_invite"


# -- the calendar -----------------------------------------------------------------------------------------------------


def next_meetings(plan_ids: Sequence[int]) -> dict[int, Ahead]:
    """Plan → the next meeting to hold, with how many answered its poll; in two statements."""
    waits = PlanMeeting.plan_id.in_(plan_ids), PlanMeeting.state.in_(AHEAD)
    found: dict[int, PlanMeeting] = {}
    for meeting in session.scalars(select(PlanMeeting).where(*waits).order_by(PlanMeeting.due_on, PlanMeeting.id)):
        found.setdefault(meeting.plan_id, meeting)
    polling = [meeting.id for meeting in found.values() if meeting.state is MeetingState.POLLING]
    answered = _answered(polling)
    asked = _asked([meeting.plan_id for meeting in found.values() if meeting.id in polling])
    return {
        plan_id: Ahead(
            meeting.id,
            meeting.kind,
            meeting.state,
            meeting.due_on,
            local(meeting.starts_at) if meeting.starts_at is not None else None,
            asked.get(plan_id, 0) if meeting.id in polling else 0,
            answered.get(meeting.id, 0),
        )
        for plan_id, meeting in found.items()
    }


def _answered(meeting_ids: Sequence[int]) -> dict[int, int]:
    if not meeting_ids:
        return {}
    counted = (
        select(MeetingDate.meeting_id, func.count(DateAnswer.member_id.distinct()).label("people"))
        .join(DateAnswer, DateAnswer.date_id == MeetingDate.id)
        .where(MeetingDate.meeting_id.in_(meeting_ids))
        .group_by(MeetingDate.meeting_id)
    )
    return {row.meeting_id: row.people for row in session.execute(counted)}


def _asked(plan_ids: Sequence[int]) -> dict[int, int]:
    """Those of each circle whom the person agrees to, and who have not declined."""
    if not plan_ids:
        return {}
    counted = (
        select(CircleMember.plan_id, func.count().label("people"))
        .join(PlanAgreement, PlanAgreement.member_id == CircleMember.id)
        .where(
            CircleMember.plan_id.in_(plan_ids),
            CircleMember.left_at.is_(None),
            CircleMember.declined_at.is_(None),
            PlanAgreement.withdrawn_at.is_(None),
            or_(CircleMember.invited_at.is_not(None), CircleMember.accepted_at.is_not(None)),
        )
        .group_by(CircleMember.plan_id)
    )
    return {row.plan_id: row.people for row in session.execute(counted)}
