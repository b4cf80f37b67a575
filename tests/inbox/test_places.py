"""Places: one equation, counted, refused when there is none left, given back."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import places
from cptsapp.inbox.models import Offer, Takes
from cptsapp.inbox.queries.places import equation
from cptsapp.inbox.rules.places import Equation, condition_words, why_not_more, why_not_offer, why_not_until
from tests.tools.inbox import make_offer

TODAY = date(2026, 7, 20)


def counts(offer: Offer) -> tuple[int, int, int, int]:
    """(offered, taken, pending, left), read again."""
    session.expire(offer)
    found = equation(offer)
    return found.offered, found.taken, found.pending, found.left


def test_the_equation_is_a_sentence():
    assert str(Equation(5, 1, 1)) == "3\u00a0places = 5\u00a0offertes − 1\u00a0prise − 1\u00a0en attente"


def test_zero_and_one_are_singular():
    assert str(Equation(1, 0, 0)) == "1\u00a0place = 1\u00a0offerte − 0\u00a0prise − 0\u00a0en attente"


def test_conditions_are_told_in_words(cast):
    offer = make_offer(cast.gp_person, takes=Takes.CONDITIONS, long_term_illness=True, max_km=15)
    assert condition_words(offer) == ["ALD", "à moins de 15\u00a0km"]


def test_a_proposal_holds_a_place(cast):
    offer = make_offer(cast.gp_person)
    places.hold(offer.id, 2)
    assert counts(offer) == (5, 0, 2, 3)


def test_more_than_what_is_left_is_refused(cast):
    offer = make_offer(cast.gp_person, offered=1)
    with pytest.raises(Refusal):
        places.hold(offer.id, 2)
    assert counts(offer) == (1, 0, 0, 1)


@pytest.mark.parametrize("answer", [{"takes": Takes.NO, "offered": 0}, {"valid_until": date(2026, 7, 19)}])
def test_an_answer_that_no_longer_holds_gives_no_place(cast, answer):
    offer = make_offer(cast.gp_person, **answer)
    with pytest.raises(Refusal):
        places.hold(offer.id)


def test_an_answer_replaced_gives_no_place(cast):
    offer = make_offer(cast.gp_person)
    offer.replaced_at = offer.answered_at
    with pytest.raises(Refusal):
        places.hold(offer.id)


def test_the_last_day_still_counts(cast):
    offer = make_offer(cast.gp_person, valid_until=TODAY)
    places.hold(offer.id)
    assert counts(offer) == (5, 0, 1, 4)


def test_accepting_takes_what_was_pending(cast):
    offer = make_offer(cast.gp_person, pending=2)
    places.take(offer.id, 2)
    assert counts(offer) == (5, 2, 0, 3)


def test_what_is_not_held_is_not_taken(cast):
    offer = make_offer(cast.gp_person, pending=1)
    with pytest.raises(Refusal):
        places.take(offer.id, 2)


def test_an_acceptance_undone_waits_again(cast):
    offer = make_offer(cast.gp_person, taken=1)
    places.untake(offer.id)
    assert counts(offer) == (5, 0, 1, 4)


def test_declining_gives_the_place_back(cast):
    offer = make_offer(cast.gp_person, pending=1)
    places.give_back_pending(offer.id)
    assert counts(offer) == (5, 0, 0, 5)


def test_being_released_gives_the_place_back(cast):
    offer = make_offer(cast.gp_person, taken=1)
    places.give_back_taken(offer.id)
    assert counts(offer) == (5, 0, 0, 5)


def test_a_place_is_given_back_once(cast):
    offer = make_offer(cast.gp_person, taken=1)
    places.give_back_taken(offer.id)
    with pytest.raises(Refusal):
        places.give_back_taken(offer.id)


def test_who_now_says_no_is_not_offered_again_what_is_given_back(cast):
    offer = make_offer(cast.gp_person, takes=Takes.NO, offered=2, taken=1, pending=1)
    places.give_back_taken(offer.id)
    places.give_back_pending(offer.id)
    assert counts(offer) == (0, 0, 0, 0)


def test_a_change_not_yet_written_counts(cast):
    offer = make_offer(cast.gp_person)
    offer.offered = 1
    with pytest.raises(Refusal):
        places.hold(offer.id, 2)


@pytest.mark.database
@pytest.mark.parametrize("wrong", [{"offered": 0}, {"pending": 6}, {"taken": -1}, {"takes": Takes.NO}])
def test_the_database_refuses_more_held_than_offered(cast, wrong):
    offer = make_offer(cast.gp_person, taken=1)
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(update(Offer).where(Offer.id == offer.id).values(**wrong))
    session.rollback()


@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 30))
def test_an_answer_is_lowered_to_what_is_held_at_most(offered, taken, pending):
    assert (why_not_offer(offered, taken, pending) is None) == (taken + pending <= offered)


@pytest.mark.parametrize(("more", "is_allowed"), [(0, False), (1, True), (50, True), (51, False)])
def test_a_yes_is_for_one_patient_to_fifty(more, is_allowed):
    assert (why_not_more(more) is None) == is_allowed


ACTS = {
    "hold": (0, 1),
    "take": (1, -1),
    "untake": (-1, 1),
    "give_back_pending": (0, -1),
    "give_back_taken": (-1, 0),
}


def test_acts_in_any_order_keep_the_count(cast):
    offer = make_offer(cast.gp_person, offered=3)
    session.commit()

    @given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(1, 2)), max_size=12))
    @settings(max_examples=40, deadline=None)
    def any_order(acts):
        session.rollback()
        taken = pending = 0
        for act, n in acts:
            more_taken, more_pending = taken + n * ACTS[act][0], pending + n * ACTS[act][1]
            may = min(more_taken, more_pending) >= 0 and more_taken + more_pending <= 3
            if may:
                taken, pending = more_taken, more_pending
                getattr(places, act)(offer.id, n)
            else:
                with pytest.raises(Refusal):
                    getattr(places, act)(offer.id, n)
        assert counts(offer) == (3, taken, pending, 3 - taken - pending)

    any_order()


@pytest.mark.parametrize(("day", "is_allowed"), [(TODAY, True), (date(2027, 7, 20), True), (date(2026, 7, 19), False)])
def test_an_answer_holds_until_a_day_to_come(day, is_allowed):
    assert (why_not_until(day, TODAY) is None) == is_allowed


def test_no_answer_holds_more_than_a_year():
    assert why_not_until(date(2027, 7, 21), TODAY) == "Douze mois au plus\u202f: nous vous reposerons la question."
