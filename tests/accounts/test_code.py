"""The second factor: a code of the telephone or a recovery code, each once; the pending state opens nothing."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cptsapp.accounts.actions import second_factor
from cptsapp.accounts.models import RecoveryCode, Role, SignIn
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.accounts.tools import PASSWORD, code_of, give_password, pass_door, post, text_of
from tests.tools.factories import acting, make_user


def at_the_code(client, user):
    post(client, "/connexion", {"mail": give_password(user), "password": PASSWORD})
    return client


def enter(client, code):
    return post(client, "/connexion/code", {"code": code}, page="/connexion/code")


def test_the_password_alone_opens_nothing(cast, client):
    at_the_code(client, cast.regulator)
    assert client.get("/compte").status_code == 401
    assert session.query(SignIn).count() == 0


def test_the_code_page_without_a_password_leads_back(cast, client):
    answer = client.get("/connexion/code")
    assert (answer.status_code, answer.location) == (303, "/connexion")


def test_a_code_posted_without_a_password_leads_back(cast, client):
    assert post(client, "/connexion/code", {"code": code_of()}).location == "/connexion"


def test_the_code_of_the_telephone_opens_the_session(cast, client):
    at_the_code(client, cast.regulator)
    assert enter(client, code_of()).status_code == 303
    assert client.get("/compte").status_code == 200


@pytest.mark.parametrize("seconds", [-30, 30])
def test_a_clock_one_step_off_is_accepted(cast, client, seconds):
    at_the_code(client, cast.regulator)
    assert enter(client, code_of(clock.now() + timedelta(seconds=seconds))).status_code == 303


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_clock_two_steps_off_is_not(cast, client, seconds):
    at_the_code(client, cast.regulator)
    assert enter(client, code_of(clock.now() + timedelta(seconds=seconds))).status_code == 422


def test_a_wrong_code_is_refused_and_recorded(cast, client):
    user_id = cast.regulator.id
    at_the_code(client, cast.regulator)
    assert enter(client, "000000").status_code == 422
    assert session.query(AuditEvent).filter_by(kind="code.failed").one().subject_id == user_id


def test_a_code_serves_once(cast, client, app):
    mail = give_password(cast.regulator)
    pass_door(client, mail)
    assert pass_door(app.test_client(), mail).status_code == 422


def test_six_wrong_codes_lock_out(cast, client):
    at_the_code(client, cast.regulator)
    for _ in range(6):
        assert enter(client, "000000").status_code == 422
    assert enter(client, code_of()).status_code == 429


def test_ten_minutes_later_the_password_is_asked_again(cast, client, set_clock):
    at_the_code(client, cast.regulator)
    set_clock(clock.now() + timedelta(minutes=11))
    assert client.get("/connexion/code").location == "/connexion"


def test_a_recovery_code_replaces_the_telephone_once(cast, client, app):
    user = session.merge(cast.regulator)
    codes = second_factor.renew_recovery_codes(user, by=acting(user))
    mail = give_password(user)
    assert pass_door(client, mail, code=codes[0].lower()).status_code == 303
    assert pass_door(app.test_client(), mail, code=codes[0]).status_code == 422
    assert session.query(RecoveryCode).filter(RecoveryCode.used_at.is_not(None)).count() == 1


def test_recovery_codes_are_not_readable_in_the_database(cast):
    user = session.merge(cast.regulator)
    codes = second_factor.renew_recovery_codes(user, by=acting(user))
    hashes = [row.code_hash for row in session.query(RecoveryCode)]
    assert len(set(codes)) == len(set(hashes)) == 10
    assert all(code.encode() not in b"".join(hashes) for code in codes)


def test_the_secret_is_sealed_under_its_own_row(cast):
    regulator, other = session.merge(cast.regulator), session.merge(cast.other_regulator)
    regulator.totp_secret, other.totp_secret = other.totp_secret, regulator.totp_secret
    session.flush()
    with pytest.raises(Exception, match="totp_secret"):
        second_factor.use_code(regulator.id, code_of())


def test_the_demonstration_shows_the_code_and_nothing_else_does(cast, client):
    at_the_code(client, cast.regulator)
    assert code_of() not in text_of(client.get("/connexion/code"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(offsets=st.lists(st.integers(-3, 3), min_size=1, max_size=12))
def test_no_step_is_ever_used_twice_nor_an_older_one_after_a_newer(app, set_clock, offsets):
    user = make_user(Role.REGULATOR)
    used: list[int] = []
    for offset in offsets:
        present = int(clock.now().timestamp()) // 30
        instant = clock.now() + timedelta(seconds=30 * offset)
        if second_factor.use_code(user.id, code_of(instant)):
            step = present + offset
            assert abs(offset) <= 1
            assert all(step > former for former in used)
            used.append(step)
        set_clock(clock.now() + timedelta(seconds=17))
    session.rollback()
