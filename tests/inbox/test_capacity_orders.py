"""Answers, changes, second thoughts, proposals and days that pass, in any order: what is held stays held."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import capacity, places
from cptsapp.inbox.actions.capacity import Answer
from cptsapp.inbox.models import AnsweredBy, CapacityAsk, CapacityCampaign, Offer, Takes
from cptsapp.inbox.queries.places import equation, offer_of

PLACES = {
    "hold": places.hold,
    "take": places.take,
    "untake": places.untake,
    "decline": places.give_back_pending,
    "release": places.give_back_taken,
}
WAITS = {"wait": timedelta(minutes=11), "lapse": timedelta(days=61)}
GESTURES = st.one_of(
    st.tuples(st.just("yes"), st.integers(1, 4), st.booleans()),
    st.tuples(st.sampled_from(["no", "undo", "confirm", "campaign", *WAITS]), st.just(0), st.booleans()),
    st.tuples(st.sampled_from(sorted(PLACES)), st.integers(1, 2), st.booleans()),
)


def say(doctor, takes, number, *, knows):
    """Answer; `knows`: the page was read after the last proposal."""
    live = offer_of(doctor)
    held = live.taken + live.pending if live and knows else 0
    said = Answer(Takes(takes), clock.now().date() + timedelta(days=60), more=number, held=held)
    capacity.answer(doctor, said, via=AnsweredBy.LINK, by=None)


def ask(doctor):
    """A new campaign asks the doctor."""
    day = clock.now().date()
    campaign = CapacityCampaign(
        name="Places", starts_on=day, ends_on=date(2030, 1, 1), valid_until=date(2030, 1, 1), created_at=clock.now()
    )
    session.add(campaign)
    session.flush()
    session.add(CapacityAsk(campaign_id=campaign.id, person_id=doctor))


def do(doctor, gesture, number, *, knows):
    if gesture in PLACES:
        live = offer_of(doctor)
        return PLACES[gesture](live.id, number) if live else None
    if gesture in ("yes", "no"):
        return say(doctor, gesture, number, knows=knows)
    if gesture == "undo":
        return capacity.undo(doctor, by=None)
    if gesture == "confirm":
        return capacity.confirm(doctor, via=AnsweredBy.LINK, by=None)
    return ask(doctor)


def held():
    """What is taken and pending on each answer that is not an earlier version of another."""
    rows = session.query(Offer.id, Offer.taken, Offer.pending).filter(Offer.version_of_id.is_(None))
    return sorted(tuple(row) for row in rows)


def test_whatever_is_done_in_whatever_order_places_are_kept(cast, set_clock):
    doctor, start = cast.gp_person.id, clock.now()
    session.commit()

    @given(st.lists(GESTURES, max_size=14))
    @settings(max_examples=60, deadline=None)
    def any_order(gestures):
        session.rollback()
        set_clock(start)
        for gesture, number, knows in gestures:
            before = held()
            if gesture in WAITS:
                set_clock(clock.now() + WAITS[gesture])
                continue
            try:
                do(doctor, gesture, number, knows=knows)
                session.flush()
            except Refusal:
                assert held() == before
            live = session.query(Offer).filter_by(person_id=doctor, replaced_at=None).all()
            assert len(live) <= 1
            assert all(equation(offer).left >= 0 for offer in live)

    any_order()


def test_an_answer_alone_changes_nothing_held(cast, set_clock):
    doctor, start = cast.gp_person.id, clock.now()
    session.commit()

    @given(st.lists(st.tuples(st.sampled_from(["yes", "no", "undo", "confirm"]), st.integers(1, 4)), max_size=8))
    @settings(max_examples=40, deadline=None)
    def any_answers(gestures):
        session.rollback()
        set_clock(start)
        say(doctor, "yes", 4, knows=True)
        offer_id = offer_of(doctor).id
        places.hold(offer_id, 2)
        places.take(offer_id, 1)
        for gesture, number in gestures:
            try:
                do(doctor, gesture, number, knows=True)
            except Refusal:
                continue
        assert (offer_id, 1, 1) in held()

    any_answers()
