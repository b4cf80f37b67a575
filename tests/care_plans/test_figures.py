"""The cockpit: each number opens the very plans it counts; the board reads neither names nor small numbers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.care_plans.models import MeetingKind, MeetingState, PlanEnd, PlanState
from cptsapp.care_plans.queries import figures
from cptsapp.care_plans.rules import figures as rules
from cptsapp.care_plans.rules.figures import MEASURES, OPEN, PARTS, Row
from cptsapp.checklists.actions import Owed, add
from cptsapp.checklists.models import Side
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.small import SMALL, SMALL_WORDS
from cptsapp.settings import ROOT
from tests.tools.plans import make_meeting, make_member, make_plan
from tests.tools.queries import count_queries

TODAY = date(2026, 7, 20)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
plans = st.lists(
    st.builds(
        Row,
        st.integers(1, 999),
        st.just(2026),
        st.integers(1, 999),
        st.sampled_from(PlanState),
        days,
        days,
        st.none() | days,
        st.lists(days, max_size=2).map(tuple),
        st.integers(0, 6),
    ),
    max_size=30,
)


@given(plans, days)
def test_the_states_add_up_to_the_open_plans(rows, today):
    counted = rules.numbers(rows, today)
    assert sum(counted[slug] for slug in PARTS) == counted[OPEN] == len(rows) - counted["clos"]


@given(plans, days)
def test_a_list_is_empty_when_its_number_is_zero_and_only_then(rows, today):
    for slug, count in rules.numbers(rows, today).items():
        assert bool(rules.listed(rows, MEASURES[slug], today)) == bool(count)


@given(plans, days)
def test_no_small_number_is_shown_nor_found_by_subtraction(rows, today):
    counted = rules.numbers(rows, today)
    hidden = rules.hidden(counted)
    assert all(slug in hidden for slug, count in counted.items() if 0 < count < SMALL)
    assert OPEN in hidden or hidden.isdisjoint(PARTS)


@given(days)
def test_the_end_of_a_month_is_its_last_day(day):
    end = rules.month_end(day)
    assert (end.year, end.month) == (day.year, day.month)
    assert (end + timedelta(days=1)).day == 1


def test_the_document_says_what_the_screen_says():
    page = (ROOT / "docs" / "figures.md").read_text()
    lines = [f"| {one.label} | `{one.slug}` | {one.definition} |".replace("\u202f", " ") for one in MEASURES.values()]
    assert [line for line in lines if line not in page] == []


@pytest.fixture
def followed(cast):
    """An active plan with a review late and one commitment late, one to meet, one closed a month ago."""
    active = make_plan(PlanState.ACTIVE, opened_on=date(2026, 1, 5))
    make_member(active, cast.gp_person, is_lead=True)
    held = {"state": MeetingState.HELD, "held_on": date(2026, 1, 19), "starts_at": clock.now()}
    make_meeting(active, **held)
    make_meeting(active, kind=MeetingKind.REVIEW_6, due_on=date(2026, 7, 10))
    make_meeting(active, kind=MeetingKind.REVIEW_12, due_on=date(2027, 1, 10))
    for due_on in (date(2026, 7, 19), TODAY):
        add(active.checklist_id, Owed("Adresser un document", Side.REGULAR_DOCTOR, due_on=due_on), by=None)
    make_plan(PlanState.MEETING)
    closed = {"closed_at": clock.now() - timedelta(days=30), "end_reason": PlanEnd.MOVED}
    make_plan(PlanState.CLOSED, **closed)
    session.commit()
    return active


def test_what_is_counted(followed):
    counted = rules.numbers(figures.rows(date(2025, 7, 20), TODAY), TODAY)
    expected = {OPEN: 2, "reunion-a-tenir": 1, "actifs": 1, "clos": 1, "bilans": 1, "en-retard": 1}
    assert {slug: count for slug, count in counted.items() if count} == expected
    assert rules.median_days(figures.rows(date(2025, 7, 20), TODAY)) == 14


@pytest.mark.parametrize("slug", [OPEN, "actifs", "bilans", "en-retard", "reunions"])
def test_each_number_opens_its_plans(sign_in, cast, followed, slug):
    reference = f"PPCS 2026-{followed.number:03d}"
    client = sign_in(cast.coordinator)
    assert f'href="/ppcs/chiffres/{slug}"' in client.get("/ppcs/chiffres").text
    assert reference in client.get(f"/ppcs/chiffres/{slug}").text


def test_the_professionals_engaged_are_named_to_the_coordination(sign_in, cast, followed):
    page = sign_in(cast.coordinator).get("/ppcs/chiffres/professionnels").text
    assert "Dr Hélène Renaudin" in page


def test_the_board_reads_no_small_number_and_opens_no_list_of_it(sign_in, cast, followed):
    client = sign_in(cast.board_member)
    page = client.get("/ppcs/chiffres").text
    assert SMALL_WORDS in page
    assert "voir la liste" not in page
    for slug in (OPEN, "actifs", "bilans", "en-retard", "reunions", "professionnels"):
        assert client.get(f"/ppcs/chiffres/{slug}").status_code == 403


def test_five_late_commitments_of_one_plan_are_counted_but_do_not_open_it(sign_in, cast):
    plan = make_plan(PlanState.ACTIVE)
    for _ in range(SMALL):
        add(plan.checklist_id, Owed("Adresser un document", Side.REGULAR_DOCTOR, due_on=date(2026, 7, 1)), by=None)
    session.commit()
    client = sign_in(cast.board_member)
    assert "chiffres/en-retard" not in client.get("/ppcs/chiffres").text
    assert client.get("/ppcs/chiffres/en-retard").status_code == 403


def test_the_board_opens_a_list_without_references(sign_in, cast):
    for _ in range(SMALL):
        number = make_plan(PlanState.ACTIVE).number
    session.commit()
    page = sign_in(cast.board_member).get("/ppcs/chiffres/actifs").text
    assert page.count("juillet 2026") == SMALL
    assert f"2026-{number:03d}" not in page
    assert "M. B." not in page


def test_a_word_that_counts_nothing_does_not_exist(sign_in, cast):
    assert sign_in(cast.coordinator).get("/ppcs/chiffres/tout").status_code == 404


@pytest.mark.parametrize("who", ["gp", "secretary", "regulator"])
def test_who_may_not_read_the_cockpit(sign_in, cast, who):
    assert sign_in(getattr(cast, who)).get("/ppcs/chiffres").status_code == 403


def test_more_plans_cost_no_more_statements(followed, cast):
    def cost():
        with count_queries() as sent:
            figures.rows(date(2025, 7, 20), TODAY)
            figures.engaged()
        return len(sent)

    before = cost()
    for _ in range(3):
        make_member(make_plan(PlanState.ACTIVE), cast.other_gp_person)
    assert cost() == before
