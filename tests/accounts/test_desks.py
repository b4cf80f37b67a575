"""« Postes de régulation »: enrolling this browser, retiring it."""

from cptsapp.accounts.models import Desk, DeskUser
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from tests.accounts.tools import post, text_of


def enrol(client, name="Poste 2"):
    return post(client, "/postes", {"name": name}, page="/postes")


def test_the_browser_becomes_a_desk(cast, sign_in):
    client = sign_in(cast.coordinator)
    answer = enrol(client)
    assert answer.status_code == 303
    assert "Poste 2" in text_of(client.get("/compte"))
    assert session.query(AuditEvent).filter_by(kind="desk.enrolled").count() == 1


def test_its_cookie_is_long_lived_out_of_reach_and_stored_hashed(cast, sign_in):
    answer = enrol(sign_in(cast.coordinator))
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("cptsapp_desk="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=34560000" in cookie
    token = cookie.split("=", 1)[1].split(";")[0]
    assert token.encode() not in session.query(Desk).one().token_hash


def test_only_those_who_manage_desks_may(cast, sign_in):
    client = sign_in(cast.regulator)
    assert client.get("/postes").status_code == 403
    assert post(client, "/postes", {"name": "Poste 2"}, page="/compte").status_code == 403


def test_a_browser_is_enrolled_once(cast, sign_in):
    client = sign_in(cast.coordinator)
    enrol(client)
    assert enrol(client, "Poste 3").status_code == 409


def test_two_desks_have_two_names(cast, sign_in):
    enrol(sign_in(cast.coordinator))
    answer = enrol(sign_in(cast.administrator))
    assert answer.status_code == 409
    assert "porte déjà ce nom" in text_of(answer)


def test_a_desk_has_a_name(cast, sign_in):
    assert enrol(sign_in(cast.coordinator), "  ").status_code == 422


def test_a_retired_desk_ends_its_sessions_and_forgets_its_pins(cast, sign_in):
    at_desk, manager = sign_in(cast.coordinator), sign_in(cast.administrator)
    enrol(at_desk)
    desk_id = session.query(Desk.id).scalar()
    assert post(manager, f"/postes/{desk_id}/retirer", page="/postes").status_code == 303
    assert at_desk.get("/compte").status_code == 401
    assert session.query(DeskUser).count() == 0


def test_a_desk_is_retired_once(cast, sign_in):
    at_desk, manager = sign_in(cast.coordinator), sign_in(cast.administrator)
    enrol(at_desk)
    desk_id = session.query(Desk.id).scalar()
    post(manager, f"/postes/{desk_id}/retirer", page="/postes")
    assert post(manager, f"/postes/{desk_id}/retirer", page="/postes").status_code == 409


def test_a_desk_that_does_not_exist_is_404(cast, sign_in):
    assert post(sign_in(cast.coordinator), "/postes/99/retirer", page="/postes").status_code == 404
