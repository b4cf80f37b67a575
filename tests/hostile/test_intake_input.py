"""The intake sent what no browser sends: odd signs, endless words, households of no size, pairs of nobody."""

import re

import pytest

from cptsapp.core.db import session
from cptsapp.inbox.models import IntakeDraft, Request
from tests.hostile.tools import DIGITS, HTML, LONG, NUL, ODD_DAYS, RTL, SQL, TEMPLATE
from tests.inbox.test_intake_pages import CALL, HTMX
from tests.tools.inbox import make_partner, make_request

ODD = (LONG, NUL, RTL, HTML, SQL, TEMPLATE, DIGITS, "\ud7ff", "²", "-1", "a\nb", *ODD_DAYS[:6])
FIELDS = sorted({*CALL, "commune_code", "warned", "needed_before", "is_followed", "followed_by", "mail", "asker_phone"})


@pytest.fixture
def desk(sign_in, cast):
    return sign_in(cast.coordinator)


def begin(client) -> str:
    return re.search(r'action="(/demandes/saisie/D-\w{8})"', client.get("/demandes/saisie").text).group(1)


@pytest.mark.parametrize("name", FIELDS)
def test_no_odd_answer_breaks_the_page(desk, subtests, name):
    url = begin(desk)
    for value in ODD:
        with subtests.test(value=value[:20]):
            for path, headers in ((f"{url}/brouillon", HTMX), (f"{url}/brouillon", {}), (f"{url}/foyer", {})):
                answer = desk.post(path, data={**CALL, name: value, "person": value}, headers=headers)
                assert answer.status_code in (200, 303, 400, 422)
                assert "<script>alert" not in answer.text
            assert desk.get(url).status_code == 200


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ("phone", "warned")])
def test_no_odd_answer_is_received_unread(desk, name):
    for value in (LONG, NUL, HTML, DIGITS):
        answer = desk.post(begin(desk), data={**CALL, name: value})
        assert answer.status_code in (303, 400, 422)
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("people", ["0", "-3", "99999", "²", "", "1e3", "8 "])
def test_a_household_of_an_odd_size_stays_between_one_and_eight(desk, people):
    answer = desk.post(begin(desk), data={**CALL, "people": people})
    assert answer.status_code in (303, 422)
    assert 'name="p8-' not in answer.text


def test_what_is_no_answer_is_not_kept(desk):
    url = begin(desk)
    desk.post(f"{url}/brouillon", data={**CALL, "p99-last_name": "x", "csrf": "y", "p0-csrf_token": "z", "zz": LONG})
    kept = session.query(IntakeDraft).one()
    assert len(kept.content) < 2_000


def test_endless_answers_are_cut_in_a_draft(desk):
    desk.post(f"{begin(desk)}/brouillon", data=dict.fromkeys(CALL, "é" * 5_000))
    assert len(session.query(IntakeDraft).one().content) < 20_000


@pytest.mark.parametrize("pair", ["0-1-2", "99999999999999999999-1", "0-99999999999999999999", "²-1", "0-²", "é"])
def test_pairs_of_nobody_are_not_found(desk, pair):
    make_request()
    session.commit()
    for act in ("meme-personne", "autre-personne"):
        assert desk.post(f"{begin(desk)}/{act}", query_string={"pair": pair}, data=CALL).status_code == 404


def test_a_partner_cannot_pass_for_the_coordination(sign_in, cast):
    client = sign_in(make_partner()[0])
    sent = {**CALL, "asker": "person", "door": "cpts", "channel": "phone", "organisation_id": "999", "attests": "y"}
    client.post(begin(client), data={**sent, "asker_name": "Nadège", "consent": "phone"})
    request = session.query(Request).one()
    assert (request.channel.value, request.door.value, request.asker.value) == ("referral", "misas", "professional")


def test_nobody_reads_the_end_of_another_s_call(desk, sign_in, cast):
    url = begin(desk)
    desk.post(url, data=CALL)
    assert sign_in(make_partner()[0]).get(f"{url}/enregistree").status_code == 404
