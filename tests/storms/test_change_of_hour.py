"""The last Sundays of March and October, through the web: what is posted at 17h00 is at 17h00 on both sides."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from cptsapp.core.db import session
from cptsapp.snp.models import Seat, Slot
from tests.storms.crowd import hold, reserve
from tests.storms.invariants import broken
from tests.tools.factories import make_slot

PARIS = ZoneInfo("Europe/Paris")
CHANGES = [pytest.param(date(2027, 3, 28), 16, 15, id="mars"), pytest.param(date(2026, 10, 25), 15, 16, id="octobre")]
HIDDEN = re.compile(r'name="(\w+)"(?: type="hidden")? value="([^"]*)"')


@pytest.fixture
def practice_id(cast) -> int:
    """Dr Renaudin's surgery."""
    return cast.gp_practice.id


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of the page."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page).group(0)
    found = re.search(r'value="([^"]*)"', tag)
    return unescape(found.group(1)) if found else ""


def starts(of: type = Slot) -> list[datetime]:
    """The starts of every slot or seat, in order."""
    session.rollback()
    return [row.starts_at for row in session.query(of).order_by(of.starts_at, of.id)]


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, datetime.min.time(), PARIS) + timedelta(hours=hour)


def visible(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize(("sunday", "before", "after"), CHANGES)
def test_a_repetition_keeps_its_hour_on_the_wall(cast, sign_in, practice_id, set_clock, sunday, before, after):
    wednesday = sunday - timedelta(days=4)
    set_clock(at(wednesday - timedelta(days=2), 10))
    phone = sign_in(cast.gp)
    address = f"/mes-creneaux/repeter?creneau={practice_id}~C~{wednesday}~1700~60~4~"
    asked = {"weekdays": ["2"], "until": "autre", "until_day": (wednesday + timedelta(days=14)).isoformat()}
    page = phone.post(address, data={**asked, "once": "k", "preview": "1"}).text
    answer = phone.post(address, data={**asked, "once": "k", "announced": hidden(page, "announced")})
    assert answer.status_code == 303, visible(answer.text)
    assert [s.astimezone(UTC).hour for s in starts()] == [before, after, after]
    assert {s.astimezone(PARIS).hour for s in starts()} == {17}
    assert visible(phone.get("/mes-creneaux").text).count("17h00") >= 3


@pytest.mark.parametrize(("sunday", "end"), [(date(2027, 3, 28), 5), (date(2026, 10, 25), 3)], ids=["mars", "octobre"])
def test_a_plage_across_the_change_says_when_it_ends(cast, sign_in, practice_id, set_clock, sunday, end):
    set_clock(at(sunday - timedelta(days=3), 10))
    phone = sign_in(cast.gp)
    details = {"practice": practice_id, "modality": "C", "once": "k"}
    asked = {"day": sunday.isoformat(), "opens": "01:00", "closes": "04:00", "capacity": "6", **details}
    first = phone.post("/mes-creneaux/nouveau?forme=plage", data=asked)
    assert first.status_code == 409
    assert f"la plage finira à {end}h00" in visible(first.text)
    answer = phone.post(
        "/mes-creneaux/nouveau?forme=plage", data={**asked, "confirmed": hidden(first.text, "confirmed")}
    )
    assert answer.status_code == 303
    seats = starts(Seat)
    assert [b - a for a, b in pairwise(seats)] == [timedelta(minutes=30)] * 5
    assert session.query(Slot).one().ends_at.astimezone(PARIS).hour == end


def test_an_hour_that_does_not_exist_is_refused(cast, sign_in, practice_id, set_clock):
    set_clock(at(date(2027, 3, 25), 10))
    phone = sign_in(cast.gp)
    asked = {"when": "2027-03-28T02:30", "duration": "15", "practice": practice_id, "modality": "C", "once": "k"}
    answer = phone.post("/mes-creneaux/nouveau", data=asked)
    assert answer.status_code == 409
    assert "2h30 n’existe pas" in visible(answer.text)
    assert starts() == []


@pytest.mark.parametrize(("sunday", "before", "after"), CHANGES)
def test_the_list_and_its_strips_show_the_hour_on_the_wall(cast, sign_in, set_clock, sunday, before, after):
    set_clock(at(sunday - timedelta(days=1), 9))
    for day, hour in ((sunday - timedelta(days=1), before), (sunday + timedelta(days=1), after)):
        make_slot(cast.gp_practice, starts_at=datetime(day.year, day.month, day.day, hour, tzinfo=UTC), day_on=day)
    session.commit()
    desk = sign_in(cast.regulator)
    text = visible(desk.get("/creneaux").text)
    assert text.count("17h00") >= 2
    assert "16h00" not in text
    assert "18h00" not in text


def test_a_hold_lasts_two_minutes_across_the_change(cast, come_in, set_clock, subtests):
    """It begins a minute before the change and ends a minute after, not an hour early or late."""
    for sunday in (date(2026, 10, 25), date(2027, 3, 28)):
        change = datetime(sunday.year, sunday.month, sunday.day, 1, tzinfo=UTC)
        set_clock(change - timedelta(minutes=1))
        practice = session.merge(cast.gp_practice)
        slot_id = make_slot(practice, starts_at=change + timedelta(hours=8), day_on=sunday).id
        session.commit()
        desk, other = come_in(cast.regulator), come_in(cast.other_regulator)
        with subtests.test(sunday.isoformat()):
            assert hold(desk, slot_id).status == 303
            set_clock(change + timedelta(seconds=59))
            assert hold(other, slot_id).status == 409
            set_clock(change + timedelta(minutes=1))
            assert reserve(other, 1, slot_id).booking_id
            assert broken() == {}
