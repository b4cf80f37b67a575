"""« Adhérer »: anyone may ask, nobody learns anything, and what a robot sends is kept apart."""

import re
from datetime import timedelta

import pytest

from cptsapp.accounts.actions import throttle
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.directory.models import College, Person, Profession
from cptsapp.membership.actions.settings import save
from cptsapp.membership.actions.texts import publish
from cptsapp.membership.models import Acceptance, Application, TextKind
from cptsapp.membership.views.apply import ADDRESS, ADDRESS_WATCHED, MAIL
from cptsapp.outbox.models import Message
from tests.tools.factories import acting, make_membership, make_person

NURSE = {
    "title": "Mme",
    "first_name": "Inès",
    "last_name": "Le Goff",
    "profession": "nurse",
    "rpps": "10 10 03 54 62 9",
    "address": "3, rue du Port",
    "commune_code": "85288",
    "mail": "ines.legoff@cpts.example",
    "phone": "06 39 98 14 27",
    "college": "professionals",
    "message": "Bonjour",
}
HOME = {
    "pour": "structure",
    "organisation_name": "EHPAD des Dunes",
    "organisation_number": "850 000 012",
    "title": "M.",
    "first_name": "Paul",
    "last_name": "Morin",
    "mail": "direction@dunes.example",
    "college": "structures",
    "commune_code": "",
}


def hidden(page, name):
    """What a hidden field of the page holds."""
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1]


@pytest.fixture
def apply(client, cast, set_clock):
    """Open the page, wait ten seconds, send it."""

    def send(answers, wait=10, **more):
        page = client.get("/adherer", query_string={"pour": answers.get("pour", "")})
        set_clock(clock.now() + timedelta(seconds=wait))
        kept = {name: hidden(page, name) for name in ("once", "opened")}
        return client.post("/adherer", data={**kept, **answers, **more})

    return send


def only() -> Application:
    return session.query(Application).one()


def test_a_nurse_asks_to_join(apply):
    assert apply(NURSE).location == "/adherer/recue"
    kept = only()
    assert (kept.last_name, kept.profession, kept.rpps) == ("Le Goff", Profession.NURSE, "10100354629")
    assert (kept.college, kept.phone, kept.is_suspect) == (College.PROFESSIONALS, "+33639981427", False)
    assert (kept.person_id, kept.entered_by_id) == (None, None)


def test_a_structure_asks_to_join(apply):
    assert apply(HOME).status_code == 303
    kept = only()
    assert (kept.organisation_name, kept.organisation_number) == ("EHPAD des Dunes", "850000012")
    assert (kept.college, kept.last_name, kept.profession) == (College.STRUCTURES, "Morin", None)


def test_the_receipt_gives_the_reference(apply, client):
    apply(NURSE)
    page = client.get("/adherer/recue").text
    assert only().reference in page
    assert "Le Goff" not in page


def test_without_an_application_there_is_no_receipt(client, cast):
    assert client.get("/adherer/recue").location == "/adherer"


def test_the_receipt_leaves_by_mail_without_what_was_typed(apply):
    apply(NURSE)
    message = session.query(Message).one()
    assert message.to_address == NURSE["mail"]
    assert only().reference in message.body
    assert "Goff" not in message.body + message.title


def test_without_a_mail_no_mail_leaves(apply):
    assert apply(NURSE, mail="").status_code == 303
    assert session.query(Message).count() == 0


def test_the_trail_has_no_author(apply):
    apply(NURSE)
    event = session.query(AuditEvent).filter_by(kind="application.received").one()
    assert (event.user_id, event.data) == (None, {"reference": only().reference})


def without_token(page):
    """A page but its token, which holds the second it was made in."""
    return re.sub(r'content="[^"]+\.[^"]+\.[^"]+"', "", page)


def test_a_member_reads_the_same_answer(apply, client):
    known = make_person(last_name="Le Goff", first_name="Inès", rpps="10100354629", mail=NURSE["mail"])
    make_membership(known)
    session.commit()
    apply(NURSE)
    page = without_token(client.get("/adherer/recue").text)
    reference = only().reference
    session.query(Application).delete()
    session.query(Person).filter_by(rpps="10100354629").update({"rpps": None})
    session.commit()
    apply(NURSE)
    assert without_token(client.get("/adherer/recue").text) == page.replace(reference, only().reference)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("last_name", "", "Écrivez une réponse"),
        ("rpps", "10100354620", "onze chiffres"),
        ("profession", "", "Choisissez votre profession"),
        ("mail", "ines", "il lui faut un @"),
        ("phone", "06 39 98 14", "dix chiffres"),
        ("message", "Son numéro : 2 69 05 49 588 157", "sécurité sociale"),
    ],
)
def test_an_answer_that_is_wrong_is_said_under_its_field(apply, field, typed, sentence):
    answer = apply(NURSE, **{field: typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.query(Application).count() == 0


def test_a_structure_s_number_is_of_a_register(apply):
    answer = apply(HOME, organisation_number="123")
    assert (answer.status_code, "Un FINESS a neuf signes" in answer.text) == (422, True)


def test_somebody_must_be_able_to_answer(apply):
    answer = apply(NURSE, mail="", phone="")
    assert answer.status_code == 422
    assert "Donnez un mail ou un téléphone" in answer.text


def test_an_inhabitant_has_no_profession(apply):
    assert apply(NURSE, college="users", profession="", rpps="").status_code == 303
    assert only().profession is None


def test_the_same_page_sent_twice_is_one_application(apply, client):
    once = {"once": "k" * 16}
    assert apply(NURSE, **once).status_code == 303
    reference = only().reference
    assert apply(NURSE, **once).status_code == 303
    assert only().reference == reference


def test_another_person_from_the_same_page_is_another_application(apply):
    once = {"once": "k" * 16}
    apply(NURSE, **once)
    apply(NURSE, **once, first_name="Anne")
    assert session.query(Application).count() == 2


# -- texts ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def charter(cast) -> int:
    made = publish(TextKind.CHARTER, "Un.\n\nNous nous entraidons.", after_version=0, by=acting(cast.coordinator))
    session.commit()
    return made.id


def test_the_charter_in_force_must_be_accepted(apply, charter):
    answer = apply(NURSE)
    assert answer.status_code == 422
    assert "lisez et acceptez la charte, version\u00a01" in answer.text


def test_what_is_accepted_is_kept_with_its_version_and_day(apply, charter):
    assert apply(NURSE, texts=charter).status_code == 303
    kept = session.query(Acceptance).one()
    assert (kept.text_id, kept.application_id, kept.accepted_on.isoformat()) == (charter, only().id, "2026-07-20")


def test_a_version_published_meanwhile_must_be_read(apply, charter, cast):
    publish(TextKind.CHARTER, "Article 2.", after_version=1, by=acting(cast.coordinator))
    session.commit()
    answer = apply(NURSE, texts=charter)
    assert (answer.status_code, "version\u00a02" in answer.text) == (422, True)


def test_without_a_text_none_is_asked(client, cast):
    assert "Pour adhérer" not in client.get("/adherer").text


def test_a_text_is_read_by_anyone(client, charter):
    page = client.get("/adherer/charte").text
    assert "<p>Nous nous entraidons.</p>" in page
    assert "Version 1" in page


def test_a_former_version_says_that_it_is_one(client, charter, cast):
    publish(TextKind.CHARTER, "Article 2.", after_version=1, by=acting(cast.coordinator))
    session.commit()
    assert "plus récente" in client.get("/adherer/charte/1").text
    assert "plus récente" not in client.get("/adherer/charte").text


@pytest.mark.parametrize("path", ["/adherer/statuts", "/adherer/charte/9", "/adherer/autre"])
def test_a_text_that_does_not_exist_is_no_page(client, charter, path):
    assert client.get(path).status_code == 404


# -- robots, closing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wait", "more"), [(10, {"website": "https://spam.example"}), (1, {}), (10, {"opened": "forged"})]
)
def test_what_a_robot_may_have_sent_is_kept_apart(apply, wait, more):
    assert apply(NURSE, wait=wait, **more).location == "/adherer/recue"
    assert only().is_suspect
    assert session.query(Message).count() == 0


def count(limit, value, times):
    for _ in range(times):
        throttle.count(limit, value)
    session.commit()


def test_many_from_one_address_are_looked_at(apply):
    count(ADDRESS_WATCHED, "127.0.0.1", ADDRESS_WATCHED.attempts)
    apply(NURSE)
    assert only().is_suspect


def test_too_many_from_one_address_are_refused(apply):
    count(ADDRESS, "127.0.0.1", ADDRESS.attempts)
    answer = apply(NURSE)
    assert answer.status_code == 429
    assert "Réessayez dans une heure" in answer.text
    assert session.query(Application).count() == 0


def test_one_mail_is_not_written_to_for_ever(apply):
    count(MAIL, NURSE["mail"], MAIL.attempts)
    apply(NURSE)
    assert only().is_suspect
    assert session.query(Message).count() == 0


def test_a_closed_page_says_so(client, cast):
    save({"is_open": False}, by=acting(cast.coordinator))
    session.commit()
    assert "fermées" in client.get("/adherer").text


def test_a_closed_page_keeps_nothing(client, cast):
    save({"is_open": False}, by=acting(cast.coordinator))
    session.commit()
    assert client.post("/adherer", data=NURSE).status_code == 409
    assert session.query(Application).count() == 0


def test_the_notice_is_public(client, cast):
    page = client.get("/adherer/donnees").text
    assert "un an" in page
    assert "CNIL" in page
