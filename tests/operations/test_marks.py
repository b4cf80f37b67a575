"""Every action with a marked name, phone and mail, on the real server and worker; then the marks are looked for.

They must be nowhere but behind seals: not in the database, its write-ahead log, the outbox, the static cache, the
logs, nor in a copy without its keys (architecture, *Sealed values*).
"""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cptsapp.accounts.models import Draft
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.operations import backup
from cptsapp.outbox.models import Message
from cptsapp.regulation.models import Broadcast, DrillSlot
from cptsapp.settings import ROOT
from cptsapp.snp.models import Booking, BookingIdentity, BookingState, CancelReason
from tests.tools.databases import dispose
from tests.tools.factories import make_campaign, make_slot
from tests.tools.http_user import HttpUser, http_user
from tests.tools.marks import MAIL, NAME, PHONE, files_under, found_in, needles, rows_of_every_table
from tests.tools.server import live_server

pytestmark = pytest.mark.database

NOON = datetime(2026, 7, 20, 12, 32, tzinfo=UTC)
PATIENT = {"regular_doctor": "no", "name": NAME, "birth_year": "1951", "phone": PHONE}
KEYS = ("keys.json", "keys", "secret.key")


class House:
    """The server, the people and what they have made so far."""

    def __init__(self, app, server, cast, set_clock):
        self.server, self.set_clock = server, set_clock
        who = ("regulator", "other_regulator", "gp", "other_gp", "secretary", "coordinator", "administrator")
        self.people = {name: http_user(app, server.url, getattr(cast, name)) for name in who}

    def __getattr__(self, name: str) -> HttpUser:
        user = self.people[name]
        user.close()  # the server may have hung up meanwhile
        return user

    def book(self, slot_id: int, who: str = "regulator", **more) -> int:
        """Book a slot for the marked patient; gives the booking."""
        user = getattr(self, who)
        assert user.post(f"/creneaux/{slot_id}/retenir").status in (200, 204, 303)
        answer = user.post(f"/creneaux/{slot_id}/reserver", once=f"k{slot_id}{who}", seen="1", **{**PATIENT, **more})
        assert answer.status in (200, 303), answer.text[-2000:]
        return last(Booking.id, Booking.slot_id == slot_id)

    def worker(self, *commands: str) -> None:
        """Run the worker, or another command, once; its log joins the server's."""
        session.remove()
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *(commands or ("worker", "--once"))]
        with self.server.log.open("ab") as log:
            subprocess.run(command, cwd=ROOT, env=self.server.environment, stdout=log, stderr=log, check=True)


def everything(column, *where):
    """A column's values in order; the session is let go, for it would keep the server out."""
    found = list(session.scalars(select(column).where(*where).order_by(column)))
    session.remove()
    return found


def last(column, *where):
    """The newest of them."""
    return everything(column, *where)[-1]


@pytest.fixture
def slots(cast):
    """Ten slots of two GPs this afternoon, by number."""
    make_campaign()
    first = datetime(2026, 7, 20, 13, 0, tzinfo=UTC)
    made = [
        make_slot(practice, starts_at=first + timedelta(minutes=20 * n)).id
        for n in range(7)
        for practice in (cast.gp_practice, cast.other_gp_practice)
    ]
    session.commit()
    session.remove()
    return made


@pytest.fixture
def house(app, cast, slots, sink, instance, database_url, clock_file, set_clock):
    """Server and people."""
    with live_server(instance, database_url, f"@{clock_file}", CPTSAPP_SMTP_URL=sink.url) as server:
        house = House(app, server, cast, set_clock)
        yield house
        for user in house.people.values():
            user.close()


def test_marks_are_nowhere_but_behind_seals(app, house, slots, sink, instance, tmp_path):
    book_move_cancel(house, slots)
    search_everywhere(house)
    refuse_and_lose(house, slots)
    book_from_the_day(house, slots)
    practise(house)
    ask_a_circle(house)
    leave_a_draft(house, slots)
    mistype_at_the_door(house)
    note_outcomes_print_and_export(house, slots)
    house.worker()
    assert_walk_was_walked(sink)
    assert_nowhere(app, house, sink, instance, tmp_path)


def book_move_cancel(house, slots):
    """Book, undo, move, cancel from both sides, ring back."""
    undone = house.book(slots[0])
    assert house.regulator.post(f"/reservations/{undone}/defaire").status in (200, 303)
    moved = house.book(slots[2])
    assert house.regulator.post(f"/reservations/{moved}/deplacer", slot=slots[4]).status == 303
    cancelled = house.book(slots[6])
    answer = house.regulator.post(f"/reservations/{cancelled}/annuler", side="patient", reason="cannot_come")
    assert answer.status == 303
    house.book(slots[8], name=f"{NAME} {MAIL}")
    house.book(slots[1], who="other_regulator")
    withdrawn = slots[8]
    booking = last(Booking.id, Booking.slot_id == withdrawn)
    page = house.gp.get(f"/mes-creneaux/{withdrawn}/retirer")
    announced = re.search(r'name="announced"[^>]*value="([^"]*)"', page.text).group(1)
    choices = {f"suite-{booking}": "regulation_calls", "scope": "une", "announced": announced, "reason": NAME}
    assert house.gp.post(f"/mes-creneaux/{withdrawn}/retirer", **choices).status == 303
    assert house.regulator.post(f"/reservations/{booking}/rappele").status == 303


def search_everywhere(house):
    """Marks typed in every search box and filter."""
    typed = NAME.split()[0]
    fields = "&".join(
        f"{name}={typed}" for name in ("q", "ref", "qui", "quoi", "ou", "commune", "ouvert", "suite", typed)
    )
    pages = ("/creneaux", "/journee", "/reservations", "/annuaire", "/annuaire/medecins", "/journal", "/comptes")
    for user in (house.regulator, house.coordinator, house.gp):
        for page in pages:
            assert user.get(f"{page}?{fields}").status < 500


def refuse_and_lose(house, slots):
    """Forms given back with what was typed: invalid, late, doubtful."""
    regulator = house.regulator
    assert regulator.post(f"/creneaux/{slots[10]}/reserver", **{**PATIENT, "birth_year": "51"}).status == 422
    assert regulator.post(f"/creneaux/{slots[4]}/reserver", once="late", seen="1", **PATIENT).status == 409
    assert regulator.post(f"/creneaux/{slots[10]}/reserver", once="twin", **PATIENT).status == 422
    assert regulator.post("/creneaux/doublons", **PATIENT).status == 200
    assert regulator.post("/creneaux/999999/reserver", **PATIENT).status in (404, 409)
    assert regulator.post(f"/creneaux/{slots[10]}/reserver", csrf_token="forged", **PATIENT).status == 400
    regulator.post("/orientations", kind="overbook", person=NAME, place=NAME)
    assert regulator.post("/orientations", kind="regular_doctor", once="orient", place=NAME).status < 400


def book_from_the_day(house, slots):
    """The same booking, from the page of the day."""
    house.regulator.post(f"/journee/{slots[3]}/retenir")
    answer = house.regulator.post(f"/journee/{slots[3]}/reserver", once="day", seen="1", **PATIENT)
    assert answer.status == 303


def practise(house):
    """In practice mode one types real names by mistake."""
    assert house.regulator.post("/entrainement").status == 303
    for slot in everything(DrillSlot.id)[:3]:
        house.regulator.post(f"/entrainement/{slot}/retenir")
        assert (
            house.regulator.post(f"/entrainement/{slot}/reserver", once=f"drill{slot}", seen="1", **PATIENT).status
            == 200
        )
    house.regulator.post("/entrainement/quitter")


def ask_a_circle(house):
    """A broadcast for the marked patient, taken by a GP."""
    answer = house.regulator.post("/diffusions", once="d1", circle="all", commune="", **PATIENT)
    assert answer.status == 303, answer.text[-2000:]
    sent = last(Broadcast.id)
    house.worker()
    answer = house.other_gp.post(f"/diffusions/{sent}/prendre", other="18:40")
    assert answer.status == 200, answer.text[-2000:]


def leave_a_draft(house, slots):
    """What is typed as the session ends waits for its author, sealed."""
    house.other_regulator.get(f"/creneaux/{slots[12]}")
    house.other_regulator.token = house.other_regulator.token or "x"
    cookie = house.other_regulator.cookie
    assert house.other_regulator.post("/deconnexion").status in (200, 303)
    house.other_regulator.cookie = cookie
    assert house.other_regulator.post(f"/creneaux/{slots[12]}/reserver", once="draft", **PATIENT).status == 401


def mistype_at_the_door(house):
    """A patient's mail typed as one's own."""
    stranger = HttpUser(house.server.url, "x=y")
    page = stranger.get("/connexion")
    assert page.status == 200
    assert stranger.post("/connexion", mail=MAIL, password=NAME).status in (401, 422)
    assert stranger.post("/mot-de-passe/oubli", mail=MAIL).status < 500
    stranger.get(f"/invitation/{NAME.split()[0]}")
    stranger.close()


def note_outcomes_print_and_export(house, slots):
    """The evening, the sheets, the figures, and each opening of an identity."""
    house.set_clock(NOON + timedelta(hours=8))
    for booking in everything(Booking.id):
        for user in (house.regulator, house.gp, house.other_gp):
            assert user.get(f"/reservations/{booking}").status < 500
        for user in (house.gp, house.other_gp):
            assert user.post(f"/mes-creneaux/soir/{booking}", venue="honoured").status < 500
    for page in ("/mes-creneaux", "/mes-creneaux/soir", "/mes-creneaux/imprimer", "/mes-creneaux/passes"):
        assert house.gp.get(page).status == 200
    for page in ("/journee/impression", "/reservations", "/diffusions"):
        assert house.regulator.get(page).status == 200
    for page in ("/campagnes/1", "/campagnes/1/releve.csv", "/campagnes/chiffres.csv", "/journal", "/journal.csv"):
        assert house.coordinator.get(page).status == 200


def assert_walk_was_walked(sink):
    """The marks have really been written, sealed, by each of the acts."""
    sealed = [ring().unseal(i.name, i.id, "name") for i in session.query(BookingIdentity)]
    states = set(everything(Booking.state))
    assert sum(name.startswith(NAME) for name in sealed) >= 6
    assert {BookingState.CANCELLED, BookingState.HONOURED} <= states
    assert {CancelReason.UNDONE, CancelReason.MOVED, CancelReason.CANNOT_COME} <= set(everything(Booking.cancel_reason))
    assert last(Broadcast.taken_by_id) is not None
    assert everything(Draft.id)
    kinds = set(everything(AuditEvent.kind))
    assert {"booking.read", "booking.printed", "booking.recalled", "slot.withdrawn", "orientation.noted"} <= kinds
    assert sink.messages


def assert_nowhere(app, house, sink, instance, tmp_path):
    places = list(rows_of_every_table())
    places += [(f"mail {n}", mail.as_bytes()) for n, mail in enumerate(sink.messages)]
    places += list(files_under(instance, but=KEYS))
    session.remove()
    copy = backup.make(app.config["CPTSAPP"], tmp_path / "copies", "0001")
    places += [(f"copy {name}", content) for name, content in files_under(copy, but=KEYS)]
    dispose()
    assert any(name.endswith("server.log") and content for name, content in places)
    assert not found_in(places)


def test_the_search_finds_what_is_there(app, cast):
    """Without this the test above would pass on an empty list of places."""
    cast.gp_person.last_name = NAME.split()[1]
    session.commit()
    assert any(hit.startswith("table person") for hit in found_in(rows_of_every_table()))


def test_marks_are_known_in_their_usual_dresses():
    joined = b" ".join(needles())
    assert b"0639987731" in joined
    assert b"marquedepose" in joined
    assert rb"\u00e9" in joined
    assert re.search(rb"marqued%c3%a9pose", joined)


def test_message_holds_no_identity(app, house, slots):
    house.book(slots[0])
    assert not found_in([(m.title, m.body.encode()) for m in session.query(Message)])


def test_error_of_the_database_quotes_no_value(app, cast):
    session.add(BookingIdentity(booking_id=10**6, name=NAME.encode(), birth_year=b"", phone=b"", erase_on=NOON.date()))
    with pytest.raises(Exception, match="booking_identity") as caught:
        session.flush()
    assert NAME.split()[0] not in str(caught.value)
    session.rollback()
