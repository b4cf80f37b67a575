"""A request is read, completed, ended, opened again: each act, then each refusal."""

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import triage
from cptsapp.inbox.actions.changing import Stale
from cptsapp.inbox.actions.household import Found
from cptsapp.inbox.models import Deadline, Outcome, State, Step
from cptsapp.inbox.patients import Identity
from cptsapp.outbox.models import Message
from tests.tools.inbox import make_request, make_seeker


def mails(kind):
    return session.query(Message).filter_by(kind=kind).order_by(Message.id).all()


def last_step(request):
    return session.query(Step).filter_by(request_id=request.id).order_by(Step.id.desc()).first()


def pair():
    return (make_seeker(), make_seeker(who=Identity("Guérineau", "Paul", make_seeker().who.birth_date)))


def test_a_complete_request_is_searched_for(cast):
    request = triage.accept(make_request().id, by=None)
    assert (request.state, request.deadline) == (State.SEARCHING, Deadline.PROPOSE)


def test_what_is_missing_is_asked_by_mail(cast):
    request = triage.ask_more(make_request().id, ["address"], by=None)
    assert request.state is State.TO_COMPLETE
    assert "votre adresse" in mails("request.missing")[0].text


def test_nothing_missing_is_refused(cast):
    with pytest.raises(Refusal, match="ce qui manque"):
        triage.ask_more(make_request().id, ["nonsense"], by=None)


def test_the_triage_is_undone(cast):
    request = triage.put_back(make_request("searching").id, by=None)
    assert (request.state, request.deadline) == (State.RECEIVED, Deadline.FIRST_ANSWER)


def test_a_doctor_found_awaits_the_declaration(cast):
    request = triage.find(make_request("searching").id, Found(cast.gp_person.id), by=None)
    assert request.state is State.TO_DECLARE
    assert request.seekers[0].doctor_id == cast.gp_person.id
    assert mails("request.found")


def test_no_doctor_named_is_refused(cast):
    with pytest.raises(Refusal, match="quel médecin"):
        triage.find(make_request("searching").id, Found(), by=None)


def test_a_doctor_found_for_one_of_two_lets_the_search_go_on(cast):
    request = make_request("searching", seekers=pair())
    triage.find(request.id, Found(name="Dr Ailleurs"), [request.seekers[0].id], by=None)
    assert request.state is State.SEARCHING
    assert [seeker.outcome for seeker in request.seekers] == [Outcome.FOUND, None]


def test_the_declaration_closes(cast):
    request = triage.find(make_request("searching").id, Found(cast.gp_person.id), by=None)
    triage.declare(request.id, by=None)
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FOUND)
    assert request.seekers[0].declared_on is not None


def test_a_declaration_not_made_lets_the_doctor_go(cast):
    request = triage.find(make_request("searching").id, Found(cast.gp_person.id), by=None)
    triage.search_again(request.id, by=None)
    assert (request.state, request.seekers[0].doctor_id) == (State.SEARCHING, None)


def test_closing_tells_the_steps_taken(cast):
    request = triage.close(make_request("searching").id, Outcome.NOT_FOUND, ["offices", "called"], by=None)
    assert (request.state, request.seekers[0].outcome) == (State.CLOSED, Outcome.NOT_FOUND)
    text = mails("request.closed")[0].text
    assert "Nous n’avons pas trouvé à ce jour" in text
    assert "des cabinets appelés un à un" in text


def test_closing_without_a_step_taken_is_refused(cast):
    with pytest.raises(Refusal, match="une démarche"):
        triage.close(make_request("searching").id, Outcome.NOT_FOUND, [], by=None)


def test_closing_as_found_wants_the_doctor(cast):
    with pytest.raises(Refusal, match="quel médecin"):
        triage.close(make_request("searching").id, Outcome.FOUND, ["called"], by=None)


def test_the_person_withdraws_whatever_the_state(cast):
    request = triage.withdraw(make_request().id, by=None)
    assert (request.outcome, request.seekers[0].outcome) == (Outcome.WITHDRAWN, Outcome.WITHDRAWN)


def test_a_closed_request_opens_again(cast):
    request = triage.close(make_request("searching").id, Outcome.UNREACHABLE, ["called"], by=None)
    triage.reopen(request.id, by=None)
    assert (request.state, request.outcome, request.seekers[0].outcome) == (State.SEARCHING, None, None)


def test_opening_again_is_for_those_who_did_not_find(cast):
    request = make_request("searching", seekers=pair())
    triage.find(request.id, Found(name="Dr Ailleurs"), [request.seekers[0].id], by=None)
    triage.close(request.id, Outcome.NOT_FOUND, ["called"], by=None)
    triage.reopen(request.id, by=None)
    assert [seeker.outcome for seeker in request.seekers] == [Outcome.FOUND, None]


def test_a_page_read_before_someone_else_changed_the_file_is_refused(cast):
    request = make_request()
    seen = request.version
    triage.ask_more(request.id, ["phone"], by=None)
    with pytest.raises(Stale) as refused:
        triage.accept(request.id, by=None, version=seen)
    assert refused.value.since == 1


def test_no_mail_says_who_nor_why(cast):
    request = triage.ask_more(make_request().id, ["phone", "other"], by=None)
    triage.accept(request.id, by=None)
    triage.find(request.id, Found(cast.gp_person.id), by=None)
    triage.declare(request.id, by=None)
    texts = [mail.title + mail.text for mail in session.query(Message)]
    assert len(texts) == 4
    for word in ("Jeanne", "Guérineau", "ALD", "79 ans", "Talmont", "retraite"):
        assert not any(word in text for text in texts), word
