"""What a doctor answers: kept, changed in place, begun again, taken back, confirmed; never under what is held."""

from datetime import date, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.inbox.actions import capacity, places
from cptsapp.inbox.actions.capacity import Answer
from cptsapp.inbox.models import AnsweredBy, CapacityAsk, CapacityCampaign, Offer, Takes
from cptsapp.inbox.queries.places import equation, offer_of, offers
from tests.tools.factories import acting, make_person
from tests.tools.inbox import make_offer

UNTIL = date(2026, 9, 30)
LINK = {"via": AnsweredBy.LINK, "by": None}


def yes(more=5, **said):
    return Answer(Takes.YES, UNTIL, more=more, **said)


def no(**said):
    return Answer(Takes.NO, date(2027, 1, 20), **said)


def later(set_clock, **delta):
    set_clock(clock.now() + timedelta(**delta))


def counts(person):
    found = offer_of(person.id)
    session.refresh(found)
    return equation(found).offered, found.taken, found.pending


def make_campaign_of(*people, answered_at=None):
    campaign = CapacityCampaign(
        name="Rentrée",
        starts_on=date(2026, 7, 1),
        ends_on=date(2026, 8, 31),
        valid_until=UNTIL,
        created_at=clock.now(),
    )
    session.add(campaign)
    session.flush()
    session.add_all(CapacityAsk(campaign_id=campaign.id, person_id=one.id, answered_at=answered_at) for one in people)
    session.flush()
    return campaign


def test_an_answer_is_kept(cast):
    offer = capacity.answer(cast.gp_person.id, yes(3, home_visits=True), **LINK)
    assert (offer.takes, offer.offered, offer.home_visits, offer.answered_by) == (Takes.YES, 3, True, AnsweredBy.LINK)


def test_a_no_offers_nothing_and_says_why(cast):
    offer = capacity.answer(cast.gp_person.id, no(more=4, obstacles=("time",), helps=("assistant",)), **LINK)
    assert (offer.offered, offer.obstacles, offer.helps) == (0, ["time"], ["assistant"])


def test_a_plain_yes_has_no_condition_left(cast):
    offer = capacity.answer(cast.gp_person.id, yes(2, children=True, max_km=15, obstacles=("time",)), **LINK)
    assert (offer.children, offer.max_km, offer.obstacles) == (False, None, [])


def test_conditions_need_one(cast):
    with pytest.raises(Refusal):
        capacity.answer(cast.gp_person.id, Answer(Takes.CONDITIONS, UNTIL, more=2), **LINK)


@pytest.mark.parametrize("more", [0, 51])
def test_a_yes_has_its_number(cast, more):
    with pytest.raises(Refusal):
        capacity.answer(cast.gp_person.id, yes(more), **LINK)


@pytest.mark.parametrize("until", [date(2026, 7, 19), date(2027, 7, 21)])
def test_a_day_past_or_too_far_is_refused(cast, until):
    with pytest.raises(Refusal):
        capacity.answer(cast.gp_person.id, Answer(Takes.YES, until, more=1), **LINK)


def test_nobody_answers_for_who_does_not_exist(cast):
    with pytest.raises(Invisible):
        capacity.answer(999_999, yes(), **LINK)


def test_a_changed_answer_keeps_its_row_and_what_is_held(cast):
    first = capacity.answer(cast.gp_person.id, yes(5), **LINK)
    places.hold(first.id, 2)
    places.take(first.id)
    second = capacity.answer(cast.gp_person.id, yes(1, held=2), **LINK)
    assert second.id == first.id
    assert counts(cast.gp_person) == (3, 1, 1)


def test_a_no_keeps_what_is_held_and_nothing_more(cast):
    offer = make_offer(cast.gp_person, taken=1, pending=1)
    capacity.answer(cast.gp_person.id, no(held=2), **LINK)
    assert counts(cast.gp_person) == (2, 1, 1)
    with pytest.raises(Refusal):
        places.hold(offer.id)


def test_an_answer_that_forgets_what_was_held_meanwhile_is_refused(cast):
    offer = make_offer(cast.gp_person)
    places.hold(offer.id, 3)
    with pytest.raises(Refusal, match="0\u00a0patient pris et 3\u00a0en attente"):
        capacity.answer(cast.gp_person.id, yes(2, held=0), **LINK)


def test_an_answer_that_lapsed_begins_a_new_count(cast, set_clock):
    old = make_offer(cast.gp_person, offered=5, taken=4, pending=1, valid_until=date(2026, 7, 20))
    later(set_clock, days=1)
    new = capacity.answer(cast.gp_person.id, yes(2), **LINK)
    assert new.id != old.id
    assert counts(cast.gp_person) == (2, 0, 0)


def test_what_is_pending_on_the_former_answer_is_still_answered(cast, set_clock):
    old = make_offer(cast.gp_person, pending=1, valid_until=date(2026, 7, 20))
    later(set_clock, days=1)
    capacity.answer(cast.gp_person.id, yes(2), **LINK)
    places.take(old.id)
    session.refresh(old)
    assert (old.taken, old.pending) == (1, 0)
    assert counts(cast.gp_person) == (2, 0, 0)


def test_a_new_campaign_begins_a_new_count(cast):
    old = make_offer(cast.gp_person, taken=3)
    campaign = make_campaign_of(cast.gp_person)
    new = capacity.answer(cast.gp_person.id, yes(2), **LINK)
    assert (new.campaign_id, new.id == old.id) == (campaign.id, False)
    assert session.query(CapacityAsk).one().answered_at is not None


def test_the_answer_of_a_campaign_changes_in_place(cast):
    make_campaign_of(cast.gp_person)
    first = capacity.answer(cast.gp_person.id, yes(2), **LINK)
    assert capacity.answer(cast.gp_person.id, yes(4), **LINK).id == first.id


def test_the_coordination_notes_an_answer_in_its_name(cast):
    offer = capacity.answer(cast.gp_person.id, yes(1), via=AnsweredBy.OFFICE, by=acting(cast.coordinator))
    assert (offer.answered_by, offer.answered_by_id) == (AnsweredBy.OFFICE, cast.coordinator.id)


def test_merged_sheets_have_one_answer(cast):
    twin = make_person(last_name="Renaudin", first_name="Helene")
    make_offer(twin)
    make_offer(cast.gp_person, offered=2, answered_at=clock.now() - timedelta(days=3))
    twin.merged_into_id = cast.gp_person.id
    session.flush()
    capacity.answer(twin.id, yes(7), **LINK)
    assert {number: offer.offered for number, offer in offers().items()} == {cast.gp_person.id: 7}
    assert session.query(Offer).filter(Offer.replaced_at.is_(None)).count() == 1


# -- taking back ------------------------------------------------------------------------------------------------------


def test_the_first_answer_taken_back_leaves_none(cast):
    campaign = make_campaign_of(cast.gp_person)
    capacity.answer(cast.gp_person.id, yes(), **LINK)
    capacity.undo(cast.gp_person.id, by=None)
    assert offer_of(cast.gp_person.id) is None
    assert session.query(CapacityAsk).filter_by(campaign_id=campaign.id).one().answered_at is None


def test_a_change_taken_back_gives_what_was_before(cast, set_clock):
    first = capacity.answer(cast.gp_person.id, Answer(Takes.CONDITIONS, UNTIL, more=4, children=True), **LINK)
    later(set_clock, minutes=30)
    capacity.answer(cast.gp_person.id, no(obstacles=("time",)), **LINK)
    capacity.undo(cast.gp_person.id, by=None)
    session.refresh(first)
    assert (first.takes, first.offered, first.children, first.obstacles) == (Takes.CONDITIONS, 4, True, [])
    assert session.query(Offer).count() == 1


def test_a_new_count_taken_back_gives_the_former(cast, set_clock):
    old = make_offer(cast.gp_person, taken=2, valid_until=date(2026, 7, 20))
    later(set_clock, days=1)
    capacity.answer(cast.gp_person.id, yes(9), **LINK)
    capacity.undo(cast.gp_person.id, by=None)
    assert offer_of(cast.gp_person.id).id == old.id


def test_after_ten_minutes_nothing_is_taken_back(cast, set_clock):
    capacity.answer(cast.gp_person.id, yes(), **LINK)
    later(set_clock, minutes=10)
    with pytest.raises(Refusal):
        capacity.undo(cast.gp_person.id, by=None)


def test_it_is_taken_back_once(cast, set_clock):
    capacity.answer(cast.gp_person.id, yes(3), **LINK)
    later(set_clock, minutes=11)
    capacity.answer(cast.gp_person.id, yes(4), **LINK)
    capacity.undo(cast.gp_person.id, by=None)
    with pytest.raises(Refusal):
        capacity.undo(cast.gp_person.id, by=None)


def test_places_held_since_are_not_taken_back(cast, set_clock):
    first = capacity.answer(cast.gp_person.id, yes(1), **LINK)
    later(set_clock, minutes=11)
    capacity.answer(cast.gp_person.id, yes(4), **LINK)
    places.hold(first.id, 2)
    with pytest.raises(Refusal):
        capacity.undo(cast.gp_person.id, by=None)


# -- confirming -------------------------------------------------------------------------------------------------------


def test_a_confirmed_answer_holds_three_more_months(cast):
    offer = make_offer(cast.gp_person, taken=2, valid_until=date(2026, 7, 22))
    capacity.confirm(cast.gp_person.id, **LINK)
    assert (offer.valid_until, counts(cast.gp_person)) == (date(2026, 10, 20), (5, 2, 0))


def test_what_lapsed_is_confirmed_again(cast, set_clock):
    offer = make_offer(cast.gp_person, valid_until=date(2026, 7, 20))
    later(set_clock, days=5)
    capacity.confirm(cast.gp_person.id, **LINK)
    places.hold(offer.id)
    assert counts(cast.gp_person) == (5, 0, 1)


def test_a_longer_answer_is_not_shortened(cast):
    offer = make_offer(cast.gp_person, valid_until=date(2027, 3, 1))
    capacity.confirm(cast.gp_person.id, **LINK)
    assert offer.valid_until == date(2027, 3, 1)


def test_who_never_answered_confirms_nothing(cast):
    with pytest.raises(Refusal):
        capacity.confirm(cast.gp_person.id, **LINK)


def test_what_was_before_is_never_counted(cast):
    capacity.answer(cast.gp_person.id, yes(5), **LINK)
    capacity.answer(cast.gp_person.id, yes(2), **LINK)
    assert [offer.offered for offer in offers().values()] == [2]
    assert session.query(Offer).filter(Offer.version_of_id.is_not(None)).one().offered == 5


def test_of_two_answers_at_the_same_instant_the_last_is_taken_back(cast):
    capacity.answer(cast.gp_person.id, yes(5), **LINK)
    capacity.answer(cast.gp_person.id, yes(2), **LINK)
    capacity.undo(cast.gp_person.id, by=None)
    assert counts(cast.gp_person) == (5, 0, 0)
