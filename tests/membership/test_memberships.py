"""Periods of membership: opened, renewed together, corrected, ended; never two at a time."""

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import College, LeaveReason, Membership
from cptsapp.membership.actions import memberships
from cptsapp.membership.actions.memberships import Terms
from cptsapp.membership.actions.settings import save
from cptsapp.membership.models import PeriodKind
from cptsapp.membership.queries.renewals import plan
from cptsapp.membership.rules.members import Member, member_of, members_of, organisation, person
from tests.tools.factories import acting, make_application, make_membership, make_organisation, make_person

TODAY = date(2026, 7, 20)
YEAR = Terms(College.PROFESSIONALS, date(2026, 1, 1), date(2026, 12, 31))
NEXT = Terms(College.PROFESSIONALS, date(2027, 1, 1), date(2027, 12, 31))


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


def test_a_period_is_opened_and_noted_in_the_trail(by):
    made = memberships.open_membership(person(make_person().id), YEAR, by=by)
    assert (made.starts_on, made.ends_on, made.created_by_id) == (YEAR.starts_on, YEAR.ends_on, by.id)
    assert session.query(AuditEvent).filter_by(kind="membership.opened", subject_id=made.id).count() == 1


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2026, 12, 31), date(2027, 6, 30)),
        (date(2025, 6, 1), date(2026, 1, 1)),
        (date(2026, 3, 1), date(2026, 4, 1)),
    ],
)
def test_an_overlap_is_refused_with_its_days(by, starts_on, ends_on):
    held = make_membership()
    with pytest.raises(Refusal, match=r"du 01/01/2026 au 31/12/2026"):
        memberships.open_membership(person(held.person_id), Terms(College.PROFESSIONALS, starts_on, ends_on), by=by)


def test_the_day_after_is_no_overlap(by):
    held = make_membership()
    assert memberships.open_membership(person(held.person_id), NEXT, by=by).id != held.id


def test_who_left_may_come_back_the_next_day(by):
    held = make_membership(left_on=date(2026, 3, 1))
    terms = Terms(College.USERS, date(2026, 3, 2), date(2026, 12, 31))
    assert memberships.open_membership(person(held.person_id), terms, by=by).starts_on == date(2026, 3, 2)


def test_a_structure_and_a_person_of_the_same_number_are_two_members(by):
    someone, house = make_person(id=77_777), make_organisation(id=77_777)
    make_membership(someone)
    assert memberships.open_membership(organisation(house.id), YEAR, by=by).organisation_id == house.id


def test_the_periods_of_a_merged_sheet_count_as_one_person_s(by):
    kept = make_person()
    make_membership(make_person(merged_into_id=kept.id))
    with pytest.raises(Refusal, match="ne se chevauchent pas"):
        memberships.open_membership(person(kept.id), YEAR, by=by)


def test_a_period_that_ends_before_it_begins_is_refused(by):
    terms = Terms(College.PROFESSIONALS, date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(Refusal, match="avant le premier"):
        memberships.open_membership(person(make_person().id), terms, by=by)


@pytest.mark.database
@pytest.mark.parametrize("make", [make_person, make_organisation])
def test_the_database_refuses_an_overlap_that_nobody_checked(app, make):
    someone = make()
    whose = {"organisation": someone} if make is make_organisation else {"person": someone}
    make_membership(**whose)
    with pytest.raises(IntegrityError, match="membership_no_overlap"):
        make_membership(**whose, starts_on=date(2026, 6, 1))


@pytest.mark.database
def test_the_guard_of_the_database_reads_as_a_refusal(by, monkeypatch):
    held = make_membership()
    monkeypatch.setattr(memberships, "_periods", lambda _member: [])
    with pytest.raises(Refusal, match="ne se chevauchent pas"):
        memberships.open_membership(person(held.person_id), YEAR, by=by)
    assert session.query(Membership).filter_by(person_id=held.person_id).count() == 1


# -- renewal ----------------------------------------------------------------------------------------------------------


@pytest.mark.database
def test_ten_members_are_renewed_at_once(by):
    members = [person(make_membership().person_id) for _ in range(10)]
    made = memberships.renew(members, by=by)
    assert len(made) == 10
    assert {(m.starts_on, m.ends_on) for m in made} == {(date(2027, 1, 1), date(2027, 12, 31))}


def test_who_lapsed_is_renewed_from_today(by):
    lapsed = make_membership(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    made = memberships.renew([person(lapsed.person_id)], by=by)
    assert [(m.starts_on, m.ends_on) for m in made] == [(TODAY, date(2026, 12, 31))]


def test_a_rolling_year_is_renewed_for_twelve_months(by):
    save({"period_kind": PeriodKind.ROLLING}, by=by)
    held = make_membership(starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31))
    made = memberships.renew([person(held.person_id)], by=by)
    assert [(m.starts_on, m.ends_on) for m in made] == [(date(2026, 9, 1), date(2027, 8, 31))]


def test_the_fee_of_a_renewal_is_that_of_the_settings(by):
    save({"person_fee_cents": 1000, "organisation_fee_cents": 5000}, by=by)
    house = make_organisation()
    members = [person(make_membership().person_id), organisation(make_membership(organisation=house).organisation_id)]
    made = memberships.renew(members, by=by)
    assert {m.person_id is None: m.fee_cents for m in made} == {False: 1000, True: 5000}


def test_a_renewal_made_twice_doubles_nothing(by):
    member = person(make_membership().person_id)
    memberships.renew([member], by=by)
    assert memberships.renew([member], by=by) == []
    assert session.query(Membership).filter_by(person_id=member.number).count() == 2


def test_who_is_left_aside_is_said_with_the_reason(by):
    renewed, left, never = make_person(), make_person(), make_person()
    make_membership(renewed)
    make_membership(renewed, starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
    make_membership(left, left_on=date(2026, 3, 1))
    found = plan(by, [person(p.id) for p in (renewed, left, never)], TODAY)
    assert found.renewals == ()
    reasons = dict(found.left_aside)
    assert reasons[renewed.full_name] == "déjà renouvelé, du 01/01/2027 au 31/12/2027"
    assert reasons[left.full_name].startswith("a quitté")
    assert reasons[never.full_name] == "n’a jamais adhéré"


def test_who_asked_to_be_kept_out_is_not_renewed(by):
    gone = make_membership(make_person(objected_on=date(2026, 5, 1)))
    assert memberships.renew([person(gone.person_id)], by=by) == []


# -- corrected, ended -------------------------------------------------------------------------------------------------


def test_a_period_is_corrected_and_the_trail_says_what_changed(by):
    held = make_membership()
    memberships.correct(held, Terms(College.USERS, date(2026, 2, 1), date(2026, 12, 31), 500), by=by)
    assert (held.college, held.starts_on, held.fee_cents) == (College.USERS, date(2026, 2, 1), 500)
    event = session.query(AuditEvent).filter_by(kind="membership.corrected").one()
    assert event.data["changes"] == {"starts_on": ["2026-01-01", "2026-02-01"]}


def test_a_correction_may_not_meet_another_period(by):
    someone = make_person()
    make_membership(someone, starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    held = make_membership(someone)
    with pytest.raises(Refusal, match="01/01/2025"):
        memberships.correct(held, Terms(College.USERS, date(2025, 12, 1), date(2026, 12, 31)), by=by)


def test_an_amount_on_a_numbered_receipt_does_not_change(by):
    held = make_membership(fee_cents=1000, paid_on=TODAY, receipt_number=1)
    with pytest.raises(Refusal, match="reçu numéroté"):
        memberships.correct(held, Terms(held.college, held.starts_on, held.ends_on, 2000), by=by)


def test_a_departure_is_noted_with_its_reason(by):
    held = make_membership()
    memberships.leave(held, TODAY, LeaveReason.RETIRED, by=by)
    assert (held.left_on, held.left_reason) == (TODAY, LeaveReason.RETIRED)


def test_one_leaves_on_a_day_of_the_period(by):
    held = make_membership()
    with pytest.raises(Refusal, match="du 01/01/2026 au 31/12/2026") as refused:
        memberships.leave(held, date(2027, 1, 1), LeaveReason.OTHER, by=by)
    assert refused.value.field == "left_on"


def test_a_departure_is_taken_back(by):
    held = make_membership(left_on=date(2026, 3, 1), left_reason=LeaveReason.MOVED)
    memberships.come_back(held, by=by)
    assert (held.left_on, held.left_reason) == (None, None)


def test_a_departure_is_not_taken_back_once_another_period_began(by):
    someone = make_person()
    held = make_membership(someone, left_on=date(2026, 3, 1))
    make_membership(someone, starts_on=date(2026, 6, 1))
    with pytest.raises(Refusal, match="01/06/2026"):
        memberships.come_back(held, by=by)


def test_a_correction_keeps_a_departure_within(by):
    held = make_membership(left_on=date(2026, 3, 1))
    with pytest.raises(Refusal, match="départ noté"):
        memberships.correct(held, Terms(held.college, date(2026, 4, 1), date(2026, 12, 31)), by=by)


def test_a_period_noted_by_mistake_is_removed(by):
    held = make_membership()
    memberships.remove(held, by=by)
    assert session.query(Membership).filter_by(id=held.id).count() == 0


def test_a_numbered_receipt_keeps_its_period(by):
    held = make_membership(fee_cents=1000, receipt_number=1)
    with pytest.raises(Refusal, match="reçu"):
        memberships.remove(held, by=by)


def test_an_approved_application_keeps_its_period(by):
    held = make_membership()
    make_application(state="approved", membership_id=held.id)
    with pytest.raises(Refusal, match="demande approuvée"):
        memberships.remove(held, by=by)


@pytest.mark.parametrize("key", ["", "x1", "p0", "p-1", "p", "o12345678901", None, "p1 "])
def test_what_is_no_member_is_none(key):
    assert member_of(key) is None


def test_keys_of_members_come_each_once():
    assert members_of("p1,o2,zz,p1") == [Member(False, 1), Member(True, 2)]
