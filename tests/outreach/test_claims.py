"""One caller a person, one person a caller: a time that runs out, taken over once, lost with what was typed kept."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outreach.models import Call, CallTarget

pytestmark = pytest.mark.database


@pytest.fixture
def both(calls, sign_in):
    """The assistant and the volunteer."""
    return sign_in(calls.assistant), sign_in(calls.volunteer)


def test_a_person_is_kept_a_quarter_of_an_hour(both, calls, set_clock):
    first, second = both
    first.post(f"{calls.url}/suivant")
    set_clock(clock.now() + timedelta(minutes=14, seconds=59))
    second.post(f"{calls.url}/suivant")
    assert calls.target(0).claimed_by_id == calls.assistant_id


def test_once_the_time_is_over_another_takes_them_over(both, calls, set_clock):
    first, second = both
    first.post(f"{calls.url}/suivant")
    set_clock(clock.now() + timedelta(minutes=15))
    second.post(f"{calls.url}/suivant")
    assert calls.target(0).claimed_by_id == calls.volunteer_id


def test_a_call_that_lasts_is_still_noted_when_nobody_has_taken_over(both, calls, set_clock):
    first, _ = both
    first.post(f"{calls.url}/suivant")
    set_clock(clock.now() + timedelta(minutes=40))
    assert "Le temps réservé est passé" in first.get(calls.url).text
    assert first.post(calls.ending(0), data={"outcome": "informed"}).status_code == 303


def test_whoever_was_overtaken_is_told_by_whom_and_keeps_their_note(both, calls, set_clock):
    first, second = both
    first.post(f"{calls.url}/suivant")
    set_clock(clock.now() + timedelta(minutes=20))
    second.post(f"{calls.url}/suivant")
    answer = first.post(calls.ending(0), data={"outcome": "informed", "note": "préfère le mardi"})
    assert answer.status_code == 409
    assert "Dr Hélène Renaudin appelle Céline Draouet depuis 14h52" in answer.text
    assert 'value="préfère le mardi" readonly' in answer.text
    assert "Appeler la personne suivante" in answer.text
    assert session.query(Call).count() == 0


def test_whoever_comes_after_the_call_is_told_how_it_ended(both, calls, set_clock):
    first, second = both
    first.post(f"{calls.url}/suivant")
    set_clock(clock.now() + timedelta(minutes=20))
    second.post(f"{calls.url}/suivant")
    second.post(calls.ending(0), data={"outcome": "refuses"})
    answer = first.post(calls.ending(0), data={"outcome": "informed"})
    assert answer.status_code == 409
    assert "a appelé Céline Draouet à 14h52" in answer.text
    assert "«\u00a0refuse\u00a0»" in answer.text


def test_passing_over_someone_another_has_changes_nothing(both, calls):
    first, second = both
    first.post(f"{calls.url}/suivant")
    second.post(f"{calls.url}/personnes/{calls.target_ids[0]}/passer")
    target = calls.target(0)
    assert (target.claimed_by_id, target.due_at) == (calls.assistant_id, None)


def test_the_base_refuses_two_people_to_one_caller(calls):
    values = {"claimed_by_id": calls.assistant_id, "claimed_until": clock.now()}
    session.query(CallTarget).filter_by(id=calls.target_ids[0]).update(values)
    with pytest.raises(IntegrityError):
        session.query(CallTarget).filter_by(id=calls.target_ids[1]).update(values)
    session.rollback()


def test_the_base_refuses_half_a_claim(calls):
    with pytest.raises(IntegrityError):
        session.query(CallTarget).filter_by(id=calls.target_ids[0]).update({"claimed_by_id": calls.assistant_id})
    session.rollback()


def test_when_all_are_taken_the_page_says_so(both, calls):
    first, second = both
    for rank in (1, 2):
        calls.target(rank).state = "done"
        session.commit()
    first.post(f"{calls.url}/suivant")
    page = second.post(f"{calls.url}/suivant", follow_redirects=True).text
    assert "Les autres appelants ont chacun la leur." in page
