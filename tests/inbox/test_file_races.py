"""Two people on one file at the same moment: one acts, the other is told; the database decides."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import agreements, triage
from cptsapp.inbox.models import Agreement, Consent, Outcome, Recipient, Request, State, Step
from tests.tools.inbox import make_request

pytestmark = pytest.mark.database


def at_once(app, *acts):
    """Do these acts at the same moment, each in its own transaction; how each ended."""
    start = Barrier(len(acts))

    def one(act):
        with app.app_context():
            start.wait()
            try:
                act()
                session.commit()
            except Refusal as refusal:
                session.rollback()
                return type(refusal).__name__
            finally:
                session.remove()
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(one, acts))


@pytest.fixture
def request_id(cast):
    """A request in search."""
    number = make_request("searching").id
    session.commit()
    return number


def close(request_id, version):
    return lambda: triage.close(request_id, Outcome.NOT_FOUND, ["called"], by=None, version=version)


def test_of_two_who_read_the_same_page_one_acts(app, request_id):
    version = session.get(Request, request_id).version
    session.remove()
    ended = at_once(app, close(request_id, version), lambda: triage.put_back(request_id, by=None, version=version))
    assert ended == {"done": 1, "Stale": 1}


def test_it_is_closed_once(app, request_id):
    assert at_once(app, *(close(request_id, None) for _ in range(4))) == {"done": 1, "Refusal": 3}
    assert session.get(Request, request_id).state is State.CLOSED
    assert session.query(Step).filter_by(kind="request.close").count() == 1


def test_an_agreement_is_noted_once(app, request_id):
    agreements.withdraw(session.get(Request, request_id), Recipient.DAC, by=None)
    session.commit()
    session.remove()
    collect = lambda: agreements.collect(request_id, Recipient.DAC, Consent.PHONE, by=None)
    assert at_once(app, collect, collect, collect) == {"done": 1, "Refusal": 2}
    assert session.query(Agreement).filter_by(recipient=Recipient.DAC, withdrawn_at=None).count() == 1
