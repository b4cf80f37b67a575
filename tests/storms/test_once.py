"""A form sent twice, by a double click, a retry or a page reloaded, creates once; the second answer is the first."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.directory.models import Delegation, Exchange, Movement, Organisation, Person, Practice
from cptsapp.regulation.models import Broadcast, DrillSlot, Orientation
from cptsapp.snp.models import Absence, Booking, Campaign, Series, Slot
from cptsapp.territory.models import Neighbour
from tests.storms.crowd import PATIENT, at_once
from tests.tools.factories import make_person, make_practice, make_slot

ONE = "once-and-only-once"


@dataclass(frozen=True)
class Form:
    """A form that creates a row: who sends it where, what, and the table that grows by `grows`."""

    role: str
    path: str
    values: dict[str, object]
    creates: type
    grows: int = 1
    same_answer: bool = True
    prepare: Callable[[], None] = field(default=lambda: None)


def doctors_to_ask() -> None:
    """A circle that is not empty."""
    make_practice(make_person(mail="medecin@cpts.example"))
    session.commit()


DETAILS = {"practice": "1", "modality": "C"}
SERIES = "/mes-creneaux/repeter?creneau=1~C~2026-07-21~1700~60~4~"
FORMS = {
    "créneau": Form("gp", "/mes-creneaux/nouveau", {**DETAILS, "when": "2026-07-21T16:00", "duration": "15"}, Slot),
    "plage": Form(
        "gp",
        "/mes-creneaux/nouveau?forme=plage",
        {**DETAILS, "day": "2026-07-22", "opens": "17:00", "closes": "18:00", "capacity": "4"},
        Slot,
    ),
    "répétition": Form(
        "gp", SERIES, {"weekdays": ["1"], "until": "autre", "until_day": "2026-08-04", "announced": "3/12/0"}, Series
    ),
    "absence": Form(
        "gp",
        "/mes-creneaux/absences",
        {"length": "dates", "from_on": "2026-09-01", "until_on": "2026-09-04", "announced": "0/0/"},
        Absence,
    ),
    "réservation": Form("regulator", "/creneaux/1/reserver", PATIENT, Booking),
    "orientation": Form("regulator", "/orientations", {"kind": "regular_doctor"}, Orientation),
    "diffusion": Form(
        "regulator", "/diffusions", {**PATIENT, "circle": "all", "commune": "85288"}, Broadcast, prepare=doctors_to_ask
    ),
    "campagne": Form(
        "coordinator",
        "/campagnes/nouvelle",
        {"name": "Hiver", "starts_on": "2026-12-01", "ends_on": "2027-02-28", "pay": "15", "weekly_cap": "20"},
        Campaign,
        same_answer=False,
    ),
    "personne": Form(
        "coordinator",
        "/annuaire/nouveau",
        {"title": "Dr", "first_name": "Anne", "last_name": "Neuve", "profession": "gp"},
        Person,
    ),
    "exercice": Form(
        "coordinator",
        "/annuaire/2/exercices/nouveau",
        {"place_id": "1", "starts_on": "2026-07-20", "commune_code": "85288"},
        Practice,
        same_answer=False,
    ),
    "délégation": Form(
        "coordinator",
        "/annuaire/2/delegations/nouvelle",
        {"delegate_id": "3", "starts_on": "2026-07-20"},
        Delegation,
        same_answer=False,
    ),
    "structure": Form("coordinator", "/annuaire/structures/nouvelle", {"name": "MSP du Port"}, Organisation),
    "échange": Form(
        "coordinator",
        "/annuaire/2/echanges/nouveau",
        {"held_on": "2026-07-20", "channel": "call", "note": "Cherche un remplaçant."},
        Exchange,
    ),
    "mouvement": Form(
        "coordinator",
        "/annuaire/mouvements/nouveau",
        {"who": "n° 2", "kind": "arrival", "starts_on": "2026-12-01"},
        Movement,
    ),
    "invitation": Form(
        "administrator",
        "/comptes/inviter",
        {"display_name": "Neuf Venu", "mail": "neuf@cpts.example", "roles": ["regulator"]},
        User,
    ),
    "voisine": Form(
        "administrator", "/reglages/voisines/nouvelle", {"name": "CPTS d’à côté"}, Neighbour, same_answer=False
    ),
    "entraînement": Form("regulator", "/entrainement", {}, DrillSlot, grows=-1),
}


@pytest.fixture
def slot(cast) -> None:
    """Slot number 1, with two places: a double booking would find the second."""
    assert make_slot(cast.gp_practice, capacity=2).id == 1
    session.commit()


def count(table: type) -> int:
    """Rows of a table; nothing is kept open that the server would wait for."""
    session.rollback()
    found = session.query(table).count()
    session.rollback()
    return found


@pytest.mark.database
@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_again_creates_once(cast, sign_in, slot, name):
    form = FORMS[name]
    form.prepare()
    client = sign_in(getattr(cast, form.role))
    before = count(form.creates)
    first = client.post(form.path, data={**form.values, "once": ONE})
    assert first.status_code == 303, first.text[-2500:]
    made = count(form.creates) - before
    assert made == form.grows or form.grows < 0
    again = client.post(form.path, data={**form.values, "once": ONE})
    assert count(form.creates) - before == made
    if form.same_answer:
        assert (again.status_code, again.location) == (303, first.location)
    else:
        assert again.status_code in (303, 409, 422)


@pytest.mark.database
@pytest.mark.long
def test_two_clicks_at_the_same_instant_create_once(cast, slot, come_in, subtests):
    """Four sendings of the same form at once, over the connections of one session, to two processes."""
    doctors_to_ask()
    for name, form in FORMS.items():
        user = getattr(cast, form.role)
        clicks = [come_in(user)]
        clicks[0].get("/compte")
        for _ in range(3):
            clicks.append(come_in(user))
            clicks[-1].cookie, clicks[-1].token = clicks[0].cookie, clicks[0].token
        before = count(form.creates)
        answers = at_once(lambda click, form=form: click.post(form.path, **form.values, once=ONE + form.path), clicks)
        grown = count(form.creates) - before
        with subtests.test(name):
            assert {a.status for a in answers} <= {303, 409, 422}
            assert any(a.status == 303 for a in answers)
            assert grown == form.grows or form.grows < 0
            if form.same_answer:
                assert len({a.headers.get("Location") for a in answers}) == 1
