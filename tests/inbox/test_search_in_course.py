"""« Y a-t-il une recherche en cours ? »: yes, no, or the CPTS checks, and nothing that tells them apart (A40)."""

import random
import statistics
import time
from datetime import date, timedelta

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import referrals, search
from cptsapp.inbox.actions.moves import move
from cptsapp.inbox.models import Actor, Outcome, Recipient, SearchAnswer, SearchQuestion, Step
from cptsapp.inbox.patients import Identity, read_text
from cptsapp.inbox.queries import search as queries
from cptsapp.inbox.queries.openings import questions_about
from cptsapp.inbox.rules.search import Found, Near, best, initials
from cptsapp.outbox.models import Message
from tests.tools.factories import acting, make_user
from tests.tools.inbox import JEANNE, make_partner, make_request, make_seeker
from tests.tools.queries import count_queries

YES, NO, CHECKING = SearchAnswer.YES, SearchAnswer.NO, SearchAnswer.CHECKING
NOBODY = Identity("Mercier", "Roland", date(1958, 8, 19))
NEARLY = Identity("Guérineau", "Jeanne", date(1947, 4, 3))


@pytest.fixture
def misas(cast):
    return make_partner()


@pytest.fixture
def dac(cast):
    return make_partner(OrganisationKind.DAC, display_name="Karine Besson")


def ask(to, who=JEANNE, **overrides):
    return search.ask(who, by=acting(to[0]), **{"is_attested": True, **overrides})


# -- the answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [JEANNE, Identity("GUERINEAU", "jeanne ", date(1947, 3, 4))])
def test_who_is_searched_for_by_the_cpts(misas, who):
    make_request()
    question = ask(misas, who)
    assert (question.answer, question.searched_by) == (YES, "CPTS Littoral d’Essai")
    assert question.since_on == date(2026, 7, 20)


def test_who_is_with_a_partner_is_searched_for_by_them(misas, dac, cast):
    request = make_request("searching")
    referrals.send(request, Recipient.DAC, dac[1].id, "", acting(cast.coordinator))
    assert ask(misas).searched_by == "DAC Vendée Littoral"


def test_nobody_searches_for_who_is_unknown(misas):
    make_request()
    question = ask(misas, NOBODY)
    assert (question.answer, question.request_id, question.searched_by) == (NO, None, None)


@pytest.mark.parametrize(
    "who",
    [
        Identity("Guérineau", "Jeannine", date(1947, 3, 4)),
        Identity("Martin", "Jeanne", date(1947, 3, 4)),
        NEARLY,
    ],
    ids=["first name", "last name", "day"],
)
def test_a_near_one_is_checked_and_nothing_else_is_said(misas, who):
    request = make_request()
    question = ask(misas, who)
    assert (question.answer, question.request_id) == (CHECKING, request.id)
    assert (question.searched_by, question.since_on) == (None, None)


def test_a_closed_request_is_no_search(misas):
    request = make_request("searching")
    move(request, "close", actor=Actor.CPTS, by=None, outcome=Outcome.NOT_FOUND)
    assert ask(misas).answer is NO


def test_what_a_robot_may_have_sent_is_no_search(misas):
    make_request().suspected_at = clock.now()
    assert ask(misas).answer is NO


def test_the_oldest_search_answers():
    found = [
        Found(2, "B", date(2026, 7, 2)),
        Found(1, "A", date(2026, 7, 1)),
        Found(3, "C", date(2026, 1, 1), Near.YEAR),
    ]
    assert best(found) == (YES, found[1])


def test_only_initials_and_year_are_kept_and_sealed(misas):
    question = ask(misas)
    assert read_text(question.who, question.seal_id, "who") == "J. G., 1947|"
    row = session.execute(SearchQuestion.__table__.select()).one()
    assert "Guérineau" not in str([v for v in row if not isinstance(v, bytes)])


def test_a_name_of_one_word_has_one_initial():
    assert initials("Guérineau", "", date(1947, 3, 4)) == "G., 1947"


# -- refused ----------------------------------------------------------------------------------------------------------


def test_it_must_be_attested(misas):
    with pytest.raises(Refusal, match="Attestez"):
        ask(misas, is_attested=False)


def test_a_birth_to_come_is_refused(misas):
    with pytest.raises(Refusal):
        ask(misas, Identity("A", "B", date(2026, 7, 21)))


def test_a_partner_without_structure_asks_nothing(cast):
    with pytest.raises(Refusal, match="structure"):
        search.ask(JEANNE, is_attested=True, by=acting(make_user(Role.PARTNER)))


def asked(user_id, organisation_id, how_many, answer=YES):
    for number in range(how_many):
        question = SearchQuestion(
            whole_index=b"x", asked_at=clock.now(), user_id=user_id, organisation_id=organisation_id, answer=answer
        )
        question.since_on, question.searched_by = date(2026, 7, 1), str(number)
        session.add(question)
    session.flush()


def test_twenty_questions_a_day(misas):
    asked(misas[0].id, misas[1].id, 19)
    ask(misas)
    with pytest.raises(Refusal, match="20"):
        ask(misas)


def test_sixty_for_an_organisation(misas, cast):
    asked(cast.coordinator.id, misas[1].id, 59)
    ask(misas)
    with pytest.raises(Refusal, match="60"):
        ask(misas)


def test_tomorrow_they_may_ask_again(misas, set_clock):
    asked(misas[0].id, misas[1].id, 20)
    set_clock(clock.now() + timedelta(days=1))
    assert ask(misas).answer is NO


# -- ten « non » in a row ---------------------------------------------------------------------------------------------


def alarms():
    return session.query(Message).filter_by(kind="search.alarm").all()


def test_ten_no_in_a_row_alert_the_coordination_once(misas, cast):
    asked(misas[0].id, misas[1].id, 10, NO)
    search.alert(clock.now())
    search.alert(clock.now())
    assert [mail.to_address for mail in alarms()] == [cast.coordinator.mail]
    assert queries.alarms() == [("Nadège Poiraud", "MiSAS Vendée")]


def test_a_yes_among_them_breaks_the_row(misas):
    asked(misas[0].id, misas[1].id, 9, NO)
    asked(misas[0].id, misas[1].id, 1, YES)
    asked(misas[0].id, misas[1].id, 9, NO)
    search.alert(clock.now())
    assert (alarms(), queries.alarms()) == ([], [])


# -- « nous commençons » ----------------------------------------------------------------------------------------------


def test_whoever_begins_is_read_by_the_others_until_it_lapses(misas, dac, set_clock):
    question = ask(misas, NOBODY)
    search.begin(question.id, by=acting(misas[0]))
    told = ask(dac, NOBODY)
    assert (told.answer, told.searched_by) == (YES, "MiSAS Vendée")
    set_clock(clock.now() + timedelta(days=15))
    assert ask(dac, NOBODY).answer is NO


def test_said_by_mistake_it_is_taken_back(misas, dac):
    question = ask(misas, NOBODY)
    search.begin(question.id, by=acting(misas[0]))
    search.end(question.id, by=acting(misas[0]))
    assert ask(dac, NOBODY).answer is NO


def test_one_begins_only_after_a_no(misas):
    make_request()
    with pytest.raises(Refusal):
        search.begin(ask(misas).id, by=acting(misas[0]))


def test_one_begins_only_the_same_day(misas, set_clock):
    question = ask(misas, NOBODY)
    set_clock(clock.now() + timedelta(days=1))
    with pytest.raises(Refusal):
        search.begin(question.id, by=acting(misas[0]))


def test_nobody_begins_for_another(misas, dac):
    question = ask(misas, NOBODY)
    with pytest.raises(Invisible):
        search.begin(question.id, by=acting(dac[0]))


# -- the CPTS checks --------------------------------------------------------------------------------------------------


def test_the_coordination_says_it_is_the_same_person(misas, cast):
    make_request()
    question = ask(misas, NEARLY)
    search.decide(question.id, is_same=True, by=acting(cast.coordinator))
    assert (question.answer, question.searched_by) == (YES, "CPTS Littoral d’Essai")
    mail = session.query(Message).filter_by(kind="search.checked").one()
    assert mail.to_address == misas[0].mail
    assert not any(word in mail.body for word in ("J. G.", "Oui", "1947"))


def test_or_that_it_is_not(misas, cast):
    make_request()
    question = ask(misas, NEARLY)
    search.decide(question.id, is_same=False, by=acting(cast.coordinator))
    assert (question.answer, question.request_id) == (NO, None)


def test_a_search_that_has_ended_meanwhile_is_no_search(misas, cast):
    request = make_request("searching")
    question = ask(misas, NEARLY)
    move(request, "close", actor=Actor.CPTS, by=None, outcome=Outcome.NOT_FOUND)
    search.decide(question.id, is_same=True, by=acting(cast.coordinator))
    assert question.answer is NO


def test_decided_once(misas, cast):
    make_request()
    question = ask(misas, NEARLY)
    search.decide(question.id, is_same=False, by=acting(cast.coordinator))
    with pytest.raises(Refusal):
        search.decide(question.id, is_same=True, by=acting(cast.coordinator))


def test_the_person_reads_who_asked_about_them(misas, cast):
    request = make_request()
    ask(misas)
    ask(misas, NOBODY)
    assert [one.by for one in questions_about(request)] == ["MiSAS Vendée"]


def test_a_message_is_a_step_of_the_file(misas, cast):
    request = make_request()
    search.leave_word(ask(misas).id, "Je l’ai vue ce matin", by=acting(misas[0]))
    step = session.query(Step).filter_by(request_id=request.id, kind="partner.message").one()
    assert (step.actor, read_text(step.note, step.seal_id, "note")) == (Actor.MISAS, "Je l’ai vue ce matin")
    mail = session.query(Message).filter_by(kind="request.partner_message").one()
    assert (mail.to_address, "vue" in mail.body) == (cast.coordinator.mail, False)


def test_no_message_without_a_search(misas):
    with pytest.raises(Refusal):
        search.leave_word(ask(misas, NOBODY).id, "Bonjour", by=acting(misas[0]))


# -- the pages --------------------------------------------------------------------------------------------------------


def form(who, **overrides):
    day = who.birth_date.isoformat()
    return {"last_name": who.last_name, "first_name": who.first_name, "birth_date": day, "attested": "y", **overrides}


@pytest.fixture
def partner(misas, sign_in):
    make_request()
    session.commit()
    return sign_in(misas[0])


def answer_to(client, who):
    return client.get(client.post("/recherche-en-cours", data=form(who)).location)


@pytest.mark.parametrize(("who", "said"), [(JEANNE, "Oui."), (NOBODY, "Non."), (NEARLY, "La CPTS vérifie.")])
def test_the_answer_names_nobody(partner, who, said):
    page = answer_to(partner, who).text
    assert f'id="reponse">{said}' in page
    assert "Guérineau" not in page
    assert "D-" not in page


def test_sent_twice_it_is_one_question(partner):
    data = form(JEANNE, once="k1")
    places = {partner.post("/recherche-en-cours", data=data).location for _ in range(2)}
    assert (len(places), session.query(SearchQuestion).count()) == (1, 1)


def test_a_form_that_is_not_whole_is_said(partner):
    answer = partner.post("/recherche-en-cours", data={"last_name": "G"})
    assert answer.status_code == 422
    assert "Attestez que la personne vous le demande." in answer.text


def test_past_the_limit_the_page_says_so(partner, misas):
    asked(misas[0].id, misas[1].id, 20)
    session.commit()
    assert partner.post("/recherche-en-cours", data=form(JEANNE)).status_code == 409


def test_the_answer_of_another_is_no_page(dac, partner, sign_in):
    other = sign_in(dac[0])
    location = partner.post("/recherche-en-cours", data=form(JEANNE)).location
    assert (partner.get(location).status_code, other.get(location).status_code) == (200, 404)


def test_the_coordination_decides_on_its_page(partner, cast, sign_in):
    partner.post("/recherche-en-cours", data=form(NEARLY))
    number = session.query(SearchQuestion.id).scalar()
    office = sign_in(cast.coordinator)
    page = office.get("/demandes/questions").text
    assert "même nom et prénom, même année, autre jour" in page
    assert "J. G., 1947" in page
    assert office.post(f"/demandes/questions/{number}").status_code == 409
    assert office.post(f"/demandes/questions/{number}", data={"meme": "oui"}).status_code == 303
    assert session.get(SearchQuestion, number).answer is YES


def test_the_partner_begins_then_says_it_is_over(partner):
    location = partner.post("/recherche-en-cours", data=form(NOBODY)).location
    partner.post(f"{location}/commencer")
    assert "a signalé qu’elle commence" in partner.get("/recherche-en-cours").text
    partner.post(f"{location}/terminer")
    assert "Signaler que je commence" in partner.get(location).text


# -- nothing tells the answers apart ----------------------------------------------------------------------------------

ANSWERS = {"yes": JEANNE, "no": NOBODY, "checking": NEARLY}
BROTLI = {"Accept-Encoding": "br, gzip"}


@pytest.fixture
def apart(cast, sign_in):
    """A client of a MiSAS of its own for each answer, names of one length, so that nothing but the answer differs."""
    make_request()
    clients = {}
    for name in ANSWERS:
        user, _ = make_partner()
        clients[name] = user
    session.commit()
    return {name: sign_in(user) for name, user in clients.items()}


def sizes(pages):
    return {len(page.data) for page in pages}


def test_the_answers_have_one_size(apart):
    posted = {n: c.post("/recherche-en-cours", data=form(ANSWERS[n]), headers=BROTLI) for n, c in apart.items()}
    assert sizes(posted.values()) == {len(posted["yes"].data)}
    answers = [c.get(posted[n].location, headers=BROTLI) for n, c in apart.items()]
    assert len(sizes(answers)) == 1
    assert not any("Content-Encoding" in answer.headers for answer in answers)
    assert len(sizes([c.get("/recherche-en-cours", headers=BROTLI) for c in apart.values()])) == 1


def test_the_answers_ask_the_database_as_much(apart):
    said = {}
    for name, client in apart.items():
        with count_queries() as statements:
            answer_to(client, ANSWERS[name])
        said[name] = list(statements)
    assert said["yes"]
    assert said["yes"] == said["no"] == said["checking"]


def test_the_answers_take_as_long(misas):
    """Medians of the processor's time, taken in disorder: what they differ by is lost in what asking takes."""
    for number in range(200):
        make_request(seekers=(someone(number),))
    make_request()
    session.commit()
    by = acting(misas[0])
    turns = [name for name in ANSWERS for _ in range(60)]
    random.Random(1).shuffle(turns)
    taken = {name: [] for name in ANSWERS}
    for name in turns:
        taken[name].append(_time(by, ANSWERS[name]))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    spread = max(medians.values()) - min(medians.values())
    assert spread < 0.25 * min(medians.values()), medians


def someone(number):
    return make_seeker(who=Identity(f"Essai{number}", "Anne", date(1950, 1, 1) + timedelta(days=number)))


def _time(by, who):
    start = time.process_time()
    search.ask(who, is_attested=True, by=by)
    took = time.process_time() - start
    session.rollback()
    return took
