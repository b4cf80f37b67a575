"""The day with many doctors, its row that opens, its sheet."""

from datetime import date, timedelta

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.snp.models import Booking, Seat
from tests.regulation.conftest import FRAGMENT, TYPED
from tests.regulation.test_follow import statements
from tests.tools.factories import make_practice, make_slot


def text(client, url, status=200, **headers) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == status
    return response.get_data(as_text=True)


def test_columns_of_doctors_with_something(desk, slot, later):
    html = text(desk, "/journee")
    assert "Lundi 20 juillet" in html
    assert "Dr Renaudin" in html
    assert 'class="day-grid"' in html
    assert "16 h\u00a0: <b>1</b>" in html


def test_beyond_eight_doctors_it_flips(desk, cast):
    for _ in range(9):
        make_slot(make_practice())
    session.commit()
    html = text(desk, "/journee")
    assert 'class="day-grid rows"' in html
    assert "Après-midi" in html


def test_doctors_without_slots_are_folded(desk, slot):
    assert "1\u00a0médecin sans créneau ce jour" in text(desk, "/journee")


def test_a_holiday_is_written(desk, cast):
    assert "Assomption" in text(desk, "/journee?jour=2026-08-15")


def test_saturday_s_hours_are_said(desk, cast):
    assert "Le samedi, la régulation propose les créneaux de 8h00 à 12h00." in text(desk, "/journee?jour=2026-07-25")


def test_a_click_opens_a_row_under_the_line(desk, slot, later):
    html = desk.post(f"/journee/{slot}/retenir", headers=FRAGMENT).get_data(as_text=True)
    assert 'class="opened"' in html
    assert "data-hold-until" in html
    assert session.query(Seat.held_by_id).filter(Seat.held_by_id.is_not(None)).count() == 1


def test_without_javascript_too(desk, slot):
    answer = desk.post(f"/journee/{slot}/retenir", data={"jour": "2026-07-20"})
    assert "data-hold-until" in text(desk, answer.location)


def test_booking_from_the_day(desk, slot):
    html = desk.post(f"/journee/{slot}/reserver", data=TYPED, headers=FRAGMENT).get_data(as_text=True)
    assert session.query(Booking.reference).scalar() in html
    assert "Votre référence est" in html


def test_a_lost_race_from_the_day(desk, other_desk, slot, later):
    other_desk.post(f"/journee/{slot}/reserver", data=TYPED, headers=FRAGMENT)
    response = desk.post(f"/journee/{slot}/reserver", data={**TYPED, "name": "Papin", "seen": "1"}, headers=FRAGMENT)
    assert response.status_code == 409
    html = response.get_data(as_text=True)
    assert "Vos réponses sont gardées" in html
    assert f'formaction="/journee/{later}/reserver"' in html


def test_giving_back_closes_the_row(desk, slot):
    desk.post(f"/journee/{slot}/retenir", headers=FRAGMENT)
    html = desk.post(f"/journee/{slot}/rendre", headers=FRAGMENT).get_data(as_text=True)
    assert 'class="opened"' not in html


def test_an_unchanged_day_says_nothing(desk, slot):
    etag = desk.get("/journee/suivi", headers=FRAGMENT).headers["ETag"]
    assert desk.get("/journee/suivi", headers={**FRAGMENT, "If-None-Match": etag}).status_code == 204


def test_past_slots_stay_grey(desk, cast, set_clock, slot):
    set_clock(clock.now() + timedelta(hours=3))
    assert "passé" in text(desk, "/journee")


def test_as_many_statements_for_thirty_slots(desk, cast):
    make_slot(cast.gp_practice)
    session.commit()
    text(desk, "/journee")
    one = statements(desk, lambda c: c.get("/journee"))
    for i in range(30):
        make_slot(make_practice(), starts_at=clock.now() + timedelta(minutes=5 * i + 10))
    session.commit()
    assert statements(desk, lambda c: c.get("/journee")) == one


@pytest.mark.parametrize("query", ["jour=x", "jour=9999-12-31", "ouvert=abc", "jour=0001-01-01"])
def test_odd_addresses(desk, slot, query):
    text(desk, f"/journee?{query}")


def test_the_sheet_bears_names_and_its_printing_is_recorded(desk, slot, later):
    desk.post(f"/creneaux/{slot}/reserver", data=TYPED, headers=FRAGMENT)
    html = text(desk, "/journee/impression")
    assert "<b>Guérineau</b>, 1947" in html
    assert session.query(Booking.reference).scalar() in html
    assert session.query(AuditEvent).filter_by(kind="booking.printed").count() == 1


def test_a_past_day_is_printed_without_names(desk, slot, cast, sign_in, set_clock):
    desk.post(f"/creneaux/{slot}/reserver", data=TYPED, headers=FRAGMENT)
    set_clock(clock.now() + timedelta(days=1))
    html = text(sign_in(cast.regulator), f"/journee/impression?jour={date(2026, 7, 20)}")
    assert "Guérineau" not in html
    assert session.query(AuditEvent).filter_by(kind="booking.printed").count() == 0


def test_the_day_is_the_desk_s(sign_in, cast):
    text(sign_in(cast.gp), "/journee", 403)
