"""What the desk, or someone behind it, may send to the list, the bookings, the orientations and the broadcasts."""

from datetime import timedelta

import pytest
from markupsafe import escape

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking, Slot, SlotState
from tests.hostile.tools import DIGITS, HTML, LONG, NUL, RTL, SQL, TEMPLATE, changed, check_refused, everything
from tests.tools.factories import make_booking, make_slot

GOOD = {"regular_doctor": "no", "name": "Guérineau", "birth_year": "1947", "phone": "06 39 98 14 27", "seen": "1"}
KEY = "".join(chr(33 + (n * 7919) % 90) for n in range(9000))  # nothing repeats: no compression saves the index


@pytest.fixture
def slot_id(cast, ids) -> int:
    """Dr Renaudin's slot, in two hours."""
    made = make_slot(cast.gp_practice)
    session.commit()
    return made.id


def refuse(client, path: str, data: dict, *statuses: int) -> str:
    """Send it: refused in French, and not one row differs."""
    before = everything()
    told = check_refused(client.post(path, data=data), *statuses)
    assert changed(before, everything()) == set()
    return told


BAD_PATIENTS = [
    ("sans réponse", {"regular_doctor": ""}),
    ("réponse inconnue", {"regular_doctor": "maybe"}),
    ("réponse longue", {"regular_doctor": LONG}),
    ("sans nom", {"name": ""}),
    ("nom d’espaces", {"name": " \u00a0\u2003 "}),
    ("nom de dix mille lettres", {"name": LONG}),
    ("nom à zéro", {"name": NUL}),
    ("NIR", {"name": "147078519402345"}),
    ("NIR à espaces", {"name": "1 47 07 85 194 023 45"}),
    ("NIR corse", {"name": "Dupont 1 47 07 2A 194 023 45"}),
    *(
        (f"année {year[:12]!r}", {"birth_year": year})
        for year in ("", "0", "47", "1899", "2027", "-1947", "１９４７", "1947.0", "abc", DIGITS, LONG, NUL)
    ),
    *(
        (f"téléphone {tel[:12]!r}", {"phone": tel})
        for tel in ("", "12", "06 39", "abc", "+1 555 0100", "0" * 40, DIGITS, LONG, NUL, SQL)
    ),
]


@pytest.mark.database
def test_a_patient_that_makes_no_sense_is_refused(regulator, slot_id, subtests):
    for name, values in BAD_PATIENTS:
        with subtests.test(name):
            refuse(regulator, f"/creneaux/{slot_id}/reserver", {**GOOD, "once": "k", **values}, 422, 400)


def test_what_was_typed_is_still_there(regulator, slot_id):
    page = regulator.post(f"/creneaux/{slot_id}/reserver", data={**GOOD, "birth_year": "47"}).text
    assert 'value="Guérineau"' in page
    assert 'value="47"' in page
    assert 'value="06 39 98 14 27"' in page


ODD_NAMES = {
    "html": HTML,
    "sql": SQL,
    "gabarit": TEMPLATE,
    "droite à gauche": RTL,
    "guillemets": "\"'><b>",
    "combinés": "e\u0301" * 30,
}


@pytest.mark.database
def test_an_odd_name_is_only_text(regulator, gp, cast, ids, subtests):
    for label, name in ODD_NAMES.items():
        made = make_slot(session.merge(cast.gp_practice), starts_at=clock.now() + timedelta(hours=2 + len(label)))
        session.commit()
        slot_id = made.id
        with subtests.test(label):
            answer = regulator.post(f"/creneaux/{slot_id}/reserver", data={**GOOD, "name": name[:80], "once": label})
            assert answer.status_code == 303
            session.rollback()
            booking_id = session.query(Booking.id).filter_by(slot_id=slot_id).scalar()
            pages = [regulator.get(f"/reservations/{booking_id}").text, gp.get("/mes-creneaux").text]
            for page in pages:
                assert str(escape(name[:80].strip())) in page
                assert "<script>alert" not in page
                assert '<b>"' not in page


@pytest.mark.database
def test_a_key_as_long_as_a_page_is_no_crash(regulator, slot_id):
    answer = regulator.post(f"/creneaux/{slot_id}/reserver", data={**GOOD, "once": KEY})
    assert answer.status_code in (303, 400, 422)


@pytest.mark.database
def test_a_hold_with_a_long_key_is_no_crash(regulator, ids):
    answer = regulator.post("/orientations", data={"kind": "regular_doctor", "once": KEY})
    assert answer.status_code in (303, 400, 409, 422)


# -- slots that changed meanwhile -------------------------------------------------------------------------------------


def set_slot(slot_id: int, **values) -> None:
    """Write to the slot as if someone else had."""
    slot = session.get_one(Slot, slot_id)
    for name, value in values.items():
        setattr(slot, name, value)
    session.commit()


@pytest.mark.parametrize("act", ["reserver", "retenir"])
def test_a_slot_withdrawn_meanwhile_is_refused(regulator, slot_id, act):
    set_slot(slot_id, state=SlotState.WITHDRAWN)
    before = everything()
    answer = regulator.post(f"/creneaux/{slot_id}/{act}", data={**GOOD, "once": "k"})
    assert answer.status_code in (404, 409)
    assert changed(before, everything()) == set()
    assert "retiré par le cabinet" in answer.text
    assert "Guérineau" in answer.text


@pytest.mark.parametrize("act", ["reserver", "retenir"])
def test_a_slot_that_has_begun_is_refused(regulator, slot_id, set_clock, act):
    set_clock(clock.now() + timedelta(hours=2, seconds=1))
    before = everything()
    answer = regulator.post(f"/creneaux/{slot_id}/{act}", data={**GOOD, "once": "k"})
    assert answer.status_code == 409
    assert "passé" in answer.text
    assert "Guérineau" in answer.text
    assert changed(before, everything()) == set()


@pytest.mark.database
def test_a_forged_slot_is_refused(regulator, ids, subtests):
    for number in ("0", "-1", "2147483647", "2147483648", "9" * 40, "abc", "%00"):
        for act in ("reserver", "retenir"):
            with subtests.test(number, act=act):
                refuse(regulator, f"/creneaux/{number}/{act}", {**GOOD, "once": "k"}, 404, 400, 405)


def test_a_practitioner_may_not_book(gp, slot_id):
    refuse(gp, f"/creneaux/{slot_id}/reserver", {**GOOD, "once": "k"}, 403)


# -- bookings ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def booking_id(cast, slot_id) -> int:
    """A booking of the first regulator."""
    made = make_booking(session.get_one(Slot, slot_id), booked_by_id=cast.regulator.id)
    session.commit()
    return made.id


BAD_CANCELS = [
    {},
    {"side": "patient"},
    {"reason": "cannot_come"},
    {"side": "god", "reason": "cannot_come"},
    {"side": "patient", "reason": "moved"},
    {"side": "patient", "reason": LONG},
    {"side": NUL, "reason": NUL},
]


def test_a_cancellation_that_makes_no_sense_is_refused(regulator, booking_id, subtests):
    for values in BAD_CANCELS:
        with subtests.test(str(values)[:40]):
            refuse(regulator, f"/reservations/{booking_id}/annuler", values, 422, 400)


def test_cancelling_twice_is_refused(regulator, booking_id):
    asked = {"side": "patient", "reason": "cannot_come"}
    assert regulator.post(f"/reservations/{booking_id}/annuler", data=asked).status_code == 303
    assert "déjà annulée" in refuse(regulator, f"/reservations/{booking_id}/annuler", asked, 409)


@pytest.mark.database
def test_moving_to_nowhere_is_refused(regulator, booking_id, slot_id, subtests):
    for slot in ("", "0", "-1", "2147483647", "999999999", "9" * 40, "abc", "٣", str(slot_id), NUL):
        with subtests.test(slot):
            refuse(regulator, f"/reservations/{booking_id}/deplacer", {"slot": slot}, 404, 409, 400)


def test_undoing_what_another_booked_is_refused(sign_in, cast, booking_id):
    refuse(sign_in(cast.other_regulator), f"/reservations/{booking_id}/defaire", {}, 409)


def test_undoing_too_late_is_refused(regulator, booking_id, set_clock):
    set_clock(clock.now() + timedelta(minutes=1))
    assert "Plus d’une minute" in refuse(regulator, f"/reservations/{booking_id}/defaire", {}, 409)


@pytest.mark.parametrize("act", ["annuler", "defaire", "deplacer", "rappele"])
def test_a_practitioner_cannot_act_on_anothers_booking(other_gp, booking_id, act):
    asked = {"side": "patient", "reason": "cannot_come", "slot": "1"}
    refuse(other_gp, f"/reservations/{booking_id}/{act}", asked, 403, 404, 409)


# -- orientations -----------------------------------------------------------------------------------------------------


@pytest.mark.database
def test_an_orientation_that_makes_no_sense_is_refused(regulator, ids, subtests):
    for values in ({}, {"kind": "mars"}, {"kind": LONG}, {"kind": "overbook", "person": "2147483647"}, {"kind": NUL}):
        with subtests.test(str(values)[:40]):
            refuse(regulator, "/orientations", {"once": "k", **values}, 400, 404, 409, 422)


def test_an_orientation_is_taken_back_once(regulator, ids):
    regulator.post("/orientations", data={"kind": "regular_doctor", "once": "k"})
    assert regulator.post("/orientations/1/retirer").status_code == 303
    refuse(regulator, "/orientations/1/retirer", {}, 409)
