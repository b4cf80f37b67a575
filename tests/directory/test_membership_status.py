"""Where a member stands on a day, held against the days of their periods; whose periods a merged sheet has."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.accounts.models import Role
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory import permissions
from cptsapp.directory.models import College, Membership
from cptsapp.directory.queries.membership import active_on, organisation_periods_of, periods_of
from cptsapp.directory.rules.membership import Period, Status, holds, in_force, last_day, status_on
from tests.tools.factories import acting, make_membership, make_organisation, make_person, make_user

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
YEAR = date(2026, 1, 1), date(2026, 12, 31)


@st.composite
def periods(draw):
    start = draw(DAYS)
    end = start + timedelta(days=draw(st.integers(0, 800)))
    left = draw(st.none() | st.dates(start, end))
    return Period(1, College.PROFESSIONALS, start, end, left)


def period(start=YEAR[0], end=YEAR[1], left=None):
    return Period(1, College.PROFESSIONALS, start, end, left)


@given(st.lists(periods(), max_size=4), DAYS)
def test_someone_is_active_on_the_days_their_periods_hold_and_no_other(held, day):
    is_active = any(p.starts_on <= day <= (p.left_on or p.ends_on) for p in held)
    assert (status_on(held, day) is Status.ACTIVE) == is_active
    assert (in_force(held, day) is not None) == is_active


@given(st.lists(periods(), max_size=4), DAYS)
def test_the_order_of_the_periods_changes_nothing(held, day):
    assert status_on(held, day) is status_on(held[::-1], day)


@given(periods(), DAYS)
def test_one_period_is_coming_then_active_then_over(held, day):
    over = Status.LEFT if held.left_on else Status.LAPSED
    expected = Status.COMING if day < held.starts_on else Status.ACTIVE if day <= last_day(held) else over
    assert status_on([held], day) is expected


@pytest.mark.parametrize(
    ("held", "day", "status"),
    [
        ([], date(2026, 7, 20), Status.NEVER),
        ([period()], date(2025, 12, 31), Status.COMING),
        ([period()], date(2026, 1, 1), Status.ACTIVE),
        ([period()], date(2026, 12, 31), Status.ACTIVE),
        ([period()], date(2027, 1, 1), Status.LAPSED),
        ([period(left=date(2026, 3, 1))], date(2026, 3, 1), Status.ACTIVE),
        ([period(left=date(2026, 3, 1))], date(2026, 3, 2), Status.LEFT),
        ([period(), period(date(2028, 1, 1), date(2028, 12, 31))], date(2027, 6, 1), Status.COMING),
        ([period(left=date(2026, 3, 1)), period(date(2026, 6, 1))], date(2027, 1, 1), Status.LAPSED),
    ],
)
def test_each_status(held, day, status):
    assert status_on(held, day) is status


@pytest.mark.database
@pytest.mark.parametrize("day", [date(2025, 12, 31), YEAR[0], date(2026, 3, 1), date(2026, 3, 2), YEAR[1]])
def test_the_database_counts_the_members_of_a_day_as_the_rule_does(app, day):
    make_membership(starts_on=YEAR[0], ends_on=YEAR[1])
    make_membership(starts_on=YEAR[0], ends_on=YEAR[1], left_on=date(2026, 3, 1))
    counted = session.query(Membership).filter(active_on(day)).count()
    assert counted == sum(holds(m, day) for m in session.query(Membership))


def test_a_merged_sheet_brings_its_periods(app):
    kept = make_person()
    merged = make_person(merged_into_id=kept.id)
    first = make_membership(merged, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    second = make_membership(kept)
    assert [p.id for p in periods_of([kept.id])[kept.id]] == [first.id, second.id]
    assert [p.id for p in periods_of([merged.id])[merged.id]] == [first.id, second.id]


def test_a_merged_structure_brings_its_periods(app):
    kept = make_organisation()
    merged = make_organisation(merged_into_id=kept.id)
    made = make_membership(organisation=merged)
    assert [p.id for p in organisation_periods_of([kept.id])[kept.id]] == [made.id]


def test_nobody_else_s_periods_are_given(app):
    make_membership()
    assert periods_of([make_person().id]) == {}


def test_periods_of_more_people_than_a_statement_takes(app):
    made = make_membership()
    asked = [made.person_id, *range(10_000, 11_000)]
    assert list(periods_of(asked)) == [made.person_id]


@pytest.mark.parametrize(
    ("role", "is_set", "sees"),
    [
        (Role.COORDINATOR, False, True),
        (Role.PRACTITIONER, False, False),
        (Role.PRACTITIONER, True, True),
        (Role.SECRETARY, True, True),
        (Role.PARTNER, True, False),
        (Role.REGULATOR, True, False),
    ],
)
def test_who_sees_the_members(app, role, is_set, sees):
    from cptsapp.membership.models import MembershipSettings, PeriodKind

    session.add(MembershipSettings(id=1, period_kind=PeriodKind.CIVIL, shows_members=is_set, updated_at=clock.now()))
    session.flush()
    assert permissions.sees_members(acting(make_user(role))) is sees
