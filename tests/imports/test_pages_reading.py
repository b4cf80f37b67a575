"""A reading: who takes it, what its page says, how it ends, and what happens when its worker is gone."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.imports import files, screens
from cptsapp.imports.actions import arrivals, lifecycle, reading, turns
from cptsapp.imports.mapping import Field, Subject
from cptsapp.imports.models import Import, ImportItem, ImportState, ItemKind
from cptsapp.operations.jobs import READING, Job, _read_imports
from cptsapp.operations.worker import Worker
from tests.imports.pages import NAME, changed, extract, line, open_import
from tests.tools.factories import acting

HTMX = {"HX-Request": "true"}
OTHER = changed(rpps="10100000024", last_name="FERRANDI", first_name="Nicolas")


@pytest.fixture
def office(cast, sign_in):
    """The coordinator's browser."""
    return sign_in(cast.coordinator)


def arrive(tmp_path, cast, content: bytes) -> int:
    """An extract that waits to be read."""
    path = tmp_path / NAME
    path.write_bytes(content)
    made = arrivals.receive_extract(path, NAME, None, by=acting(session.merge(cast.coordinator)))
    session.commit()
    return made.id


def state_of(import_id: int) -> ImportState:
    session.expire_all()
    return session.get(Import, import_id).state


# -- by the worker ----------------------------------------------------------------------------------------------------


def test_what_waits_is_read_and_its_review_opens(cast, tmp_path):
    number = arrive(tmp_path, cast, extract(line(), line(**changed(commune="75056"))))
    assert turns.read_waiting(clock.now())
    assert state_of(number) is ImportState.REVIEW
    assert [item.kind for item in session.query(ImportItem)] == [ItemKind.NEW]
    assert session.get(Import, number).outside_count == 1


def test_its_file_goes_once_it_is_read(cast, tmp_path, instance):
    arrive(tmp_path, cast, extract(line()))
    turns.read_waiting(clock.now())
    assert [path for path in (instance / "imports").iterdir() if path.is_file()] == []


def test_nothing_waits_most_of_the_time(cast):
    assert not turns.is_waiting(clock.now())
    assert not turns.read_waiting(clock.now())


def test_the_worker_reads_apart(app, cast, tmp_path):
    number = arrive(tmp_path, cast, extract(line()))
    session.remove()
    Worker(app, None, jobs=(Job("imports.read", timedelta(seconds=6), _read_imports),)).once()
    READING.wait()
    assert state_of(number) is ImportState.REVIEW


@pytest.mark.database
def test_what_another_worker_reads_is_left_to_it(cast, tmp_path):
    arrive(tmp_path, cast, extract(line()))
    assert turns._claim(clock.now()) is not None
    assert turns._claim(clock.now()) is None


@pytest.mark.database
def test_what_a_killed_worker_left_is_taken_over(cast, tmp_path, set_clock):
    number = arrive(tmp_path, cast, extract(line()))
    turns._claim(clock.now())
    set_clock(clock.now() + turns.LOST_AFTER + timedelta(seconds=1))
    assert turns.read_waiting(clock.now())
    assert state_of(number) is ImportState.REVIEW


def test_a_reading_that_breaks_is_tried_again_then_given_up(cast, tmp_path, monkeypatch):
    number = arrive(tmp_path, cast, extract(line()))
    monkeypatch.setattr(reading, "read", lambda *_args: 1 / 0)
    for _ in range(turns.TRIES_MAX):
        assert turns.read_waiting(clock.now())
        assert state_of(number) is ImportState.WAITING
    turns.read_waiting(clock.now())
    assert state_of(number) is ImportState.FAILED
    assert "trois fois" in session.get(Import, number).reason


def test_a_file_that_is_gone_fails_with_words(cast, tmp_path):
    number = arrive(tmp_path, cast, extract(line()))
    files.remove(session.get(Import, number).stored_as)
    turns.read_waiting(clock.now())
    assert state_of(number) is ImportState.FAILED
    assert "plus là" in session.get(Import, number).reason


def test_one_who_stops_it_meanwhile_is_obeyed(cast, tmp_path, monkeypatch):
    number = arrive(tmp_path, cast, extract(line(), line(**OTHER)))
    really = reading.compare

    def stop_first(*args):
        lifecycle.abandon(session.get(Import, number), by=acting(cast.coordinator))
        session.commit()
        return really(*args)

    monkeypatch.setattr(reading, "compare", stop_first)
    turns.read_waiting(clock.now())
    assert state_of(number) is ImportState.ABANDONED


def test_a_list_is_read_as_the_extract_is(cast, tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("Nom;Prénom;Profession;CP;Ville\nMercadal;Julie;IDE;85440;Talmont-Saint-Hilaire\nX;Y;ostéo;;\n")
    made = arrivals.receive_list(path, "liste.csv", Subject.PERSONS, by=acting(cast.coordinator))
    chosen = {Field(field): number for field, number in made.columns["map"].items()}
    arrivals.choose_columns(made, chosen, by=acting(cast.coordinator))
    session.commit()
    turns.read_waiting(clock.now())
    kinds = sorted(item.kind.value for item in session.query(ImportItem))
    assert kinds == ["new", "unreadable"]


def test_a_list_makes_nobody_leave(cast, tmp_path):
    cast.gp_person.rpps = "10100000024"
    session.commit()
    test_a_list_is_read_as_the_extract_is(cast, tmp_path)
    assert session.query(ImportItem).filter_by(kind=ItemKind.GONE).count() == 0


def test_files_left_behind_are_swept_after_a_day(cast, tmp_path, set_clock, instance):
    arrive(tmp_path, cast, extract(line()))
    (instance / "imports" / ".recu-x").write_bytes(b"x")
    assert turns.sweep_files(datetime.now(UTC)) == 0
    assert turns.sweep_files(datetime.now(UTC) + timedelta(days=2)) == 1
    assert len(list((instance / "imports").iterdir())) == 1


# -- its page ---------------------------------------------------------------------------------------------------------

BEGUN = {"reading_since": "2026-07-20T12:31:00+00:00", "width": 56, "renamed": [["Libellé mode exercice", "Mode"]]}


def reading_now(**overrides) -> int:
    """An import whose reading is at half."""
    values = {
        "state": ImportState.READING,
        "columns": BEGUN,
        "file_bytes": 1000,
        "read_bytes": 500,
        "line_count": 1200,
        "outside_count": 1100,
        "beat_at": clock.now(),
    }
    return open_import(**{**values, **overrides}).id


def url(number: int) -> str:
    return f"/annuaire/imports/{number}"


def test_the_page_says_how_far_it_is(office):
    page = office.get(url(reading_now())).text
    assert "1\u202f200\u00a0lignes sur 2\u202f400 environ" in page
    assert "encore 60\u00a0s environ" in page
    assert 'value="50"' in page
    assert "Vous pouvez fermer cette page" in page


def test_the_page_says_what_was_recognised(office):
    page = office.get(url(reading_now())).text
    assert "56\u00a0colonnes" in page
    assert "«\u00a0Mode\u00a0»" in page


def test_a_poll_costs_nothing_when_nothing_changed(office):
    number = reading_now()
    etag = office.get(f"{url(number)}/suivi", headers=HTMX).headers["ETag"]
    answer = office.get(f"{url(number)}/suivi", headers={**HTMX, "If-None-Match": etag})
    assert (answer.status_code, answer.data) == (204, b"")


def test_a_poll_of_the_page_just_opened_costs_nothing(office):
    number = reading_now()
    etag = screens.etag(session.get(Import, number), clock.now())
    assert f'data-etag="{etag}"' in office.get(url(number)).text
    assert office.get(f"{url(number)}/suivi", headers={**HTMX, "If-None-Match": etag}).status_code == 204


def test_a_poll_tells_what_changed(office):
    number = reading_now()
    known = screens.etag(session.get(Import, number), clock.now())
    session.get(Import, number).line_count = 1300
    session.commit()
    answer = office.get(f"{url(number)}/suivi", headers={**HTMX, "If-None-Match": known})
    assert "1\u202f300\u00a0lignes" in answer.text


def test_the_poll_leads_to_the_review(office):
    number = open_import(state=ImportState.REVIEW).id
    answer = office.get(f"{url(number)}/suivi", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, url(number))


def test_the_address_of_the_poll_leads_a_person_to_the_page(office):
    assert office.get(f"{url(reading_now())}/suivi").headers["Location"].endswith(url(1))


def test_a_reading_that_does_not_begin_is_said(office, set_clock):
    number = open_import().id
    assert "travail de fond" not in office.get(url(number)).text
    set_clock(clock.now() + timedelta(seconds=45))
    assert "travail de fond du logiciel semble arrêté" in office.get(url(number)).text


def test_a_reading_that_stands_still_is_said(office, set_clock):
    number = reading_now()
    set_clock(clock.now() + timedelta(seconds=90))
    assert "La lecture s’est interrompue" in office.get(url(number)).text


def test_it_is_stopped_without_a_script(office):
    number = reading_now()
    assert "Arrêter la lecture" in office.get(f"{url(number)}/abandonner").text
    office.post(f"{url(number)}/abandonner")
    assert state_of(number) is ImportState.ABANDONED


def test_others_follow_nothing(cast, sign_in):
    assert sign_in(cast.gp).get(f"{url(reading_now())}/suivi").status_code == 403


@pytest.mark.parametrize(("number", "words"), [(812_000_000, "812 Mo"), (1_500_000_000, "1,5 Go"), (900, "1 Ko")])
def test_sizes_are_read_as_people_say_them(number, words):
    assert screens.size(number).replace("\xa0", " ") == words


# -- from one end to the other ----------------------------------------------------------------------------------------


def test_sent_read_applied(office):
    office.post("/annuaire/imports/extrait", data={"file": (io.BytesIO(extract(line())), NAME)})
    turns.read_waiting(clock.now())
    number = session.query(Import.id).scalar()
    assert "Julie Mercadal" in office.get(url(number)).text
    office.post(f"{url(number)}/appliquer")
    assert state_of(number) is ImportState.APPLIED
    assert "Mercadal" in office.get("/annuaire", query_string={"q": "mercadal"}).text


def test_the_same_file_twice_changes_nothing(office, cast, tmp_path):
    test_sent_read_applied(office)
    number = arrive(tmp_path, cast, extract(line()))
    turns.read_waiting(clock.now())
    assert "Ce fichier ne change rien" in office.get(url(number)).text
