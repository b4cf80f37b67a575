"""Private links of the plans: tried too often they answer no more, and the page's address goes nowhere."""

import pytest

from cptsapp.accounts.actions import throttle
from cptsapp.care_plans.actions import links
from cptsapp.care_plans.models import MemberRole, PlanState
from cptsapp.core.db import session
from tests.tools.plans import make_member, make_plan

DEAD = "/ppcs/lien/AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def link(cast):
    """The private link of a relative."""
    plan = make_plan(PlanState.PREPARING)
    token = links.new_link(make_member(plan, role=MemberRole.RELATIVE, accepted_at=None))
    session.commit()
    return f"/ppcs/lien/{token}"


def try_often(client) -> None:
    for number in range(throttle.LINK_ADDRESS.attempts):
        answer = client.get(DEAD) if number % 2 else client.post(f"{DEAD}/participer")
        assert answer.status_code == 404


def test_an_address_that_tries_many_dead_links_is_answered_no_more(client, link):
    try_often(client)
    assert client.get(DEAD).status_code == 429
    assert client.get(link).status_code == 429


def test_a_good_link_is_not_an_attempt(client, link):
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert not throttle.is_over(throttle.Limit(throttle.LINK_ADDRESS.purpose, 1, throttle.QUARTER), "127.0.0.1")


def test_whoever_tries_is_not_locked_out_of_the_rest(client, link):
    try_often(client)
    assert client.get("/connexion").status_code == 200


@pytest.mark.parametrize("odd", ["%00", "%0d%0aSet-Cookie:x=1", "..%2f..%2fetc", "a" * 3000, "🦊"])
def test_an_odd_token_is_a_dead_link(client, cast, odd):
    answer = client.get(f"/ppcs/lien/{odd}")
    assert answer.status_code in (400, 404, 414)
    assert "Set-Cookie:x" not in str(answer.headers)


def test_neither_page_nor_answer_sends_its_address_on(client, link):
    for answer in (client.get(link), client.post(f"{link}/participer"), client.get(DEAD)):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
