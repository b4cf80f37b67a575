"""What no page of ours writes, sent to the pages of a meeting: answered with a sentence, and nothing changes."""

import pytest

from cptsapp.care_plans.actions import links, polls
from cptsapp.care_plans.models import CircleMember, DateAnswer, DocumentAsked, MeetingState, PlanMeeting
from cptsapp.core.db import session
from tests.care_plans.scene_of_meetings import THURSDAY, TUESDAY, make_scene
from tests.care_plans.test_polls import CLOSES
from tests.hostile.tools import DIGITS, HTML, LONG, RTL, SQL
from tests.tools.plans import make_meeting, make_plan

ODD = ("", "-1", "²", "٣", DIGITS, "9999-12-31", "0001-01-01", "25:61", HTML + SQL, RTL, LONG[:5000])


@pytest.fixture
def scene(cast):
    """A poll open, a link to it."""
    made = make_scene(cast)
    polls.propose(made.meeting.id, [TUESDAY, THURSDAY], CLOSES, by=made.office)
    found = {
        "plan": f"/ppcs/2026-{made.plan.number}",
        "meeting": made.meeting.id,
        "doctor": made.doctor.id,
        "link": f"/ppcs/lien/{links.new_link(session.get_one(CircleMember, made.other.id))}",
    }
    session.commit()
    return found


def kept(scene) -> tuple[object, ...]:
    """What no odd value may change."""
    session.rollback()
    one = session.get_one(PlanMeeting, scene["meeting"])
    return one.state, one.due_on, one.held_on, one.starts_at, session.query(DocumentAsked).count()


def test_odd_values_change_nothing(scene, cast, sign_in, subtests):
    office, before = sign_in(cast.coordinator), kept(scene)
    url = f"{scene['plan']}/reunions/{scene['meeting']}"
    fields = {
        f"{url}/dates": ("closes_on", "dates-0-day", "dates-0-hour", "dates-7-day"),
        f"{url}/date": ("day", "hour", "minutes", "link", "version"),
        f"{url}/presences": ("held_on", "present", "version"),
        f"{url}/echeance": ("due_on", "reason"),
        f"{scene['plan']}/reunions/nouvelle": ("due_on",),
        f"{scene['plan']}/documents": ("kind", "member_id", "due_on"),
    }
    for path, names in fields.items():
        for value in ODD:
            with subtests.test(path, value=value[:20]):
                answer = office.post(path, data=dict.fromkeys(names, value))
                assert answer.status_code in (409, 422)
    assert kept(scene) == before


def test_odd_dates_in_the_address_are_no_date(scene, cast, sign_in):
    office = sign_in(cast.coordinator)
    for value in ODD:
        url = f"{scene['plan']}/reunions/{scene['meeting']}/date"
        assert office.get(url, query_string={"choisie": value}).status_code == 200


def test_odd_replies_are_none(scene, client):
    url = f"{scene['link']}/dates/{scene['meeting']}"
    said = {client.post(url, data={"date_1": value, "date_2": value}).status_code for value in ODD}
    assert said == {422}
    assert session.query(DateAnswer).count() == 0


def test_someone_elses_poll_is_not_answered_by_a_link_nor_from_another_plan(scene, cast, client, sign_in):
    made = make_scene_of_another()
    assert client.post(f"{scene['link']}/dates/{made}", data={}).status_code == 404
    other = f"{scene['plan']}/reunions/{made}"
    office = sign_in(cast.coordinator)
    for path in ("", "/dates", "/date", "/presences", "/echeance"):
        assert office.get(f"{other}{path}").status_code == 404


def make_scene_of_another() -> int:
    """A meeting of a plan that has nothing to do with it, its poll open."""
    made = make_meeting(make_plan(), state=MeetingState.POLLING).id
    session.commit()
    return made


def test_a_date_of_another_poll_is_no_reply(scene, client):
    answer = client.post(f"{scene['link']}/dates/{scene['meeting']}", data={"date_999": "yes", "date_1": "yes"})
    assert answer.status_code == 422
