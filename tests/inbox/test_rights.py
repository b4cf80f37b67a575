"""Rights of the persons: asked, queued with the month the law gives, answered, copied, erased."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.inbox.actions import rights, rights_mail
from cptsapp.inbox.models import Actor, Asker, Request, RightAsked, RightKind, Step
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries import rights as queries
from cptsapp.inbox.rules import rights as rules
from cptsapp.outbox.models import Message
from tests.tools.factories import acting, make_user
from tests.tools.inbox import make_request, make_seeker

PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))


@pytest.fixture
def file(cast):
    """A request of one person, committed."""
    made = make_request()
    session.commit()
    return made


@pytest.fixture
def asked(file):
    """`asked(kind)` queues a right of the person; gives its number."""

    def _asked(kind: RightKind = RightKind.ACCESS, note: str = "") -> int:
        made = rights.ask(session.merge(file), kind, note, by=None)
        session.commit()
        return made.id

    return _asked


@pytest.mark.parametrize(
    ("asked_on", "due_on"), [(date(2026, 7, 20), date(2026, 8, 20)), (date(2027, 1, 31), date(2027, 2, 28))]
)
def test_the_law_gives_a_month(asked_on, due_on):
    assert rules.due_on(asked_on) == due_on


@pytest.mark.parametrize(
    ("kind", "asker", "count", "at_once"),
    [
        (RightKind.ERASURE, Asker.PERSON, 1, True),
        (RightKind.ERASURE, Asker.PERSON, 2, False),
        (RightKind.ERASURE, Asker.RELATIVE, 1, False),
        (RightKind.ACCESS, Asker.PERSON, 1, False),
        (RightKind.RECTIFICATION, Asker.PERSON, 1, False),
    ],
)
def test_only_the_erasure_of_one_s_own_file_is_done_at_once(kind, asker, count, at_once):
    assert rules.is_done_at_once(kind, asker, count) is at_once


def test_a_right_is_queued_with_its_deadline_and_a_step(file, asked):
    asked(RightKind.RECTIFICATION, "Mon prénom est mal écrit")
    [row] = queries.waiting(with_names=True)
    assert (row.line.right.due_on, row.line.note, row.names) == (
        date(2026, 8, 20),
        "Mon prénom est mal écrit",
        "Jeanne Guérineau",
    )
    assert session.query(Step.actor).filter_by(kind="right.asked").scalar() is Actor.PERSON


def test_what_the_person_wrote_is_sealed(file, asked):
    asked(RightKind.RECTIFICATION, "Mon prénom est mal écrit")
    assert b"mal" not in session.query(RightAsked.note).scalar()


def test_the_same_right_waits_once(asked):
    asked()
    with pytest.raises(Refusal, match="déjà été demandé"):
        asked()


def test_a_social_security_number_is_refused(file):
    with pytest.raises(Refusal, match="sécurité sociale"):
        rights.ask(file, RightKind.RECTIFICATION, "1 47 03 85 288 001 42", by=None)


def test_the_nearest_deadline_comes_first(cast, set_clock, asked):
    first = asked(RightKind.RECTIFICATION)
    set_clock(clock.now() + timedelta(days=3))
    asked(RightKind.ACCESS)
    assert queries.waiting(with_names=False)[0].line.right.id == first


def test_an_answer_is_kept_and_the_words_asked_go(cast, asked):
    number = asked(RightKind.RECTIFICATION, "Mon prénom")
    found = rights.answer(number, "corrected", by=acting(cast.coordinator))
    assert (found.answer, found.note, found.done_by_id) == ("corrected", None, cast.coordinator.id)
    assert queries.waiting_count() == 0


def test_it_is_answered_once(cast, asked):
    number = asked()
    rights.answer(number, "handed", by=acting(cast.coordinator))
    with pytest.raises(Refusal, match="déjà reçu réponse"):
        rights.answer(number, "posted", by=acting(cast.coordinator))


def test_an_erasure_is_not_done_by_saying_so(cast, asked):
    number = asked(RightKind.ERASURE)
    with pytest.raises(Refusal, match="Dites comment"):
        rights.answer(number, "erased", by=acting(cast.coordinator))


def test_unknown_rights_are_invisible(cast):
    with pytest.raises(Invisible):
        queries.right(999)


# -- the pages --------------------------------------------------------------------------------------------------------


def test_the_coordination_notes_a_right_asked_on_the_telephone(cast, file, sign_in):
    answer = sign_in(cast.coordinator).post(f"/demandes/{file.reference}/droits", data={"kind": "access"})
    assert (answer.status_code, queries.waiting_count()) == (303, 1)


def test_an_odd_right_is_refused(cast, file, sign_in):
    answer = sign_in(cast.coordinator).post(f"/demandes/{file.reference}/droits", data={"kind": "magic"})
    assert (answer.status_code, queries.waiting_count()) == (409, 0)


def test_the_queue_tells_names_to_the_coordination_and_records_it(cast, asked, sign_in):
    asked()
    page = sign_in(cast.coordinator).get("/demandes/droits").text
    assert "Jeanne Guérineau" in page
    assert session.query(AuditEvent).filter_by(kind="rights.listed").count() == 1


def test_the_protection_of_data_reads_no_name_in_the_queue(cast, asked, sign_in):
    asked()
    officer = make_user(Role.DATA_PROTECTION_OFFICER)
    session.commit()
    page = sign_in(officer).get("/demandes/droits").text
    assert "Guérineau" not in page
    assert "D-" in page


def test_a_late_one_says_so(cast, asked, set_clock, sign_in):
    number = asked()
    set_clock(datetime(2026, 8, 23, 9, 0, tzinfo=UTC))
    client = sign_in(cast.coordinator)
    assert "3\u00a0jours de retard" in client.get("/demandes/droits").text
    assert "Le délai légal est passé" in client.get(f"/demandes/droits/{number}").text


def test_the_copy_tells_all_and_each_opening_is_recorded(cast, asked, sign_in):
    number = asked()
    client = sign_in(cast.coordinator)
    page = client.get(f"/demandes/droits/{number}/copie/1").text
    for word in ("Guérineau", "04/03/1947", "06\u00a039\u00a098\u00a014\u00a027", "ALD", "Talmont-Saint-Hilaire"):
        assert word in page, word
    assert session.query(AuditEvent).filter_by(kind="right.copied").count() == 1


def test_the_file_for_a_machine_has_values(cast, asked, sign_in):
    number = asked()
    answer = sign_in(cast.coordinator).get(f"/demandes/droits/{number}/copie/1.json")
    assert answer.json["person"][0]["birth_date"] == "1947-03-04"
    assert answer.json["person"][0]["long_term_illness"] is True
    assert "Guérineau" not in answer.headers["Content-Disposition"]


def test_the_copy_of_one_tells_nothing_of_the_other(cast, sign_in):
    made = make_request(seekers=(make_seeker(), make_seeker(who=PAUL, long_term_illness=False)))
    number = rights.ask(made, RightKind.ACCESS, by=None).id
    session.commit()
    answer = sign_in(cast.coordinator).get(f"/demandes/droits/{number}/copie/2.json")
    assert answer.json["person"][0]["first_name"] == "Paul"
    assert "Jeanne" not in answer.text


@pytest.mark.parametrize("rank", [0, 2, 9999])
def test_there_is_no_copy_for_nobody(cast, asked, sign_in, rank):
    number = asked()
    assert sign_in(cast.coordinator).get(f"/demandes/droits/{number}/copie/{rank}").status_code == 404


def test_there_is_no_copy_without_a_right_that_waits(cast, asked, sign_in):
    number = asked(RightKind.RECTIFICATION)
    assert sign_in(cast.coordinator).get(f"/demandes/droits/{number}/copie/1").status_code == 404


def test_an_answer_without_how_is_refused(cast, asked, sign_in):
    number = asked()
    answer = sign_in(cast.coordinator).post(f"/demandes/droits/{number}/repondre", data={})
    assert answer.status_code == 422
    assert "Dites comment" in answer.text


def test_answering_twice_is_told(cast, asked, sign_in):
    number = asked()
    client = sign_in(cast.coordinator)
    assert client.post(f"/demandes/droits/{number}/repondre", data={"answer": "handed"}).status_code == 303
    assert client.post(f"/demandes/droits/{number}/repondre", data={"answer": "posted"}).status_code == 409


def test_the_erasure_page_erases(cast, file, asked, sign_in):
    file_id, number = file.id, asked(RightKind.ERASURE)
    client = sign_in(cast.coordinator)
    assert client.post(f"/demandes/droits/{number}/effacer", data={}).status_code == 303
    erased = session.get_one(Request, file_id)
    assert (erased.details, erased.anonymised_at is not None) == (None, True)
    assert client.post(f"/demandes/droits/{number}/effacer", data={}).status_code == 409


def test_nothing_is_erased_without_a_right_to_it(cast, file, asked, sign_in):
    file_id, number = file.id, asked(RightKind.ACCESS)
    assert sign_in(cast.coordinator).post(f"/demandes/droits/{number}/effacer", data={}).status_code == 404
    assert session.get_one(Request, file_id).anonymised_at is None


def test_the_answered_ones_are_a_list_of_their_own(cast, asked, sign_in):
    rights.answer(asked(), "handed", by=acting(cast.coordinator))
    session.commit()
    client = sign_in(cast.coordinator)
    assert "Aucun droit ne vous attend" in client.get("/demandes/droits").text
    assert "copie remise en main propre" in client.get("/demandes/droits?etat=repondus").text


@pytest.mark.parametrize("who", ["gp", "regulator", "board_member", "outsider"])
def test_others_do_not_come_in(cast, asked, sign_in, who):
    asked()
    assert sign_in(getattr(cast, who)).get("/demandes/droits").status_code == 403


# -- who answers is told ----------------------------------------------------------------------------------------------


def told(name: str) -> list[Message]:
    return session.query(Message).filter_by(kind=f"rights.{name}").order_by(Message.id).all()


def test_a_right_asked_by_the_person_is_told_to_who_answers(cast, asked):
    officer = make_user(Role.DATA_PROTECTION_OFFICER)
    number = asked(RightKind.ERASURE, "Je m’appelle Jeanne")
    assert {mail.to_address for mail in told("right_asked")} == {cast.coordinator.mail, officer.mail}
    assert f"/demandes/droits/{number}" in told("right_asked")[0].body
    assert "Jeanne" not in told("right_asked")[0].title + told("right_asked")[0].body


def test_what_the_coordination_notes_itself_is_not_told(cast, file):
    rights.ask(file, RightKind.ACCESS, by=acting(cast.coordinator))
    assert told("right_asked") == []


def test_a_right_that_waits_is_told_again_a_week_before_its_day_and_once(cast, asked):
    asked()
    assert rights_mail.remind_due(datetime(2026, 8, 12, 9, 0, tzinfo=UTC)) == 0
    assert rights_mail.remind_due(datetime(2026, 8, 13, 9, 0, tzinfo=UTC)) == 1
    assert rights_mail.remind_due(datetime(2026, 8, 25, 9, 0, tzinfo=UTC)) == 0


def test_an_answered_one_is_told_no_more(cast, asked):
    rights.answer(asked(), "handed", by=acting(cast.coordinator))
    assert rights_mail.remind_due(datetime(2026, 8, 19, 9, 0, tzinfo=UTC)) == 0


def test_the_page_of_the_file_shows_the_right_and_lets_note_another(cast, file, asked, sign_in):
    reference, number = file.reference, asked(RightKind.RECTIFICATION, "Mon prénom")
    page = sign_in(cast.coordinator).get(f"/demandes/{reference}").text
    assert f"/demandes/droits/{number}" in page
    assert f'action="/demandes/{reference}/droits"' in page
