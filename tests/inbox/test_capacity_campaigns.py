"""Asking all the GPs: mails with a private link, a call list, reminders, progress; answers about to lapse."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.inbox.actions import campaigns as actions
from cptsapp.inbox.actions import capacity
from cptsapp.inbox.actions.campaigns import Terms, ask_all
from cptsapp.inbox.actions.capacity import Answer
from cptsapp.inbox.models import AnsweredBy, CapacityAsk, CapacityCampaign, InboxLink, Takes
from cptsapp.inbox.queries import campaigns as queries
from cptsapp.outbox.models import Message
from tests.tools.factories import acting, make_membership, make_person, make_place, make_practice
from tests.tools.inbox import make_offer

TODAY = date(2026, 7, 20)
TERMS = Terms("Places, juillet 2026", "Merci d’avance.", date(2026, 8, 3), date(2026, 10, 20))
ROOM = "/demandes/medecins"


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


@pytest.fixture
def silent(cast):
    """A GP without a mail, whom only the telephone reaches."""
    person = make_person(last_name="Guilbaud", first_name="Claire")
    make_practice(person, make_place(phone="+33261914099"))
    return person


def mails(kind):
    return session.query(Message).filter_by(kind=kind).order_by(Message.id).all()


def days(set_clock, number):
    set_clock(clock.now() + timedelta(days=number))


# -- asking -----------------------------------------------------------------------------------------------------------


def test_every_gp_is_asked_member_or_not(cast, silent, by):
    make_membership(cast.gp_person)
    campaign = ask_all(TERMS, by=by)
    assert session.query(CapacityAsk).filter_by(campaign_id=campaign.id).count() == 3
    assert [mail.to_address for mail in mails("capacity.ask")] == [cast.other_gp_person.mail, cast.gp_person.mail]


def test_the_mail_holds_a_link_of_its_own_and_no_patient(cast, by, client):
    ask_all(TERMS, by=by)
    session.commit()
    first, second = (re.search(r"/places/(\S+)", mail.text)[1] for mail in mails("capacity.ask"))
    assert first != second
    assert first not in mails("capacity.ask")[0].body
    assert "Dr Sarah Benali" in client.get(f"/places/{first}").text
    assert "Merci d’avance." in mails("capacity.ask")[0].text


def test_who_has_no_mail_is_to_be_called(cast, silent, by):
    found = queries.progress(ask_all(TERMS, by=by))
    assert [row.doctor.name for row in found.of("a-appeler")] == ["Dr Claire Guilbaud"]
    assert (found.asked, found.answered, found.to_call) == (3, 0, 1)


def test_who_does_not_want_to_be_called_is_not_on_the_list(cast, silent, by):
    silent.do_not_call_on = date(2026, 1, 1)
    assert queries.progress(ask_all(TERMS, by=by)).to_call == 0


def test_who_asked_to_be_kept_out_is_not_asked(cast, silent, by):
    silent.objected_on = date(2026, 1, 1)
    assert queries.progress(ask_all(TERMS, by=by)).asked == 2


def test_the_same_key_asks_once(cast, by):
    assert ask_all(TERMS, by=by, key="k").id == ask_all(TERMS, by=by, key="k").id
    assert len(mails("capacity.ask")) == 2


@pytest.mark.parametrize(
    "terms",
    [
        {"ends_on": date(2026, 7, 19)},
        {"valid_until": date(2026, 8, 2)},
        {"valid_until": date(2027, 7, 21)},
        {"message": "Pour le 1 47 03 85 288 001 42"},
    ],
)
def test_days_that_do_not_follow_and_numbers_of_patients_are_refused(cast, by, terms):
    given = {"name": TERMS.name, "message": "", "ends_on": TERMS.ends_on, "valid_until": TERMS.valid_until, **terms}
    with pytest.raises(Refusal):
        ask_all(Terms(**given), by=by)
    assert session.query(CapacityCampaign).count() == 0


def test_one_campaign_at_a_time(cast, by):
    ask_all(TERMS, by=by)
    with pytest.raises(Refusal):
        ask_all(TERMS, by=by)


def test_nobody_to_ask_is_said(cast, by):
    for practice in (cast.gp_practice, cast.other_gp_practice):
        session.merge(practice).ends_on = date(2026, 7, 1)
    session.flush()
    with pytest.raises(Refusal):
        ask_all(TERMS, by=by)


# -- while it lasts ---------------------------------------------------------------------------------------------------


def test_an_answer_counts_in_the_progress(cast, by):
    campaign = ask_all(TERMS, by=by)
    capacity.answer(cast.gp_person.id, Answer(Takes.YES, TERMS.valid_until, more=2), via=AnsweredBy.LINK, by=None)
    found = queries.progress(campaign)
    assert (found.answered, found.waiting) == (1, 1)
    assert found.of("repondu")[0].offer.campaign_id == campaign.id


def test_only_those_who_have_not_answered_are_reminded(cast, silent, by, set_clock):
    campaign = ask_all(TERMS, by=by)
    capacity.answer(cast.gp_person.id, Answer(Takes.NO, date(2027, 1, 20)), via=AnsweredBy.LINK, by=None)
    days(set_clock, 3)
    assert actions.remind(campaign.id, by=by) == 1
    assert [mail.to_address for mail in mails("capacity.again")] == [cast.other_gp_person.mail]


def test_nobody_is_reminded_twice_a_day_nor_the_day_they_are_asked(cast, by, set_clock):
    campaign = ask_all(TERMS, by=by)
    assert actions.remind(campaign.id, by=by) == 0
    days(set_clock, 1)
    assert (actions.remind(campaign.id, by=by), actions.remind(campaign.id, by=by)) == (2, 0)


def test_a_reminder_has_a_new_link(cast, by, set_clock):
    campaign = ask_all(TERMS, by=by)
    days(set_clock, 1)
    actions.remind(campaign.id, by=by)
    alive = session.query(InboxLink).filter_by(person_id=cast.gp_person.id, revoked_at=None)
    assert alive.count() == 1


def test_newcomers_are_asked(cast, silent, by):
    campaign = ask_all(TERMS, by=by)
    assert actions.ask_newcomers(campaign.id, by=by) == 0
    make_practice(make_person(mail="nouvelle@cpts.example"), make_place())
    assert actions.ask_newcomers(campaign.id, by=by) == 1
    assert mails("capacity.ask")[-1].to_address == "nouvelle@cpts.example"


def test_a_call_without_an_answer_is_noted(cast, silent, by):
    campaign = ask_all(TERMS, by=by)
    row = queries.progress(campaign).of("a-appeler")[0]
    actions.note_call(row.ask_id, "rappeler jeudi", by=by)
    again = queries.progress(campaign).of("a-appeler")[0]
    assert (again.call_note, again.called_at) == ("rappeler jeudi", clock.now())


def test_a_note_holds_no_number_of_a_patient(cast, silent, by):
    row = queries.progress(ask_all(TERMS, by=by)).of("a-appeler")[0]
    with pytest.raises(Refusal):
        actions.note_call(row.ask_id, "1 47 03 85 288 001 42", by=by)


def test_a_closed_campaign_asks_no_more(cast, by, set_clock):
    campaign = ask_all(TERMS, by=by)
    actions.close(campaign.id, by=by)
    days(set_clock, 1)
    for act in (actions.remind, actions.ask_newcomers, actions.close):
        with pytest.raises(Refusal):
            act(campaign.id, by=by)
    assert queries.under_way(TODAY) is None


def test_a_campaign_past_its_day_asks_no_more(cast, by, set_clock):
    campaign = ask_all(TERMS, by=by)
    days(set_clock, 15)
    with pytest.raises(Refusal):
        actions.remind(campaign.id, by=by)


def test_an_unknown_campaign_is_invisible(cast, by):
    with pytest.raises(Invisible):
        actions.close(999_999, by=by)


# -- each night -------------------------------------------------------------------------------------------------------


def at(day, month=7):
    return datetime(2026, month, day, 12, tzinfo=UTC)


def test_a_reminder_leaves_once_three_days_before_the_end(cast, by, set_clock):
    ask_all(TERMS, by=by)
    set_clock(at(30))
    actions.run(clock.now())
    assert mails("capacity.again") == []
    for day in (31, 31):
        set_clock(at(day))
        actions.run(clock.now())
    set_clock(at(1, 8))
    actions.run(clock.now())
    assert len(mails("capacity.again")) == 2


def test_before_an_answer_lapses_its_doctor_is_asked_once(cast, set_clock):
    make_offer(cast.gp_person, offered=3, valid_until=date(2026, 7, 28))
    actions.run(clock.now())
    assert mails("capacity.confirm") == []
    for day in (21, 22):
        set_clock(at(day))
        actions.run(clock.now())
    (mail,) = mails("capacity.confirm")
    assert mail.title == "Toujours 3\u00a0places ?"
    assert "3\u00a0places = 3\u00a0offertes" in mail.text


def test_confirmed_it_is_asked_again_the_next_time(cast, set_clock):
    make_offer(cast.gp_person, valid_until=date(2026, 7, 21))
    actions.run(clock.now())
    capacity.confirm(cast.gp_person.id, via=AnsweredBy.LINK, by=None)
    set_clock(at(15, 10))
    actions.run(clock.now())
    assert len(mails("capacity.confirm")) == 2


def test_who_has_no_place_left_is_not_asked(cast):
    make_offer(cast.gp_person, offered=1, taken=1, valid_until=date(2026, 7, 21))
    actions.run(clock.now())
    assert mails("capacity.confirm") == []


def test_who_said_no_is_asked_again_on_the_day_promised(cast, set_clock):
    make_offer(cast.gp_person, takes=Takes.NO, offered=0, valid_until=date(2026, 7, 21))
    actions.run(clock.now())
    assert mails("capacity.confirm") == []
    set_clock(at(21))
    actions.run(clock.now())
    assert mails("capacity.confirm")[0].title == "Prenez-vous de nouveaux patients ?"


def test_who_has_no_mail_stays_on_the_list_of_the_coordination(cast, silent):
    make_offer(silent, valid_until=date(2026, 7, 21))
    actions.run(clock.now())
    assert mails("capacity.confirm") == []


# -- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(sign_in, cast, silent):
    return sign_in(cast.coordinator)


def once(page):
    return re.search(r'name="once"[^>]*value="([^"]*)"', page.text)[1]


def open_campaign(office, **changes):
    page = office.get(f"{ROOM}/campagne")
    data = {"name": "Places, été", "message": "", "ends_on": "2026-08-03", "valid_until": "2026-10-20"}
    return page, office.post(f"{ROOM}/campagne", data={**data, "once": once(page), **changes})


def test_the_page_says_who_will_be_asked_and_how(office):
    page, _ = open_campaign(office)
    for words in ("3\u00a0médecins seront interrogés", "dont 3\u00a0non-adhérents", "2\u00a0mails", "1\u00a0médecin"):
        assert words in page.text


def test_a_campaign_opens_on_its_call_list(office):
    _, answer = open_campaign(office)
    page = office.get(answer.location)
    assert "Les mails partent maintenant" in page.text.replace("les mails", "Les mails")
    assert 'href="tel:+33261914099"' in page.text
    assert "Dr Claire Guilbaud" in page.text
    assert "Dr Sarah Benali" not in page.text


def test_a_wrong_day_is_said_under_its_field(office):
    _, answer = open_campaign(office, ends_on="2026-07-01")
    assert answer.status_code == 409
    assert "Ce jour est passé." in answer.text


def test_a_campaign_without_a_name_is_not_opened(office):
    _, answer = open_campaign(office, name=" ")
    assert answer.status_code == 422
    assert session.query(CapacityCampaign).count() == 0


def test_a_call_is_noted_from_the_list(office):
    open_campaign(office)
    ask_id = session.query(CapacityAsk).filter_by(asked_at=None).one().id
    office.post(f"{ROOM}/appels/{ask_id}?etat=a-appeler", data={"note": "rappeler jeudi"})
    campaign_id = session.query(CapacityCampaign).one().id
    assert "rappeler jeudi" in office.get(f"{ROOM}/campagnes/{campaign_id}").text


def test_a_note_that_is_refused_stays_typed(office):
    open_campaign(office)
    ask_id = session.query(CapacityAsk).filter_by(asked_at=None).one().id
    page = office.post(f"{ROOM}/appels/{ask_id}", data={"note": "1 47 03 85 288 001 42"})
    assert page.status_code == 422
    assert "1 47 03 85 288 001 42" in page.text


def test_the_campaign_reminds_adds_and_closes(office, set_clock):
    open_campaign(office)
    address = f"{ROOM}/campagnes/{session.query(CapacityCampaign).one().id}"
    days(set_clock, 1)
    assert "Relancer 2\u00a0médecins par mail" in office.get(address).text
    assert "2\u00a0médecins relancés" in office.post(f"{address}/relancer", follow_redirects=True).text
    make_practice(make_person(), make_place())
    session.commit()
    assert "1\u00a0médecin ajouté" in office.post(f"{address}/nouveaux", follow_redirects=True).text
    assert "L’enquête est close." in office.post(f"{address}/clore", follow_redirects=True).text
    assert "Noter sa réponse" not in office.get(address).text


def test_the_register_shows_the_equation(office, cast):
    make_offer(cast.gp_person, taken=1, pending=1, home_visits=True)
    session.commit()
    page = office.get(ROOM)
    assert "<b>3</b> = 5\u00a0offertes − 1\u00a0prise − 1\u00a0en attente" in page.text
    assert "visites à domicile" in page.text


def test_a_filter_keeps_those_it_counts(office, cast):
    make_offer(cast.gp_person)
    make_offer(cast.other_gp_person, takes=Takes.NO, offered=0, obstacles=["time"], helps=["locum"])
    session.commit()
    assert "Dr Sarah Benali" not in office.get(f"{ROOM}?reponse=places").text
    assert "Dr Hélène Renaudin" not in office.get(f"{ROOM}?obstacle=time").text
    assert "Dr Sarah Benali" in office.get(f"{ROOM}?aide=locum").text
    assert "Aucun médecin ne répond à ces filtres" in office.get(f"{ROOM}?q=zzz").text


def test_a_filter_is_left_by_a_second_click(office):
    chips = re.findall(r'class="chip" href="([^"]*)" aria-current', office.get(f"{ROOM}?reponse=non").text)
    assert chips == [ROOM]


def test_without_a_doctor_the_page_says_what_to_do(office, cast):
    for practice in session.query(type(cast.gp_practice)).all():
        practice.ends_on = date(2026, 7, 1)
    session.commit()
    assert "Aucun médecin généraliste dans l’annuaire" in office.get(ROOM).text
    assert "importez l’extrait RPPS" in office.get(f"{ROOM}/campagne").text


def test_a_long_list_is_paged(office):
    place = make_place()
    for _ in range(120):
        make_practice(make_person(), place)
    session.commit()
    first, second = office.get(ROOM).text, office.get(f"{ROOM}?page=2").text
    assert first.count("Noter la réponse") == 100
    assert second.count("Noter la réponse") == 23
    assert "Suivants" in first
    assert "Précédents" in second


@pytest.mark.parametrize("who", ["gp", "regulator", "board_member", "treasurer", "outsider"])
def test_only_the_coordination_sees_what_doctors_answer(sign_in, cast, who):
    client = sign_in(getattr(cast, who))
    for address in (ROOM, f"{ROOM}/campagne", f"{ROOM}/campagnes/1"):
        assert client.get(address).status_code == 403
