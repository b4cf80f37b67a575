"""A request that nobody solves, page after page: CPTS, MiSAS, CPTS again, DAC, a break, and out in the CSV."""

import csv
import io

import pytest

from cptsapp.core.db import session
from cptsapp.directory.models import OrganisationKind
from cptsapp.inbox.models import CareBreak, Outcome, Recipient, Request, State
from cptsapp.outbox.models import Message
from tests.tools.inbox import make_partner, make_request


@pytest.fixture
def way(cast, sign_in):
    """The reference of a request being searched for, and clients of the coordination, the MiSAS and the DAC."""
    request = make_request("searching")
    (misas, house), (dac, dac_house) = make_partner(), make_partner(OrganisationKind.DAC, display_name="Karine Besson")
    made = request.reference, {Recipient.MISAS: house.id, Recipient.DAC: dac_house.id}
    session.commit()
    return *made, [sign_in(session.merge(user)) for user in (cast.coordinator, misas, dac)]


def refer(office, reference, recipient, house_id):
    data = {"organisation": house_id, "asked": "Chercher plus loin"}
    assert office.post(f"/demandes/{reference}/transmettre?a={recipient}", data=data).status_code == 303


def answer(partner, reference, **data):
    assert partner.post(f"/dossiers-recus/{reference}/reponse", data=data).status_code == 303


def export(office):
    data = {"since": "2026-01-01", "until": "2026-12-31"}
    return list(csv.reader(io.StringIO(office.post("/demandes/ruptures/exporter", data=data).text)))


@pytest.mark.database
def test_from_the_cpts_to_a_break_in_the_csv(way):
    reference, houses, (office, misas, dac) = way
    refer(office, reference, "misas", houses[Recipient.MISAS])
    answer(misas, reference, answer="not_found", note="Quatre cabinets appelés")
    refer(office, reference, "dac", houses[Recipient.DAC])
    dac.post(f"/dossiers-recus/{reference}/accuser")
    dac.post(f"/dossiers-recus/{reference}/suivi", data={"called_back_on": "2026-07-20", "needs_ppcs": "no"})
    told = {"cause": "no_referring", "pathway": "elderly", "happened_on": "2026-07-15", "note": "Mme Guérineau, refus"}
    answer(dac, reference, answer="care_break", **told)
    found = session.query(Request).filter_by(reference=reference).one()
    assert (found.state, found.outcome) == (State.CLOSED, Outcome.NOT_FOUND)
    number = session.query(CareBreak.id).scalar()
    page = f"/demandes/ruptures/{number}/relire"
    assert office.post(page, data={"text": "Mme Guérineau, refus"}).status_code == 409
    assert office.post(page, data={"text": "Quatre cabinets complets"}).status_code == 303
    assert export(office)[1] == [
        "01/07/2026 00:00:00",
        "Talmont-Saint-Hilaire",
        "01/07/2026",
        "Absence de professionnel de santé référent",
        "Personnes âgées",
        "Quatre cabinets complets",
    ]


@pytest.mark.database
def test_too_complex_goes_to_the_dac_and_the_person_is_told_the_steps(way):
    reference, houses, (office, misas, dac) = way
    refer(office, reference, "misas", houses[Recipient.MISAS])
    answer(misas, reference, answer="too_complex", note="Logement")
    assert reference in dac.get("/dossiers-recus").text
    answer(dac, reference, answer="care_break", cause="isolation", pathway="elderly", happened_on="2026-07-20")
    mail = session.query(Message).filter_by(kind="request.closed").one()
    for step in ("Mission Accompagnement Santé", "dispositif d’appui à la coordination"):
        assert step in mail.body
    assert "Guérineau" not in mail.body
    assert "À relire" in office.get("/demandes/ruptures").text
