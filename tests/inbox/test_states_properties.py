"""Whatever is done to a request, in whatever order: the table of moves holds, places add up, nothing goes unagreed."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.actions import agreements, household, moves, proposals, referrals, triage
from cptsapp.inbox.actions.household import Found
from cptsapp.inbox.models import (
    Actor,
    Agreement,
    AnsweredBy,
    Consent,
    DoctorProposal,
    Offer,
    Outcome,
    PartnerAnswer,
    ProposalSeeker,
    ProposalState,
    Recipient,
    Referral,
    Request,
    State,
    Step,
)
from cptsapp.inbox.patients import Identity
from cptsapp.inbox.queries.requests import agreed, locked
from cptsapp.inbox.rules.closing import CHOICES
from cptsapp.inbox.rules.states import BY_CODE, MOVES, possible, why_not
from tests.tools.factories import acting, make_person, make_place, make_practice
from tests.tools.inbox import make_offer, make_partner, make_request, make_seeker

P = ProposalState
WAITING = (P.PENDING, P.ACCEPTED)
FEW = settings(
    max_examples=15,
    stateful_step_count=18,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


# -- the table alone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_something_may_follow_every_state(state):
    assert possible(state)


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_reached_from_the_first(state):
    reached, found = {State.RECEIVED}, {State.RECEIVED}
    while found:
        found = {move.target for here in found for move in possible(here)} - reached
        reached |= found
    assert state in reached


@given(st.sampled_from(MOVES), st.sampled_from(list(State)))
def test_a_move_is_refused_with_a_reason_or_is_of_the_table(move, state):
    reason = why_not(move, state)
    assert (reason is None) == (state in move.sources)
    assert reason is None or len(reason) > 10


@given(st.lists(st.tuples(st.sampled_from([move.code for move in MOVES]), st.sampled_from(list(Actor))), max_size=12))
@FEW
def test_moves_alone_keep_a_request_whole(cast, todo):
    request = make_request()
    for code, actor in todo:
        before = (request.state, request.version)
        if actor not in BY_CODE[code].actors:
            with pytest.raises(ValueError, match="does not do"):
                _move(request, code, actor)
        elif moves.why_not_move(request, code):
            with pytest.raises(Refusal):
                _move(request, code, actor)
            assert (request.state, request.version) == before
        else:
            _move(request, code, actor)
            assert (request.state, request.version) == (BY_CODE[code].target, before[1] + 1)
        _is_whole(request)


def _move(request, code, actor):
    outcome = Outcome.NOT_FOUND if code == "close" else None
    moves.move(locked(request.id), code, actor=actor, by=None, outcome=outcome)


def _is_whole(request: Request) -> None:
    is_closed = request.state is State.CLOSED
    assert is_closed == (request.outcome is not None) == (request.closed_at is not None)
    assert (request.deadline is None) == (request.due_on is None)
    if is_closed:
        assert request.deadline is None
        assert request.claimed_by_id is None
    else:
        assert request.deadline is not None


# -- everything that people do ----------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """One request of a couple, two doctors with two places, both partners; anyone does anything at any time."""

    cast = None

    def __init__(self) -> None:
        super().__init__()
        self.by = acting(self.cast.coordinator)
        pair = (make_seeker(), make_seeker(who=Identity("Guérineau", "Paul", make_seeker().who.birth_date)))
        self.request = make_request(seekers=pair)
        self.doctors = [_doctor(), _doctor()]
        self.houses = self.partners

    def do(self, act: Callable[[], object]) -> None:
        """Do it, or be refused and change nothing; a state changes along the moves of the table alone."""
        before, last = self.request.state, _last_step(self.request)
        try:
            with session.begin_nested():
                act()
        except Refusal:
            session.refresh(self.request)
            assert self.request.state is before
            return
        session.refresh(self.request)
        codes = [step.kind.removeprefix("request.") for step in _steps_after(self.request, last)]
        for code in codes:
            if code in BY_CODE:
                assert before in BY_CODE[code].sources
                before = BY_CODE[code].target
        assert self.request.state is before

    # -- the coordination

    @initialize(is_read=st.booleans())
    def read_at_once(self, is_read):
        if is_read:
            self.accept()

    @rule()
    def accept(self):
        self.do(lambda: triage.accept(self.request.id, by=self.by))

    @rule()
    def ask_more(self):
        self.do(lambda: triage.ask_more(self.request.id, ["phone"], by=self.by))

    @rule()
    def put_back(self):
        self.do(lambda: triage.put_back(self.request.id, by=self.by))

    @rule(only_first=st.booleans())
    def find(self, only_first):
        chosen = [self.request.seekers[0].id] if only_first else []
        self.do(lambda: triage.find(self.request.id, Found(name="Dr Ailleurs"), chosen, by=self.by))

    @rule()
    def declare(self):
        self.do(lambda: triage.declare(self.request.id, by=self.by))

    @rule()
    def search_again(self):
        self.do(lambda: triage.search_again(self.request.id, by=self.by))

    @rule(outcome=st.sampled_from(CHOICES))
    def close(self, outcome):
        found = Found(name="Dr Ailleurs") if outcome is Outcome.FOUND else None
        self.do(lambda: triage.close(self.request.id, outcome, ["called"], found=found, by=self.by))

    @rule()
    def reopen(self):
        self.do(lambda: triage.reopen(self.request.id, by=self.by))

    @rule(which=st.integers(0, 1), outcome=st.sampled_from(CHOICES))
    def end_for_one(self, which, outcome):
        seeker = self.request.seekers[which].id
        self.do(lambda: household.end_for(self.request.id, seeker, outcome, Found(name="Dr Ici"), by=self.by))

    @rule(which=st.integers(0, 1))
    def seek_again(self, which):
        seeker = self.request.seekers[which].id
        self.do(lambda: household.seek_again(self.request.id, seeker, by=self.by))

    @rule(recipient=st.sampled_from(Recipient))
    def collect(self, recipient):
        self.do(lambda: agreements.collect(self.request.id, recipient, Consent.PHONE, by=self.by))

    @rule(how_many=st.integers(1, 2))
    def propose(self, how_many):
        self.do(lambda: proposals.propose(self.request, self.doctors[:how_many], by=self.by))

    @rule(recipient=st.sampled_from([Recipient.MISAS, Recipient.DAC]))
    def refer(self, recipient):
        self.do(lambda: referrals.send(self.request, recipient, self.houses[recipient], "Chercher", self.by))

    # -- the others

    @rule(recipient=st.sampled_from(Recipient), which=st.integers(0, 2))
    def withdraw_agreement(self, recipient, which):
        chosen = [self.request.seekers[which].id] if which < 2 else []
        self.do(lambda: agreements.withdraw(locked(self.request.id), recipient, chosen, by=self.by))

    @rule()
    def withdraw(self):
        self.do(lambda: triage.withdraw(self.request.id, by=None))

    @precondition(lambda self: self.live(P.PENDING))
    @rule(takes=st.booleans())
    def answer(self, takes):
        proposal = self.live(P.PENDING)[0].id
        act = proposals.accept if takes else proposals.decline
        self.do(lambda: act(proposal, answered_by=AnsweredBy.LINK))

    @precondition(lambda self: self.live(P.ACCEPTED))
    @rule(suits=st.booleans())
    def choose(self, suits):
        proposal = self.live(P.ACCEPTED)[0].id
        if suits:
            self.do(lambda: proposals.choose(self.request, proposal))
        else:
            self.do(lambda: proposals.none_suits(self.request))

    @precondition(lambda self: self.sent())
    @rule(said=st.sampled_from([answer for answer in PartnerAnswer if answer is not PartnerAnswer.CARE_BREAK]))
    def partner_answers(self, said):
        about = referrals.Said(doctor_name="Dr Ailleurs", note="Trois cabinets appelés")
        number = self.sent()[0].id
        self.do(lambda: referrals.answer(number, said, about, by=None))

    # -- what always holds

    def live(self, *states: ProposalState) -> list[DoctorProposal]:
        """The proposals in these states."""
        theirs = DoctorProposal.request_id == self.request.id, DoctorProposal.state.in_(states)
        return list(session.scalars(select(DoctorProposal).where(*theirs).order_by(DoctorProposal.id)))

    def sent(self) -> list[Referral]:
        """What partners have in hand."""
        theirs = Referral.request_id == self.request.id, Referral.answered_at.is_(None), Referral.stopped_at.is_(None)
        return list(session.scalars(select(Referral).where(*theirs)))

    @invariant()
    def the_request_is_whole(self):
        _is_whole(self.request)

    @invariant()
    def what_is_closed_is_ended_for_everyone(self):
        if self.request.state is State.CLOSED:
            assert not self.live(*WAITING)
            assert not self.sent()
            assert all(seeker.outcome is not None for seeker in self.request.seekers)

    @invariant()
    def what_is_searched_for_is_for_someone(self):
        if self.request.state in (State.SEARCHING, State.PROPOSED, State.WITH_PARTNER):
            assert any(seeker.outcome is None for seeker in self.request.seekers)

    @invariant()
    def the_state_says_who_is_awaited(self):
        assert bool(self.live(*WAITING)) == (self.request.state is State.PROPOSED)
        assert len(self.sent()) == (self.request.state is State.WITH_PARTNER)

    @invariant()
    def places_add_up(self):
        for offer in session.scalars(select(Offer).where(Offer.person_id.in_(self.doctors))):
            session.refresh(offer)
            theirs = select(DoctorProposal).where(DoctorProposal.offer_id == offer.id)
            held = list(session.scalars(theirs))
            assert offer.pending == sum(one.places for one in held if one.state is P.PENDING)
            assert offer.taken == sum(one.places for one in held if one.state in (P.ACCEPTED, P.CHOSEN))
            assert offer.taken + offer.pending <= offer.offered

    @invariant()
    def nothing_is_under_way_without_agreement(self):
        for proposal in self.live(*WAITING):
            assert _seekers_of(proposal) <= _agree_to(Recipient.DOCTORS)
        for referral in self.sent():
            assert referral.recipient in agreed(self.request)


def _doctor() -> int:
    person = make_person(last_name="Place", first_name="Anne")
    make_practice(person, make_place())
    make_offer(person, offered=4)
    return person.id


def _seekers_of(proposal: DoctorProposal) -> set[int]:
    return set(session.scalars(select(ProposalSeeker.seeker_id).where(ProposalSeeker.proposal_id == proposal.id)))


def _agree_to(recipient: Recipient) -> set[int]:
    given = Agreement.recipient == recipient, Agreement.withdrawn_at.is_(None)
    return set(session.scalars(select(Agreement.seeker_id).where(*given)))


def _last_step(request: Request) -> int:
    return max((step.id for step in _steps_after(request, 0)), default=0)


def _steps_after(request: Request, number: int) -> list[Step]:
    theirs = Step.request_id == request.id, Step.id > number
    return list(session.scalars(select(Step).where(*theirs).order_by(Step.id)))


def test_whatever_people_do_the_request_stays_true(cast):
    _, misas = make_partner()
    _, dac = make_partner(OrganisationKind.DAC)
    known = {"cast": cast, "partners": {Recipient.MISAS: misas.id, Recipient.DAC: dac.id}}
    run_state_machine_as_test(type("LifeHere", (Life,), known), settings=FEW)
