"""Plans through their side doors: whoever declined, whoever does not read the directory, words that leave by mail."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cptsapp.accounts.models import Role
from cptsapp.care_plans.actions import answers, circle, closing, links, meetings, retention, rights, validation
from cptsapp.care_plans.actions.circle import Place
from cptsapp.care_plans.actions.meeting_reminders import remind_due
from cptsapp.care_plans.identity import NAMED
from cptsapp.care_plans.models import (
    Consent,
    MemberRole,
    PlanEnd,
    PlanMeeting,
    PlanState,
    RightKind,
)
from cptsapp.care_plans.relatives import Relative, seal_relative
from cptsapp.checklists import actions as checklists
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.text import NIR_REFUSED
from cptsapp.outbox.models import Message
from tests.care_plans.scene_of_meetings import LINK, TUESDAY, make_scene, owed
from tests.tools.factories import make_person, make_user
from tests.tools.plans import make_member, make_plan

NIR = "1 84 12 76 451 089 46"


@pytest.fixture
def scene(cast):
    return make_scene(cast)


# -- whoever declined -------------------------------------------------------------------------------------------------


def test_whoever_declined_by_their_link_gets_no_date_nor_the_address_of_the_call(client, scene):
    kin = make_member(scene.plan, role=MemberRole.RELATIVE, accepted_at=None)
    path = f"/ppcs/lien/{links.new_link(kin)}"
    meetings.fix(scene.meeting.id, TUESDAY, 45, LINK, by=scene.office)
    session.commit()
    file = f"{path}/reunions/{scene.meeting.id}.ics"
    assert LINK in client.get(file).text
    client.post(f"{path}/decliner")
    assert client.get(file).status_code == 404
    assert LINK not in client.get(path).text


def test_a_doctor_who_declined_validates_nothing_and_is_owed_nothing(scene):
    meetings.fix(scene.meeting.id, clock.now(), 45, "", by=scene.office)
    meetings.hold(scene.meeting.id, scene.everyone, clock.now().date(), by=scene.office)
    answers.decline(scene.plan.id, scene.doctor.id, by=None)
    with pytest.raises(Refusal):
        validation.validate(scene.plan.id, by=scene.office)


def test_a_lead_who_declined_is_reminded_of_no_meeting(scene):
    answers.decline(scene.plan.id, scene.lead.id, by=None)
    scene.meeting.due_on = clock.now().date() + timedelta(days=7)
    session.flush()
    remind_due(clock.now())
    told = select(Message.to_address).where(Message.kind == "meetings.due")
    assert "carole.jolly@cpts.example" not in set(session.scalars(told))


# -- a partner who holds a plan reads no directory --------------------------------------------------------------------


def test_a_commitment_is_given_to_those_of_the_circle_alone(cast, client, sign_in):
    plan = make_plan(PlanState.MEETING)
    lead = make_person(last_name="Marchand", first_name="Louis", title="")
    partner = make_user(Role.PARTNER, display_name="Louis Marchand", person_id=lead.id)
    make_member(plan, lead, role=MemberRole.LEAD, is_lead=True)
    make_member(plan, cast.gp_person)
    stranger = cast.other_gp_person
    made = checklists.add(plan.checklist_id, checklists.Owed(label="Appeler", side="lead"), by=None)
    number, name, kept, stranger_id = made.id, stranger.full_name, cast.gp_person.full_name, stranger.id
    session.commit()
    page = sign_in(partner).get(f"/engagements/{number}/modifier").text
    assert kept in page
    assert name not in page
    assert f'value="{stranger_id}"' not in page


# -- what leaves in clear ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "told"),
    [("https://visio.example/mme-bretonniere", NAMED), (f"https://visio.example/{NIR.replace(' ', '')}", NIR_REFUSED)],
)
def test_the_address_of_a_call_leaves_by_mail_and_names_nobody(scene, link, told):
    with pytest.raises(Refusal, match=told[:40]):
        meetings.fix(scene.meeting.id, TUESDAY, 45, link, by=scene.office)


def test_an_anonymised_plan_keeps_no_word_typed_over_a_standard_commitment(scene):
    commitment = owed(scene.plan, "a78")
    commitment.label, commitment.expected = "Recevoir Marcel après sa chute", "zzdétail"
    session.flush()
    closing.close(scene.plan, PlanEnd.COMPLETED, by=scene.office)
    retention.anonymise(scene.plan, because="retention", by=None)
    session.expire_all()
    kept = owed(scene.plan, "a78")
    assert (kept.label, kept.expected) == ("Recevoir la personne au cabinet", "")


# -- sent twice -------------------------------------------------------------------------------------------------------


def test_a_relative_sent_twice_joins_once(cast, scene):
    odile = Relative("Odile Bretonnière", "fille", "", "odile@courriel.example")
    place = Place(MemberRole.RELATIVE, consent=Consent.PHONE)
    circle.add_relative(scene.plan.id, odile, place, by=scene.office)
    with pytest.raises(Refusal):
        circle.add_relative(scene.plan.id, odile, place, by=scene.office)


def test_one_more_meeting_sent_twice_is_one(scene):
    day = clock.now().date() + timedelta(days=20)
    for _ in range(2):
        meetings.add_extra(scene.plan.id, day, by=scene.office)
    wanted = select(func.count()).select_from(PlanMeeting).where(PlanMeeting.plan_id == scene.plan.id)
    assert session.scalar(wanted.where(PlanMeeting.kind == "extra")) == 1


# -- what the browser keeps -------------------------------------------------------------------------------------------


def title_of(page):
    return page.text.partition("<title>")[2].partition("</title>")[0]


def test_no_page_of_a_plan_is_called_after_the_person_or_their_relative(scene, cast, sign_in):
    kin = make_member(scene.plan, role=MemberRole.RELATIVE)
    seal_relative(kin, Relative("Odile Zzproche", "fille"))
    asked = rights.ask(scene.plan, RightKind.ACCESS, by=scene.office)
    base, one = f"/ppcs/{scene.plan.year}-{scene.plan.number}", kin.id
    copy = f"{base}/droits/{asked.id}/copie"
    session.commit()
    client = sign_in(cast.coordinator)
    pages = client.get(f"{base}/cercle/{one}"), client.get(copy), client.post(f"{base}/identite")
    assert "Zzproche" in pages[0].text
    assert "Bretonnière" in pages[1].text
    assert [word for page in pages for word in ("Zzproche", "Bretonnière") if word in title_of(page)] == []
