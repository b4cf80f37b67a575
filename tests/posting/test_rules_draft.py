"""Rules of one slot or plage: lengths, moments, seats, overlaps, what is odd."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.core.refusals import Refusal
from cptsapp.posting.rules import draft as rules
from cptsapp.posting.rules.draft import Draft, Hours
from cptsapp.snp.models import SEATS_MAX, Modality
from cptsapp.territory.rules import DEFAULT_WINDOW, local

ZONE = "Europe/Paris"
HOURS = Hours(DEFAULT_WINDOW, ZONE, "metropole")
NOW = datetime(2026, 7, 20, 12, 32, tzinfo=UTC)


def make(day=date(2026, 7, 22), opens=time(17), minutes=60, capacity=4) -> Draft:
    return Draft(1, Modality.SURGERY, (), day, opens, minutes, capacity)


def test_a_plage_has_a_patient_every_quarter_of_an_hour():
    times = [local(at, ZONE).strftime("%H:%M") for at in make().seat_times(ZONE)]
    assert times == ["17:00", "17:15", "17:30", "17:45"]


@given(st.integers(5, 720), st.integers(1, SEATS_MAX))
def test_seats_are_even_and_inside(minutes, capacity):
    draft = make(minutes=minutes, capacity=capacity)
    if rules.shape_fault(minutes, capacity):
        return
    starts_at, ends_at = draft.span(ZONE)
    times = draft.seat_times(ZONE)
    assert times[0] == starts_at
    assert len(set(times)) == capacity
    assert times[-1] + timedelta(minutes=draft.duration) <= ends_at


@pytest.mark.parametrize(
    ("minutes", "capacity", "field"),
    [
        (60, 0, "capacity"),
        (60, 1000, "capacity"),
        (0, 1, "closes"),
        (-60, 4, "closes"),
        (721, 4, "closes"),
        (60, 13, "capacity"),
        (300, 1, "duration"),
    ],
)
def test_a_shape_that_cannot_be_names_its_field(minutes, capacity, field):
    assert rules.shape_fault(minutes, capacity)[1] == field


def test_no_fault_in_a_common_plage():
    assert rules.fault(make(), NOW, ZONE) is None


def test_the_present_minute_is_past():
    assert "passée" in rules.moment_fault(make(date(2026, 7, 20), time(14, 32)), NOW, ZONE)[0]


def test_more_than_a_year_ahead_is_refused():
    assert "un an" in rules.moment_fault(make(date(2027, 8, 1)), NOW, ZONE)[0]


def test_an_hour_that_spring_skips_is_refused():
    spring = make(date(2027, 3, 28), time(2, 30))
    assert "n’existe pas" in rules.moment_fault(spring, NOW, ZONE)[0]


def test_an_hour_that_autumn_doubles_is_said():
    assert any("deux fois" in said for said in rules.oddities(make(date(2026, 10, 25), time(2, 30), 15, 1), HOURS))


def test_a_holiday_is_named():
    assert "Assomption" in rules.oddities(make(date(2026, 8, 15)), HOURS)[0]


def test_outside_the_daytime_is_said_with_its_hours():
    assert "de 8h00 à 20h00" in rules.oddities(make(opens=time(20, 30)), HOURS)[0]


def test_a_plage_that_runs_past_closing_is_said():
    assert rules.oddities(make(opens=time(19, 30)), HOURS)


def test_the_night_is_said():
    assert "nuit" in rules.oddities(make(opens=time(3)), HOURS)[0]


def test_nothing_is_said_of_a_common_hour():
    assert rules.oddities(make(), HOURS) == []


def test_half_open_spans_do_not_overlap():
    one, two, three = (NOW + timedelta(hours=h) for h in range(3))
    assert not rules.overlap((one, two), (two, three))
    assert rules.overlap((one, three), (two, three))


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), min_size=2, max_size=2))
def test_overlap_is_what_shared_minutes_say(pairs):
    spans = [(NOW + timedelta(minutes=s), NOW + timedelta(minutes=s + d)) for s, d in pairs]
    (a, da), (b, db) = pairs
    shared = set(range(a, a + da)) & set(range(b, b + db))
    assert rules.overlap(*spans) == rules.overlap(*reversed(spans)) == bool(shared)


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.times(),
    st.integers(1, 720),
    st.integers(1, 24),
    st.sampled_from(list(Modality)),
)
def test_a_packed_draft_reads_back(day, opens, minutes, capacity, modality):
    draft = Draft(7, modality, ("adults",), day, opens.replace(second=0, microsecond=0), minutes, capacity)
    assert rules.unpack(draft.packed) == draft


@given(st.text(max_size=60))
def test_anything_else_is_no_draft(text):
    try:
        rules.unpack(text)
    except ValueError:
        return
    assert text.count("~") == 6


def test_a_warning_passes_once_confirmed():
    draft = make(opens=time(3))
    with pytest.raises(rules.ToConfirm) as raised:
        rules.ask(draft, ["odd"], "")
    rules.ask(draft, ["odd"], raised.value.key)


def test_a_confirmation_holds_for_its_own_hour_only():
    key = rules.confirm_key(make(opens=time(3)), ["odd"])
    with pytest.raises(Refusal):
        rules.ask(make(opens=time(4)), ["odd"], key)


def test_lengths_between_wall_times():
    assert rules.minutes_between(time(17), time(18, 30)) == 90
    assert rules.minutes_between(time(18), time(17)) == -60
