"""Nobody who manages accounts makes one theirs by its address and its second factor; both addresses are told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from cptsapp.accounts import permissions
from cptsapp.accounts.actions import users
from cptsapp.accounts.models import RoleGrant, User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.outbox.models import Message
from tests.accounts.tools import text_of
from tests.tools.factories import TOTP_SECRET, acting

NEW = "lea@cpts.example"


@pytest.fixture
def coordinator(cast, sign_in):
    """Sophie Arnaud, who manages accounts."""
    return sign_in(cast.coordinator)


@pytest.fixture
def administrator(cast, sign_in):
    """Maxime Roy, who manages them too."""
    return sign_in(cast.administrator)


def correct(client, user: User, mail: str = NEW, name: str = "Léa Moreau"):
    return client.post(f"/comptes/{user.id}", data={"display_name": name, "mail": mail})


def reset(client, user: User):
    return client.post(f"/comptes/{user.id}/second-facteur", data={})


def sheet(client, user: User) -> str:
    return text_of(client.get(f"/comptes/{user.id}"))


def told(kind: str) -> list[str]:
    return sorted(row.to_address for row in session.query(Message).filter_by(kind=f"accounts.{kind}"))


def text_to(address: str) -> str:
    return session.query(Message).filter_by(to_address=address).order_by(Message.id.desc()).first().text


def only_manager(user: User) -> None:
    roles = permissions.roles_with(permissions.MANAGE)
    session.query(RoleGrant).filter(RoleGrant.role.in_(roles), RoleGrant.user_id != user.id).delete()
    session.commit()


def test_the_former_address_is_told_who_and_when_and_not_the_new_one(cast, coordinator):
    correct(coordinator, cast.regulator)
    text = text_to(cast.regulator.mail)
    assert "par Sophie Arnaud le lundi 20 juillet 2026 à 14h32" in text
    assert "Si ce n’est pas attendu, prévenez" in text
    assert NEW not in text


def test_the_new_address_is_told_too(cast, coordinator):
    correct(coordinator, cast.regulator)
    assert told("address_given") == [NEW]
    assert cast.regulator.mail not in text_to(NEW)


def test_a_name_corrected_tells_nobody(cast, coordinator):
    correct(coordinator, cast.regulator, mail=cast.regulator.mail, name="Léa Moreau-Petit")
    assert session.query(Message).count() == 0


def test_whoever_changed_the_address_does_not_reset_the_second_factor(cast, coordinator):
    correct(coordinator, cast.regulator)
    answer = reset(coordinator, cast.regulator)
    assert answer.status_code == 409
    assert "une autre personne qui gère les comptes le peut dès maintenant" in text_of(answer)
    assert session.get(User, cast.regulator.id).totp_secret is not None


def test_the_button_says_why_and_until_when(cast, coordinator):
    correct(coordinator, cast.regulator)
    page = sheet(coordinator, cast.regulator)
    assert "vous pourrez faire ceci à partir du lundi 27 juillet à 14h32" in page
    assert "/second-facteur" not in page


def test_the_button_serves_when_nothing_was_changed(cast, coordinator):
    assert f"/comptes/{cast.regulator.id}/second-facteur" in sheet(coordinator, cast.regulator)


def test_another_manager_resets_it_and_the_former_address_is_told(cast, coordinator, administrator):
    correct(coordinator, cast.regulator)
    assert reset(administrator, cast.regulator).status_code == 303
    assert told("second_factor_reset") == sorted([NEW, cast.regulator.mail])


def test_every_address_of_the_seven_days_is_told_once(cast, coordinator, administrator):
    correct(coordinator, cast.regulator)
    correct(coordinator, cast.regulator, mail="lea.moreau@cpts.example")
    correct(coordinator, cast.regulator, mail=NEW)
    reset(administrator, cast.regulator)
    assert told("second_factor_reset") == sorted([NEW, cast.regulator.mail, "lea.moreau@cpts.example"])


def test_seven_days_later_the_same_manager_may_and_the_former_address_is_forgotten(cast, sign_in, set_clock):
    correct(sign_in(cast.coordinator), cast.regulator)
    set_clock(clock.now() + timedelta(days=7))
    assert reset(sign_in(cast.coordinator), cast.regulator).status_code == 303
    assert told("second_factor_reset") == [NEW]


def test_a_minute_before_they_may_not(cast, sign_in, set_clock):
    correct(sign_in(cast.coordinator), cast.regulator)
    set_clock(clock.now() + timedelta(days=7, minutes=-1))
    assert reset(sign_in(cast.coordinator), cast.regulator).status_code == 409


def test_the_only_manager_waits(cast, sign_in):
    only_manager(cast.coordinator)
    client = sign_in(cast.coordinator)
    correct(client, cast.regulator)
    answer = text_of(reset(client, cast.regulator))
    assert "à partir du lundi 27 juillet à 14h32." in answer
    assert "une autre personne" not in answer


def test_a_name_corrected_keeps_nobody_from_it(cast, coordinator):
    correct(coordinator, cast.regulator, mail=cast.regulator.mail, name="Léa Moreau-Petit")
    assert reset(coordinator, cast.regulator).status_code == 303


def test_an_account_that_sees_no_patient_is_not_kept(cast, coordinator):
    session.get(User, cast.treasurer.id).totp_secret = b"x"
    session.commit()
    correct(coordinator, cast.treasurer)
    assert reset(coordinator, cast.treasurer).status_code == 303


def test_a_role_ended_meanwhile_still_counts(cast, coordinator):
    session.query(RoleGrant).filter_by(user_id=cast.regulator.id).update({"ends_on": clock.now().date()})
    session.commit()
    correct(coordinator, cast.regulator)
    assert reset(coordinator, cast.regulator).status_code == 409


def test_whoever_reset_the_second_factor_does_not_change_the_address(cast, coordinator):
    reset(coordinator, cast.regulator)
    answer = correct(coordinator, cast.regulator)
    assert answer.status_code == 409
    assert "Vous avez remis à zéro le second facteur" in text_of(answer)
    assert session.get(User, cast.regulator.id).mail == cast.regulator.mail


def test_another_manager_may_change_it(cast, coordinator, administrator):
    reset(coordinator, cast.regulator)
    assert correct(administrator, cast.regulator).status_code == 303


def test_once_another_second_factor_is_in_place_they_may(cast, coordinator):
    reset(coordinator, cast.regulator)
    users.second_factor.enable_totp(session.get(User, cast.regulator.id), TOTP_SECRET)
    session.commit()
    assert correct(coordinator, cast.regulator).status_code == 303


@pytest.mark.database
def test_both_at_the_same_instant_are_not_done(app, cast):
    user_id, by = cast.regulator.id, acting(session.get(User, cast.coordinator.id))
    acts = [
        lambda: users.correct_user(session.get_one(User, user_id), NEW, "Léa Moreau", by=by),
        lambda: users.reset_second_factor(session.get_one(User, user_id), by=by),
    ]
    start = Barrier(len(acts))

    def run(act):
        with app.app_context():
            start.wait()
            try:
                act()
                session.commit()
            except Refusal as refusal:
                return refusal
            finally:
                session.remove()

    session.remove()
    with ThreadPoolExecutor(len(acts)) as pool:
        answers = list(pool.map(run, acts))
    assert sum(isinstance(answer, Refusal) for answer in answers) == 1
    user = session.get(User, user_id)
    assert (user.mail == NEW) == (user.totp_secret is not None)


@pytest.mark.database
def test_a_change_in_hand_is_waited_for(app, cast):
    """What the first has not yet committed decides the second all the same."""
    user_id, by = cast.regulator.id, acting(session.get(User, cast.coordinator.id))
    users.correct_user(session.get_one(User, user_id), NEW, "Léa Moreau", by=by)

    def second():
        with app.app_context():
            try:
                users.reset_second_factor(session.get_one(User, user_id), by=by)
            except Refusal as refusal:
                return refusal.message
            finally:
                session.remove()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        session.commit()
        session.remove()
        assert "changé l’adresse de connexion" in waiting.result(timeout=10)
