"""A request goes to the MiSAS or the DAC, comes back with an answer, is stopped (A28–A34, A46, A62–A67)."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import referrals
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.actions.referrals import Said
from cptsapp.inbox.models import (
    BreakCause,
    CareBreak,
    Deadline,
    Outcome,
    PartnerAnswer,
    Pathway,
    Recipient,
    Referral,
    Request,
    State,
    Step,
)
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries import referrals as queries
from cptsapp.inbox.queries.requests import agreed
from cptsapp.outbox.models import Message, MessageState
from tests.tools.factories import acting, make_organisation
from tests.tools.inbox import EVERYONE, JEANNE, make_partner, make_request, make_seeker

A = PartnerAnswer
RUPTURE = BreakReport(BreakCause.RIGHTS, Pathway.ELDERLY, date(2026, 7, 15), "Refus trois fois.")


@pytest.fixture
def coordinator(cast):
    return acting(cast.coordinator)


@pytest.fixture
def misas(cast):
    return make_partner()


@pytest.fixture
def dac(cast):
    return make_partner(OrganisationKind.DAC, display_name="Karine Besson")


def sent(to, coordinator, recipient=Recipient.MISAS, **overrides):
    """A request of Jeanne's in the hands of a partner."""
    request = make_request("searching", **overrides)
    return request, referrals.send(request, recipient, to[1].id, "Chercher au-delà de 15 km", coordinator)


def mails(kind):
    return session.query(Message).filter_by(kind=kind).order_by(Message.id).all()


# -- sending ----------------------------------------------------------------------------------------------------------


def test_what_is_sent_waits_for_the_partner(misas, coordinator):
    request, referral = sent(misas, coordinator)
    assert (request.state, request.deadline) == (State.WITH_PARTNER, Deadline.PARTNER_ANSWER)
    assert (referral.due_on, referral.sent_at) == (date(2026, 7, 27), clock.now())


def test_what_is_asked_is_sealed(misas, coordinator):
    request, referral = sent(misas, coordinator)
    assert b"15 km" not in referral.asked
    assert queries.of_request(request)[0].asked == "Chercher au-delà de 15 km"


@pytest.mark.parametrize("recipient", [Recipient.MISAS, Recipient.DAC])
def test_nothing_is_sent_without_the_agreement_for_that_recipient(misas, dac, coordinator, recipient):
    request = make_request("searching", agreements=EVERYONE - {recipient})
    house = misas if recipient is Recipient.MISAS else dac
    with pytest.raises(Refusal, match="accord"):
        referrals.send(request, recipient, house[1].id, "", coordinator)


def test_one_of_the_household_who_has_not_agreed_is_enough(misas, coordinator):
    request = make_request("searching", seekers=(make_seeker(), make_seeker()))
    session.query(referrals.Agreement).filter_by(seeker_id=request.seekers[1].id).delete()
    with pytest.raises(Refusal, match="accord"):
        referrals.send(request, Recipient.MISAS, misas[1].id, "", coordinator)


def test_a_request_that_nobody_read_is_not_sent(misas, coordinator):
    with pytest.raises(Refusal):
        referrals.send(make_request(), Recipient.MISAS, misas[1].id, "", coordinator)


def test_a_structure_that_is_no_partner_is_refused(cast, coordinator):
    other = make_organisation(name="Maison de santé")
    with pytest.raises(Refusal):
        referrals.send(make_request("searching"), Recipient.MISAS, other.id, "", coordinator)


def test_the_dac_is_not_the_misas(dac, coordinator):
    with pytest.raises(Refusal):
        referrals.send(make_request("searching"), Recipient.MISAS, dac[1].id, "", coordinator)


def test_the_mail_leads_to_the_sign_in_and_names_nobody(misas, coordinator):
    request, _ = sent(misas, coordinator)
    mail = mails("referral.referral")[0]
    assert mail.to_address == misas[0].mail
    assert request.reference in mail.body
    assert "/dossiers-recus" in mail.body
    written = (mail.title + mail.body).replace(request.reference, "")
    for word in ("Jeanne", "Guérineau", "79", "1947", "ALD", "Talmont", "15 km"):
        assert word not in written


def test_a_house_without_account_is_written_to_at_its_own_address(cast, coordinator):
    house = make_organisation(name="MiSAS", kind=OrganisationKind.CPAM, mail="misas@cpam.example")
    sent((None, house), coordinator)
    assert [mail.to_address for mail in mails("referral.referral")] == ["misas@cpam.example"]


def test_a_house_merged_into_another_is_still_written_to(misas, coordinator):
    kept = make_organisation(name="MiSAS", kind=OrganisationKind.CPAM)
    misas[1].merged_into_id = kept.id
    sent((None, kept), coordinator)
    assert [mail.to_address for mail in mails("referral.referral")] == [misas[0].mail]


@pytest.mark.database
def test_two_live_sendings_of_a_request_cannot_be(misas, dac, coordinator):
    _, referral = sent(misas, coordinator)
    values = {c.name: getattr(referral, c.name) for c in Referral.__table__.columns if c.name not in ("id", "seal_id")}
    session.add(Referral(**{**values, "organisation_id": dac[1].id, "recipient": Recipient.DAC}))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


# -- before answering (A62–A67) ---------------------------------------------------------------------------------------


def test_the_dac_acknowledges_calls_back_hands_over_and_says_ppcs(dac, coordinator):
    request, referral = sent(dac, coordinator, Recipient.DAC)
    user = acting(dac[0])
    referrals.acknowledge(referral.id, by=user)
    referrals.call_back(referral.id, date(2026, 7, 20), by=user)
    referrals.hand_over(referral.id, "Karine Besson", by=user)
    referrals.say_ppcs(referral.id, needed=True, by=user)
    line = queries.of_request(request)[0]
    assert (line.acknowledged_at, line.called_back_on) == (clock.now(), date(2026, 7, 20))
    assert (line.handled_by, line.needs_ppcs) == ("Karine Besson", True)


def test_acknowledged_twice_is_one_step(dac, coordinator):
    request, referral = sent(dac, coordinator, Recipient.DAC)
    for _ in range(2):
        referrals.acknowledge(referral.id, by=acting(dac[0]))
    assert session.query(Step).filter_by(request_id=request.id, kind="referral.acknowledged").count() == 1


@pytest.mark.parametrize("day", [date(2026, 7, 21), date(2026, 7, 19)])
def test_a_call_back_is_between_the_sending_and_today(dac, coordinator, day):
    _, referral = sent(dac, coordinator, Recipient.DAC)
    with pytest.raises(Refusal):
        referrals.call_back(referral.id, day, by=acting(dac[0]))


def test_handed_to_nobody_is_refused(dac, coordinator):
    _, referral = sent(dac, coordinator, Recipient.DAC)
    with pytest.raises(Refusal):
        referrals.hand_over(referral.id, "  ", by=acting(dac[0]))


# -- answering --------------------------------------------------------------------------------------------------------


def test_a_doctor_found_is_to_be_declared(misas, cast, coordinator):
    request, referral = sent(misas, coordinator)
    said = Said("Dr Hélène Renaudin, Talmont", date(2026, 7, 29), "Appel du cabinet")
    referrals.answer(referral.id, A.FOUND, said, by=acting(misas[0]))
    assert (request.state, referral.doctor_id) == (State.TO_DECLARE, cast.gp_person.id)
    assert request.seekers[0].doctor_name == "Dr Hélène Renaudin, Talmont"


def test_a_doctor_nobody_knows_keeps_the_name_written(misas, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.FOUND, Said("Dr Paul Barreteau"), by=acting(misas[0]))
    assert (referral.doctor_id, request.seekers[0].doctor_name) == (None, "Dr Paul Barreteau")


@pytest.mark.parametrize("said", [A.NOT_FOUND, A.UNREACHABLE, A.REFUSED])
def test_the_other_answers_begin_a_second_search(misas, coordinator, said):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, said, Said(note="Quatre cabinets appelés"), by=acting(misas[0]))
    assert (request.state, request.deadline) == (State.SEARCHING, Deadline.PROPOSE)


def test_after_the_misas_the_dac(misas, dac, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.NOT_FOUND, Said(note="Rien"), by=acting(misas[0]))
    referrals.send(request, Recipient.DAC, dac[1].id, "", coordinator)
    assert request.state is State.WITH_PARTNER


def test_who_wants_no_more_is_not_sent_there_again(misas, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.REFUSED, by=acting(misas[0]))
    assert agreed(request) == {Recipient.DOCTORS, Recipient.DAC}


def test_what_is_too_complex_goes_to_the_dac(misas, dac, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.TOO_COMPLEX, Said(note="Logement"), by=acting(misas[0]))
    handed = queries.live_of(request.id)
    assert (request.state, handed.recipient) == (State.WITH_PARTNER, Recipient.DAC)
    assert (handed.organisation_id, handed.handed_from_id) == (dac[1].id, referral.id)
    assert queries.of_request(request)[1].asked == "Logement"


def test_without_the_agreement_for_the_dac_the_cpts_goes_on(misas, dac, coordinator):
    request, referral = sent(misas, coordinator, agreements=EVERYONE - {Recipient.DAC})
    referrals.answer(referral.id, A.TOO_COMPLEX, by=acting(misas[0]))
    assert (request.state, queries.live_of(request.id)) == (State.SEARCHING, None)


def test_a_break_closes_the_file_and_is_documented(dac, coordinator):
    request, referral = sent(dac, coordinator, Recipient.DAC)
    referrals.answer(referral.id, A.CARE_BREAK, Said(rupture=RUPTURE), by=acting(dac[0]))
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.NOT_FOUND)
    found = session.query(CareBreak).one()
    assert (found.cause, found.commune_code, found.organisation_id) == (BreakCause.RIGHTS, "85288", dac[1].id)
    assert b"Refus" not in found.note


@pytest.mark.parametrize("said", [A.FOUND, A.NOT_FOUND, A.CARE_BREAK])
def test_an_answer_without_what_it_needs_is_refused(dac, coordinator, said):
    _, referral = sent(dac, coordinator, Recipient.DAC)
    with pytest.raises(Refusal):
        referrals.answer(referral.id, said, by=acting(dac[0]))


@pytest.mark.parametrize(("recipient", "said"), [(Recipient.MISAS, A.CARE_BREAK), (Recipient.DAC, A.TOO_COMPLEX)])
def test_each_partner_has_its_own_answers(misas, dac, coordinator, recipient, said):
    to = misas if recipient is Recipient.MISAS else dac
    _, referral = sent(to, coordinator, recipient)
    with pytest.raises(Refusal):
        referrals.answer(referral.id, said, Said(rupture=RUPTURE), by=acting(to[0]))


def test_answered_twice_is_refused(misas, coordinator):
    _, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.UNREACHABLE, by=acting(misas[0]))
    with pytest.raises(Refusal, match="déjà"):
        referrals.answer(referral.id, A.UNREACHABLE, by=acting(misas[0]))


def test_the_sender_and_the_person_are_told_ten_minutes_later(misas, cast, coordinator):
    _, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.FOUND, Said("Dr Paul Barreteau"), by=acting(misas[0]))
    told = mails("referral.partner_answered") + mails("request.found")
    assert [mail.address for mail in told] == [cast.coordinator.mail, "jeanne.guerineau@courriel.example"]
    assert {mail.next_at for mail in told} == {clock.now() + timedelta(minutes=10)}
    assert not any(word in mail.body for mail in told for word in ("Barreteau", "Jeanne", "MiSAS Vendée"))


def test_a_break_tells_the_person_the_steps_taken(misas, dac, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.NOT_FOUND, Said(note="Rien"), by=acting(misas[0]))
    last = referrals.send(request, Recipient.DAC, dac[1].id, "", coordinator)
    referrals.answer(last.id, A.CARE_BREAK, Said(rupture=RUPTURE), by=acting(dac[0]))
    mail = mails("request.closed")[0]
    assert mail.next_at == clock.now() + timedelta(minutes=10)
    for step in ("une seconde recherche", "Mission Accompagnement Santé", "dispositif d’appui"):
        assert step in mail.body
    assert [seeker.outcome for seeker in request.seekers] == [Outcome.NOT_FOUND]


PAIR = (make_seeker(), make_seeker(who=Identity("Guérineau", "Paul", date(1945, 1, 2))))


def test_a_doctor_for_one_of_the_household_leaves_the_other_sought(misas, coordinator):
    request, referral = sent(misas, coordinator, seekers=PAIR)
    jeanne, paul = request.seekers
    said = Said("Dr Paul Barreteau", seeker_ids=frozenset({jeanne.id}))
    referrals.answer(referral.id, A.FOUND, said, by=acting(misas[0]))
    assert (request.state, jeanne.outcome, paul.outcome) == (State.SEARCHING, Outcome.FOUND, None)
    referrals.undo_answer(referral.id, by=acting(misas[0]))
    assert (request.state, jeanne.outcome, jeanne.doctor_name) == (State.WITH_PARTNER, None, None)


def test_a_doctor_for_nobody_is_refused(misas, coordinator):
    _, referral = sent(misas, coordinator)
    with pytest.raises(Refusal, match="pour qui"):
        referrals.answer(referral.id, A.FOUND, Said("Dr X", seeker_ids=frozenset({0})), by=acting(misas[0]))


# -- taken back -------------------------------------------------------------------------------------------------------

SAID = {
    A.FOUND: Said("Dr Paul Barreteau", date(2026, 7, 29), "Appel"),
    A.NOT_FOUND: Said(note="Rien"),
    A.TOO_COMPLEX: Said(),
    A.UNREACHABLE: Said(),
    A.REFUSED: Said(),
    A.CARE_BREAK: Said(rupture=RUPTURE),
}


@pytest.mark.parametrize("said", list(A))
def test_an_answer_taken_back_leaves_nothing(misas, dac, coordinator, said):
    recipient = Recipient.DAC if said is A.CARE_BREAK else Recipient.MISAS
    to = dac if recipient is Recipient.DAC else misas
    request, referral = sent(to, coordinator, recipient)
    referrals.answer(referral.id, said, SAID[said], by=acting(to[0]))
    referrals.undo_answer(referral.id, by=acting(to[0]))
    assert (request.state, request.outcome, agreed(request)) == (State.WITH_PARTNER, None, set(Recipient))
    assert (referral.answer, referral.doctor_name, referral.note) == (None, None, None)
    assert (request.seekers[0].doctor_name, session.query(CareBreak).count()) == (None, 0)
    assert queries.live_of(request.id) is referral
    late = session.query(Message).filter(Message.next_at > clock.now())
    assert {mail.state for mail in late} == {MessageState.DROPPED}


def test_after_ten_minutes_an_answer_stands(misas, coordinator, set_clock):
    _, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.UNREACHABLE, by=acting(misas[0]))
    set_clock(clock.now() + timedelta(minutes=10))
    with pytest.raises(Refusal, match="dix minutes"):
        referrals.undo_answer(referral.id, by=acting(misas[0]))


def test_what_went_on_is_not_taken_back(misas, dac, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.UNREACHABLE, by=acting(misas[0]))
    referrals.send(request, Recipient.DAC, dac[1].id, "", coordinator)
    with pytest.raises(Refusal, match="suite"):
        referrals.undo_answer(referral.id, by=acting(misas[0]))


def test_what_the_dac_acknowledged_is_not_taken_back(misas, dac, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.TOO_COMPLEX, by=acting(misas[0]))
    referrals.acknowledge(queries.live_of(request.id).id, by=acting(dac[0]))
    with pytest.raises(Refusal, match="suite"):
        referrals.undo_answer(referral.id, by=acting(misas[0]))


# -- stopped ----------------------------------------------------------------------------------------------------------


def test_stopped_it_is_no_longer_seen_and_the_search_goes_on(misas, coordinator):
    request, _ = sent(misas, coordinator)
    assert queries.received_one(acting(misas[0]), request.reference)
    assert referrals.stop_all(request, Recipient.MISAS, by=coordinator) == 1
    assert request.state is State.SEARCHING
    with pytest.raises(Invisible):
        queries.received_one(acting(misas[0]), request.reference)


def test_stopped_it_is_no_longer_answered(misas, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.stop_all(request, Recipient.MISAS, by=coordinator)
    with pytest.raises(Refusal, match="transmis"):
        referrals.answer(referral.id, A.UNREACHABLE, by=acting(misas[0]))


def test_stopping_for_one_recipient_leaves_the_other(misas, dac, coordinator):
    request, referral = sent(misas, coordinator)
    assert referrals.stop_all(request, Recipient.DAC, by=coordinator) == 0
    assert (request.state, referral.stopped_at) == (State.WITH_PARTNER, None)


def test_what_was_answered_is_stopped_too(misas, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.UNREACHABLE, by=acting(misas[0]))
    referrals.stop_all(request, Recipient.MISAS, by=coordinator)
    assert queries.received(acting(misas[0])) == []
    assert referral.stopped_at == clock.now()


def test_the_partner_is_told_that_it_stopped(misas, coordinator):
    request, _ = sent(misas, coordinator)
    referrals.stop_all(request, by=coordinator)
    mail = mails("referral.referral_stopped")[0]
    assert (mail.to_address, "Jeanne" in mail.body) == (misas[0].mail, False)
    assert mails("referral.referral")[0].state is MessageState.DROPPED


# -- what a partner sees ----------------------------------------------------------------------------------------------


def test_a_partner_sees_only_what_was_sent_to_them(misas, dac, coordinator):
    request, _ = sent(misas, coordinator)
    make_request("searching")
    assert [r.request_id for r in queries.received(acting(misas[0]))] == [request.id]
    assert queries.received(acting(dac[0])) == []


def test_what_was_answered_a_month_ago_is_no_longer_listed(misas, coordinator, set_clock):
    _, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.UNREACHABLE, by=acting(misas[0]))
    assert len(queries.received(acting(misas[0]))) == 1
    set_clock(datetime(2026, 8, 21, 12, 0, tzinfo=clock.now().tzinfo))
    assert queries.received(acting(misas[0])) == []


def test_who_left_the_house_sees_nothing(misas, coordinator):
    sent(misas, coordinator)
    session.query(queries.Practice).filter_by(person_id=misas[0].person_id).update({"ends_on": date(2026, 7, 19)})
    assert queries.received(acting(misas[0])) == []


def test_nothing_of_who_it_is_about_stays_in_clear(misas, coordinator):
    request, referral = sent(misas, coordinator)
    referrals.answer(referral.id, A.NOT_FOUND, Said(note="Madame Guérineau refuse"), by=acting(misas[0]))
    session.expire_all()
    row = session.execute(Referral.__table__.select()).one()
    assert JEANNE.last_name.encode() not in b"".join(v for v in row if isinstance(v, bytes))
    assert session.get(Request, request.id).state is State.SEARCHING
