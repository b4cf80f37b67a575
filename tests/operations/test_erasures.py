"""What was erased stays erased: a real copy, an erasure, a real restore of the copy made before it."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from cptsapp.care_plans.actions import retention as plans
from cptsapp.care_plans.identity import read_person, seal_person, shown
from cptsapp.care_plans.models import CarePlan, MemberRole, PlanState
from cptsapp.care_plans.queries.plans import locked
from cptsapp.care_plans.relatives import Relative, seal_relative
from cptsapp.core import clock, erasures
from cptsapp.core.db import session
from cptsapp.inbox.actions import forgetting, retention
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.actions.triage import withdraw
from cptsapp.inbox.models import Request, State
from cptsapp.inbox.patients import Contact, Identity, names_of
from cptsapp.operations import backup, restore
from cptsapp.outbox.models import Message
from tests.tools.databases import dispose
from tests.tools.inbox import make_intake, make_request, make_seeker
from tests.tools.marks import MAIL, NAME, PHONE, files_under, found_in, rows_of_every_table
from tests.tools.plans import make_member, make_plan

pytestmark = pytest.mark.database
FIRST, LAST = NAME.split()
KEYS = ("keys.json", "keys", "secret.key")


@pytest.fixture
def settings(app):
    return app.config["CPTSAPP"]


@pytest.fixture
def copy(app, cast, settings, set_clock, tmp_path):
    """`copy()` makes a verified copy a minute after the last; gives its folder."""

    def _copy() -> Path:
        session.remove()
        set_clock(clock.now() + timedelta(minutes=1))
        return backup.make(settings, tmp_path / "copies", "0004")

    return _copy


@pytest.fixture
def marked(cast):
    """A file of a marked person, with a mail sent to them; its number."""
    contact = Contact(phone="+33" + PHONE.replace(" ", "")[1:], mail=MAIL)
    someone = make_seeker(who=Identity(LAST, FIRST, date(1951, 5, 6)))
    made, _token = receive(make_intake(seekers=(someone,), contact=contact), by=None)
    session.commit()
    return made.id


def erase(number: int) -> None:
    """As the page does: erase, commit, finish."""
    retention.erase(number, by=None)
    session.commit()
    forgetting.finish()
    session.remove()


def file(number: int) -> Request:
    return session.get_one(Request, number)


def test_what_was_erased_since_the_copy_is_erased_again(copy, settings, marked):
    folder = copy()
    erase(marked)
    restore.restore(settings, folder, force=True)
    found = file(marked)
    assert (names_of(found), found.state, found.details) == ("anonymisée", State.CLOSED, None)
    assert session.query(Message).filter_by(subject_type="request").count() == 0


def test_nothing_of_it_is_left_in_the_instance_nor_in_the_next_copy(copy, settings, marked, instance):
    folder = copy()
    erase(marked)
    restore.restore(settings, folder, force=True)
    shutil.rmtree(folder)
    places = [*rows_of_every_table(), *files_under(instance, but=KEYS), *files_under(copy(), but=KEYS)]
    dispose()
    assert any("database" in name for name, _content in places)
    assert not found_in(places)


def test_what_was_not_erased_comes_back_whole(copy, settings, marked):
    other = make_request().id
    session.commit()
    folder = copy()
    erase(marked)
    restore.restore(settings, folder, force=True)
    assert names_of(file(other)) == "Jeanne Guérineau"


def test_a_new_machine_learns_of_it_from_the_copies_beside(copy, settings, marked):
    """The instance is lost with its file: the older copy is put back, the newer one tells of the erasure."""
    older = copy()
    erase(marked)
    copy()
    erasures.path().unlink()
    restore.restore(settings, older, force=True)
    assert names_of(file(marked)) == "anonymisée"
    assert len(erasures.read()) == 1


def test_a_number_given_again_after_a_step_back_is_not_erased_by_mistake(copy, settings):
    folder = copy()
    first = make_request().id
    session.commit()
    erase(first)
    restore.restore(settings, folder, force=True)
    second = make_request()
    session.commit()
    restored = second.id
    assert retention.erase_again(erasures.read()) == 0
    assert names_of(file(restored)) == "Jeanne Guérineau"


def test_what_came_due_since_the_copy_is_anonymised(copy, settings, set_clock, cast):
    made = make_request("searching").id
    withdraw(made, by=None)
    session.commit()
    folder = copy()
    set_clock(clock.now() + timedelta(days=400))
    restore.restore(settings, folder, force=True)
    assert names_of(file(made)) == "anonymisée"


def test_a_copy_holds_the_file_and_counts_on_it(copy, marked):
    erase(marked)
    folder = copy()
    assert erasures.NAME in backup.read_manifest(folder).sha256
    assert backup.erasures_known(folder) == erasures.read()


def test_an_erasure_that_a_crash_left_unwritten_is_written_by_the_worker(marked):
    retention.erase(marked, by=None)
    session.commit()
    assert erasures.read() == []
    forgetting.keep_up(clock.now())
    assert len(erasures.read()) == 1


# -- plans ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def planned(cast):
    """An active plan of a marked person, with a marked relative; its number."""
    plan = make_plan(PlanState.ACTIVE)
    seal_person(plan, Identity(LAST, FIRST, date(1951, 5, 6)), "+33" + PHONE.replace(" ", "")[1:])
    relative = make_member(plan, role=MemberRole.RELATIVE)
    seal_relative(relative, Relative(NAME, mail=MAIL))
    session.commit()
    return plan.id


def test_a_plan_erased_since_the_copy_is_erased_again_and_nobody_is_told(copy, settings, planned):
    folder = copy()
    plans.erase(locked(planned), by=None)
    session.commit()
    forgetting.finish()
    session.remove()
    restore.restore(settings, folder, force=True)
    found = session.get_one(CarePlan, planned)
    assert (found.state, found.anonymised_at is not None, read_person(found)) == (PlanState.CLOSED, True, None)
    assert session.query(Message).count() == 0


def test_a_plan_of_a_request_whose_time_came_keeps_its_person_after_a_step_back(copy, settings, set_clock, cast):
    request = make_request("searching")
    plan = make_plan(PlanState.MEETING, seeker_id=request.seekers[0].id, request_id=request.id)
    withdraw(request.id, by=None)
    session.commit()
    number = plan.id
    folder = copy()
    set_clock(clock.now() + timedelta(days=400))
    retention.anonymise_due(clock.now())
    session.commit()
    forgetting.finish()
    session.remove()
    restore.restore(settings, folder, force=True)
    found = session.get_one(CarePlan, number)
    assert (found.seeker_id, shown(read_person(found))) == (None, "J. G., 1947")
