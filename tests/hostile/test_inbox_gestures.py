"""Gestures on the patients' requests that come too late, twice, or about someone who is nobody's patient any more."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cptsapp.audit.actions import record_reading
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import (
    agreements,
    breaks,
    choices,
    household,
    merging,
    noting,
    proposals,
    referrals,
    retention,
    search,
    sorting,
    suspects,
    triage,
)
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.actions.person import Reach, correct_reach
from cptsapp.inbox.actions.receive import receive
from cptsapp.inbox.actions.referrals import Said
from cptsapp.inbox.actions.releases import let_go, settle
from cptsapp.inbox.models import (
    Actor,
    AnsweredBy,
    BreakCause,
    CareBreak,
    DoctorProposal,
    Offer,
    PartnerAnswer,
    Pathway,
    ProposalState,
    Recipient,
    Request,
    State,
)
from cptsapp.inbox.patients import Contact, Identity
from cptsapp.inbox.queries.asked import asked, identity
from cptsapp.inbox.queries.openings import openings_of
from cptsapp.inbox.queries.referrals import received_one
from cptsapp.inbox.queries.requests import agreed
from cptsapp.outbox.models import Message
from tests.tools.factories import acting
from tests.tools.inbox import JEANNE, make_intake, make_offer, make_partner, make_request, make_seeker

BREAK = BreakReport(BreakCause.RIGHTS, Pathway.ELDERLY, date(2026, 7, 1), "Sans suivi depuis mai.")
PAUL = Identity("Guérineau", "Paul", date(1945, 1, 2))


@pytest.fixture
def by(cast):
    """The coordinator."""
    return acting(cast.coordinator)


# -- a doctor asked again ---------------------------------------------------------------------------------------------


@pytest.fixture
def lapsed(cast, by):
    """A proposal that its doctor let pass, and who was asked again since."""
    make_offer(cast.gp_person)
    request = make_request("searching")
    first = proposals.propose(request, [cast.gp_person.id], by=by)[0]
    let_go(request, first, ProposalState.LAPSED, "proposal.lapsed", actor=Actor.CLOCK, by=None)
    settle(request, actor=Actor.CLOCK, by=None)
    proposals.propose(request, [cast.gp_person.id], by=by)
    session.commit()
    return first


def test_an_old_link_takes_no_second_place(lapsed):
    assert not asked(lapsed).can_take
    with pytest.raises(Refusal, match="plus récente"):
        proposals.accept(lapsed.id, AnsweredBy.LINK)
    session.rollback()
    offer = session.get_one(Offer, lapsed.offer_id)
    assert (offer.pending, offer.taken) == (1, 0)


def test_a_no_is_not_taken_back_behind_a_new_sending(cast, by):
    make_offer(cast.gp_person)
    request = make_request("searching")
    first = proposals.propose(request, [cast.gp_person.id], by=by)[0]
    proposals.decline(first.id, AnsweredBy.LINK)
    proposals.propose(request, [cast.gp_person.id], by=by)
    with pytest.raises(Refusal, match="plus récente"):
        proposals.undo_answer(first.id, AnsweredBy.LINK)


# -- an anonymised file -----------------------------------------------------------------------------------------------


@pytest.fixture
def erased(by):
    """A file erased at its person's wish."""
    return retention.erase(make_request("searching").id, by=by)


def test_no_message_is_left_on_a_file_erased(by):
    request = make_request("searching")
    partner, _ = make_partner()
    question = search.ask(JEANNE, is_attested=True, by=acting(partner))
    retention.erase(request.id, by=by)
    with pytest.raises(Refusal, match="terminée"):
        search.leave_word(question.id, "Madame Guérineau a rappelé.", by=acting(partner))


def test_no_reason_is_written_on_a_file_erased(erased, by):
    with pytest.raises(Refusal, match="anonymisée"):
        noting.override(erased.id, "first", "Madame Guérineau insiste", by=by)


def test_no_label_is_stuck_on_a_file_erased(erased, by):
    with pytest.raises(Refusal, match="anonymisée"):
        sorting.stick(erased.id, "Guérineau", by=by)


def test_no_break_is_documented_on_a_file_erased(erased, by):
    with pytest.raises(Refusal, match="anonymisée"):
        breaks.document(BREAK, request=erased, by=by)


# -- the doctor chosen, then left -------------------------------------------------------------------------------------


def chosen(cast, by, *people: Identity) -> DoctorProposal:
    """The first of a household has chosen a doctor."""
    make_offer(cast.gp_person)
    request = make_request("searching", seekers=tuple(make_seeker(who=who) for who in people))
    made = proposals.propose(request, [cast.gp_person.id], [request.seekers[0].id], by=by)[0]
    proposals.accept(made.id, AnsweredBy.DOCTOR)
    return choices.choose(request, made.id, by=by)


def test_the_doctor_of_one_who_seeks_again_reads_them_no_more(cast, by):
    made = chosen(cast, by, JEANNE, PAUL)
    request = session.get_one(Request, made.request_id)
    household.seek_again(request.id, request.seekers[0].id, by=by)
    assert identity(made) is None
    assert session.get_one(Offer, made.offer_id).taken == 0


def test_a_file_that_awaited_their_declaration_is_searched_for_again(cast, by):
    made = chosen(cast, by, JEANNE)
    request = session.get_one(Request, made.request_id)
    household.seek_again(request.id, request.seekers[0].id, by=by)
    assert request.state is State.SEARCHING


def test_nor_once_the_file_is_opened_again(cast, by):
    made = chosen(cast, by, JEANNE)
    triage.declare(made.request_id, by=by)
    triage.reopen(made.request_id, by=by)
    assert identity(made) is None
    assert session.get_one(Offer, made.offer_id).taken == 0


def test_the_doctor_of_another_of_the_household_stays(cast, by):
    made = chosen(cast, by, JEANNE, PAUL)
    request = session.get_one(Request, made.request_id)
    triage.find(request.id, household.Found(name="Dr Morel"), by=by)
    triage.declare(request.id, by=by)
    triage.reopen(request.id, [request.seekers[1].id], by=by)
    assert identity(made).people == (JEANNE,)


# -- what stays behind ------------------------------------------------------------------------------------------------


@pytest.mark.database
def test_a_doubtful_request_with_a_break_is_erased_all_the_same(by):
    request, _ = receive(make_intake(), by=None, is_suspect=True)
    found = breaks.document(BREAK, request=request, by=by).id
    suspects.discard(request.id, by=by)
    session.commit()
    kept = session.get_one(CareBreak, found)
    assert (kept.request_id, kept.note) == (None, None)


def test_a_doubtful_request_withdrawn_then_recognised_sends_no_receipt(by):
    request, _ = receive(make_intake(), by=None, is_suspect=True)
    triage.withdraw(request.id, by=None)
    mails = session.query(Message).count()
    suspects.trust(request.id, by=by)
    assert (request.suspected_at, session.query(Message).count()) == (None, mails)


def test_a_partner_who_takes_an_answer_back_leaves_the_break_of_another(by):
    partner, house = make_partner(OrganisationKind.DAC)
    request = make_request("searching")
    sent = referrals.send(request, Recipient.DAC, house.id, "", by)
    referrals.answer(sent.id, PartnerAnswer.CARE_BREAK, Said(rupture=BREAK), by=acting(partner))
    other = replace(BREAK, happened_on=date(2026, 6, 1))
    found = breaks.document(other, request=request, by=by).id
    referrals.undo_answer(sent.id, by=acting(partner))
    assert [one.id for one in session.query(CareBreak)] == [found]


def test_an_agreement_withdrawn_stops_what_was_sent_of_a_file_joined_since(by):
    partner, house = make_partner()
    kept, joined = make_request("searching"), make_request("searching")
    sent = referrals.send(joined, Recipient.MISAS, house.id, "", by)
    referrals.answer(sent.id, PartnerAnswer.NOT_FOUND, Said(note="Trois appels."), by=acting(partner))
    merging.merge(kept.id, joined.id, by=by)
    received_one(acting(partner), joined.reference)
    agreements.withdraw(kept, Recipient.MISAS, by=by)
    with pytest.raises(Invisible):
        received_one(acting(partner), joined.reference)


def test_a_merge_whose_doctor_is_awaited_again_is_not_undone(cast, by):
    make_offer(cast.gp_person)
    kept, joined = make_request("searching"), make_request("searching", seekers=(make_seeker(who=PAUL),))
    made = proposals.propose(joined, [cast.gp_person.id], by=by)[0]
    proposals.decline(made.id, AnsweredBy.LINK)
    merge = merging.merge(kept.id, joined.id, by=by)
    proposals.undo_answer(made.id, AnsweredBy.LINK)
    with pytest.raises(Refusal, match="ne se défait plus"):
        merging.undo(merge.id, by=by)


def test_the_number_of_a_doubtful_request_tells_the_next_one_nothing(by, set_clock):
    doubtful, _ = receive(make_intake(), by=None, is_suspect=True)
    correct_reach(doubtful, Reach(mail="autre@courriel.example"))
    record_reading("request.opened", doubtful, by=by)
    number = doubtful.id
    suspects.discard(number, by=by)
    session.commit()
    set_clock(clock.now() + timedelta(hours=1))
    after = make_request(contact=Contact(phone="+33639981427"))
    session.commit()
    assert after.id > number
    assert openings_of(after) == []
    about = Message.subject_type == "request", Message.subject_id == number
    assert session.query(Message).filter(*about).all() == []


def test_an_agreement_withdrawn_stays_so_once_the_files_are_parted(by):
    kept, joined = make_request("searching"), make_request("searching")
    made = merging.merge(kept.id, joined.id, by=by)
    agreements.withdraw(kept, Recipient.DOCTORS, by=by)
    merging.undo(made.id, by=by)
    assert agreed(joined) == agreed(kept) == {Recipient.MISAS, Recipient.DAC}
