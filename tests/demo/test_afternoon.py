"""The demonstration of a Monday afternoon, written once for this file: who is there, what the pictures show."""

import shutil
from collections.abc import Iterator
from datetime import date, time, timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from cptsapp import create_app
from cptsapp.accounts.models import Role, RoleGrant, User
from cptsapp.accounts.secrets import matches
from cptsapp.care_plans.models import CarePlan, PlanState
from cptsapp.checklists.models import Commitment, Evidence
from cptsapp.checklists.rules import OPEN
from cptsapp.conventions.models import Convention, ConventionState, ConventionTemplate
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.demo import cast, conventions, extract, people, plans, register, rules, story
from cptsapp.directory.models import Membership, Organisation, Person, Place
from cptsapp.imports import queries as imports
from cptsapp.imports.actions import arrivals, lifecycle
from cptsapp.imports.models import ImportItem, ItemKind
from cptsapp.inbox.models import CareBreak, Outcome, Recipient, Referral, Request, State
from cptsapp.ledger.models import LedgerLine, LineState
from cptsapp.membership.models import Application, ApplicationState
from cptsapp.membership.queries import rate as rates
from cptsapp.outbox.models import Message, MessageState
from cptsapp.outreach.models import Call
from cptsapp.snp.models import Absence, Booking, BookingIdentity, BookingState, Modality, Series, Slot
from cptsapp.territory import queries as territory
from tests.demo.tools import MONDAY, count, free_ahead
from tests.tools import databases
from tests.tools.settings import test_settings


@pytest.fixture(scope="module")
def template(template, tmp_path_factory) -> Iterator[databases.Template]:
    """The database that holds it, to copy for each test."""
    folder = tmp_path_factory.mktemp("afternoon")
    url = template.copy(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "HISTORY", timedelta(days=3))
        patch.setattr(rules, "AHEAD_DAYS", 4)
        with create_app(test_settings(folder, url, MONDAY)).app_context():
            story.play(MONDAY)
            databases.dispose()
    clock.configure(None)
    made = databases.Template(url, folder)
    if made.is_sqlite:
        shutil.copyfile(folder / "cptsapp.sqlite", folder / "template.sqlite")
    yield made
    made.drop()


@pytest.fixture(autouse=True)
def afternoon(app):
    """Each test stands on a copy."""


def test_the_list_is_that_of_the_pictures():
    assert 35 <= free_ahead() <= 60
    assert set(session.scalars(select(Slot.modality).distinct())) == set(Modality)
    assert {1, 2, 4} <= set(session.scalars(select(Slot.capacity).distinct()))


def test_one_absence_and_one_weekly_plage():
    assert count(Absence) == count(Series) == 1


def test_the_past_has_outcomes_and_what_they_are_worth():
    honoured = count(Booking, Booking.state == BookingState.HONOURED)
    assert honoured > 0
    assert count(LedgerLine, LedgerLine.account.not_like("ppcs/%")) == honoured


def test_one_evening_is_left_to_note():
    doctor_id = session.scalars(select(Person.id).where(Person.last_name == cast.UNNOTED)).one()
    waiting = select(func.count()).select_from(Booking).join(Slot, Slot.id == Booking.slot_id)
    past = Slot.ends_at < clock.now(), Booking.state == BookingState.BOOKED
    assert session.scalar(waiting.where(Slot.person_id == doctor_id, *past)) > 0


def test_patients_are_sealed():
    assert count(BookingIdentity) > 0
    raw = b"".join(session.scalars(select(BookingIdentity.name)))
    assert not any(name.encode() in raw for name in cast.PATIENTS)


def test_nothing_is_left_to_send():
    assert count(Message, Message.state == MessageState.WAITING) == 0
    assert count(Message) > 0


def test_everyone_may_sign_in():
    hashes = set(session.scalars(select(User.password_hash)))
    assert all(matches(stored, cast.PASSWORD) for stored in hashes)
    assert set(session.scalars(select(RoleGrant.role).distinct())) == set(Role)


def test_a_second_factor_is_always_the_same():
    mail = cast.mail_of("Léa Moreau")
    assert mail == "lea.moreau@littoral-vendeen.example"
    assert pyotp.TOTP(people.totp_secret(mail)).at(0) == pyotp.TOTP(people.totp_secret(mail)).at(0)


def test_telephones_and_mails_are_nobodys():
    for phones in (Place.phone, Organisation.phone, Application.phone):
        assert all(phone.startswith("+3326191") for phone in session.scalars(select(phones).where(phones.is_not(None))))
    for mails in (User.mail, Person.mail, Application.mail):
        assert all(mail.endswith(".example") for mail in session.scalars(select(mails).where(mails.is_not(None))))


def test_its_territory_has_a_rate_that_can_be_read_back_for_two_years():
    assert imports.known_since() == date(2024, 7, 20)
    tally = rates.present().tally(rates.saved_rules().rules)
    by_day = [tally.on(day) for day in (date(2024, 12, 31), date(2025, 12, 31), territory.today())]
    assert all(count.professionals > 400 for count in by_day)
    assert by_day[0].members < by_day[1].members < by_day[2].members


def test_its_members_can_be_renewed_and_its_applications_approved():
    ending = select(func.count()).where(Membership.ends_on == date(2026, 12, 31), Membership.left_on.is_(None))
    assert session.scalar(ending) > 100
    assert count(Application, Application.state == ApplicationState.RECEIVED) == 4
    assert count(Call) == register.CALLED


def test_who_applies_is_neither_a_member_nor_a_user_already():
    known = set(session.scalars(select(Membership.person_id))) | set(session.scalars(select(User.person_id)))
    applied = set(session.scalars(select(Person.id).join(Application, Application.rpps == Person.rpps)))
    assert len(applied) == 3
    assert not applied & known


def test_most_sheets_were_read_again_and_some_wait_for_it():
    since = territory.today() - timedelta(days=365)
    fresh, every = count(Person, Person.verified_on > since), count(Person)
    assert 0.5 < fresh / every < 0.95


def test_its_next_extract_brings_people_changes_departures_doubts_and_lines_nobody_can_read():
    deposited = extract.deposit()
    made = arrivals.receive_extract(deposited, deposited.name, None, by=None)
    session.commit()
    lifecycle.read(made, clock.now())
    items = select(ImportItem.kind, func.count()).where(ImportItem.import_id == made.id).group_by(ImportItem.kind)
    found = dict(session.execute(items).all())
    assert set(found) == set(ItemKind)
    assert found[ItemKind.GONE] == 5


def test_the_command_goes_on_and_says_who_may_sign_in(app):
    answer = app.test_cli_runner().invoke(args=["demo", "prepare"])
    assert answer.exit_code == 0, answer.output
    assert "lea.moreau@littoral-vendeen.example" in answer.output
    assert cast.PASSWORD in answer.output
    assert "written" not in answer.output


def test_a_day_is_drawn_from_its_date_alone():
    day, now = date(2026, 7, 21), clock.now()
    for line in rules.lines(day, time(20)):
        assert rules.calls(line, day, now, now, "Europe/Paris") == rules.calls(line, day, now, now, "Europe/Paris")


def test_a_short_day_ends_before_it_closes():
    assert all(line.opens < time(12) for line in rules.lines(date(2026, 7, 25), time(12)))


def test_requests_stand_in_every_state_and_ended_in_every_way():
    assert set(session.scalars(select(Request.state).distinct())) == set(State)
    ended = {Outcome.FOUND, Outcome.NOT_FOUND, Outcome.UNREACHABLE, Outcome.WITHDRAWN}
    assert set(session.scalars(select(Request.outcome).where(Request.outcome.is_not(None)).distinct())) >= ended


def test_partners_have_answered_and_have_files_to_answer():
    assert count(Referral, Referral.answered_at.is_not(None)) > 5
    assert {
        referral.recipient for referral in session.scalars(select(Referral).where(Referral.answered_at.is_(None)))
    } == {
        Recipient.MISAS,
        Recipient.DAC,
    }
    assert count(CareBreak) > 0


def test_someone_asked_twice_and_a_robot_once():
    twice = select(Request.phone_index).group_by(Request.phone_index).having(func.count() > 1)
    assert len(session.scalars(twice).all()) == 1
    assert count(Request, Request.suspected_at.is_not(None)) == 1


def test_conventions_stand_in_every_state():
    states = dict(session.execute(select(Convention.state, func.count()).group_by(Convention.state)).all())
    assert set(states) == set(ConventionState)
    assert count(Convention) - states[ConventionState.ENDED] == 12
    assert count(ConventionTemplate) == 6


def test_something_is_late_with_the_dac_and_something_is_shown_to_be_kept():
    late = select(Commitment.checklist_id).where(Commitment.state.in_(OPEN), Commitment.due_on < territory.today())
    dac = select(Convention.checklist_id).where(Convention.title.contains("DAC"))
    assert session.scalars(dac).one() in set(session.scalars(late))
    assert count(Evidence) > 20


def test_plans_stand_in_every_state_and_their_circle_is_owed():
    states = dict(session.execute(select(CarePlan.state, func.count()).group_by(CarePlan.state)).all())
    assert set(states) == set(PlanState)
    found = session.execute(select(LedgerLine.state).where(LedgerLine.account.startswith("ppcs/")).distinct())
    assert {state for (state,) in found} == {LineState.OWED, LineState.APPROVED, LineState.PAID}


@pytest.mark.parametrize("name", ["Hélène Renaudin", "Sarah Benali", "Karine Besson"])
def test_the_people_of_the_door_owe_something(name):
    person_id = session.scalar(select(User.person_id).where(User.mail == cast.mail_of(name)))
    assert count(Commitment, Commitment.owner_id == person_id, Commitment.state.in_(OPEN)) > 1


def test_a_second_time_writes_nothing_more():
    before = count(Commitment), count(CarePlan)
    everyone = people.known_people()
    conventions.seed_conventions(everyone)
    plans.seed_plans(everyone)
    assert (count(Commitment), count(CarePlan)) == before
