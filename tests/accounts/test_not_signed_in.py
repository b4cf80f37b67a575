"""Whoever is not signed in gets the sign-in page at the same address."""

from tests.accounts.tools import text_of


def test_a_protected_page_answers_401_with_the_sign_in_page(cast, client):
    answer = client.get("/compte?onglet=2")
    assert answer.status_code == 401
    assert 'name="suite" type="hidden" value="/compte?onglet=2"' in text_of(answer)


def test_htmx_gets_a_sentence_and_no_page(cast, client):
    answer = client.get("/compte", headers={"HX-Request": "true"})
    assert (answer.status_code, text_of(answer)) == (401, "")
    assert answer.headers["X-Message"].isascii()


def test_an_invented_session_token_opens_nothing(cast, client):
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "invente"
    assert client.get("/compte").status_code == 401


def test_a_cookie_signed_by_someone_else_opens_nothing(cast, client):
    client.set_cookie("cptsapp", "eyJfdXNlcl9pZCI6IjEifQ.aWq3zQ.c2lnbmF0dXJl")
    assert client.get("/compte").status_code == 401


def test_an_unknown_page_is_404_to_nobody(cast, client):
    assert client.get("/nulle-part").status_code == 404
