"""The patients' requests with a marked name, phone and mail, from the public form to the erasure; then the marks are
looked for: not in the database nor its log, the mails, the instance, the logs, nor a copy without its keys.
"""

import io
import re
from datetime import date, timedelta

import pytest
import structlog
from sqlalchemy import select

from cptsapp.accounts.models import Draft
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.models import (
    CareBreak,
    DoctorProposal,
    InboxLink,
    IntakeDraft,
    Referral,
    Request,
    RightAsked,
    SearchQuestion,
    Seeker,
    Step,
)
from cptsapp.inbox.patients import read_seeker, read_text
from cptsapp.operations import backup
from cptsapp.outbox.models import Message, MessageState
from tests.inbox import entry
from tests.inbox.entry import PATH, Walk
from tests.tools.databases import dispose
from tests.tools.inbox import make_offer, make_partner
from tests.tools.marks import MAIL, NAME, PHONE, files_under, found_in, rows_of_every_table

pytestmark = pytest.mark.database
FIRST, LAST = NAME.split()
BORN, BORN_ISO = "06/05/1951", "1951-05-06"
SAID = f"Rappeler {NAME} au {PHONE} ou {MAIL}"
PEOPLE = {**entry.PEOPLE, "p0-first_name": FIRST, "p0-last_name": LAST, "p0-birth_date": BORN}
CONTACT = {**entry.CONTACT, "phone": PHONE, "mail": MAIL, "address": f"chez {NAME}", "call_when": SAID[:60]}
CALL = {
    "people": "1",
    "place": "Talmont-Saint-Hilaire",
    "asker": "person",
    "phone": PHONE,
    "mail": MAIL,
    "call_when": f"pas {LAST}",
    "p0-first_name": FIRST,
    "p0-last_name": LAST,
    "p0-birth_date": BORN,
    "p0-home_visit": "no",
    "reason": "retirement",
    "doctors": "y",
    "misas": "y",
    "dac": "y",
}
KEYS = ("keys.json", "keys", "secret.key")


class House:
    """Who acts, each with a session of their own."""

    def __init__(self, app, cast, sign_in, set_clock):
        self.app, self.set_clock = app, set_clock
        self.misas, self.misas_house = make_partner()
        self.dac, self.dac_house = make_partner(OrganisationKind.DAC, display_name="Alban Coutand")
        make_offer(cast.gp_person)
        make_offer(cast.other_gp_person)
        self.doctors = [cast.gp_person.id, cast.other_gp_person.id]
        self.house_ids = {"misas": self.misas_house.id, "dac": self.dac_house.id}
        session.commit()
        self.office, self.gp = sign_in(cast.coordinator), sign_in(cast.gp)
        self.partner, self.other_partner = sign_in(self.misas), sign_in(self.dac)
        self.stranger, self.person = app.test_client(), app.test_client()

    def done(self, client, url: str, /, **data) -> str:
        """Post a form that must be taken; gives where it leads."""
        answer = client.post(url, data=data)
        assert answer.status_code in (200, 204, 303), (url, answer.status_code, told(answer.text))
        return answer.headers.get("Location", "")


def told(page: str) -> list[str]:
    return re.findall(r'class="(?:field-error|note error)"[^>]*>(.{0,200})', page, re.DOTALL)


def newest(column, *where):
    found = session.scalar(select(column).where(*where).order_by(column.desc()).limit(1))
    session.remove()
    return found


def link_in(kind: str) -> str:
    """The private link of the last mail of a kind, as its addressee reads it."""
    mail = session.query(Message).filter_by(kind=kind).order_by(Message.id.desc()).first()
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.text)[1]
    session.remove()
    return found


@pytest.fixture
def log(app) -> io.StringIO:
    """What the application writes in its log."""
    kept = io.StringIO()
    structlog.configure(**{**structlog.get_config(), "logger_factory": structlog.PrintLoggerFactory(kept)})
    return kept


@pytest.fixture
def house(app, cast, sign_in, set_clock) -> House:
    return House(app, cast, sign_in, set_clock)


def test_marks_are_nowhere_but_behind_seals(house, worker, sink, instance, app, tmp_path, log):
    reference = apply_in_public(house)
    read_and_correct(house, reference)
    call_and_join(house)
    propose_and_answer(house, reference)
    follow_one_s_own_file(house)
    refer_and_answer(house, reference)
    ask_whether_searched_for(house)
    break_in_care(house)
    lose_a_form(house, reference)
    ask_for_rights(house, reference)
    worker.once()
    assert_walk_was_walked(sink)
    assert_nowhere(app, sink, instance, tmp_path, log)


def test_once_erased_nothing_is_left_even_behind_seals(house, worker, sink, instance, app, tmp_path, log):
    reference = apply_in_public(house)
    read_and_correct(house, reference)
    propose_and_answer(house, reference)
    house.done(house.office, f"/demandes/{reference}/droits", kind="erasure", note=SAID)
    house.done(house.office, f"/demandes/droits/{newest(RightAsked.id)}/effacer")
    worker.once()
    assert session.query(Seeker).filter(Seeker.name.is_not(None)).count() == 0
    assert session.query(Step).filter(Step.note.is_not(None)).count() == 0
    assert session.query(Message).filter(Message.kind == "request.received").count() == 0
    assert_nowhere(app, sink, instance, tmp_path, log, is_told=False)


def apply_in_public(house) -> str:
    """The five pages, faults included, and the receipt; the page of the person is opened from it."""
    walk = Walk(house.stranger, house.set_clock)
    walk.until("contact", people=PEOPLE)
    walk.send({**CONTACT, "phone": "12", "mail": NAME})
    walk.send(CONTACT)
    walk.send({**entry.AGREEMENT, "dac": "y"})
    assert house.stranger.get(f"{PATH}/recue").status_code == 200
    reference = newest(Request.reference)
    assert reference
    return reference


def read_and_correct(house, reference) -> None:
    """Searched for, opened, printed, put right, noted, sorted."""
    office, file = house.office, f"/demandes/{reference}"
    house.done(office, "/demandes/chercher", q=LAST)
    for page in ("/demandes", file, f"{file}/imprimer", f"{file}/modifier", "/demandes/chiffres", "/demandes/chemin"):
        assert office.get(page).status_code == 200, page
    house.done(office, f"{file}/accepter")
    house.done(office, f"{file}/notes", text=SAID)
    seeker = newest(Seeker.id)
    page = office.get(f"{file}/personnes/{seeker}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    typed = {"last_name": LAST, "first_name": FIRST, "birth_date": BORN_ISO, "home_visit": "no", "version": version}
    house.done(office, f"{file}/personnes/{seeker}", **typed, is_pregnant="y")
    other = {**typed, "first_name": "Odile", "birth_date": "1949-01-02", "version": str(int(version) + 1)}
    house.done(office, f"{file}/personnes/nouvelle", **other)
    for agreed in ("doctors", "misas", "dac"):
        office.post(f"{file}/accords", data={"recipient": agreed, "consent": "phone"})
    house.done(office, f"{file}/prendre")
    office.get("/demandes?cherche=" + LAST)


def call_and_join(house) -> None:
    """The same person rings: a draft, the near file, the request of the call, the two made one, then apart again."""
    office = house.office
    call = re.search(r'action="(/demandes/saisie/D-\w{8})"', office.get("/demandes/saisie").text)[1]
    house.done(office, f"{call}/brouillon", **CALL)
    left = re.search(r'action="(/demandes/saisie/D-\w{8})"', office.get("/demandes/saisie").text)[1]
    house.done(office, f"{left}/brouillon", **{**CALL, "call_when": SAID[:60]})
    house.done(office, call, **CALL)
    made = call.rsplit("/", 1)[1]
    page = office.get(f"/demandes/{made}").text
    assert "meme-personne" in page


def propose_and_answer(house, reference) -> None:
    """Two doctors asked, one takes them by the link of the mail, one reads them signed in."""
    typed = {
        "vu": "medecins",
        "medecin": house.doctors,
        **{f"ordre-{n}": str(i) for i, n in enumerate(house.doctors, 1)},
    }
    house.done(house.office, f"/demandes/{reference}/proposer", **typed)
    link = link_in("request.proposal")
    assert house.stranger.get(link).status_code == 200
    house.done(house.stranger, f"{link}/prendre")
    mine = newest(DoctorProposal.id, DoctorProposal.person_id == house.doctors[0])
    house.gp.post(f"/mes-patients/{mine}/prendre")
    assert house.gp.get(f"/mes-patients/{mine}").status_code == 200


def follow_one_s_own_file(house) -> None:
    """Wrong dates, the right one, contact details, a doctor, a call, a right."""
    page = link_in("request.choice")
    person = house.person
    assert person.post(page, data={"birth_date": "01/01/1950"}).status_code == 422
    assert person.post(page, data={"birth_date": NAME}).status_code == 422
    house.done(person, page, birth_date=BORN)
    assert person.get(page).status_code == 200
    house.done(person, f"{page}/coordonnees", phone=PHONE, mail=f"autre.{MAIL}", call_when=SAID[:60], address=NAME)
    house.done(person, f"{page}/coordonnees", phone=PHONE, mail=MAIL, call_when="", address=NAME)
    assert person.post(f"{page}/coordonnees", data={"phone": NAME, "mail": NAME}).status_code == 422
    house.done(person, f"{page}/reponse", outcome="aucun")
    house.done(person, f"{page}/appel")
    house.done(person, f"{page}/droits", kind="rectification", note=SAID)
    assert person.post(f"{page}/trouve", data={"name": ""}).status_code == 422


def refer_and_answer(house, reference) -> None:
    """To the MiSAS, read and printed there, answered with a note."""
    office, partner = house.office, house.partner
    sent = {"organisation": house.house_ids["misas"], "asked": SAID}
    if newest(Request.state, Request.reference == reference) != "searching":
        office.post(f"/demandes/{reference}/aucun-medecin")
    house.done(office, f"/demandes/{reference}/transmettre?a=misas", **sent)
    for page in ("/dossiers-recus", f"/dossiers-recus/{reference}"):
        assert partner.get(page).status_code == 200
    assert office.get(f"/demandes/{reference}/fiche").status_code == 200
    house.done(partner, f"/dossiers-recus/{reference}/reponse", answer="not_found", note=SAID)


def ask_whether_searched_for(house) -> None:
    """By a partner: yes, then nearly, then no; a word is left."""
    typed = {"last_name": LAST, "first_name": FIRST, "birth_date": BORN_ISO, "attested": "y"}
    found = house.done(house.partner, "/recherche-en-cours", **typed)
    house.partner.get(found)
    house.partner.post(f"{found}/message", data={"words": SAID})
    house.done(house.partner, "/recherche-en-cours", **{**typed, "birth_date": "1951-06-05"})
    house.done(house.other_partner, "/recherche-en-cours", **{**typed, "last_name": f"{LAST}-Autre"})
    assert house.office.get("/demandes/questions").status_code == 200
    assert house.partner.post("/recherche-en-cours", data={**typed, "attested": ""}).status_code == 422


def break_in_care(house) -> None:
    """Documented with what happened, for nobody's file."""
    typed = {"cause": "isolation", "pathway": "elderly", "commune_code": "85288", "happened_on": "2026-07-01"}
    house.done(house.office, "/demandes/ruptures/nouveau", **typed, note=SAID)


def lose_a_form(house, reference) -> None:
    """The session ends while someone types: the text waits, sealed."""
    with house.office.session_transaction() as cookie:
        kept = dict(cookie)
    house.done(house.office, "/deconnexion")
    with house.office.session_transaction() as cookie:
        cookie.update(kept)
    assert house.office.post(f"/demandes/{reference}/notes", data={"text": SAID}).status_code == 401


def ask_for_rights(house, reference) -> None:
    """The office comes back, notes a right, opens the copies."""
    house.office = again(house)
    house.done(house.office, f"/demandes/{reference}/droits", kind="access", note=SAID)
    number = newest(RightAsked.id)
    pages = ("/demandes/droits", f"/demandes/droits/{number}", f"/demandes/droits/{number}/copie/1")
    for page in (*pages, f"/demandes/droits/{number}/copie/1.json", "/journal", "/messages", "/journal.csv"):
        assert house.office.get(page).status_code == 200, page
    house.done(house.office, f"/demandes/droits/{number}/repondre", answer="handed")


def again(house):
    from cptsapp.accounts.models import User
    from tests.tools.client import client_for

    return client_for(house.app, session.query(User).filter_by(display_name="Sophie Arnaud").one())


def assert_walk_was_walked(sink) -> None:
    """The marks have really been written, sealed, by each of the acts."""
    names = [who.full_name for who in map(read_seeker, session.query(Seeker)) if who]
    assert names.count(NAME) >= 2
    notes = [read_text(step.note, step.seal_id, "note") for step in session.query(Step).filter(Step.note.is_not(None))]
    assert SAID in notes
    [referral] = session.query(Referral)
    assert read_text(referral.asked, referral.seal_id, "asked") == SAID
    assert read_text(referral.note, referral.seal_id, "note") == SAID
    [broken] = session.query(CareBreak)
    assert read_text(broken.note, broken.seal_id, "note") == SAID
    assert session.query(SearchQuestion).count() == 3
    assert session.query(IntakeDraft).count() == 1
    assert session.query(Draft).count() == 1
    assert session.query(InboxLink).count() >= 4
    kinds = set(session.scalars(select(AuditEvent.kind)))
    wanted = {"request.opened", "request.printed", "right.copied", "request.person_opened", "request.contact_corrected"}
    assert wanted <= kinds, wanted - kinds
    assert MAIL in [mail.address for mail in session.query(Message).filter_by(state=MessageState.SENT)]
    assert any(MAIL in str(mail["To"]) for mail in sink.messages)
    session.remove()


def assert_nowhere(app, sink, instance, tmp_path, log, *, is_told: bool = True) -> None:
    places = list(rows_of_every_table())
    places += [(f"mail {n}", without_addressee(mail)) for n, mail in enumerate(sink.messages)]
    places += list(files_under(instance, but=KEYS))
    places += [("log", log.getvalue().encode())]
    session.remove()
    copy = backup.make(app.config["CPTSAPP"], tmp_path / "copies", "0004")
    places += [(f"copy {name}", content) for name, content in files_under(copy, but=KEYS)]
    dispose()
    assert b"rule=" in places[[name for name, _ in places].index("log")][1]
    assert sink.messages or not is_told
    assert not found_in(places)


def without_addressee(mail) -> bytes:
    """A mail without the line that says to whom it goes: all the rest must not tell."""
    del mail["To"]
    return mail.as_bytes()


def test_the_clock_moves(app, set_clock):
    """The walk sends its pages some seconds apart, or the form would think it a robot."""
    before = clock.now()
    set_clock(before + timedelta(seconds=15))
    assert (clock.now() - before).seconds == 15
    assert date.fromisoformat(BORN_ISO).strftime("%d/%m/%Y") == BORN
