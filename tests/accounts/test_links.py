"""Private links: an invitation, a new password. Opening one changes nothing; using it serves once."""

import re
from datetime import timedelta

import pytest

from cptsapp.accounts.actions import create_user, links
from cptsapp.accounts.house import house
from cptsapp.accounts.models import AccessLink, Role, SignIn, User
from cptsapp.core import clock, french
from cptsapp.core.db import session
from cptsapp.outbox.models import Message
from cptsapp.territory.models import Cpts
from tests.accounts.tools import PASSWORD, give_password, pass_door, post, text_of

NEW = "quatre phares allumés"


def link_in_last_mail() -> str:
    text = session.query(Message).order_by(Message.id.desc()).first().text
    return re.search(r"http://[^/\s]+(/\S+)", text).group(1)


@pytest.fixture
def invitation(cast) -> str:
    user = create_user("nouveau@cpts.example", "Nadia Nouvelle", [Role.REGULATOR], by=None)
    links.invite(user, by=None)
    session.commit()
    return link_in_last_mail()


def choose(client, path, password=NEW, again=None):
    return post(client, path, {"password": password, "again": again or password}, page="/mot-de-passe/oubli")


def test_opening_the_link_shows_nothing_personal_and_changes_nothing(client, invitation):
    page = client.get(invitation)
    assert page.status_code == 200
    assert "Nadia" not in text_of(page)
    assert "nouveau@" not in text_of(page)
    assert session.query(AccessLink).one().used_at is None


def test_the_link_is_told_to_no_other_site(client, invitation):
    assert client.get(invitation).headers["Referrer-Policy"] == "no-referrer"


def test_the_token_is_nowhere_in_the_database(invitation):
    token = invitation.rsplit("/", 1)[1]
    assert token.encode() not in session.query(AccessLink).one().token_hash
    assert token not in session.query(Message).one().body


def test_choosing_a_password_opens_the_account_up_to_the_second_factor(client, invitation):
    assert choose(client, invitation).status_code == 303
    assert client.get("/compte").location == "/compte/second-facteur"


def test_the_link_serves_once(client, invitation):
    choose(client, invitation)
    answer = choose(client, invitation)
    assert answer.status_code == 410
    assert client.get(invitation).status_code == 410


def test_a_weak_password_does_not_use_the_link_up(client, invitation):
    assert choose(client, invitation, "court").status_code == 422
    assert choose(client, invitation, "nadia nouvelle").status_code == 422
    assert choose(client, invitation).status_code == 303


def test_two_different_passwords_are_refused(client, invitation):
    assert choose(client, invitation, again="autre chose encore").status_code == 422


def test_after_seven_days_the_invitation_is_dead(client, invitation, set_clock):
    set_clock(clock.now() + timedelta(days=7, minutes=1))
    answer = client.get(invitation)
    assert answer.status_code == 410
    assert "nouvelle invitation" in text_of(answer)


def test_a_dead_invitation_names_the_cpts_and_no_person(cast, client):
    page = text_of(client.get("/invitation/AAAAAAAAAAAAAAAAAAAAAA"))
    known = house()
    assert f"demandez une nouvelle invitation à {known.name}\u00a0: {french.phone(known.phone)}" in page
    assert cast.administrator.display_name not in page
    assert cast.coordinator.display_name not in page


def test_a_dead_invitation_of_a_cpts_without_a_telephone_says_its_name(cast, client):
    session.query(Cpts).update({"phone": None})
    session.commit()
    name = house().name
    assert f"demandez une nouvelle invitation à {name}." in text_of(client.get("/invitation/AAAAAAAAAAAAAAAAAAAAAA"))


def test_inviting_again_kills_the_former_link(client, invitation):
    links.invite(session.query(User).filter_by(mail="nouveau@cpts.example").one(), by=None)
    session.commit()
    assert client.get(invitation).status_code == 410
    assert client.get(link_in_last_mail()).status_code == 200


def test_a_forged_link_is_dead(cast, client):
    assert client.get("/invitation/AAAAAAAAAAAAAAAAAAAAAA").status_code == 410
    assert choose(client, "/mot-de-passe/AAAAAAAAAAAAAAAAAAAAAA").status_code == 410


def test_an_invitation_is_not_a_reset(client, invitation):
    assert client.get(invitation.replace("invitation", "mot-de-passe")).status_code == 410


def ask(client, mail):
    return post(client, "/mot-de-passe/oubli", {"mail": mail}, page="/mot-de-passe/oubli")


def test_asking_answers_alike_for_known_and_unknown(cast, client):
    known, unknown = ask(client, give_password(cast.regulator)), ask(client, "personne@cpts.example")
    assert known.status_code == unknown.status_code == 303
    assert known.location == unknown.location == "/mot-de-passe/envoye"
    assert session.query(Message).count() == 1


def test_a_closed_account_receives_nothing(cast, client):
    mail = give_password(cast.regulator)
    session.query(User).filter_by(mail=mail).one().is_active = False
    session.commit()
    ask(client, mail)
    assert session.query(Message).count() == 0


def test_asking_many_times_sends_three_mails_and_answers_alike(cast, client):
    mail = give_password(cast.regulator)
    assert {ask(client, mail).status_code for _ in range(6)} == {303}
    assert session.query(Message).count() == 3


def test_a_new_password_asks_for_the_code_and_ends_the_sessions(cast, client, sign_in):
    elsewhere = sign_in(cast.regulator)
    ask(client, give_password(cast.regulator))
    answer = choose(client, link_in_last_mail())
    assert answer.location == "/connexion/code"
    assert elsewhere.get("/compte").status_code == 401
    assert session.query(SignIn).filter(SignIn.ended_at.is_(None)).count() == 0


def test_the_former_password_no_longer_serves(cast, client, app):
    mail = give_password(cast.treasurer)
    ask(client, mail)
    choose(client, link_in_last_mail())
    assert pass_door(app.test_client(), mail, password=PASSWORD).status_code == 422
    assert pass_door(app.test_client(), mail, password=NEW).status_code == 303


def test_after_an_hour_the_link_is_dead(cast, client, set_clock):
    ask(client, give_password(cast.regulator))
    set_clock(clock.now() + timedelta(minutes=61))
    assert client.get(link_in_last_mail()).status_code == 410
