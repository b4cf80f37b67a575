"""What the figures count, and which small counts are hidden from who may not open a file."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cptsapp.core.small import SMALL
from cptsapp.inbox.models import AgeBand, Channel, Door, HomeVisit, Outcome, Reason, State
from cptsapp.inbox.rules.figures import CUTS, MEASURES, PARTS, Row, cut_by, hidden_cells, listed, tally

FIRST = date(2026, 1, 5)


def make_row(number: int = 1, **overrides) -> Row:
    given_ = {
        "seeker_id": number,
        "reference": f"D-{number}",
        "received_on": FIRST,
        "door": Door.CPTS,
        "channel": Channel.WEB,
        "reason": Reason.RETIREMENT,
        "commune_code": "85288",
        "state": State.SEARCHING,
        "outcome": None,
        "age_band": AgeBand.FROM_25,
        "long_term_illness": False,
        "social_cover": False,
        "is_pregnant": False,
        "home_visit": HomeVisit.NO,
        "is_urgent": False,
        "found_on": None,
    }
    return Row(**{**given_, **overrides})


def grenoble() -> list[Row]:
    """250 persons in six months, half solved, one in three with a criterion, one in fifteen with visits (E27–E30)."""
    return [
        make_row(
            number,
            outcome=Outcome.FOUND if number % 2 else None,
            state=State.CLOSED if number % 2 else State.SEARCHING,
            found_on=FIRST + timedelta(days=20) if number % 2 else None,
            long_term_illness=number % 3 == 0,
            home_visit=HomeVisit.EXCLUSIVELY if number % 15 == 0 else HomeVisit.NO,
        )
        for number in range(1, 251)
    ]


def test_the_figures_of_grenoble_are_found_again():
    found = tally(grenoble()).counts
    assert (found["recues"], found["trouves"], found["critere"], found["visites"]) == (250, 125, 83, 16)


def test_the_delay_is_the_median_of_those_who_found():
    assert tally(grenoble()).days == 20
    assert tally([make_row()]).days is None


def test_who_has_a_doctor_to_declare_has_found():
    assert tally([make_row(state=State.TO_DECLARE)]).counts["trouves"] == 1


def test_a_criterion_cuts_a_person_in_each_that_fires():
    row = make_row(age_band=AgeBand.FROM_71, long_term_illness=True)
    assert [line.key for line in cut_by([row], CUTS["critere"], {})] == ["over_70", "long_term_illness"]


def test_urgency_and_pregnancy_are_criteria_of_ours_not_of_grenoble():
    assert tally([make_row(is_pregnant=True, is_urgent=True)]).counts["critere"] == 0


rows = st.builds(
    make_row,
    st.integers(1, 99),
    state=st.sampled_from([State.SEARCHING, State.TO_DECLARE, State.CLOSED]),
    outcome=st.sampled_from([None, *(set(Outcome) - {Outcome.DUPLICATE})]),
    commune_code=st.sampled_from(["85288", "85194", "85112", "85114"]),
    age_band=st.sampled_from(AgeBand),
)


def _is_possible(row: Row) -> bool:
    return (row.state is State.CLOSED) == (row.outcome is not None)


possible_rows = st.lists(rows.filter(_is_possible), max_size=60)


@given(possible_rows, st.sampled_from([CUTS["commune"], CUTS["age"]]))
def test_a_list_has_as_many_rows_as_its_number(found, cut):
    for line in cut_by(found, cut, {}):
        for slug, measure in MEASURES.items():
            assert len(listed(found, measure, cut, line.key)) == line.counts[slug]


@given(possible_rows)
def test_the_parts_add_up(found):
    counts = tally(found).counts
    assert sum(counts[slug] for slug in PARTS) == counts["recues"]


@given(possible_rows)
def test_no_sum_gives_a_small_count_away(found):
    lines, total = cut_by(found, CUTS["commune"], {}), tally(found)
    hidden = hidden_cells(lines, total, is_whole=True)
    grid = {-1: total, **dict(enumerate(lines))}
    for number, line in grid.items():
        for slug, count in line.counts.items():
            assert not 0 < count < SMALL or (number, slug) in hidden
    for slug in MEASURES:
        column = [number for number in range(len(lines)) if (number, slug) in hidden]
        assert not (len(column) == 1 and (-1, slug) not in hidden)
    for number in grid:
        parts = [slug for slug in PARTS if (number, slug) in hidden]
        assert not (len(parts) == 1 and (number, "recues") not in hidden)


def test_months_follow_one_another():
    rows_ = [make_row(number, received_on=date(2026, month, 3)) for number, month in enumerate((11, 8, 7, 12))]
    assert [line.key for line in cut_by(rows_, CUTS["mois"], {})] == ["2026-07", "2026-08", "2026-11", "2026-12"]
