"""At a shared desk: taking it, locking it, handing it over, closing its day."""

from datetime import timedelta

import pytest

from cptsapp.accounts import desks as hooks
from cptsapp.accounts.models import DeskUser, Draft, SignIn, User
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.actions import hold_seat
from cptsapp.snp.models import Seat
from tests.accounts.tools import PIN, code_of, give_password, pass_door, post, text_of
from tests.tools.factories import acting, make_slot


@pytest.fixture
def left(monkeypatch):
    """Who the features above were told had left the desk."""
    seen = []
    monkeypatch.setattr(hooks, "on_lock", [lambda user: seen.append((user.id, user.desk_id is not None))])
    return seen


def held_by(user_id: int) -> int:
    return session.query(DeskUser.id).filter_by(user_id=user_id).scalar()


def take(client, user_id: int, pin: str = PIN, suite: str = "/"):
    return post(client, "/poste/prendre", {"who": held_by(user_id), "pin": pin, "suite": suite})


def lock(client, page: str = "/compte", **data):
    return post(client, "/poste/verrouiller", data, page=page, headers={"Referer": f"http://localhost{page}"})


def test_the_sign_in_page_shows_who_has_a_pin_there(cast, desk_client):
    body = text_of(desk_client.get("/connexion"))
    assert "Qui prend le poste" in body
    assert "Léa Moreau" in body
    assert "Sophie Arnaud" not in body


def test_a_browser_that_is_no_desk_names_nobody(cast, client, desk_token):
    assert "Léa Moreau" not in text_of(client.get("/connexion"))


def test_a_forged_desk_cookie_names_nobody(cast, client, desk_token):
    client.set_cookie("cptsapp_desk", "invente")
    assert "Léa Moreau" not in text_of(client.get("/connexion"))
    assert post(client, "/poste/prendre", {"who": "1", "pin": PIN}).status_code == 404


def test_a_protected_page_leads_to_who_takes_the_desk(cast, desk_client):
    answer = desk_client.get("/roles")
    assert answer.status_code == 401
    assert "Qui prend le poste" in text_of(answer)


def test_the_pin_opens_a_session_of_the_desk(cast, desk_client):
    user_id = cast.regulator.id
    assert take(desk_client, user_id, suite="/roles").location == "/roles"
    opened = session.query(SignIn).one()
    assert (opened.user_id, opened.desk_id is not None) == (user_id, True)
    assert "Poste 2" in text_of(desk_client.get("/compte"))


def test_a_desk_session_lasts_one_shift(cast, desk_client, set_clock):
    take(desk_client, cast.regulator.id)
    assert session.query(SignIn).one().expires_at == clock.now() + timedelta(hours=14)


def test_a_wrong_pin_is_counted_and_recorded(cast, desk_client):
    user_id = cast.regulator.id
    assert take(desk_client, user_id, "111222").status_code == 422
    assert session.query(DeskUser).filter_by(user_id=user_id).one().failure_count == 1
    assert session.query(AuditEvent).filter_by(kind="desk.pin_failed").count() == 1


def test_after_five_errors_even_the_pin_asks_for_the_password(cast, desk_client):
    user_id = cast.regulator.id
    for _ in range(5):
        take(desk_client, user_id, "111222")
    answer = take(desk_client, user_id)
    assert answer.status_code == 429
    assert "mail et votre mot de passe" in text_of(answer)


def test_the_others_are_not_locked_out_with_them(cast, desk_client):
    for _ in range(5):
        take(desk_client, cast.regulator.id, "111222")
    assert take(desk_client, cast.other_regulator.id).status_code == 303


def test_the_password_and_code_give_the_five_attempts_back(cast, desk_client):
    user_id = cast.regulator.id
    for _ in range(5):
        take(desk_client, user_id, "111222")
    assert pass_door(desk_client, give_password(cast.regulator)).status_code == 303
    lock(desk_client)
    assert take(desk_client, user_id).status_code == 303


def test_a_good_pin_starts_the_count_anew(cast, desk_client):
    user_id = cast.regulator.id
    take(desk_client, user_id, "111222")
    take(desk_client, user_id)
    assert session.query(DeskUser).filter_by(user_id=user_id).one().failure_count == 0


def test_a_pin_of_another_desk_opens_nothing(cast, desk_client):
    assert post(desk_client, "/poste/prendre", {"who": "9999", "pin": PIN}).status_code == 422


def test_nobody_chosen_is_said(cast, desk_client):
    answer = post(desk_client, "/poste/prendre", {"pin": PIN})
    assert answer.status_code == 422
    assert "Choisissez votre nom" in text_of(answer)


def test_locking_shows_nothing_and_frees_what_was_held(cast, desk_client, left):
    user_id = cast.regulator.id
    take(desk_client, user_id)
    answer = lock(desk_client)
    assert answer.location == "/connexion"
    assert left == [(user_id, True)]
    assert "Poste verrouillé à 14h32" in text_of(desk_client.get("/connexion"))
    assert desk_client.get("/compte").status_code == 401


def test_locking_gives_the_held_seat_back_to_the_list(cast, desk_client):
    user_id, slot = cast.regulator.id, make_slot()
    seat_id = hold_seat(slot.id, by=acting(session.get(User, user_id))).id
    session.commit()
    take(desk_client, user_id)
    lock(desk_client)
    assert session.get(Seat, seat_id).held_by_id is None


def test_the_same_person_resumes_where_they_were(cast, desk_client):
    user_id = cast.regulator.id
    take(desk_client, user_id)
    lock(desk_client, "/roles")
    assert take(desk_client, user_id).location == "/roles"
    assert session.query(SignIn).count() == 1


def test_the_token_from_before_the_lock_opens_nothing(cast, desk_client):
    take(desk_client, cast.regulator.id)
    with desk_client.session_transaction() as cookie:
        before = cookie["_user_id"]
    lock(desk_client)
    take(desk_client, cast.regulator.id)
    with desk_client.session_transaction() as cookie:
        assert cookie["_user_id"] != before
        cookie["_user_id"] = before
    assert desk_client.get("/compte").status_code == 401


def test_another_takes_over_and_sees_nothing_of_the_former(cast, desk_client):
    take(desk_client, cast.regulator.id)
    lock(desk_client, "/roles")
    answer = take(desk_client, cast.other_regulator.id, suite="/roles")
    assert answer.location == "/"
    body = text_of(desk_client.get("/compte"))
    assert "Théo Baudry" in body
    assert "Léa Moreau" not in body


def test_the_former_session_ends_at_the_hand_over(cast, desk_client):
    user_id = cast.regulator.id
    take(desk_client, user_id)
    lock(desk_client)
    take(desk_client, cast.other_regulator.id)
    assert session.query(SignIn).filter_by(user_id=user_id).one().ended_at is not None


def test_without_a_gesture_the_server_refuses_too(cast, desk_client, set_clock):
    take(desk_client, cast.regulator.id)
    set_clock(clock.now() + timedelta(minutes=5, seconds=1))
    answer = desk_client.get("/compte")
    assert answer.status_code == 401
    assert "Poste verrouillé à 14h35" in text_of(answer)


def test_a_gesture_each_minute_keeps_the_desk_open(cast, desk_client, set_clock):
    take(desk_client, cast.regulator.id)
    for _ in range(6):
        set_clock(clock.now() + timedelta(minutes=2))
        assert post(desk_client, "/poste/presence", page="/compte").status_code == 204
    assert desk_client.get("/compte").status_code == 200


def test_a_poll_is_no_gesture(cast, desk_client, set_clock, app):
    view = app.view_functions["accounts.roles"]
    view.is_poll = True
    try:
        take(desk_client, cast.regulator.id)
        set_clock(clock.now() + timedelta(minutes=3))
        assert desk_client.get("/roles").status_code == 200
        set_clock(clock.now() + timedelta(minutes=3))
        assert desk_client.get("/roles").status_code == 401
    finally:
        del view.is_poll


def test_a_telephone_is_not_locked(cast, sign_in, set_clock):
    client = sign_in(cast.gp)
    set_clock(clock.now() + timedelta(days=3))
    assert client.get("/compte").status_code == 200


def test_the_page_tells_the_script_when_to_lock(cast, desk_client, sign_in):
    take(desk_client, cast.regulator.id)
    assert 'data-lock-after="180"' in text_of(desk_client.get("/compte"))
    assert "data-lock-after" not in text_of(sign_in(cast.gp).get("/compte"))


def test_what_was_typed_waits_for_its_author(cast, desk_client):
    user_id = cast.regulator.id
    take(desk_client, user_id)
    lock(desk_client, draft="name=Rousseau&birth_year=1988", draft_url="/creneaux/17/reserver")
    page = text_of(desk_client.get("/connexion"))
    assert "le texte attend Léa Moreau" in page
    assert "Rousseau" not in page
    assert take(desk_client, user_id).location.startswith("/reprendre")
    assert 'value="Rousseau"' in text_of(desk_client.get("/reprendre"))


def test_the_next_person_does_not_find_it(cast, desk_client):
    take(desk_client, cast.regulator.id)
    lock(desk_client, draft="name=Rousseau", draft_url="/creneaux/17/reserver")
    assert take(desk_client, cast.other_regulator.id).location == "/"
    assert desk_client.get("/reprendre").status_code == 303
    assert session.query(Draft).count() == 1


def test_a_draft_is_never_sent_elsewhere(cast, desk_client):
    take(desk_client, cast.regulator.id)
    lock(desk_client, draft="name=Rousseau", draft_url="https://ailleurs.example/")
    assert session.query(Draft).count() == 0


def test_closing_the_day_ends_every_session_of_the_desk(cast, desk_client, left):
    take(desk_client, cast.regulator.id)
    lock(desk_client)
    answer = post(desk_client, "/poste/fermer")
    assert answer.status_code == 303
    assert session.query(SignIn).filter(SignIn.ended_at.is_(None), SignIn.desk_id.is_not(None)).count() == 0
    assert "Poste verrouillé" not in text_of(desk_client.get("/connexion"))


def test_a_browser_that_is_no_desk_closes_no_day(cast, client, desk_token):
    assert post(client, "/poste/fermer").status_code == 404


def test_someone_else_comes_in_by_mail_and_password(cast, desk_client):
    body = text_of(desk_client.get("/connexion?autre=1"))
    assert "Mot de passe" in body
    answer = pass_door(desk_client, give_password(cast.gp))
    assert answer.location.startswith("/poste/code")


def choose_pin(client, pin, again=None):
    return post(client, "/poste/code", {"pin": pin, "again": again or pin}, page="/poste/code")


def test_after_mail_password_and_code_one_chooses_a_pin(cast, desk_client):
    pass_door(desk_client, give_password(cast.gp))
    assert choose_pin(desk_client, "402917").status_code == 303
    lock(desk_client)
    assert take(desk_client, cast.gp.id, "402917").status_code == 303


@pytest.mark.parametrize("pin", ["12345", "1234567", "123456", "111111", "654321", "abcdef", "121212"])
def test_a_pin_that_is_guessed_is_refused(cast, desk_client, pin):
    pass_door(desk_client, give_password(cast.gp))
    assert choose_pin(desk_client, pin).status_code == 422


def test_two_different_pins_are_refused(cast, desk_client):
    pass_door(desk_client, give_password(cast.gp))
    assert choose_pin(desk_client, "402917", "402918").status_code == 422


def test_after_a_pin_alone_one_does_not_choose_another(cast, desk_client):
    take(desk_client, cast.regulator.id)
    assert "mot de passe et son second facteur" in text_of(desk_client.get("/poste/code"))
    assert post(desk_client, "/poste/code", {"pin": "402917", "again": "402917"}, page="/compte").status_code == 409


def test_a_lock_forgets_that_the_sign_in_was_full(cast, desk_client):
    pass_door(desk_client, give_password(cast.regulator), code=code_of())
    lock(desk_client)
    take(desk_client, cast.regulator.id)
    assert post(desk_client, "/poste/code", {"pin": "402917", "again": "402917"}, page="/compte").status_code == 409


def test_a_pin_is_chosen_at_a_desk_only(cast, client):
    pass_door(client, give_password(cast.gp))
    assert choose_pin(client, "402917").status_code == 422


def test_a_lost_telephone_forgets_the_pin_too(cast, desk_client, sign_in):
    user_id = cast.regulator.id
    post(sign_in(cast.coordinator), f"/comptes/{user_id}/second-facteur", page=f"/comptes/{user_id}")
    assert "Léa Moreau" not in text_of(desk_client.get("/connexion"))
