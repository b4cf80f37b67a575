"""The reminder: a week ahead, the day after, then weekly; one mail a day, with titles and no word of what is asked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cptsapp.accounts.models import Role, User
from cptsapp.care_plans.models import PlanAgreement
from cptsapp.checklists.models import Checklist
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.dues import actions
from cptsapp.dues.actions import remind_due
from cptsapp.outbox.models import Message
from tests.conftest import MONDAY
from tests.tools.conventions import make_commitment, make_convention
from tests.tools.factories import make_person, make_user
from tests.tools.plans import make_member, make_plan

SOON = date(2026, 7, 27)


def sent():
    return session.scalars(select(Message).order_by(Message.id)).all()


@pytest.fixture
def checklist_id(cast):
    """The checklist of a convention in force."""
    return make_convention().checklist_id


def owe(cast, checklist_id, due_on=SOON, **more):
    return make_commitment(checklist_id, owner_id=cast.gp_person.id, due_on=due_on, **more)


def test_a_week_ahead_and_late_in_one_mail(cast, checklist_id):
    owe(cast, checklist_id)
    owe(cast, checklist_id, date(2026, 7, 10))
    assert remind_due(MONDAY) == 1
    [mail] = sent()
    assert (mail.title, mail.to_address) == ("1\u00a0engagement en retard", cast.gp_person.mail)
    assert "- DAC Vendée Littoral (2)" in mail.body
    assert "/mes-engagements" in mail.body
    assert "Réunion de bilan" not in mail.body


def test_once_a_day_however_often_it_runs(cast, checklist_id):
    owe(cast, checklist_id)
    assert [remind_due(MONDAY), remind_due(MONDAY + timedelta(hours=2))] == [1, 0]


@pytest.mark.parametrize(
    ("day", "count"), [(date(2026, 7, 28), 0), (date(2026, 7, 25), 0), (date(2026, 7, 19), 1), (date(2026, 7, 18), 0)]
)
def test_other_days_are_quiet(cast, checklist_id, day, count):
    owe(cast, checklist_id, day)
    assert remind_due(MONDAY) == count


def test_nobody_is_woken(cast, checklist_id):
    owe(cast, checklist_id)
    assert remind_due(datetime(2026, 7, 20, 4, 59, tzinfo=UTC)) == 0


def test_who_has_no_account_in_use_is_not_written_to(cast, checklist_id):
    owe(cast, checklist_id)
    session.execute(update(User).where(User.id == cast.gp.id).values(is_active=False))
    assert remind_due(MONDAY) == 0


def test_a_plan_is_named_by_its_number_alone_then_no_more_once_shut(cast):
    plan = make_plan()
    make_member(plan, cast.gp_person)
    owe(cast, plan.checklist_id)
    assert remind_due(MONDAY) == 1
    assert "- PPCS 2026-" in sent()[0].body
    assert "Bretonnière" not in sent()[0].body
    session.execute(update(PlanAgreement).values(withdrawn_at=clock.now()))
    make_commitment(plan.checklist_id, owner_id=cast.gp_person.id, due_on=date(2026, 7, 20))
    assert remind_due(MONDAY + timedelta(days=1)) == 0


def test_what_is_not_in_force_reminds_of_nothing(cast, checklist_id):
    owe(cast, checklist_id)
    session.execute(update(Checklist).values(is_live=False))
    assert remind_due(MONDAY) == 0


def test_whoever_is_not_written_to_takes_nobodys_turn(cast, checklist_id, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 1)
    keeper = make_person(last_name="Avril")
    make_user(Role.REGULATOR, person_id=keeper.id)  # owes, and has no page to read it on
    make_commitment(checklist_id, owner_id=keeper.id, due_on=SOON)
    after = make_person(last_name="Zola")
    make_user(Role.PRACTITIONER, person_id=after.id, mail="zola@cpts.example")
    make_commitment(checklist_id, owner_id=after.id, due_on=SOON)
    assert remind_due(MONDAY) == 1
    assert [mail.to_address for mail in sent()] == ["zola@cpts.example"]
