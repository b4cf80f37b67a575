"""Broadcasts: one mail to a circle, the first POST takes it, the others are told."""

import re
from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.outbox.models import Message
from cptsapp.regulation.models import Broadcast, BroadcastState
from cptsapp.snp.models import Booking, BookingIdentity, Slot, SlotOrigin, SlotState
from cptsapp.snp.patients import read_patient
from tests.regulation.conftest import FRAGMENT, TYPED
from tests.tools.factories import make_booking, make_slot

RENAUDIN, BENALI = "helene.renaudin@cpts.example", "sarah.benali@cpts.example"
ASK = {**TYPED, "circle": "all", "commune": "85288"}


@pytest.fixture
def sent(desk) -> int:
    """A request to both doctors."""
    response = desk.post("/diffusions", data=ASK)
    assert response.status_code == 303, response.get_data(as_text=True)
    return session.query(Broadcast.id).scalar()


def link(mail: str) -> str:
    body = session.query(Message.body).filter_by(to_address=mail, kind="broadcast.asked").scalar()
    return re.search(r"/demande/\S+", body).group()


def at(hours: int = 1) -> dict[str, str]:
    return {"moment": (clock.now() + timedelta(hours=hours)).isoformat()}


@pytest.fixture
def renaudin(sent, cast) -> str:
    """Dr Renaudin's private link."""
    return link(RENAUDIN)


def test_each_doctor_gets_a_mail_without_the_name(sent):
    mails = session.query(Message).filter_by(kind="broadcast.asked").all()
    assert len(mails) == 2
    assert not any("Guérineau" in m.title + m.body for m in mails)


def test_the_circle_narrows(desk, cast):
    desk.post("/diffusions", data={**ASK, "circle": "commune"})
    assert [m.to_address for m in session.query(Message)] == [RENAUDIN]


def test_without_a_commune_only_the_whole_is_counted(desk):
    page = desk.get("/diffusions/nouvelle").get_data(as_text=True)
    assert "adresse mail\u00a0: 2 en tout." in page
    assert "précisez la commune" in page


def test_with_a_commune_each_circle_is_counted(desk):
    page = desk.get("/diffusions/nouvelle?commune=85288", headers=FRAGMENT).get_data(as_text=True)
    assert "2 à moins de 15\u00a0km, 1 dans la commune, 2 en tout." in page
    assert "<form" not in page


@pytest.mark.parametrize("circle", ["near", "commune"])
def test_a_circle_around_no_commune_is_refused(desk, circle):
    response = desk.post("/diffusions", data={**ASK, "circle": circle, "commune": ""})
    assert response.status_code == 409
    assert "Précisez la commune du patient" in response.get_data(as_text=True)
    assert session.query(Broadcast).count() == 0


def test_nobody_to_ask_is_said(desk, cast):
    from cptsapp.directory.models import Person

    session.query(Person).update({"mail": None})
    session.commit()
    response = desk.post("/diffusions", data=ASK)
    assert response.status_code == 409
    assert "élargissez le cercle" in response.get_data(as_text=True)


def test_a_double_submit_asks_once(desk, sent):
    desk.post("/diffusions", data=ASK)
    assert session.query(Broadcast).count() == 1


def test_looking_at_the_link_changes_nothing(client, renaudin):
    response = client.get(renaudin)
    html = response.get_data(as_text=True)
    assert "Talmont-Saint-Hilaire" in html
    assert "Guérineau" not in html
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert session.query(Broadcast.state).scalar() is BroadcastState.OPEN


@pytest.mark.database
def test_the_first_answer_takes_it(client, renaudin, sent):
    response = client.post(renaudin, data=at())
    assert response.status_code == 200, response.get_data(as_text=True)
    booking = session.query(Booking).one()
    assert booking.reference in response.get_data(as_text=True)
    slot = session.query(Slot).one()
    assert (slot.origin, slot.free_count) == (SlotOrigin.BROADCAST, 0)
    assert session.get(Broadcast, sent).name is None
    assert read_patient(session.query(BookingIdentity).one()).name == "Guérineau"


@pytest.mark.database
def test_the_second_is_too_late(client, renaudin, cast):
    client.post(renaudin, data=at())
    response = client.post(link(BENALI), data=at())
    assert response.status_code == 409
    assert "déjà pris cette demande" in response.get_data(as_text=True)
    assert session.query(Booking).count() == 1


def test_the_others_are_told(client, renaudin, cast):
    client.post(renaudin, data=at())
    told = session.query(Message.to_address).filter_by(kind="broadcast.settled").all()
    assert [t[0] for t in told] == [BENALI]


def test_its_time_is_not_on_the_list(client, desk, renaudin):
    client.post(renaudin, data=at())
    assert "libres par heure" not in desk.get("/creneaux?depuis=2026-07-21").get_data(as_text=True)
    assert "<b>0\u00a0libre</b>" in desk.get("/creneaux").get_data(as_text=True)


@pytest.mark.parametrize("data", [{}, {"moment": "hier"}, {"moment": "2026-07-20T10:00:00+00:00"}, {"other": "09:00"}])
def test_an_hour_to_come_is_asked_for(client, renaudin, data):
    assert client.post(renaudin, data=data).status_code == 422
    assert session.query(Booking).count() == 0


def test_a_typed_hour_will_do(client, renaudin):
    assert client.post(renaudin, data={"other": "18:05"}).status_code == 200


def test_an_hour_already_given_is_refused(client, renaudin, cast):
    make_slot(session.merge(cast.gp_practice), starts_at=clock.now() + timedelta(hours=1))
    session.commit()
    response = client.post(renaudin, data=at())
    assert response.status_code == 409
    assert "déjà un créneau" in response.get_data(as_text=True)
    assert session.query(Broadcast.state).scalar() is BroadcastState.OPEN


def test_the_hour_of_a_patient_who_still_comes_is_refused(client, renaudin, cast):
    slot = make_slot(session.merge(cast.gp_practice), starts_at=clock.now() + timedelta(hours=1))
    make_booking(slot)
    slot.state, slot.withdrawn_at = SlotState.WITHDRAWN, clock.now()
    session.commit()
    assert client.post(renaudin, data=at()).status_code == 409


def test_not_this_time_and_yet(client, renaudin):
    assert client.post(f"{renaudin}/pas-cette-fois").status_code == 303
    assert "Vous pouvez encore la prendre" in client.get(renaudin).get_data(as_text=True)
    assert client.post(renaudin, data=at()).status_code == 200


def test_it_ends_by_itself(client, renaudin, set_clock):
    set_clock(clock.now() + timedelta(hours=2))
    assert "close" in client.get(renaudin).get_data(as_text=True)
    assert client.post(renaudin, data=at()).status_code == 409


def test_a_forged_link_is_nowhere(client, sent):
    assert client.get("/demande/xxxx").status_code == 404
    assert client.post("/demande/xxxx", data=at()).status_code == 404


def test_the_desk_sees_it_live(desk, client, sent, renaudin):
    headers = {"HX-Request": "true"}
    etag = desk.get(f"/diffusions/{sent}/suivi", headers=headers).headers["ETag"]
    unchanged = desk.get(f"/diffusions/{sent}/suivi", headers={**headers, "If-None-Match": etag})
    assert unchanged.status_code == 204
    client.post(renaudin, data=at())
    html = desk.get(f"/diffusions/{sent}/suivi", headers={**headers, "If-None-Match": etag}).get_data(as_text=True)
    assert "Dr Hélène Renaudin</b> a pris la demande" in html


def test_closing_stops_the_links(desk, client, sent, renaudin):
    assert desk.post(f"/diffusions/{sent}/clore").status_code == 303
    assert client.post(renaudin, data=at()).status_code == 409
    assert desk.post(f"/diffusions/{sent}/clore").status_code == 409


def test_a_signed_in_practitioner_answers_too(sign_in, cast, sent):
    client = sign_in(cast.gp)
    assert "Je prends" in client.get(f"/diffusions/{sent}").get_data(as_text=True)
    assert client.post(f"/diffusions/{sent}/prendre", data=at()).status_code == 200


def test_a_practitioner_who_was_not_asked_sees_nothing(sign_in, cast, desk):
    desk.post("/diffusions", data={**ASK, "circle": "commune"})
    number = session.query(Broadcast.id).scalar()
    assert sign_in(cast.other_gp).get(f"/diffusions/{number}").status_code == 404


def test_pages_of_the_desk(desk, sent):
    assert "Diffuser" in desk.get("/diffusions/nouvelle?commune=85288").get_data(as_text=True)
    assert "en attente d’une réponse" in desk.get("/diffusions").get_data(as_text=True)
    assert "2\u00a0médecins demandés" in desk.get(f"/diffusions/{sent}").get_data(as_text=True)


def test_an_incomplete_request_is_said(desk):
    assert desk.post("/diffusions", data={**ASK, "regular_doctor": ""}).status_code == 422
