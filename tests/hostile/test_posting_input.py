"""What a practitioner's phone, or someone with a keyboard and bad intentions, may send to the posting screens."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import escape

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Slot, SlotState
from tests.hostile.tools import (
    HTML,
    LONG,
    NUL,
    ODD_DAYS,
    ODD_NUMBERS,
    ODD_TIMES,
    RTL,
    SQL,
    changed,
    check_refused,
    everything,
)
from tests.tools.factories import make_booking, make_slot

PARIS = ZoneInfo("Europe/Paris")


def one(ids, **values) -> dict[str, object]:
    """A slot tomorrow at 17h00, as the page sends it."""
    details = {"practice": ids.practice, "modality": "C", "once": "k1"}
    return {"when": "2026-07-21T17:00", "duration": "15", **details, **values}


def plage(ids, **values) -> dict[str, object]:
    """Four patients tomorrow from 17h00 to 18h00."""
    details = {"practice": ids.practice, "modality": "C", "once": "k1"}
    return {"day": "2026-07-21", "opens": "17:00", "closes": "18:00", "capacity": "4", **details, **values}


def refuse(client, path: str, data: dict, *statuses: int) -> str:
    """Send it: refused in French, and not one row differs."""
    before = everything()
    told = check_refused(client.post(path, data=data), *statuses)
    assert changed(before, everything()) == set()
    return told


SLOT = "/mes-creneaux/nouveau"
PLAGE = "/mes-creneaux/nouveau?forme=plage"

BAD_SLOTS = [
    ("passé", {"when": "2026-07-20T09:00"}),
    ("à l’instant", {"when": "2026-07-20T14:32"}),
    ("l’an passé", {"when": "2025-07-21T17:00"}),
    ("dans deux ans", {"when": "2028-07-21T17:00"}),
    ("an 1", {"when": "0001-01-01T00:00"}),
    ("an 9999", {"when": "9999-12-31T23:59"}),
    ("jour sans fin", {"when": "2026-02-31T17:00"}),
    ("mots", {"when": "demain"}),
    ("rien", {"when": ""}),
    ("long", {"when": LONG}),
    ("autre sans jour", {"when": "autre"}),
    *((f"autre jour {day[:12]!r}", {"when": "autre", "other_day": day, "other_time": "17:00"}) for day in ODD_DAYS),
    *((f"autre heure {at[:8]!r}", {"when": "autre", "other_day": "2026-07-21", "other_time": at}) for at in ODD_TIMES),
    *((f"durée {n[:8]!r}", {"duration": n}) for n in ODD_NUMBERS if n != "٣"),
    ("une minute", {"duration": "1"}),
    ("cinq heures", {"duration": "300"}),
    ("modalité inconnue", {"modality": "Z"}),
    ("modalité longue", {"modality": LONG}),
    ("condition inconnue", {"conditions": ["adults", "rich"]}),
    ("condition script", {"conditions": HTML}),
    ("lieu 0", {"practice": "0"}),
    ("lieu négatif", {"practice": "-1"}),
    ("lieu énorme", {"practice": "9" * 30}),
    ("lieu texte", {"practice": SQL}),
]


def test_a_slot_that_makes_no_sense_is_refused(gp, ids, subtests):
    for name, values in BAD_SLOTS:
        with subtests.test(name):
            refuse(gp, SLOT, one(ids, **values), 422, 409, 400)


BAD_PLAGES = [
    *((f"patients {n[:8]!r}", {"capacity": n}) for n in ODD_NUMBERS if n != "٣"),
    ("mille patients", {"capacity": "1000"}),
    ("vingt-cinq patients", {"capacity": "25"}),
    ("treize en une heure", {"capacity": "13"}),
    ("fin avant début", {"opens": "18:00", "closes": "17:00"}),
    ("fin au début", {"opens": "17:00", "closes": "17:00"}),
    ("treize heures", {"opens": "08:00", "closes": "21:00"}),
    *((f"de {at[:8]!r}", {"opens": at}) for at in ODD_TIMES),
    *((f"à {at[:8]!r}", {"closes": at}) for at in ODD_TIMES),
    *((f"jour {day[:12]!r}", {"day": day}) for day in ODD_DAYS),
    ("hier", {"day": "2026-07-19"}),
]


def test_a_plage_that_makes_no_sense_is_refused(gp, ids, subtests):
    for name, values in BAD_PLAGES:
        with subtests.test(name):
            refuse(gp, PLAGE, plage(ids, **values), 422, 409, 400)


def test_what_was_typed_is_still_there(gp, ids):
    page = gp.post(PLAGE, data=plage(ids, capacity="1000", closes="18:15")).text
    assert 'value="1000"' in page
    assert 'value="18:15"' in page


@pytest.mark.database
def test_an_overlap_names_the_slot_in_the_way(gp, ids):
    assert gp.post(PLAGE, data=plage(ids)).status_code == 303
    told = refuse(gp, SLOT, one(ids, when="2026-07-21T17:30", once="k2"), 409)
    assert "une plage de 4\u00a0patients" in told.replace(" ", "\u00a0") or "17h00 à 18h00" in told


@pytest.mark.database
def test_another_ones_place_is_refused(gp, ids):
    refuse(gp, SLOT, one(ids, practice=ids.other_practice), 422, 404)


def test_for_another_one_is_invisible(gp, ids):
    refuse(gp, f"{SLOT}?pour={ids.other_person}", one(ids), 404)


def test_for_someone_forged_is_invisible(gp, ids, subtests):
    for whom in ("0", "-1", "9" * 30, "abc", "1 OR 1=1", "%00", "²", "٣"):
        with subtests.test(whom):
            refuse(gp, f"{SLOT}?pour={whom}", one(ids), 404, 400)


# -- a draft carried by the address -----------------------------------------------------------------------------------

FORGED = [
    "",
    "~",
    "1~C~2026-07-21~1700~60~4",
    "{p}~Z~2026-07-21~1700~60~4~",
    "{p}~C~2026-02-31~1700~60~4~",
    "{p}~C~2026-07-21~9900~60~4~",
    "{p}~C~2026-07-21~1700~60~4~rich",
    "0~C~2026-07-21~1700~60~4~",
    "-1~C~2026-07-21~1700~60~4~",
    "999999999~C~2026-07-21~1700~60~4~",
    "{o}~C~2026-07-21~1700~60~4~",
    LONG,
]


def test_a_forged_draft_is_no_page(gp, ids, subtests):
    for packed in FORGED:
        creneau = packed.replace("{p}", str(ids.practice)).replace("{o}", str(ids.other_practice))
        with subtests.test(packed[:60]):
            assert gp.get("/mes-creneaux/repeter", query_string={"creneau": creneau}).status_code == 404


ODD_DRAFTS = ["9999-12-31~2359~99999~1~", "0001-01-01~0000~15~1~", "2026-07-21~1700~0~0~", "2026-07-21~1700~-60~4~"]


def test_a_draft_beyond_the_calendar_is_no_crash(gp, ids, subtests):
    for rest in ODD_DRAFTS:
        packed = {"creneau": f"{ids.practice}~C~{rest}"}
        for page in ("/mes-creneaux/repeter", "/mes-creneaux/nouveau"):
            with subtests.test(rest, page=page):
                assert gp.get(page, query_string=packed).status_code in (200, 404)


def test_repeating_a_draft_beyond_the_calendar_changes_nothing(gp, ids, subtests):
    data = {"weekdays": ["1"], "until": "autre", "until_day": "9999-12-31", "once": "k"}
    for rest in ODD_DRAFTS:
        packed = {"creneau": f"{ids.practice}~C~{rest}"}
        with subtests.test(rest):
            before = everything()
            answer = gp.post("/mes-creneaux/repeter", query_string=packed, data=data)
            assert answer.status_code in (404, 409, 422)
            assert changed(before, everything()) == set()


BAD_SERIES = [
    ("aucun jour", {"weekdays": []}),
    ("jour 9", {"weekdays": ["9"]}),
    ("jour texte", {"weekdays": [SQL]}),
    ("jour énorme", {"weekdays": ["9" * 30]}),
    ("fin avant", {"until": "autre", "until_day": "2026-07-01"}),
    ("fin dans dix ans", {"until": "autre", "until_day": "2036-07-01"}),
    *((f"fin {day[:12]!r}", {"until": "autre", "until_day": day}) for day in ODD_DAYS),
    *((f"fin connue {day[:12]!r}", {"until": day}) for day in ODD_DAYS),
    ("panneau forgé", {"announced": "999/999/0"}),
    ("panneau long", {"announced": LONG}),
]


def test_a_repetition_that_makes_no_sense_is_refused(gp, ids, subtests):
    address = f"/mes-creneaux/repeter?creneau={ids.practice}~C~2026-07-21~1700~60~4~"
    good = {"weekdays": ["1"], "until": "autre", "until_day": "2026-08-11", "once": "k", "announced": "?"}
    for name, values in BAD_SERIES:
        with subtests.test(name):
            before = everything()
            answer = gp.post(address, data={**good, **values})
            assert answer.status_code in (400, 409, 422)
            assert changed(before, everything()) == set()


# -- the slots of others, ids that are no one's -----------------------------------------------------------------------

ACTS = ("modifier", "retirer", "retirer-libre", "remettre")


@pytest.mark.database
def test_another_ones_slot_is_invisible(other_gp, slot_id, subtests):
    for act in ACTS:
        with subtests.test(act):
            refuse(other_gp, f"/mes-creneaux/{slot_id}/{act}", {"scope": "une"}, 404)


FORGED_IDS = ("0", "-1", "2147483647", "2147483648", "9" * 40, "abc", "1.5", "%00", "1%20OR%201=1")


@pytest.mark.database
def test_a_forged_slot_is_refused(gp, subtests):
    for number in FORGED_IDS:
        for act in ACTS:
            with subtests.test(number, act=act):
                # 405: the routing library's own answer to a number too large for the rule
                refuse(gp, f"/mes-creneaux/{number}/{act}", {"scope": "une"}, 404, 400, 405)


@pytest.mark.database
def test_a_forged_page_is_not_found(gp, subtests):
    for number in FORGED_IDS:
        for path in ("/mes-creneaux/{}", "/mes-creneaux/absences/{}", "/mes-creneaux/{}/modifier"):
            with subtests.test(number, path=path):
                assert gp.get(path.format(number)).status_code in (404, 400)


ARGUMENTS = ("du", "avant", "objet", "pour", "q", "forme", "creneau", "choisir")
ODD_VALUES = (NUL, LONG, "0", "-1", "9" * 30, "9999-12-31", "0001-01-01", HTML, RTL, "²")


@pytest.mark.parametrize("path", ["/mes-creneaux", "/mes-creneaux/passes", "/mes-creneaux/nouveau"])
def test_no_argument_of_an_address_breaks_a_page(gp, coordinator, path, subtests):
    for name in ARGUMENTS:
        for value in ODD_VALUES:
            with subtests.test(name, value=value[:20]):
                for client in (gp, coordinator):
                    answer = client.get(path, query_string={"fait": "publie", name: value})
                    assert answer.status_code in (200, 303, 400, 404)
                    assert "<script>alert" not in answer.text


# -- stale pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def slot_id(cast) -> int:
    """Dr Renaudin's plage of four, tomorrow at 17h00."""
    starts_at = datetime(2026, 7, 21, 17, tzinfo=PARIS)
    made = make_slot(cast.gp_practice, starts_at=starts_at, capacity=4)
    session.commit()
    return made.id


def as_it_is(ids, **values) -> dict[str, object]:
    """The form of a change that changes nothing."""
    return {**plage(ids, **values), "scope": "une"}


def test_changing_a_slot_withdrawn_meanwhile_is_refused(gp, ids, slot_id):
    gp.post(f"/mes-creneaux/{slot_id}/retirer-libre")
    told = refuse(gp, f"/mes-creneaux/{slot_id}/modifier", as_it_is(ids, closes="18:20"), 409)
    assert "n’est plus sur la liste" in told


def test_changing_the_hours_of_a_slot_booked_meanwhile_is_refused(gp, ids, slot_id):
    make_booking(session.get_one(Slot, slot_id))
    session.commit()
    before = everything()
    gp.post(f"/mes-creneaux/{slot_id}/modifier", data=as_it_is(ids, opens="16:00", closes="17:00"))
    assert changed(before, everything()) <= {"audit_event", "slot", "agenda_version"}
    assert session.get_one(Slot, slot_id).starts_at == datetime(2026, 7, 21, 17, tzinfo=PARIS)


def test_fewer_places_than_patients_is_refused(gp, ids, slot_id):
    for _ in range(2):
        make_booking(session.get_one(Slot, slot_id))
    session.commit()
    told = refuse(gp, f"/mes-creneaux/{slot_id}/modifier", as_it_is(ids, capacity="1"), 409)
    assert "patients inscrits" in told.replace("\u00a0", " ")


def test_withdrawing_what_was_booked_meanwhile_shows_it_first(gp, slot_id):
    make_booking(session.get_one(Slot, slot_id))
    session.commit()
    data = {"scope": "une", "announced": "1/4/"}
    refuse_without_alert(gp, f"/mes-creneaux/{slot_id}/retirer", data)
    assert session.get_one(Slot, slot_id).state is SlotState.OPEN


def refuse_without_alert(client, path, data) -> None:
    """409 with a page that says what will happen now; nothing changed."""
    before = everything()
    answer = client.post(path, data=data)
    assert answer.status_code == 409
    assert "vérifiez, puis confirmez" in answer.text
    assert changed(before, everything()) == set()


def test_an_unknown_fate_for_a_patient_is_refused(gp, slot_id, subtests):
    booking_id = make_booking(session.get_one(Slot, slot_id)).id
    session.commit()
    for choice in ("", "fire_them", LONG, NUL):
        with subtests.test(choice[:20]):
            data = {"scope": "une", "announced": f"1/3/{booking_id}", f"suite-{booking_id}": choice}
            refuse(gp, f"/mes-creneaux/{slot_id}/retirer", data, 409, 422, 400)


@pytest.mark.parametrize("act", ["retirer-libre", "remettre"])
def test_acting_on_a_slot_that_is_over_is_refused(gp, slot_id, set_clock, act):
    if act == "remettre":
        gp.post(f"/mes-creneaux/{slot_id}/retirer-libre")
    set_clock(clock.now() + timedelta(days=2))
    assert "passé" in refuse(gp, f"/mes-creneaux/{slot_id}/{act}", {}, 409)


def test_restoring_where_another_slot_now_stands_is_refused(gp, ids, slot_id):
    gp.post(f"/mes-creneaux/{slot_id}/retirer-libre")
    assert gp.post(SLOT, data=one(ids, when="2026-07-21T17:30")).status_code == 303
    refuse(gp, f"/mes-creneaux/{slot_id}/remettre", {}, 409)


# -- absences, profile ------------------------------------------------------------------------------------------------

BAD_ABSENCES = [
    *((f"du {day[:12]!r}", {"from_on": day}) for day in ODD_DAYS if day != "9999-12-31"),
    *((f"au {day[:12]!r}", {"until_on": day}) for day in ODD_DAYS if day != "9999-12-31"),
    ("à l’envers", {"from_on": "2026-07-25", "until_on": "2026-07-22"}),
    ("hier", {"from_on": "2026-07-19"}),
    ("longueur inconnue", {"length": "toujours"}),
]


def test_an_absence_that_makes_no_sense_is_refused(gp, subtests):
    good = {"length": "dates", "from_on": "2026-07-22", "until_on": "2026-07-24", "once": "k", "announced": "0/0/"}
    for name, values in BAD_ABSENCES:
        with subtests.test(name):
            before = everything()
            assert gp.post("/mes-creneaux/absences", data={**good, **values}).status_code in (400, 409, 422)
            assert changed(before, everything()) == set()


@pytest.mark.database
def test_a_note_that_must_not_be_kept_is_refused(gp, subtests):
    for note in (LONG, "NIR 1 47 07 85 194 023 45", NUL):
        with subtests.test(note[:30]):
            refuse(gp, "/mes-creneaux/profil", {"accepts": "y", "note": note}, 422, 400)


def test_an_odd_note_is_only_text(gp, regulator, subtests):
    for note in (HTML, SQL, RTL):
        with subtests.test(note):
            assert gp.post("/mes-creneaux/profil", data={"accepts": "y", "note": note}).status_code == 303
            for page in (gp.get("/mes-creneaux/profil").text, regulator.get("/annuaire/medecins").text):
                assert "<script>alert" not in page
                assert escape(note) in page
