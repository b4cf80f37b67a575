"""A plage that has begun: what is shown, counted and opened is what can still be taken."""

from datetime import timedelta

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Slot
from tests.regulation.test_day import text
from tests.tools.factories import make_booking, make_slot


@pytest.fixture
def plage(cast) -> int:
    """Dr Renaudin’s four quarters of an hour, 15h32 to 16h32."""
    made = make_slot(session.merge(cast.gp_practice), capacity=4, starts_at=clock.now() + timedelta(hours=1))
    session.commit()
    return made.id


def test_it_shows_its_first_hour_before_it_begins(desk, plage):
    row = row_of(desk, plage)
    assert "15h32" in row
    assert "×4" in row


def test_once_begun_it_shows_the_first_hour_that_can_be_taken(desk, plage, set_clock):
    set_clock(clock.now() + timedelta(minutes=80))
    row = row_of(desk, plage)
    assert "16h02" in row
    assert "15h32" not in row
    assert "×2" in row


def test_a_place_taken_ahead_is_passed_over(desk, plage, set_clock):
    book_seat(plage, 2)
    set_clock(clock.now() + timedelta(minutes=80))
    row = row_of(desk, plage)
    assert "16h17" in row
    assert "×" not in row


def test_with_only_hours_gone_by_free_it_leaves_the_list(desk, plage, set_clock):
    book_seat(plage, 2), book_seat(plage, 3)
    set_clock(clock.now() + timedelta(minutes=80))
    assert f'id="c{plage}"' not in text(desk, "/creneaux")


def test_the_row_opens_at_the_hour_it_shows(desk, plage, set_clock):
    set_clock(clock.now() + timedelta(minutes=80))
    page = text(desk, f"/creneaux/{plage}")
    assert "<time>16h02</time>" in page
    assert "<time>15h32</time>" not in page


def test_the_day_shows_that_hour_too(desk, plage, set_clock):
    set_clock(clock.now() + timedelta(minutes=80))
    page = text(desk, "/journee")
    assert 'aria-label="16h02, Dr Hélène Renaudin' in page
    assert "15h32" not in page


def test_the_paper_counts_what_can_still_be_taken(desk, plage, set_clock):
    book_seat(plage, 2)
    set_clock(clock.now() + timedelta(minutes=80))
    page = text(desk, "/journee/impression")
    assert "1\u00a0libre, 1\u00a0pris" in page
    assert "<b>16h17</b>" in page
    assert "15h32" not in page


def test_the_paper_of_a_day_gone_by_offers_nothing(desk, plage, cast, sign_in, set_clock):
    set_clock(clock.now() + timedelta(days=1))
    page = text(sign_in(cast.regulator), "/journee/impression?jour=2026-07-20")
    assert "0\u00a0libre, 0\u00a0pris" in page
    assert "Ni réservation ni place à prendre" in page


def row_of(desk, slot_id: int) -> str:
    page = text(desk, "/creneaux")
    start = page.index(f'id="c{slot_id}"')
    return page[start : page.index("</li>", start)]


def book_seat(slot_id: int, rank: int) -> None:
    slot = session.get(Slot, slot_id)
    make_booking(slot, seat_id=slot.seats[rank].id)
    session.commit()
