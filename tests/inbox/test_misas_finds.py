"""A request that the MiSAS solves, page after page: sent, answered with a doctor's name, declared."""

import re

import pytest

from cptsapp.core.db import session
from cptsapp.inbox.models import Outcome, Request, Seeker, State, Step
from cptsapp.outbox.models import Message
from tests.tools.inbox import make_partner, make_request


def sent(client, url: str, **fields: str) -> str:
    """Post the form of a page as a person would; gives the page that follows."""
    page = client.get(url).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None, url
    answer = client.post(url, data={"csrf_token": token[1], **fields}, follow_redirects=True)
    assert answer.status_code == 200, answer.text[:2000]
    return answer.text


@pytest.mark.database
def test_the_misas_finds_a_doctor_and_the_declaration_closes(cast, sign_in):
    request = make_request("searching")
    user, house = make_partner()
    session.commit()
    reference, house_id = request.reference, str(house.id)
    office = sign_in(cast.coordinator)
    sent(office, f"/demandes/{reference}/transmettre?a=misas", organisation=house_id, asked="Chercher plus loin.")
    partner = sign_in(session.merge(user))
    page = partner.get(f"/dossiers-recus/{reference}").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    partner.post(
        f"/dossiers-recus/{reference}/reponse",
        data={"csrf_token": token[1], "answer": "found", "doctor_name": "Dr Paul Essai", "note": "Appel du cabinet."},
    )
    assert session.query(Request.state).filter_by(reference=reference).scalar() is State.TO_DECLARE
    office = sign_in(session.merge(cast.coordinator))
    page = office.get(f"/demandes/{reference}").text
    assert "Dr Paul Essai" in page
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    fields = {"csrf_token": token[1], **({"version": version[1]} if version else {})}
    office.post(f"/demandes/{reference}/declarer", data=fields)
    found = session.query(Request).filter_by(reference=reference).one()
    assert (found.state, found.outcome) == (State.CLOSED, Outcome.FOUND)
    assert session.query(Seeker.doctor_name).filter_by(request_id=found.id).scalar() == "Dr Paul Essai"
    assert {"cpts", "misas"} <= {step.actor.value for step in session.query(Step).filter_by(request_id=found.id)}
    assert session.query(Message).filter(Message.body.contains("Guérineau")).count() == 0
