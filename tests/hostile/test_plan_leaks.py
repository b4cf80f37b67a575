"""A plan looked for from every role at every address: who it is about, who is close to them, what was written of it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import url_for
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from cptsapp.accounts.models import Role, User
from cptsapp.care_plans.actions import agreements, answers, circle, documents, meetings, opening, polls
from cptsapp.care_plans.actions.circle import Place
from cptsapp.care_plans.actions.opening import Newcomer
from cptsapp.care_plans.models import CircleMember, Consent, DocumentKind, MemberRole
from cptsapp.care_plans.relatives import Relative
from cptsapp.checklists.actions import changing, note_event
from cptsapp.checklists.models import Commitment
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.french import phone
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.patients import Identity
from cptsapp.outbox.models import Message
from tests.hostile.test_every_address import rules
from tests.hostile.tools import changed, everything
from tests.tools.factories import acting, make_person, make_user
from tests.tools.inbox import make_partner

NAME, FIRST, RELATIVE, LINK = "Zzpatient", "Yyprenom", "Zzproche", "zznièce"
PHONE, MAIL, NOTE, REASON = "+33639980002", "zzproche@courriel.example", "zznote", "zzmotif"
BIRTH = ("11/02/1931", "1931-02-11", "11 février 1931")
MARKS = (NAME, FIRST, RELATIVE, LINK, PHONE, phone(PHONE), MAIL, NOTE, REASON, *BIRTH)
INITIALS = "Y. Z., 1931"
ABOUT = ("care_plans", "checklists", "dues", "audit", "outbox", "files", "home")
# Anyone may read that a plan has this number when they may settle its fees, or count plans; of those, nobody here does.
TITLE = "2026-001"


@dataclass
class World:
    """One plan whose circle was engaged, with everything that may be written about it."""

    numbers: dict[str, int]
    members: tuple[int, ...]
    lead: User
    partner: User


@pytest.fixture
def world(cast):
    office = acting(cast.coordinator)
    who = Identity(NAME, FIRST, date(1931, 2, 11))
    plan = opening.open_alone(Newcomer(who, PHONE, "85288"), by=office)
    nurse = make_person(last_name="Jolly", first_name="Carole", title="")
    lead = make_user(Role.PRACTITIONER, display_name="Carole Jolly", person_id=nurse.id)
    doctor = circle.add_person(
        plan.id, cast.gp_person.id, Place(MemberRole.REGULAR_DOCTOR, consent=Consent.PHONE), by=office
    )
    circle.add_person(plan.id, nurse.id, Place(MemberRole.LEAD, is_lead=True, consent=Consent.PHONE), by=office)
    relative = Relative(f"{RELATIVE} Odile", LINK, PHONE, MAIL)
    kin = circle.add_relative(plan.id, relative, Place(MemberRole.RELATIVE, consent=Consent.PHONE), by=office)
    for member in (doctor, kin):
        answers.invite(plan.id, member.id, by=office)
    answers.accept(plan.id, doctor.id, by=acting(cast.gp))
    opening.engage(plan.id, by=office)
    entry = note_event(plan.checklist_id, "journal.note", by=office, note=NOTE)
    owed = session.scalar(select(Commitment).where(Commitment.code == "a75"))
    changing.defer(owed.id, date(2026, 9, 1), REASON, by=office)
    meeting = meetings.create_first(plan, by=office)
    polls.propose(meeting.id, [clock.now() + timedelta(days=days) for days in (3, 4)], date(2026, 7, 22), by=office)
    document = documents.ask(plan.id, doctor.id, DocumentKind.REPORT, date(2026, 8, 1), by=office)
    partner, _ = make_partner(OrganisationKind.DAC)
    numbers = {
        "year": 2026,
        "number": plan.number,
        "checklist_id": plan.checklist_id,
        "commitment_id": owed.id,
        "entry_id": entry.id,
        "meeting_id": meeting.id,
        "document_id": document.id,
        "member_id": doctor.id,
    }
    session.commit()
    return World(numbers, (doctor.id, kin.id), lead, partner)


def addresses(app, numbers, method="GET"):
    """Every address of what speaks of plans, with their numbers."""
    for rule in rules(app, method):
        if rule.endpoint.split(".")[0] not in ABOUT:
            continue
        values = {}
        for name, converter in rule._converters.items():
            if isinstance(converter, IntegerConverter):
                values[name] = numbers.get(name, 1)
            elif "any" in type(converter).__name__.lower():
                values[name] = next(iter(converter.items))
            else:
                values[name] = {"day": "2026-07-20"}.get(name, "x" * 22)
        with app.test_request_context():
            yield rule, url_for(rule.endpoint, **values, **(rule.defaults or {}))


def told(client, app, world, marks):
    """Where a mark is read: address and mark."""
    found = set()
    paths = {
        path for member_id in world.members for _, path in addresses(app, {**world.numbers, "member_id": member_id})
    }
    for path in sorted(paths):
        body = client.get(path).get_data().decode("utf-8", "replace")
        found |= {(path, mark) for mark in marks if mark in body}
    return found


def test_the_lead_reads_what_was_written(app, world, sign_in):
    """The addresses of these tests do lead to what they look for."""
    found = {mark for _, mark in told(sign_in(world.lead), app, world, (*MARKS, INITIALS, TITLE))}
    assert {NOTE, REASON, INITIALS, TITLE, RELATIVE} <= found
    assert not {NAME, FIRST} & found


def test_the_circle_reads_initials_and_no_relative(app, world, cast, sign_in):
    found = {mark for _, mark in told(sign_in(cast.gp), app, world, (*MARKS, INITIALS, TITLE))}
    assert {NOTE, INITIALS, TITLE} <= found
    assert not {NAME, FIRST, RELATIVE, MAIL, phone(PHONE), *BIRTH} & found


STRANGERS = ("other_gp", "secretary", "regulator", "board_member", "outsider")
STEERING = (Role.ADMINISTRATOR, Role.OFFICER, Role.ASSISTANT, Role.TREASURER)


def test_nobody_else_reads_anything_not_even_its_number(app, world, cast, sign_in, subtests):
    clients = {who: sign_in(getattr(cast, who)) for who in STRANGERS} | {"partner": sign_in(world.partner)}
    for who, client in clients.items():
        with subtests.test(who=who):
            assert told(client, app, world, (*MARKS, INITIALS, TITLE)) == set()


def test_nor_whoever_steers(app, world, sign_in, subtests):
    users = {role: make_user(role) for role in STEERING}
    session.commit()
    clients = {role: sign_in(user) for role, user in users.items()}
    for role, client in clients.items():
        with subtests.test(role=role):
            assert told(client, app, world, (*MARKS, INITIALS)) == set()


def test_without_an_account_nothing_is_read(app, world, client):
    assert told(client, app, world, (*MARKS, INITIALS, TITLE)) == set()


def test_withdrawn_or_gone_they_read_no_more_than_a_stranger(app, world, cast, sign_in):
    plan_id = session.scalar(select(CircleMember.plan_id).limit(1))
    agreements.withdraw(plan_id, world.numbers["member_id"], by=acting(cast.coordinator))
    session.commit()
    assert told(sign_in(cast.gp), app, world, (*MARKS, INITIALS, TITLE)) == set()


def test_nobody_else_changes_a_plan(app, world, cast, sign_in):
    clients = [sign_in(getattr(cast, who)) for who in ("other_gp", "board_member", "outsider")]
    clients.append(sign_in(world.partner))
    before = everything()
    for rule, path in addresses(app, world.numbers, "POST"):
        if rule.endpoint.split(".")[0] in ("care_plans", "checklists") and {"number", "checklist_id"} & rule.arguments:
            for client in clients:
                assert client.post(path, data={"reponse": "oui", "note": "x"}).status_code in (403, 404), path
    assert changed(before, everything()) == set()


def test_no_mail_says_who_it_is(world):
    sent = session.scalars(select(Message)).all()
    assert len(sent) >= 3
    for message in sent:
        assert not [mark for mark in (*MARKS, "Y. Z.") if mark in message.title + message.text + message.body]


def test_what_is_kept_of_acts_says_nothing_of_them(world):
    rows = str([everything()[name] for name in ("audit_event", "journal_entry", "message", "commitment")])
    assert not [mark for mark in MARKS if mark in rows]
