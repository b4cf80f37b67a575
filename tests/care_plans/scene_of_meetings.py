"""A plan whose circle is engaged: Dr Renaudin its regular doctor, a nurse its lead, Dr Benali of the circle."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cptsapp.accounts.models import Role
from cptsapp.care_plans.actions import meetings, standard
from cptsapp.care_plans.models import CarePlan, CircleMember, MemberRole, PlanMeeting, PlanState
from cptsapp.care_plans.queries.plans import circle
from cptsapp.checklists.models import Commitment
from cptsapp.core.db import session
from cptsapp.directory.models import Profession
from tests.tools.factories import acting, make_person, make_user
from tests.tools.plans import make_member, make_plan

TUESDAY = datetime(2026, 7, 28, 16, 0, tzinfo=UTC)  # mardi 28 juillet 2026, 18h00 à Paris
THURSDAY = datetime(2026, 7, 30, 16, 0, tzinfo=UTC)
LINK = "https://visio.example/salle-4"


@dataclass
class Scene:
    """The plan, its first meeting, its three members; the coordination and the lead as actions take them."""

    plan: CarePlan
    meeting: PlanMeeting
    doctor: CircleMember
    lead: CircleMember
    other: CircleMember
    office: object
    leader: object

    @property
    def everyone(self) -> list[int]:
        """The numbers of the members."""
        return [self.doctor.id, self.lead.id, self.other.id]


def make_scene(cast) -> Scene:
    """The circle engaged today, its standard commitments written, its first meeting to be held within fifteen days."""
    plan = make_plan(PlanState.MEETING)
    nurse = make_person(
        last_name="Jolly",
        first_name="Carole",
        title="",
        profession=Profession.NURSE,
        mail="carole.jolly@cpts.example",
    )
    user = make_user(Role.PRACTITIONER, display_name="Carole Jolly", person_id=nurse.id, mail=nurse.mail)
    doctor = make_member(plan, session.merge(cast.gp_person))
    lead = make_member(plan, nurse, role=MemberRole.LEAD, is_lead=True)
    other = make_member(plan, session.merge(cast.other_gp_person), role=MemberRole.PROFESSIONAL)
    standard.begin(plan, circle(plan.id), by=None)
    office = acting(session.merge(cast.coordinator))
    meeting = meetings.create_first(plan, by=office)
    return Scene(plan, meeting, doctor, lead, other, office, acting(user))


def owed(plan: CarePlan, code: str) -> Commitment:
    """The standard commitment of a code."""
    return session.query(Commitment).filter_by(checklist_id=plan.checklist_id, code=code).one()
