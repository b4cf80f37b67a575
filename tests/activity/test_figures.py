"""One query: each number is the count of its rows, whatever the filter and the cut (pitfall 22)."""

from datetime import date, timedelta

import pytest

from cptsapp.activity import rules
from cptsapp.activity.queries import figures, lines
from cptsapp.activity.queries.figures import Filter
from cptsapp.activity.rules import MEASURES, Figures
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.snp.models import BookingState, CancelReason, RegularDoctor, SlotOrigin, SlotState
from tests.tools.factories import make_booking, make_campaign, make_slot

HONOURED, NO_SHOW, CANCELLED = BookingState.HONOURED, BookingState.NO_SHOW, BookingState.CANCELLED


def total(wanted: Filter | None = None) -> Figures:
    return rules.total(cell.figures for cell in figures.cells(wanted or Filter(), clock.now()))


def slot(practice, hours=2.0, **overrides):
    return make_slot(practice, starts_at=clock.now() + timedelta(hours=hours), **overrides)


def call(cast, kind, person_id=None, day=date(2026, 7, 20), **overrides):
    values = {"kind": kind, "person_id": person_id, "day_on": day, "at": clock.now(), "by_id": cast.regulator.id}
    session.add(Orientation(**{**values, **overrides}))
    session.flush()


class TestSeats:
    def test_a_range_of_four_counts_four(self, cast):
        slot(cast.gp_practice, capacity=4)
        assert total().posted == 4

    def test_a_booked_seat_is_posted_and_booked(self, cast):
        make_booking(slot(cast.gp_practice, capacity=2))
        assert (total().posted, total().booked) == (2, 1)

    def test_what_is_withdrawn_is_not_posted(self, cast):
        slot(cast.gp_practice, capacity=3, state=SlotState.WITHDRAWN)
        slot(cast.gp_practice, 3, state=SlotState.ABSENT)
        assert (total().posted, total().withdrawn) == (0, 4)

    def test_a_patient_seen_anyway_keeps_their_seat_posted(self, cast):
        """« Je le vois quand même »: the rest of the range is withdrawn, this seat is not."""
        make_booking(slot(cast.gp_practice, capacity=3, state=SlotState.WITHDRAWN))
        assert (total().posted, total().withdrawn, total().booked) == (1, 2, 1)

    def test_a_broadcast_is_no_posted_slot(self, cast):
        make_booking(slot(cast.gp_practice, origin=SlotOrigin.BROADCAST))
        found = total()
        assert (found.posted, found.booked, found.broadcasts, found.patients) == (0, 0, 1, 1)

    def test_outcomes_are_counted_apart(self, cast):
        for hours, state in ((-1, HONOURED), (-2, NO_SHOW), (-3, BookingState.BOOKED), (+1, BookingState.BOOKED)):
            make_booking(slot(cast.gp_practice, hours), state=state)
        found = total()
        assert (found.honoured, found.no_show, found.awaiting, found.to_come) == (1, 1, 1, 1)

    def test_a_cancelled_booking_leaves_its_seat_posted_and_free(self, cast):
        make_booking(slot(cast.gp_practice), state=CANCELLED, cancel_reason=CancelReason.NO_LONGER_NEEDED)
        found = total()
        assert (found.posted, found.booked, found.cancelled) == (1, 0, 1)

    @pytest.mark.parametrize("reason", [CancelReason.UNDONE, CancelReason.MOVED, CancelReason.ENTRY_ERROR])
    def test_slips_and_moves_are_no_cancellations(self, cast, reason):
        make_booking(slot(cast.gp_practice), state=CANCELLED, cancel_reason=reason)
        assert total().cancelled == 0

    def test_answers_are_counted(self, cast):
        for hours, answer in enumerate(RegularDoctor, start=1):
            make_booking(slot(cast.gp_practice, hours), regular_doctor=answer)
        found = total()
        assert (found.with_doctor, found.without_doctor, found.unknown_doctor) == (1, 1, 1)


@pytest.mark.database
class TestClocks:
    @pytest.mark.parametrize(
        ("after", "within_24h", "within_48h"),
        [
            (timedelta(hours=24), 1, 1),
            (timedelta(hours=24, seconds=1), 0, 1),
            (timedelta(hours=48), 0, 1),
            (timedelta(hours=48, seconds=1), 0, 0),
        ],
    )
    def test_both_clocks_run_from_the_booking(self, cast, after, within_24h, within_48h):
        posted = slot(cast.gp_practice, 50)
        make_booking(posted, booked_at=posted.starts_at - after)
        assert (total().within_24h, total().within_48h) == (within_24h, within_48h)

    def test_the_seat_s_own_hour_counts_not_the_range_s(self, cast):
        posted = slot(cast.gp_practice, 50, capacity=2)
        booked_at = posted.starts_at - timedelta(hours=24)
        for _ in range(2):
            make_booking(posted, booked_at=booked_at)
        assert (total().booked, total().within_24h) == (2, 1)

    def test_a_free_seat_is_within_no_clock(self, cast):
        slot(cast.gp_practice)
        assert (total().within_24h, total().within_48h) == (0, 0)


class TestCalls:
    def test_each_kind_is_counted(self, cast):
        call(cast, OrientationKind.REGULAR_DOCTOR)
        call(cast, OrientationKind.OVERBOOK, cast.gp_person.id)
        call(cast, OrientationKind.OUT_OF_HOURS)
        found = total()
        assert (found.redirected, found.overbooked, found.out_of_hours) == (1, 1, 1)

    def test_a_call_taken_back_is_not(self, cast):
        call(cast, OrientationKind.REGULAR_DOCTOR, cancelled_at=clock.now())
        assert total().redirected == 0

    def test_a_call_belongs_to_the_campaign_of_its_day(self, cast):
        year = make_campaign(name="Année", starts_on=date(2026, 1, 1), ends_on=None)
        summer = make_campaign(name="Été")
        call(cast, OrientationKind.REGULAR_DOCTOR)
        call(cast, OrientationKind.REGULAR_DOCTOR, day=date(2026, 3, 2))
        assert total(Filter(campaign_id=summer.id)).redirected == 1
        assert total(Filter(campaign_id=year.id)).redirected == 1
        assert total(Filter(is_outside=True)).redirected == 0


class TestFilter:
    @pytest.fixture
    def two(self, cast):
        """Two practitioners, one in a campaign, on two days."""
        summer = make_campaign()
        make_booking(slot(cast.gp_practice, campaign_id=summer.id))
        make_booking(slot(cast.other_gp_practice, 26))
        return summer

    def test_by_campaign_and_outside(self, cast, two):
        assert total(Filter(campaign_id=two.id)).booked == 1
        assert total(Filter(is_outside=True)).booked == 1

    def test_by_practitioner(self, cast, two):
        assert total(Filter(person_id=cast.gp_person.id)).booked == 1

    def test_by_days_both_included(self, cast, two):
        monday, tuesday = date(2026, 7, 20), date(2026, 7, 21)
        assert total(Filter(from_on=monday, to_on=tuesday)).booked == 2
        assert total(Filter(from_on=tuesday)).booked == 1
        assert total(Filter(to_on=monday)).booked == 1

    def test_a_merged_person_counts_under_the_one_they_became(self, cast, two):
        cast.other_gp_person.merged_into_id = cast.gp_person.id
        session.flush()
        by_person = figures.grouped(figures.cells(Filter(), clock.now()), lambda cell: cell.person_id)
        assert {person: own.booked for person, own in by_person.items()} == {cast.gp_person.id: 2}
        assert total(Filter(person_id=cast.gp_person.id)).booked == 2


@pytest.fixture
def season(cast):
    """A bit of everything, in and out of a campaign, over ten days."""
    summer = make_campaign()
    states = [HONOURED, NO_SHOW, BookingState.BOOKED, CANCELLED]
    answers = list(RegularDoctor)
    for number in range(40):
        practice = (cast.gp_practice, cast.other_gp_practice)[number % 2]
        posted = slot(
            practice,
            number * 5 - 100,
            capacity=1 + number % 3,
            campaign_id=summer.id if number % 4 else None,
            state=SlotState.WITHDRAWN if number % 7 == 0 else SlotState.OPEN,
            origin=SlotOrigin.BROADCAST if number % 11 == 0 else SlotOrigin.POSTED,
        )
        if number % 3:
            state = states[number % 4]
            reason = CancelReason.CANNOT_COME if state is CANCELLED else None
            booked_at = posted.starts_at - timedelta(hours=number * 2)
            make_booking(
                posted, state=state, cancel_reason=reason, regular_doctor=answers[number // 3 % 3], booked_at=booked_at
            )
    for kind in OrientationKind:
        call(cast, kind, cast.gp_person.id if kind is OrientationKind.OVERBOOK else None)
    return summer


@pytest.mark.database
@pytest.mark.parametrize("code", MEASURES)
def test_every_number_is_the_count_of_its_rows(cast, season, code):
    for wanted in (
        Filter(),
        Filter(campaign_id=season.id),
        Filter(is_outside=True),
        Filter(person_id=cast.gp_person.id),
        Filter(from_on=date(2026, 7, 18), to_on=date(2026, 7, 22)),
        Filter(campaign_id=season.id, person_id=cast.other_gp_person.id, from_on=date(2026, 7, 20)),
    ):
        rows = lines.lines(code, wanted, clock.now()).rows
        assert len(rows) == getattr(total(wanted), code), wanted
    assert getattr(total(), code) > 0


@pytest.mark.database
def test_every_cut_adds_up_to_the_same_total(cast, season):
    found = figures.cells(Filter(), clock.now())
    cuts = (lambda c: c.day_on, lambda c: rules.week_of(c.day_on), lambda c: c.campaign_id, lambda c: c.person_id)
    for cut in cuts:
        assert rules.total(figures.grouped(found, cut).values()) == total()


def test_outcomes_make_up_all_patients(cast, season):
    found = total()
    assert found.honoured + found.no_show + found.awaiting + found.to_come == found.patients
    assert found.with_doctor + found.without_doctor + found.unknown_doctor == found.patients


def test_rows_go_on_after_the_last_one_seen(cast, monkeypatch):
    monkeypatch.setattr(lines, "PAGE", 2)
    for hours in range(1, 6):
        slot(cast.gp_practice, hours)
    seen, key = [], None
    while True:
        page = lines.lines("posted", Filter(), clock.now(), key)
        seen += [line.at for line in page.rows]
        if (key := page.next_key) is None:
            break
    assert len(seen) == 5
    assert seen == sorted(seen)
