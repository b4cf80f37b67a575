"""The public form sent what no browser sends: odd signs, endless words, days no calendar has, pages out of turn."""

from uuid import uuid4

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.inbox.forms import carried
from cptsapp.inbox.forms.carried import PAGES, Carried
from cptsapp.inbox.models import Request
from cptsapp.inbox.patients import names_of
from tests.hostile.tools import DIGITS, HTML, LONG, NUL, ODD_DAYS, RTL, SQL, TEMPLATE, changed, everything
from tests.inbox.entry import PAGES as ANSWERS
from tests.inbox.entry import PATH

ODD = (LONG, NUL, RTL, HTML, SQL, TEMPLATE, DIGITS, "\ud7ff", "²", "-1", "a\nb", *ODD_DAYS[:6])
FIELDS = [(number, name) for number, page in enumerate(ANSWERS) for name in page]


def at(page: int, **changes: list[str]) -> str:
    """The hidden field of someone who answered the pages before."""
    answers = {name: [value] for each in ANSWERS[:page] for name, value in each.items()}
    answers |= {"commune_code": ["85288"], **changes}
    return carried.pack(Carried(uuid4(), clock.now().timestamp() - 90, page=page, answers=answers))


@pytest.mark.parametrize(("page", "name"), FIELDS, ids=[name for _, name in FIELDS])
def test_no_odd_answer_breaks_a_page(cast, client, subtests, page, name):
    before = everything()
    for value in ODD:
        with subtests.test(value=value[:20]):
            answer = client.post(PATH, data={"kept": at(page), **ANSWERS[page], name: value})
            assert answer.status_code in (200, 303, 400, 422)
            assert "<script>alert" not in answer.text
    if page < len(PAGES) - 1:
        assert changed(before, everything()) == set()


@pytest.mark.parametrize("people", [0, -3, 10_000])
def test_a_household_of_an_odd_size_is_not_carried(cast, client, people):
    state = carried.unpack(at(2))
    state.people = people
    answer = client.post(PATH, data={"kept": carried.pack(state)})
    assert answer.status_code == 400
    assert session.query(Request).count() == 0


@pytest.mark.parametrize("page", [-1, 5, 99])
def test_a_page_that_does_not_exist_is_not_carried(cast, client, page):
    state = carried.unpack(at(2))
    state.page = page
    assert client.post(PATH, data={"kept": carried.pack(state)}).status_code == 400


@pytest.mark.parametrize("act", ["back", "add", "remove:0", "remove:", "send", "x" * 5000, "next"])
@pytest.mark.parametrize("page", range(len(PAGES)))
def test_an_odd_gesture_keeps_nothing(cast, client, page, act):
    answer = client.post(PATH, data={"kept": at(page), **ANSWERS[page], "act": act})
    assert answer.status_code in (200, 422)
    assert session.query(Request).count() == 0


def test_the_field_of_a_page_is_not_answered_from_another(cast, client):
    answer = client.post(PATH, data={"kept": at(4), **ANSWERS[4], "p0-last_name": "Autre"})
    assert answer.status_code == 303
    assert names_of(session.query(Request).one()) == "Jeanne Guérineau"


def test_a_commune_that_nobody_chose_is_asked_again(cast, client):
    answer = client.post(PATH, data={"kept": at(4, commune_code=["99999"]), **ANSWERS[4]})
    assert (answer.status_code, "Étape 1 sur 5" in answer.text) == (422, True)


def test_a_number_of_another_form_opens_nothing(cast, client):
    body = at(2).partition(".")[2]
    answer = client.post(PATH, data={"kept": f"{uuid4().hex}.{body}"})
    assert answer.status_code == 400
