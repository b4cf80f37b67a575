"""The page of a request set apart: why it is, and the two things that may be said of it."""

from cptsapp.core.db import session
from cptsapp.inbox.actions.entry import take
from cptsapp.inbox.models import Request
from tests.inbox.test_entry_abuse import sending
from tests.tools.inbox import make_intake, make_request


def suspect(**more) -> str:
    reference = take(make_intake(), sending(has_bait=True, **more)).reference
    session.commit()
    return reference


def test_it_says_why(cast, sign_in):
    page = sign_in(cast.coordinator).get(f"/demandes/{suspect(seconds=1)}").text
    assert "Est-ce une vraie demande" in page
    assert "un champ invisible est rempli, remplie en quelques secondes" in page


def test_nothing_else_is_offered_meanwhile(cast, sign_in):
    assert "Demande complète" not in sign_in(cast.coordinator).get(f"/demandes/{suspect()}").text


def test_recognised_there_it_is_a_request_like_any_other(cast, sign_in):
    reference, client = suspect(), sign_in(cast.coordinator)
    client.post(f"/demandes/{reference}/reconnaitre")
    page = client.get(f"/demandes/{reference}").text
    assert "Est-ce une vraie demande" not in page
    assert "Demande complète" in page


def test_erased_there_it_is_gone(cast, sign_in):
    reference, client = suspect(), sign_in(cast.coordinator)
    client.post(f"/demandes/{reference}/effacer-douteuse")
    assert session.query(Request).count() == 0


def test_an_honest_one_is_not_doubted(cast, sign_in):
    reference = make_request().reference
    session.commit()
    assert "Est-ce une vraie demande" not in sign_in(cast.coordinator).get(f"/demandes/{reference}").text
