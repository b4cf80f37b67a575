"""« Quelqu’un est sur ce dossier », and several at once: on both databases one has it, the others are told."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from cptsapp.accounts.models import Role
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import bulk, claims, sorting
from cptsapp.inbox.models import Label, Request, RequestLabel
from tests.tools.factories import acting, make_user
from tests.tools.inbox import make_request

pytestmark = pytest.mark.database
MANY = 6


@pytest.fixture
def colleagues(cast):
    """Six who sort requests."""
    users = [make_user(Role.ASSISTANT, display_name=f"Assistante {number}") for number in range(MANY)]
    session.commit()
    return [acting(user) for user in users]


@pytest.fixture
def request_id(cast):
    number = make_request("searching").id
    session.commit()
    return number


def at_once(app, acts):
    """Do these at the same moment, each in its own transaction; what each answered, or the refusal's message."""
    start = Barrier(len(acts))

    def one(act):
        with app.app_context():
            start.wait()
            try:
                found = act()
                session.commit()
            except Refusal as refusal:
                session.rollback()
                return refusal.message
            finally:
                session.remove()
            return found

    session.remove()
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def claiming(request_id, by):
    return lambda: claims.claim(request_id, by=by)


def taking(request_id, by):
    return lambda: sorting.take(request_id, by=by) and "taken"


def test_of_six_pages_opened_at_once_one_has_it_and_five_are_told(app, request_id, colleagues):
    told = at_once(app, [claiming(request_id, by) for by in colleagues])
    holder = session.get_one(Request, request_id).claimed_by_id
    name = next(by.display_name for by in colleagues if by.id == holder)
    assert Counter(told) == {"": 1, name: MANY - 1}


def test_of_six_who_take_it_at_once_one_follows_it_and_five_are_told_who(app, request_id, colleagues):
    told = Counter(at_once(app, [taking(request_id, by) for by in colleagues]))
    follower = session.get_one(Request, request_id).assigned_to_id
    name = next(by.display_name for by in colleagues if by.id == follower)
    assert told == {"taken": 1, f"{name} suit déjà cette demande.": MANY - 1}


def test_two_gestures_on_the_same_files_in_two_orders_both_end(app, colleagues):
    references = [make_request("searching").reference for _ in range(8)]
    session.commit()
    values = [bulk.Values(user_id=by.id) for by in colleagues[:2]]
    acts = [
        lambda: bulk.apply("confier", references, values[0], by=colleagues[0]).count,
        lambda: bulk.apply("confier", references[::-1], values[1], by=colleagues[1]).count,
    ]
    assert at_once(app, acts) == [8, 8]
    assert len({follower for (follower,) in session.query(Request.assigned_to_id)}) == 1


def test_a_claim_lasts_two_minutes_and_a_page_left_open_renews_it(request_id, colleagues, set_clock):
    first, second = colleagues[:2]
    claims.claim(request_id, by=first)
    set_clock(clock.now() + timedelta(seconds=90))
    assert claims.claim(request_id, by=first) == ""
    set_clock(clock.now() + timedelta(seconds=119))
    assert claims.claim(request_id, by=second) == first.display_name
    set_clock(clock.now() + timedelta(seconds=1))
    assert claims.claim(request_id, by=second) == ""
    assert claims.holder(request_id, first) == second.display_name


def test_whoever_leaves_frees_their_own_claim_alone(request_id, colleagues):
    first, second = colleagues[:2]
    claims.claim(request_id, by=first)
    claims.leave(request_id, by=second)
    assert claims.holder(request_id, second) == first.display_name
    claims.leave(request_id, by=first)
    assert claims.holder(request_id, second) == ""


def test_the_page_and_the_list_say_who_is_there(request_id, colleagues, cast, sign_in):
    office = sign_in(cast.coordinator)
    reference = session.get_one(Request, request_id).reference
    claims.claim(request_id, by=colleagues[0])
    session.commit()
    assert "<b>Assistante 0</b> est sur ce dossier" in office.get(f"/demandes/{reference}").text
    assert "Assistante 0 est sur ce dossier" in office.get("/demandes?file=en-recherche").text


def test_an_open_page_is_told_and_hears_nothing_more_until_it_changes(request_id, colleagues, cast, sign_in, set_clock):
    office = sign_in(cast.coordinator)
    url = f"/demandes/{session.get_one(Request, request_id).reference}/presence"
    claims.claim(request_id, by=colleagues[0])
    session.commit()
    assert "Assistante 0" in office.post(url, data={"vu": "-"}).text
    assert office.post(url, data={"vu": "Assistante 0"}).status_code == 204
    set_clock(clock.now() + timedelta(minutes=3))
    assert "est sur ce dossier" not in office.post(url, data={"vu": "Assistante 0"}).text


def test_a_claim_changes_nothing_that_was_read(request_id, colleagues):
    before = session.get_one(Request, request_id).version
    claims.claim(request_id, by=colleagues[0])
    session.expire_all()
    assert session.get_one(Request, request_id).version == before


def test_one_label_written_on_three_files_at_once_is_one(app, colleagues):
    numbers = [make_request().id for _ in range(3)]
    session.commit()
    pairs = zip(numbers, colleagues, strict=False)
    acts = [lambda n=n, by=by: sorting.stick(n, "à rappeler", by=by) and "stuck" for n, by in pairs]
    assert at_once(app, acts) == ["stuck"] * 3
    assert (session.query(Label).count(), session.query(RequestLabel).count()) == (1, 3)


def test_one_label_written_by_two_at_once_is_one(app, request_id, colleagues):
    acts = [lambda by=by: sorting.stick(request_id, "à rappeler", by=by) and "stuck" for by in colleagues[:3]]
    assert at_once(app, acts) == ["stuck"] * 3
    assert (session.query(Label).count(), session.query(RequestLabel).count()) == (1, 1)
