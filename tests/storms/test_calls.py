"""Sixteen callers over forty people, on the real server with its two processes: each person is handed to one alone."""

from collections import Counter

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.outreach.models import Call, CallTarget, TargetState
from tests.storms.crowd import CROWD, at_once
from tests.tools.factories import make_call_campaign, make_nurse, make_user

pytestmark = pytest.mark.database
PEOPLE = 40


@pytest.fixture
def campaign_id(cast):
    """A campaign over forty nurses."""
    made = make_call_campaign(*(make_nurse() for _ in range(PEOPLE)), created_by_id=cast.coordinator.id).id
    session.commit()
    return made


@pytest.fixture
def callers(campaign_id, come_in):
    """Sixteen assistants, each with the token of a page."""
    users = [make_user(Role.ASSISTANT, display_name=f"Appelant {n} Essai") for n in range(CROWD)]
    session.commit()
    clients = [come_in(user) for user in users]
    at_once(lambda client: client.get("/compte"), clients)
    return clients


def claims():
    session.rollback()
    found = session.query(CallTarget.id, CallTarget.claimed_by_id).filter(CallTarget.claimed_by_id.is_not(None))
    return found.all()


def test_at_the_same_instant_each_has_someone_else(callers, campaign_id):
    answers = at_once(lambda client: client.post(f"/appels/{campaign_id}/suivant"), callers)
    assert {answer.status for answer in answers} == {303}
    held = claims()
    assert len(held) == CROWD
    assert len({user_id for _, user_id in held}) == CROWD


def held_by(client, campaign_id):
    """Where the page posts the outcome of whom this caller has on the line, or None."""
    _, found, rest = client.get(f"/appels/{campaign_id}").text.partition(f'action="/appels/{campaign_id}/personnes/')
    return int(rest.partition("/")[0]) if found else None


def test_forty_people_are_each_called_once(callers, campaign_id):
    def run(client):
        mine = []
        client.post(f"/appels/{campaign_id}/suivant")
        while (target_id := held_by(client, campaign_id)) is not None:
            answer = client.post(f"/appels/{campaign_id}/personnes/{target_id}/issue", outcome="informed")
            assert answer.status == 303
            mine.append(target_id)
        return mine

    called = Counter(target_id for mine in at_once(run, callers) for target_id in mine)
    assert len(called) == PEOPLE
    assert set(called.values()) == {1}
    session.rollback()
    assert session.query(Call).count() == PEOPLE
    assert session.query(CallTarget).filter_by(state=TargetState.DONE).count() == PEOPLE


def test_two_tabs_of_one_caller_have_one_person(callers, campaign_id):
    one = callers[0]
    tabs = [type(one)(one.url, one.cookie, one.token) for _ in range(8)]
    answers = at_once(lambda tab: tab.post(f"/appels/{campaign_id}/suivant"), tabs)
    for tab in tabs:
        tab.close()
    assert {answer.status for answer in answers} == {303}
    assert len(claims()) == 1


def test_the_last_person_goes_to_one(callers, campaign_id):
    first = session.query(CallTarget.id).order_by(CallTarget.id).limit(1).scalar()
    session.query(CallTarget).filter(CallTarget.id != first).update({"state": TargetState.DONE})
    session.commit()
    answers = at_once(lambda client: client.post(f"/appels/{campaign_id}/suivant"), callers)
    assert {answer.status for answer in answers} == {303}
    assert len(claims()) == 1
