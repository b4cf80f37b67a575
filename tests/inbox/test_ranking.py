"""Who is proposed first, and why: the pure rule, then what the database says of each doctor."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.core.db import session
from cptsapp.directory.models import MovementKind, PracticeMode
from cptsapp.inbox.models import AgeBand, AnsweredBy, DoctorProposal, HomeVisit, ProposalState, Takes
from cptsapp.inbox.queries.ranking import ranked
from cptsapp.inbox.rules.ranking import Candidate, Wanted, rank, unmet, words
from tests.tools.factories import make_commune, make_movement, make_person, make_place, make_practice
from tests.tools.inbox import JEANNE, make_offer, make_request, make_seeker

ADULT = Wanted(AgeBand.FROM_45)
CHILD = Wanted(AgeBand.FROM_6)
ILL = Wanted(AgeBand.FROM_71, long_term_illness=True)
VISITS = Wanted(AgeBand.FROM_71, home_visit=HomeVisit.EXCLUSIVELY)
MAYBE_VISITS = Wanted(AgeBand.FROM_71, home_visit=HomeVisit.EXCEPTIONALLY)


@dataclass(frozen=True)
class Takings:
    """Conditions as a doctor says them."""

    long_term_illness: bool = False
    children: bool = False
    households: bool = False
    own_commune: bool = False
    max_km: int | None = None
    home_visits: bool = False


def candidate(number=1, *, conditions=None, **overrides):
    given = {"folded": f"nom{number:03}", "km": 10, "is_same_commune": False, "left": 3, **overrides}
    return Candidate(person_id=number, conditions=Takings(**(conditions or {})), **given)


def order(candidates, wanted=(ADULT,)):
    return [one.candidate.person_id for one in rank(candidates, wanted)]


# -- conditions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "wanted", "told"),
    [
        ({}, [ADULT], []),
        ({"long_term_illness": True}, [ILL], []),
        ({"long_term_illness": True}, [ADULT], ["only:ill"]),
        ({"long_term_illness": True, "children": True}, [ILL, CHILD], []),
        ({"long_term_illness": True, "children": True}, [ILL, ADULT], ["only:ill+children"]),
        ({"households": True}, [ADULT, CHILD], []),
        ({"households": True}, [ADULT], ["only:households"]),
        ({}, [VISITS], ["no_visits"]),
        ({"home_visits": True}, [VISITS], []),
        ({}, [MAYBE_VISITS], []),
        ({"own_commune": True}, [ADULT], ["other_commune"]),
        ({"max_km": 10}, [ADULT], []),
        ({"max_km": 9}, [ADULT], ["beyond:9"]),
        ({"own_commune": True, "max_km": 15}, [ADULT], []),
        ({}, [ADULT] * 4, ["few:3"]),
    ],
)
def test_a_condition_is_met_or_told(conditions, wanted, told):
    assert unmet(candidate(conditions=conditions), wanted) == told


def test_a_distance_nobody_knows_is_held_against_nobody():
    assert unmet(candidate(km=None, conditions={"max_km": 5}), [ADULT]) == []


def test_the_own_commune_is_never_too_far():
    here = candidate(km=None, is_same_commune=True, conditions={"own_commune": True, "max_km": 1})
    assert unmet(here, [ADULT]) == []


# -- order ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"km": 80}, {"conditions": {"own_commune": True}}),
        ({}, {"has_declined": True, "km": 1}),
        ({}, {"is_leaving": True, "km": 1}),
        ({}, {"is_away": True, "km": 1}),
        ({"is_same_commune": True, "km": 0, "accepted": 3}, {"km": 4}),
        ({"km": 14, "left": 1}, {"km": 15, "left": 9}),
        ({"km": 40}, {"km": None}),
        ({"km": 14}, {"km": 2, "accepted": 1}),
        ({"last_accepted_on": date(2026, 7, 1)}, {"last_accepted_on": date(2026, 7, 2), "left": 9}),
        ({"left": 4}, {"left": 3, "km": 1}),
        ({"km": 5}, {"km": 6}),
    ],
)
def test_who_comes_first(first, second):
    assert order([candidate(1, **second), candidate(2, **first)]) == [2, 1]


def test_who_makes_visits_comes_first_when_some_may_be_wanted():
    near, visiting = candidate(1, km=1), candidate(2, km=14, conditions={"home_visits": True})
    assert order([near, visiting], [MAYBE_VISITS]) == [2, 1]
    assert order([near, visiting], [ADULT]) == [1, 2]


takings = st.builds(
    Takings,
    *[st.booleans()] * 4,
    max_km=st.none() | st.integers(1, 60),
    home_visits=st.booleans(),
)
candidates = st.lists(
    st.builds(
        Candidate,
        person_id=st.integers(1, 400),
        folded=st.sampled_from(["aa", "bb"]),
        conditions=takings,
        km=st.none() | st.integers(1, 90),
        is_same_commune=st.booleans(),
        left=st.integers(1, 6),
        accepted=st.integers(0, 3),
        last_accepted_on=st.none() | st.dates(date(2026, 1, 1), date(2026, 7, 20)),
        has_declined=st.booleans(),
        is_leaving=st.booleans(),
        is_away=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.person_id,
)
households = st.lists(
    st.builds(Wanted, st.sampled_from(AgeBand), st.booleans(), st.sampled_from(HomeVisit)), min_size=1, max_size=4
)


@given(candidates, households, st.randoms())
def test_the_order_does_not_depend_on_how_they_come(doctors, wanted, chance):
    mixed = list(doctors)
    chance.shuffle(mixed)
    assert order(mixed, wanted) == order(doctors, wanted)
    assert sorted(order(doctors, wanted)) == sorted(one.person_id for one in doctors)


@given(candidates, households)
def test_whose_conditions_are_met_comes_before_the_others(doctors, wanted):
    met = [one.is_met for one in rank(doctors, wanted)]
    assert met == sorted(met, reverse=True)


@given(candidates, households)
def test_every_rank_has_its_reason_in_words(doctors, wanted):
    for one in rank(doctors, wanted):
        assert words(one.reasons)
        assert len(set(one.reasons)) == len(one.reasons)
        assert one.is_met == (not unmet(one.candidate, wanted))


@given(candidates, households, st.data())
def test_accepting_once_more_never_brings_forward(doctors, wanted, data):
    if not doctors:
        return
    busy = data.draw(st.sampled_from(doctors))
    values = {name: getattr(busy, name) for name in Candidate.__slots__}
    busier = Candidate(**{**values, "accepted": busy.accepted + 1})
    others = [one for one in doctors if one is not busy]
    before = order([*others, busy], wanted).index(busy.person_id)
    assert order([*others, busier], wanted).index(busy.person_id) >= before


def test_reasons_are_one_line():
    assert words(["same_commune", "visits"]) == "Même commune, fait des visites"
    assert words(["only:ill+children", "few:1"]) == "Ne prend que\u00a0: ALD, enfants, 1\u00a0place seulement"
    assert words(["accepted:2"]) == "A déjà accepté 2\u00a0fois ce mois-ci"
    assert words([]) == ""


# -- from the database ------------------------------------------------------------------------------------------------


def names(request, **overrides):
    return [one.name for one in ranked(request, **overrides)]


def propose(request, offer, state=ProposalState.PENDING, day=date(2026, 7, 9), **overrides):
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    given = {"request_id": request.id, "offer_id": offer.id, "person_id": offer.person_id, "state": state, "rank": 1}
    given |= {"why": [], "places": 1, "sent_at": at, "answered_at": at, "answered_by": AnsweredBy.DOCTOR}
    session.add(DoctorProposal(**{**given, **overrides}))
    session.flush()


def test_the_same_commune_comes_first_with_its_equation(cast):
    make_offer(cast.other_gp_person)
    make_offer(cast.gp_person, taken=1, pending=1)
    first, second = ranked(make_request("searching"))
    assert (first.rank, first.name, first.where) == (1, "Dr Hélène Renaudin", "Talmont-Saint-Hilaire, sur place")
    assert first.places.left == 3
    assert (second.where, second.is_met) == ("Les Sables-d’Olonne, 13\u00a0km", True)


def test_of_two_places_the_nearest_counts(cast):
    make_practice(cast.other_gp_person, make_place())
    make_offer(cast.other_gp_person)
    assert ranked(make_request("searching"))[0].km == 0


def test_who_is_already_asked_is_not_there(cast):
    request = make_request("searching")
    propose(request, make_offer(cast.gp_person, pending=1))
    assert ranked(request) == []


def test_who_was_chosen_for_one_may_be_asked_for_another(cast):
    request = make_request("searching")
    propose(request, make_offer(cast.gp_person, taken=1), ProposalState.CHOSEN)
    assert names(request) == ["Dr Hélène Renaudin"]


def test_what_was_accepted_under_a_merged_sheet_counts(cast):
    twin = make_person(last_name="Renaudin", first_name="Helene", merged_into_id=cast.gp_person.id)
    propose(make_request("searching"), make_offer(twin, taken=1), ProposalState.CHOSEN)
    make_offer(cast.gp_person)
    assert "accepted:1" in ranked(make_request("searching"))[0].reasons


def test_who_said_no_to_this_request_comes_last(cast):
    request = make_request("searching")
    propose(request, make_offer(cast.gp_person), ProposalState.DECLINED)
    make_offer(cast.other_gp_person)
    assert names(request) == ["Dr Sarah Benali", "Dr Hélène Renaudin"]


def test_who_accepted_this_month_is_told(cast):
    other = make_request("searching")
    propose(other, make_offer(cast.gp_person, taken=1), ProposalState.ACCEPTED)
    found = ranked(make_request("searching"))[0]
    assert "accepted:1" in found.reasons
    assert found.last_accepted_on == date(2026, 7, 9)


def test_what_was_accepted_last_month_is_only_the_last(cast):
    other = make_request("searching")
    propose(other, make_offer(cast.gp_person, taken=1), ProposalState.CHOSEN, date(2026, 6, 30))
    found = ranked(make_request("searching"))[0]
    assert "accepted:1" not in found.reasons
    assert found.last_accepted_on == date(2026, 6, 30)


def test_the_doctor_one_leaves_is_not_proposed(cast):
    make_offer(cast.gp_person)
    assert ranked(make_request("searching", current_doctor_id=cast.gp_person.id)) == []


@pytest.mark.parametrize(
    "answer",
    [{"takes": Takes.NO, "offered": 0}, {"offered": 1, "taken": 1}, {"valid_until": date(2026, 7, 19)}],
)
def test_who_has_no_place_is_not_there(cast, answer):
    make_offer(cast.gp_person, **answer)
    assert ranked(make_request("searching")) == []


def test_who_leaves_comes_last(cast):
    make_offer(cast.gp_person)
    make_offer(cast.other_gp_person)
    make_movement(cast.gp_person)
    found = ranked(make_request("searching"))
    assert (found[1].name, "leaving" in found[1].reasons) == ("Dr Hélène Renaudin", True)


def test_who_is_away_comes_last(cast):
    make_offer(cast.gp_person)
    make_offer(cast.other_gp_person)
    make_movement(cast.gp_person, kind=MovementKind.MATERNITY, starts_on=date(2026, 7, 1), ends_on=date(2026, 10, 1))
    assert "away" in ranked(make_request("searching"))[1].reasons


def test_an_absence_over_counts_no_more(cast):
    make_offer(cast.gp_person)
    make_movement(cast.gp_person, kind=MovementKind.LEAVE, starts_on=date(2026, 6, 1), ends_on=date(2026, 7, 19))
    assert "away" not in ranked(make_request("searching"))[0].reasons


def test_a_locum_declares_nobody(cast):
    cast.gp_practice.mode = PracticeMode.LOCUM
    make_offer(cast.gp_person)
    assert ranked(make_request("searching")) == []


def test_who_asked_to_be_kept_out_is_nowhere(cast):
    cast.gp_person.objected_on = date(2026, 7, 1)
    make_offer(cast.gp_person)
    assert ranked(make_request("searching")) == []


def test_merged_sheets_are_one_doctor(cast):
    twin = make_person(last_name="Renaudin", first_name="Helene", merged_into_id=cast.gp_person.id)
    make_offer(twin)
    found = ranked(make_request("searching"))
    assert [one.person_id for one in found] == [cast.gp_person.id]


def test_a_household_is_asked_for_as_one(cast):
    make_offer(cast.gp_person, offered=1)
    pair = (make_seeker(), make_seeker(who=JEANNE))
    request = make_request("searching", seekers=pair)
    assert "few:1" in ranked(request)[0].reasons
    assert ranked(request, request.seekers[:1])[0].is_met


def test_a_commune_without_position_has_no_distance(cast):
    make_commune(code="85999", name="Ailleurs", folded="ailleurs", latitude=None, longitude=None)
    make_practice(someone := make_person(), make_place(commune_code="85999"))
    make_offer(someone)
    assert ranked(make_request("searching"))[0].where == "Ailleurs"
