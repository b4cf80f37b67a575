"""The patients' requests looked for from every role at every address: who they are about, what was said of them."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from werkzeug.routing import IntegerConverter

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from cptsapp.core.french import phone
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import breaks, proposals, referrals, search
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.actions.referrals import Said
from cptsapp.inbox.models import Asker, BreakCause, PartnerAnswer, Pathway, Recipient, Request, SearchQuestion
from cptsapp.inbox.patients import Contact, Identity
from tests.hostile.test_every_address import rules
from tests.hostile.tools import changed, everything
from tests.tools.factories import acting, make_user
from tests.tools.inbox import make_offer, make_partner, make_request, make_seeker

NAME, FIRST, ASKER, DOCTOR = "Zzpatient", "Yyprenom", "Zzproche", "Zzmedecin"
ADDRESS, NOTE, ASKED, DONE, TOLD = "Zzrue", "zznote", "zzdemande", "zzdemarche", "zzrupture"
PHONE, MAIL = "+33639980002", "zzcourriel@courriel.example"
BIRTH = ("11/02/1931", "1931-02-11", "11 février 1931")
MARKS = (NAME, FIRST, ASKER, DOCTOR, ADDRESS, ASKED, DONE, TOLD, PHONE, phone(PHONE), MAIL, *BIRTH)
QUERIES = ("", "q=zzpatien", "etat=tous&dossier={reference}&repondu={reference}&a=dac")


@dataclass
class World:
    """One file at every stage, and the users of the two partners."""

    references: list[str]
    partner: object
    other: object
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        return self.references[0]


def patient(number: int) -> Request:
    contact = Contact(phone=PHONE, mail=MAIL, address=ADDRESS, asker_name=ASKER, asker_phone=PHONE, doctor_name=DOCTOR)
    who = Identity(NAME, FIRST, date(1931, 2, 11))
    twin = Identity(f"{NAME}{number}", FIRST, date(1931, 2, 11))
    return make_request(
        "searching", asker=Asker.RELATIVE, contact=contact, seekers=(make_seeker(who=who), make_seeker(who=twin))
    )


@pytest.fixture
def world(cast):
    """Sent and waiting, answered, stopped, closed by a break, proposed to a doctor, only received."""
    by = acting(cast.coordinator)
    (partner, house), (other, _) = make_partner(), make_partner(OrganisationKind.DAC)
    waiting, answered, stopped, broken, proposed, apart = [patient(n) for n in range(6)]
    sent = referrals.send(waiting, Recipient.MISAS, house.id, ASKED, by)
    back = referrals.send(answered, Recipient.MISAS, house.id, ASKED, by)
    referrals.answer(back.id, PartnerAnswer.NOT_FOUND, Said(note=DONE), by=acting(partner))
    referrals.send(stopped, Recipient.MISAS, house.id, ASKED, by)
    referrals.stop_all(stopped, by=by)
    gone = referrals.send(broken, Recipient.MISAS, house.id, ASKED, by)
    referrals.stop_all(broken, by=by)
    rupture = BreakReport(BreakCause.RIGHTS, Pathway.ELDERLY, date(2026, 7, 1), TOLD)
    found = breaks.document(rupture, request=broken, by=by)
    make_offer(cast.gp_person)
    asked = proposals.propose(proposed, [cast.gp_person.id], by=by)[0]
    near = search.ask(Identity(NAME, FIRST, date(1931, 11, 2)), is_attested=True, by=acting(partner))
    numbers = {"break_id": found.id, "question_id": near.id, "proposal_id": asked.id, "referral_id": sent.id}
    numbers |= {"seeker_id": waiting.seekers[0].id, "offer_id": asked.offer_id, "gone": gone.id}
    references = [one.reference for one in (waiting, answered, stopped, broken, proposed, apart)]
    session.commit()
    return World(references, partner, other, numbers)


def addresses(app, world, reference, method="GET"):
    """Every address, with the reference of a file and the numbers of what there is."""
    for rule in rules(app, method):
        values = {}
        for name, converter in rule._converters.items():
            if isinstance(converter, IntegerConverter):
                values[name] = world.numbers.get(name, 1)
            elif "any" in type(converter).__name__.lower():
                values[name] = next(iter(converter.items))
            else:
                values[name] = {"reference": reference, "day": "2026-07-20"}.get(name, "x" * 22)
        with app.test_request_context():
            from flask import url_for

            yield rule, url_for(rule.endpoint, **values, **(rule.defaults or {}))


def told(client, app, world, marks=MARKS, references=None, only=("inbox", "audit", "outbox", "home")):
    """Where a mark is read: address, argument, mark."""
    found = set()
    first = (references or world.references)[0]
    for reference in references or world.references:
        for rule, path in addresses(app, world, reference):
            if rule.endpoint.split(".")[0] not in only or (reference != first and "<reference" not in rule.rule):
                continue
            for query in QUERIES if "<" not in rule.rule else ("",):
                asked = query.format(reference=reference)
                body = client.get(path, query_string=asked).get_data().decode("utf-8", "replace")
                found |= {(path, asked, m) for m in marks if m in body}
    return found


def test_the_coordination_reads_it_all(app, world, cast, sign_in):
    """The addresses of these tests do lead to what they look for."""
    assert {NAME, FIRST, ASKER, ASKED, DONE, TOLD, BIRTH[0], phone(PHONE)} <= {
        mark for _, _, mark in told(sign_in(cast.coordinator), app, world)
    }


def test_the_partner_reads_only_what_was_sent_to_them(app, world, sign_in):
    client = sign_in(world.partner)
    mine, others = world.references[:2], world.references[2:]
    assert NAME in {mark for _, _, mark in told(client, app, world, references=mine)}
    found = {path for path, _, _ in told(client, app, world, references=others) if any(o in path for o in others)}
    assert found == set()
    page = client.get("/dossiers-recus").text
    assert [reference for reference in others if reference in page] == []


def test_another_partner_reads_nothing(app, world, sign_in):
    assert told(sign_in(world.other), app, world) == set()


def test_nor_the_references(app, world, sign_in):
    client = sign_in(world.other)
    for path in ("/", "/dossiers-recus", "/recherche-en-cours", "/compte"):
        page = client.get(path, follow_redirects=True).text
        assert [reference for reference in world.references if reference in page] == []


@pytest.mark.parametrize("who", ["gp", "other_gp", "secretary", "regulator", "treasurer", "board_member", "outsider"])
def test_nobody_else_reads_anything(app, world, cast, sign_in, who):
    """Not even the doctor to whom the file is proposed: who it is comes once they accept."""
    sent, proposed = world.references[0], world.references[4]
    assert told(sign_in(getattr(cast, who)), app, world, references=(sent, proposed)) == set()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.DATA_PROTECTION_OFFICER])
def test_nor_whoever_steers(app, world, sign_in, role):
    user = make_user(role)
    session.commit()
    assert told(sign_in(user), app, world, references=world.references[:1]) == set()


def test_without_an_account_nothing_is_read(app, world, client):
    assert told(client, app, world, references=world.references[:1]) == set()


def test_a_partner_whose_work_there_ended_reads_nothing(app, world, sign_in):
    from cptsapp.directory.models import Practice

    user = session.merge(world.partner)
    session.query(Practice).filter_by(person_id=user.person_id).update({"ends_on": date(2026, 7, 19)})
    session.commit()
    assert told(sign_in(user), app, world) == set()


DATA = {
    "answer": "unreachable",
    "note": "x",
    "words": "x",
    "meme": "oui",
    "text": "x",
    "organisation": "1",
    "outcome": "not_found",
    "taken": "called",
    "reason": "x",
    "handled_by": "x",
}


@pytest.mark.parametrize("who", ["other", "gp", "regulator", "board_member", "outsider"])
def test_nobody_else_changes_a_file(app, world, cast, sign_in, who):
    """Each gesture of the requests, on a file that is not theirs: refused, and not a row moves.

    The reference of an intake is that of one's own call, not of a file.
    """
    client = sign_in(world.other if who == "other" else getattr(cast, who))
    before = everything()
    for rule, path in addresses(app, world, world.reference, "POST"):
        if path.startswith("/demandes/saisie/"):
            continue
        if rule.endpoint.split(".")[0] == "inbox" and "reference" in rule.arguments:
            assert client.post(path, data=DATA).status_code in (403, 404), path
    assert changed(before, everything()) == set()


def test_the_mails_name_nobody(world):
    from cptsapp.outbox.models import Message

    mails = session.query(Message).filter(Message.to_address != MAIL).all()
    assert mails
    assert [(m.kind, mark) for m in mails for mark in (*MARKS, "1931", "ALD") if mark in m.title + m.body] == []


def test_the_trail_and_the_questions_name_nobody(world):
    from cptsapp.audit.models import AuditEvent

    kept = [str(event.data) for event in session.query(AuditEvent)]
    kept += [f"{q.searched_by} {q.who}" for q in session.query(SearchQuestion)]
    assert [(line, mark) for line in kept for mark in MARKS if mark in line] == []


def test_an_anonymous_file_says_so_to_the_partner(world, sign_in):
    """Once anonymised the partner's line stays a month, without anyone in it."""
    client = sign_in(world.partner)
    request = session.query(Request).filter_by(reference=world.references[1]).one()
    for seeker in request.seekers:
        seeker.name = seeker.birth_date = None
    request.details = None
    session.commit()
    page = client.get(f"/dossiers-recus/{world.references[1]}").text
    assert "anonymisée" in page
