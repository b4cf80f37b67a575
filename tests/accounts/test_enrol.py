"""Enrolling a second factor: mandatory for the roles that see patients, and nothing else opens before."""

import re

import pyotp

from cptsapp.accounts.models import RecoveryCode, User
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.accounts.tools import PASSWORD, code_of, give_password, post, text_of


def without_second_factor(user) -> str:
    found = session.get(User, user.id)
    found.totp_secret = None
    mail = give_password(found)
    session.commit()
    return mail


def secret_on(response) -> str:
    return re.search(r"<code>([A-Z2-7 ]+)</code>", text_of(response)).group(1).replace(" ", "")


def come_in(client, user):
    return post(client, "/connexion", {"mail": without_second_factor(user), "password": PASSWORD})


def enrol(client, **more):
    secret = secret_on(client.get("/compte/second-facteur"))
    data = {"code": pyotp.TOTP(secret).at(clock.now()), **more}
    return post(client, "/compte/second-facteur", data, page="/compte/second-facteur")


def test_a_role_that_sees_patients_opens_nothing_else_before(cast, client):
    come_in(client, cast.regulator)
    for path in ("/compte", "/roles", "/", "/compte/mot-de-passe"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, "/compte/second-facteur")


def test_a_role_that_does_not_may_wait(cast, client):
    come_in(client, cast.treasurer)
    assert client.get("/compte").status_code == 200


def test_enrolling_gives_ten_codes_and_opens_the_rest(cast, client):
    come_in(client, cast.regulator)
    answer = enrol(client)
    assert answer.status_code == 200
    assert len(re.findall(r"<code>\w{4}-\w{4}-\w{4}</code>", text_of(answer))) == 10
    assert client.get("/compte").status_code == 200
    assert session.query(RecoveryCode).count() == 10


def test_a_wrong_first_code_enrols_nothing(cast, client):
    user_id = cast.regulator.id
    come_in(client, cast.regulator)
    answer = post(client, "/compte/second-facteur", {"code": "000000"}, page="/compte/second-facteur")
    assert answer.status_code == 422
    assert session.get(User, user_id).totp_secret is None


def test_the_same_secret_is_shown_until_it_is_enrolled(cast, client):
    come_in(client, cast.regulator)
    assert secret_on(client.get("/compte/second-facteur")) == secret_on(client.get("/compte/second-facteur"))


def test_the_cookie_does_not_hold_the_secret_in_clear(cast, client):
    come_in(client, cast.regulator)
    secret = secret_on(client.get("/compte/second-facteur"))
    with client.session_transaction() as cookie:
        assert secret not in str(dict(cookie))


def test_the_qr_code_is_an_image_the_policy_allows(cast, client):
    come_in(client, cast.regulator)
    page = client.get("/compte/second-facteur")
    assert 'src="data:image/svg+xml' in text_of(page)
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]


def test_another_telephone_asks_for_a_code_of_the_former(cast, sign_in):
    client = sign_in(cast.regulator)
    assert enrol(client, current="000000").status_code == 422
    assert enrol(client, current=code_of()).status_code == 200


def test_the_session_changes_its_token_when_it_gains_rights(cast, client):
    come_in(client, cast.regulator)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    enrol(client)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != before


def test_signing_out_stays_possible(cast, client):
    come_in(client, cast.regulator)
    assert post(client, "/deconnexion", page="/compte/second-facteur").location == "/connexion"
