"""The sign-in page: one sentence for every failure, a session for the rest."""

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from cptsapp import create_app
from cptsapp.accounts import secrets
from cptsapp.accounts.models import Counter, SignIn, User
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.accounts.tools import PASSWORD, give_password, pass_door, post, text_of
from tests.tools import databases
from tests.tools.client import CheckedClient
from tests.tools.settings import test_settings


def attempt(client, mail, password=PASSWORD, **more):
    return post(client, "/connexion", {"mail": mail, "password": password, **more})


def test_mail_password_and_code_open_a_session(cast, client):
    answer = pass_door(client, give_password(cast.regulator), suite="/roles")
    assert (answer.status_code, answer.location) == (303, "/roles")
    assert "Léa Moreau" in text_of(client.get("/compte"))


def test_case_and_spaces_of_the_mail_do_not_count(cast, client):
    mail = give_password(cast.treasurer)
    assert attempt(client, f"  {mail.upper()} ").status_code == 303


def test_the_trail_tells_the_sign_in(cast, client):
    user_id = cast.regulator.id
    pass_door(client, give_password(cast.regulator))
    assert session.query(AuditEvent).filter_by(kind="user.signed_in").one().user_id == user_id


def test_a_wrong_password_is_refused_and_recorded(cast, client):
    mail, user_id = give_password(cast.regulator), cast.regulator.id
    answer = attempt(client, mail, "quatre bateaux verts")
    assert answer.status_code == 422
    event = session.query(AuditEvent).filter_by(kind="sign_in.failed").one()
    assert (event.subject_id, event.data) == (user_id, {})


def blank(body: str) -> str:
    """The page without what changes from one visit to the next."""
    return re.sub(r'(content|value)="[^"]{20,}"', "", body)


def test_an_unknown_mail_gets_the_same_answer_as_a_wrong_password(cast, client, app):
    mail = give_password(cast.regulator)
    known = attempt(client, mail, "quatre bateaux verts")
    unknown = attempt(app.test_client(), "personne@cpts.example", "quatre bateaux verts")
    assert known.status_code == unknown.status_code == 422
    assert blank(text_of(known).replace(mail, "")) == blank(text_of(unknown).replace("personne@cpts.example", ""))


def test_an_unknown_mail_takes_a_hash_too(cast, client, monkeypatch):
    seen = []
    original = secrets.matches
    monkeypatch.setattr(secrets, "matches", lambda stored, typed: seen.append(stored) or original(stored, typed))
    attempt(client, "personne@cpts.example")
    assert seen == [None]
    assert secrets._nobodys().startswith("$argon2id$")


def test_a_closed_account_gets_the_same_sentence(cast, client):
    mail = give_password(cast.regulator)
    session.get(User, cast.regulator.id).is_active = False
    session.commit()
    answer = attempt(client, mail)
    assert answer.status_code == 422
    assert "ne vont pas ensemble" in text_of(answer)


def test_an_account_without_password_gets_the_same_sentence(cast, client):
    answer = attempt(client, cast.regulator.mail, "")
    assert answer.status_code == 422
    assert attempt(client, cast.regulator.mail, "x").status_code == 422


def test_eight_failures_lock_the_mail_out_for_a_quarter_of_an_hour(cast, client, set_clock):
    mail = give_password(cast.treasurer)
    for _ in range(8):
        assert attempt(client, mail, "quatre bateaux verts").status_code == 422
    locked = attempt(client, mail)
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
    set_clock(clock.now() + timedelta(minutes=21))
    assert attempt(client, mail).status_code == 303


def test_an_unknown_mail_is_locked_out_alike(cast, client):
    for _ in range(8):
        attempt(client, "personne@cpts.example", "x")
    assert attempt(client, "personne@cpts.example", "x").status_code == 429


def test_an_address_that_tries_many_mails_is_locked_out(cast, client, monkeypatch):
    from cptsapp.accounts.actions import throttle

    monkeypatch.setattr(throttle, "SIGN_IN_ADDRESS", throttle.Limit("sign_in.address", 3, throttle.QUARTER))
    for n in range(3):
        assert attempt(client, f"personne{n}@cpts.example").status_code == 422
    assert attempt(client, "encore@cpts.example").status_code == 429


def test_a_forwarded_address_counts_for_nothing_without_a_trusted_proxy(cast, client, monkeypatch):
    from cptsapp.accounts.actions import throttle

    monkeypatch.setattr(throttle, "SIGN_IN_ADDRESS", throttle.Limit("sign_in.address", 1, throttle.QUARTER))
    for n in range(2):
        answer = post(
            client,
            "/connexion",
            {"mail": f"p{n}@cpts.example", "password": "x"},
            headers={"X-Forwarded-For": f"192.0.2.{n}"},
        )
    assert answer.status_code == 429


def test_neither_mail_nor_address_is_written_down(cast, client):
    attempt(client, "personne@cpts.example")
    keys = [counter.key for counter in session.query(Counter)]
    assert len(keys) == 2
    assert all(b"personne" not in key and b"127.0.0.1" not in key for key in keys)


def test_good_sign_ins_lock_nobody_out(cast, client, app, monkeypatch):
    from cptsapp.accounts.actions import throttle

    monkeypatch.setattr(throttle, "SIGN_IN_ADDRESS", throttle.Limit("sign_in.address", 2, throttle.QUARTER))
    mail = give_password(cast.treasurer)
    assert [attempt(app.test_client(), mail).status_code for _ in range(4)] == [303] * 4


def test_the_token_changes_at_each_sign_in(cast, client):
    mail = give_password(cast.treasurer)
    pass_door(client, mail)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    post(client, "/deconnexion", page="/compte")
    pass_door(client, mail, code="")
    with client.session_transaction() as cookie:
        assert cookie.get("_user_id") != before


def test_the_session_says_from_which_browser(cast, client):
    mail = give_password(cast.board_member)
    agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    session.get(User, cast.board_member.id).totp_secret = None
    session.commit()
    post(client, "/connexion", {"mail": mail, "password": PASSWORD}, headers={"User-Agent": agent})
    assert session.query(SignIn).one().device == "Firefox, Windows"


@pytest.mark.parametrize(
    "suite", ["//ailleurs.example/", "https://ailleurs.example", "/\\ailleurs.example", "ailleurs"]
)
def test_a_sign_in_never_leads_elsewhere(cast, client, suite):
    answer = pass_door(client, give_password(cast.regulator), suite=suite)
    assert (answer.status_code, answer.location) == (303, "/")


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(cast, client):
    answer = client.get("/connexion")
    flags = answer.headers["Set-Cookie"]
    assert "HttpOnly" in flags
    assert "SameSite=Lax" in flags


def test_a_post_without_token_changes_nothing(cast, client):
    data = {"mail": give_password(cast.regulator), "password": PASSWORD, "csrf_token": "invente"}
    answer = client.post("/connexion", data=data)
    assert answer.status_code == 400
    assert session.query(SignIn).count() == 0


def test_someone_signed_in_is_led_on(cast, sign_in):
    answer = sign_in(cast.regulator).get("/connexion?suite=/roles")
    assert (answer.status_code, answer.location) == (303, "/roles")


def test_behind_a_trusted_proxy_each_forwarded_address_counts_for_itself(cast, instance, database_url, clock_file):
    app = create_app(test_settings(instance, database_url, f"@{clock_file}", CPTSAPP_TRUSTED_PROXIES="1"))
    app.test_client_class = CheckedClient
    for n in (1, 2):
        data = {"mail": "personne@cpts.example", "password": "x"}
        post(app.test_client(), "/connexion", data, headers={"X-Forwarded-For": f"203.0.113.9, 192.0.2.{n}"})
    with app.app_context():
        databases.dispose()
    assert session.query(Counter).filter_by(purpose="sign_in.address").count() == 2


def test_a_hash_of_weaker_parameters_is_made_anew(cast, client, monkeypatch):
    user_id, mail = cast.treasurer.id, give_password(cast.treasurer)
    before = session.get(User, user_id).password_hash
    monkeypatch.setattr(secrets, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert attempt(client, mail).status_code == 303
    after = session.get(User, user_id).password_hash
    assert after != before
    assert "m=16,t=2" in after


@pytest.mark.parametrize("page", ["/medecin-traitant", "/adherer"])
def test_who_has_no_account_finds_the_public_pages(cast, client, page):
    assert f'href="{page}"' in client.get("/connexion").text
    assert client.get(page).status_code == 200
