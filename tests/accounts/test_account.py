"""« Mon compte »: sessions listed and ended, the password, the recovery codes."""

import re

from cptsapp.accounts.actions import second_factor
from cptsapp.accounts.models import SignIn, User
from cptsapp.core.db import session
from tests.accounts.tools import PASSWORD, code_of, give_password, post, text_of
from tests.tools.factories import acting

NEW = "quatre phares allumés"


def ids(user_id: int) -> list[int]:
    return [row.id for row in session.query(SignIn).filter_by(user_id=user_id).order_by(SignIn.id)]


def test_ones_sessions_are_listed(cast, sign_in):
    client = sign_in(cast.regulator)
    sign_in(cast.regulator)
    body = text_of(client.get("/compte"))
    assert body.count("/fermer") == 2  # the other one, and all the others
    assert "celle-ci" in body


def test_a_session_ended_really_ends(cast, sign_in):
    client, other = sign_in(cast.regulator), sign_in(cast.regulator)
    answer = post(client, f"/compte/sessions/{ids(cast.regulator.id)[1]}/fermer", page="/compte")
    assert answer.status_code == 303
    assert other.get("/compte").status_code == 401
    assert client.get("/compte").status_code == 200


def test_someone_elses_session_is_invisible(cast, sign_in):
    client, other = sign_in(cast.regulator), sign_in(cast.other_regulator)
    answer = post(client, f"/compte/sessions/{ids(cast.other_regulator.id)[0]}/fermer", page="/compte")
    assert answer.status_code == 404
    assert other.get("/compte").status_code == 200


def test_all_the_others_end_at_once(cast, sign_in):
    client, second, third = (sign_in(cast.regulator) for _ in range(3))
    post(client, "/compte/sessions/autres/fermer", page="/compte")
    assert [c.get("/compte").status_code for c in (client, second, third)] == [200, 401, 401]


def test_signing_out_ends_the_session_in_the_database(cast, sign_in):
    client = sign_in(cast.regulator)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    post(client, "/deconnexion", page="/compte")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert client.get("/compte").status_code == 401


def test_a_get_does_not_sign_out(cast, sign_in):
    client = sign_in(cast.regulator)
    assert client.get("/deconnexion").status_code == 405
    assert client.get("/compte").status_code == 200


def change(client, current=PASSWORD, password=NEW):
    data = {"current": current, "password": password, "again": password}
    return post(client, "/compte/mot-de-passe", data, page="/compte/mot-de-passe")


def test_a_new_password_ends_the_other_sessions(cast, sign_in):
    client, other = sign_in(cast.regulator), sign_in(cast.regulator)
    give_password(cast.regulator)
    assert change(client).location == "/compte"
    assert client.get("/compte").status_code == 200
    assert other.get("/compte").status_code == 401


def test_a_new_password_needs_the_present_one(cast, sign_in):
    client = sign_in(cast.regulator)
    give_password(cast.regulator)
    user_id = cast.regulator.id
    before = session.get(User, user_id).password_hash
    assert change(client, current="pas le bon du tout").status_code == 422
    assert session.get(User, user_id).password_hash == before


def test_a_weak_new_password_is_refused(cast, sign_in):
    client = sign_in(cast.regulator)
    give_password(cast.regulator)
    assert change(client, password="motdepasse123").status_code == 422


def test_guessing_the_present_password_locks_out(cast, sign_in):
    client = sign_in(cast.regulator)
    give_password(cast.regulator)
    for _ in range(6):
        assert change(client, current="pas le bon du tout").status_code == 422
    assert change(client).status_code == 429


def test_new_recovery_codes_void_the_former(cast, sign_in):
    user = session.merge(cast.regulator)
    former = second_factor.renew_recovery_codes(user, by=acting(user))
    user_id = user.id
    client = sign_in(user)
    answer = post(client, "/compte/codes-de-secours", {"code": code_of()}, page="/compte/codes-de-secours")
    fresh = re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", text_of(answer))
    assert len(fresh) == 10
    assert not second_factor.use_recovery_code(user_id, former[0])
    assert second_factor.use_recovery_code(user_id, fresh[0])


def test_new_recovery_codes_need_a_code(cast, sign_in):
    client = sign_in(cast.regulator)
    answer = post(client, "/compte/codes-de-secours", {"code": "000000"}, page="/compte/codes-de-secours")
    assert answer.status_code == 422
