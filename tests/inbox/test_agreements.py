"""Agreements: collected for each and for whom, withdrawn; what was on its way stops in the same breath (§6.3)."""

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import agreements, proposals, referrals, triage
from cptsapp.inbox.models import (
    Agreement,
    Consent,
    DoctorProposal,
    Offer,
    Outcome,
    ProposalState,
    Recipient,
    Referral,
    State,
    Step,
)
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries.requests import agreed
from cptsapp.outbox.models import Message
from tests.tools.factories import acting
from tests.tools.inbox import make_offer, make_partner, make_request, make_seeker

PAUL = Identity("Guérineau", "Paul", make_seeker().who.birth_date)


@pytest.fixture
def by(cast):
    """The coordinator acting."""
    return acting(cast.coordinator)


def proposed(cast, by):
    """A request of a couple proposed to a doctor."""
    make_offer(cast.gp_person)
    request = make_request("searching", seekers=(make_seeker(), make_seeker(who=PAUL)))
    proposals.propose(request, [cast.gp_person.id], by=by)
    return request


def sent(by, kind=OrganisationKind.CPAM, recipient=Recipient.MISAS):
    """A request in the hands of a partner."""
    _, house = make_partner(kind)
    request = make_request("searching")
    referrals.send(request, recipient, house.id, "Trouver un médecin", by)
    return request


def test_who_collected_it_when_and_how_is_kept(cast, by):
    request = make_request(agreements=frozenset())
    agreements.collect(request.id, Recipient.MISAS, Consent.PHONE, by=by)
    kept = session.query(Agreement).one()
    assert (kept.collected_by_id, kept.consent, kept.recipient) == (by.id, Consent.PHONE, Recipient.MISAS)


def test_one_of_two_is_not_everyone(cast, by):
    request = make_request(agreements=frozenset(), seekers=(make_seeker(), make_seeker(who=PAUL)))
    agreements.collect(request.id, Recipient.DAC, Consent.PHONE, [request.seekers[0].id], by=by)
    assert agreed(request) == set()
    agreements.collect(request.id, Recipient.DAC, Consent.PHONE, by=by)
    assert agreed(request) == {Recipient.DAC}


def test_nothing_is_collected_for_a_closed_request(cast, by):
    request = triage.withdraw(make_request(agreements=frozenset()).id, by=None)
    with pytest.raises(Refusal, match="close"):
        agreements.collect(request.id, Recipient.DAC, Consent.PHONE, by=by)


def test_nobody_of_the_request_is_refused(cast, by):
    with pytest.raises(Refusal, match="Dites qui"):
        agreements.collect(make_request().id, Recipient.DAC, Consent.PHONE, [4040], by=by)


def test_withdrawn_it_stays_with_its_day(cast, by):
    request = make_request()
    agreements.withdraw(request, Recipient.DAC, by=by)
    kept = session.query(Agreement).filter_by(recipient=Recipient.DAC).one()
    assert kept.withdrawn_at is not None
    assert agreed(request) == {Recipient.DOCTORS, Recipient.MISAS}


def test_withdrawn_twice_is_refused(cast, by):
    request = agreements.withdraw(make_request(), Recipient.DAC, by=by)
    with pytest.raises(Refusal, match="Aucun accord"):
        agreements.withdraw(request, Recipient.DAC, by=by)


def test_withdrawn_for_the_doctors_their_places_come_back_at_once(cast, by):
    request = agreements.withdraw(proposed(cast, by), Recipient.DOCTORS, by=by)
    assert session.query(DoctorProposal).one().state is ProposalState.CANCELLED
    assert session.query(Offer).one().pending == 0
    assert request.state is State.SEARCHING


def test_withdrawn_by_one_of_two_nothing_goes_on_for_both(cast, by):
    request = proposed(cast, by)
    agreements.withdraw(request, Recipient.DOCTORS, [request.seekers[1].id], by=by)
    assert session.query(DoctorProposal).one().state is ProposalState.CANCELLED


def test_withdrawn_for_a_partner_the_file_is_no_longer_theirs(cast, by):
    request = agreements.withdraw(sent(by), Recipient.MISAS, by=by)
    assert session.query(Referral).one().stopped_at is not None
    assert request.state is State.SEARCHING


def test_withdrawn_for_another_partner_the_first_goes_on(cast, by):
    request = agreements.withdraw(sent(by), Recipient.DAC, by=by)
    assert session.query(Referral).one().stopped_at is None
    assert request.state is State.WITH_PARTNER


def test_without_it_nothing_may_be_sent_again(cast, by):
    request = agreements.withdraw(sent(by), Recipient.MISAS, by=by)
    house = session.query(Referral).one().organisation_id
    with pytest.raises(Refusal, match="L’accord de la personne manque"):
        referrals.send(request, Recipient.MISAS, house, "Encore", by)


def test_closing_lets_doctors_go_and_partners_see_nothing(cast, by):
    request = triage.close(proposed(cast, by).id, Outcome.UNREACHABLE, ["called"], by=by)
    other = triage.close(sent(by).id, Outcome.NOT_FOUND, ["misas"], by=by)
    assert session.query(Offer).one().pending == 0
    assert session.query(Referral).one().stopped_at is not None
    assert {request.state, other.state} == {State.CLOSED}


def test_closing_says_how_many_doctors_were_asked(cast, by):
    request = triage.close(proposed(cast, by).id, Outcome.NOT_FOUND, ["doctors"], by=by)
    told = session.query(Message).filter_by(kind="request.closed", subject_id=request.id).one()
    assert "1\u00a0médecin du territoire sollicité" in told.text
    assert session.query(Step).filter_by(kind="request.close").one().data["doctors"] == 1


def test_who_sent_the_request_is_told_its_end(cast, by):
    user, house = make_partner(mail="nadege.poiraud@misas.example")
    request = make_request("searching", organisation_id=house.id)
    request.entered_by_id = user.id
    triage.close(request.id, Outcome.NOT_FOUND, ["offices"], by=by)
    told = session.query(Message).filter_by(kind="request.closed_referrer").one()
    assert request.reference in told.text
    assert "Guérineau" not in told.title + told.text
