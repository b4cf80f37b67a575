"""Two officers, two treasurers, two coordinators at once: one application, one period, one number each."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import College, Membership
from cptsapp.membership.actions import applications, fees, memberships
from cptsapp.membership.actions.applications import Decision
from cptsapp.membership.models import Application
from cptsapp.membership.rules.members import person
from tests.tools.factories import acting, make_application, make_membership, make_person

pytestmark = pytest.mark.database
TODAY = date(2026, 7, 20)
REFUSED = "refused"


def at_once(app, *acts: Callable[[], object]) -> Counter[str]:
    """Do these acts at the same moment, each in its own transaction; how many passed and how many were refused."""
    start = Barrier(len(acts))

    def one(act):
        with app.app_context():
            start.wait()
            try:
                act()
                session.commit()
            except Refusal:
                session.rollback()
                return REFUSED
            finally:
                session.remove()
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(one, acts))


def decision(member=None):
    return Decision(member, College.PROFESSIONALS, TODAY, TODAY, 0)


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


def test_two_officers_approve_one_application_once(app, by):
    number = make_application().id
    session.commit()
    said = at_once(app, *[lambda: applications.approve(number, decision(), by=by)] * 2)
    assert said == {"done": 1, REFUSED: 1}
    assert (session.query(Membership).count(), session.get(Application, number).state.value) == (1, "approved")


def test_two_applications_of_one_person_make_one_member(app, by):
    member = person(make_person().id)
    numbers = [make_application().id, make_application().id]
    session.commit()
    acts = [lambda n=n: applications.approve(n, decision(member), by=by) for n in numbers]
    assert at_once(app, *acts) == {"done": 1, REFUSED: 1}
    assert session.query(Membership).filter_by(person_id=member.number).count() == 1


def test_one_approves_while_the_other_refuses(app, by):
    number = make_application().id
    session.commit()
    said = at_once(
        app,
        lambda: applications.approve(number, decision(), by=by),
        lambda: applications.refuse(number, "hors du territoire", TODAY, by=by),
    )
    assert said == {"done": 1, REFUSED: 1}


def test_two_coordinators_renew_each_member_once(app, by):
    members = [person(make_membership().person_id) for _ in range(5)]
    session.commit()
    backwards = members[::-1]
    said = at_once(app, lambda: memberships.renew(members, by=by), lambda: memberships.renew(backwards, by=by))
    assert said == {"done": 2}
    assert session.query(Membership).filter_by(starts_on=date(2027, 1, 1)).count() == 5


def test_two_treasurers_number_no_receipt_twice(app, by):
    batches = [[make_membership(fee_cents=1000).id for _ in range(4)] for _ in range(2)]
    session.commit()
    at_once(app, *[lambda ids=ids: fees.note_paid(ids, TODAY, by=by) for ids in batches])
    assert sorted(row.receipt_number for row in session.query(Membership.receipt_number)) == list(range(1, 9))


def test_someone_rung_by_two_callers_has_one_application(app, by, cast):
    number = cast.gp_person.id
    session.commit()

    def enter():
        from cptsapp.directory.models import Person

        applications.enter(session.get_one(Person, number), by)

    assert at_once(app, enter, enter) == {"done": 2}
    assert session.query(Application).count() == 1
