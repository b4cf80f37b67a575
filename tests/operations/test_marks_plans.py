"""Coordination plans about a marked person, with a marked relative, notes and reasons; then the marks are looked for:

not in the database nor its log, the mails, the instance, the logs, nor in a copy without its keys; and once the person
objects, not even behind seals.
"""

import io
import re

import pytest
import structlog
from sqlalchemy import select

from cptsapp.accounts.models import Draft
from cptsapp.audit.models import AuditEvent
from cptsapp.care_plans.actions import agreements, answers
from cptsapp.care_plans.identity import read_person
from cptsapp.care_plans.models import (
    CarePlan,
    CircleMember,
    Consent,
    MemberRole,
    PlanMeeting,
    PlanRight,
)
from cptsapp.care_plans.relatives import read_relative
from cptsapp.checklists.models import Commitment, JournalEntry
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.inbox.patients import read_text
from cptsapp.outbox.models import Message
from tests.operations.test_marks_requests import assert_nowhere
from tests.tools.factories import acting
from tests.tools.marks import MAIL, NAME, PHONE, rows_of_every_table
from tests.tools.plans import make_member

pytestmark = pytest.mark.database
FIRST, LAST = NAME.split()
SAID = f"Rappeler {NAME} au {PHONE} ou {MAIL}"
ALONE = {
    "last_name": LAST,
    "first_name": FIRST,
    "birth_date": "1951-05-06",
    "phone": PHONE,
    "commune": "85288",
    "once": "marks",
}
RELATIVE = {"name": NAME, "link": f"sœur de {LAST}"[:40], "phone": PHONE, "mail": MAIL, "consent": "phone"}
PATH = "/ppcs/2026-1"


class House:
    """Who acts, each with a session of their own."""

    def __init__(self, app, cast, sign_in):
        self.cast, self.by = cast, acting(cast.coordinator)
        self.doctor, self.lead = cast.gp_person.id, cast.other_gp_person.id
        self.office, self.gp, self.other = sign_in(cast.coordinator), sign_in(cast.gp), sign_in(cast.other_gp)
        self.stranger = app.test_client()

    def done(self, client, url: str, /, **data) -> str:
        """Post a form that must be taken; gives where it leads."""
        answer = client.post(url, data=data)
        told = re.findall(r'class="(?:field-error|note error)"[^>]*>(.{0,200})', answer.text, re.DOTALL)
        assert answer.status_code in (200, 204, 303), (url, answer.status_code, told)
        return answer.headers.get("Location", "")


def newest(column, *where):
    found = session.scalar(select(column).where(*where).order_by(column.desc()).limit(1))
    session.remove()
    return found


def commitment(code: str) -> tuple[str, str]:
    """The address of a standard commitment, and the version to send back."""
    row = session.execute(select(Commitment.id, Commitment.version).where(Commitment.code == code)).first()
    session.remove()
    return f"/engagements/{row.id}", str(row.version)


@pytest.fixture
def log(app) -> io.StringIO:
    """What the application writes in its log."""
    kept = io.StringIO()
    structlog.configure(**{**structlog.get_config(), "logger_factory": structlog.PrintLoggerFactory(kept)})
    return kept


@pytest.fixture
def house(app, cast, sign_in) -> House:
    return House(app, cast, sign_in)


def test_marks_are_nowhere_but_behind_seals(house, worker, sink, instance, app, tmp_path, log):
    open_and_search(house)
    gather_and_engage(house)
    token = answer_by_link(house)
    note_and_put_off(house)
    ask_for_rights(house)
    lose_a_form(house)
    worker.once()
    assert_walk_was_walked(sink)
    assert_nowhere(app, sink, instance, tmp_path, log)
    assert token not in log.getvalue()
    assert not any(token.encode() in content for _name, content in rows_of_every_table())
    session.remove()


def test_once_objected_to_nothing_is_left_even_behind_seals(house, worker, sink, instance, app, tmp_path, log):
    open_and_search(house)
    gather_and_engage(house)
    note_and_put_off(house)
    one = house.done(house.office, f"{PATH}/droits", kind="objection", note=SAID)
    house.done(house.office, f"{one}/faire")
    worker.once()
    assert session.query(CarePlan).filter(CarePlan.name.is_not(None)).count() == 0
    assert session.query(CircleMember).filter(CircleMember.name.is_not(None)).count() == 0
    assert session.query(JournalEntry).filter(JournalEntry.note.is_not(None)).count() == 0
    assert session.query(Commitment).filter(Commitment.comment.is_not(None)).count() == 0
    assert session.query(Message).filter(Message.to_address.startswith("⟦")).count() == 0
    assert_nowhere(app, sink, instance, tmp_path, log)


def open_and_search(house) -> None:
    """Alone, faults first; found in the list by its name; read."""
    office = house.office
    assert office.post("/ppcs/nouveau", data={**ALONE, "birth_date": NAME}).status_code == 422
    assert office.post("/ppcs/nouveau", data={**ALONE, "commune": NAME}).status_code == 422
    assert house.done(office, "/ppcs/nouveau", **ALONE) == PATH
    assert office.post("/ppcs/chercher", data={"q": LAST}).status_code in (200, 303)
    for page in ("/ppcs", f"/ppcs?q={LAST}", PATH, "/ppcs/chiffres"):
        assert office.get(page).status_code == 200, page
    house.done(office, f"{PATH}/identite")


def gather_and_engage(house) -> None:
    """A marked relative invited by mail; a doctor and a lead; the circle is engaged."""
    office, joins = house.office, f"{PATH}/cercle/ajouter"
    assert office.post(f"{joins}?qui=proche", data={**RELATIVE, "mail": NAME}).status_code == 422
    house.done(office, f"{joins}?qui=proche", **RELATIVE, invites="y")
    office.post(f"{joins}?qui=personne", data={"who": NAME, "role": "professional"})
    plan = session.query(CarePlan).one()
    doctor = make_member(plan, invited_at=None, person_id=house.doctor)
    lead = make_member(plan, role=MemberRole.PROFESSIONAL, is_lead=True, person_id=house.lead)
    answers.invite(plan.id, doctor.id, by=house.by)
    agreements.collect(plan.id, lead.id, Consent.PHONE, by=house.by)
    session.commit()
    session.remove()
    house.done(office, f"{PATH}/engager")
    assert house.gp.get(PATH).status_code == 200


def answer_by_link(house) -> str:
    """The relative opens the link of the mail, and takes part; gives its token."""
    mail = session.query(Message).filter(Message.kind == "plan.invited", Message.to_address.startswith("⟦")).one()
    link = re.search(r"https?://[^/\s]+(/ppcs/lien/\S+)", mail.text)[1]
    session.remove()
    page = house.stranger.get(link)
    assert (page.status_code, LAST in page.text) == (200, False)
    house.done(house.stranger, f"{link}/participer")
    assert house.stranger.get(f"{link}x").status_code == 404
    return link.rsplit("/", 1)[1]


def note_and_put_off(house) -> None:
    """Comments, notes, reasons: on a commitment, in the journal, for a meeting that is moved."""
    url, version = commitment("a78")
    house.done(house.gp, f"{url}/etat", to="doing", comment=SAID, version=version)
    url, version = commitment("a75")
    house.done(house.office, f"{url}/reporter", due_on="2026-09-30", reason=SAID, version=version)
    listed = newest(CarePlan.checklist_id)
    wrote = {"kind": "journal.note", "text": SAID, "happened_on": "2026-07-20"}
    house.done(house.office, f"/listes/{listed}/journal/ajouter", **wrote)
    meeting, version = newest(PlanMeeting.id), newest(PlanMeeting.version)
    moved = {"due_on": "2026-09-12", "reason": SAID, "version": version}
    house.done(house.office, f"{PATH}/reunions/{meeting}/echeance", **moved)
    for page in (PATH, f"/listes/{listed}/journal", "/mes-engagements", url):
        assert house.gp.get(page).status_code == 200, page


def ask_for_rights(house) -> None:
    """A copy asked for, made, handed over."""
    one = house.done(house.office, f"{PATH}/droits", kind="access", note=SAID)
    for page in (f"{PATH}/droits", one, f"{one}/copie", f"{one}/copie.json", "/journal", "/messages", "/journal.csv"):
        assert house.office.get(page).status_code == 200, page
    house.done(house.office, f"{PATH}/droits", kind="departure", note=SAID)


def lose_a_form(house) -> None:
    """The session ends while someone types: the text waits, sealed."""
    with house.office.session_transaction() as cookie:
        kept = dict(cookie)
    house.done(house.office, "/deconnexion")
    with house.office.session_transaction() as cookie:
        cookie.update(kept)
    assert house.office.post(f"{PATH}/droits", data={"kind": "objection", "note": SAID}).status_code == 401


def assert_walk_was_walked(sink) -> None:
    """The marks have really been written, sealed, by each of the acts."""
    plan = session.query(CarePlan).one()
    assert read_person(plan).full_name == NAME
    [relative] = session.query(CircleMember).filter(CircleMember.name.is_not(None))
    assert (read_relative(relative).mail, relative.accepted_at is not None) == (MAIL, True)
    said = [ring().unseal(row.note, row.seal_id, "note") for row in session.query(JournalEntry) if row.note]
    assert said.count(SAID) >= 3
    assert session.query(Commitment).filter(Commitment.comment.is_not(None)).count() >= 1
    [meeting] = session.query(PlanMeeting)
    assert read_text(meeting.moved_reason, meeting.seal_id, "moved_reason") == SAID
    assert session.query(PlanRight).filter(PlanRight.note.is_not(None)).count() == 2
    assert session.query(Draft).count() == 1
    kinds = set(session.scalars(select(AuditEvent.kind)))
    wanted = {"plan.identity_read", "plan.read", "plan.copied", "plan.right_asked", "circle.accepted"}
    assert wanted <= kinds, wanted - kinds
    assert any(MAIL in str(mail["To"]) for mail in sink.messages)
    session.remove()
