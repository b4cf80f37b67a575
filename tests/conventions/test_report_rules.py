"""Where a commitment stood in a year, and counts that point to nobody."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.checklists.models import CommitmentState as S
from cptsapp.conventions.rules.report import (
    Counts,
    Facts,
    Sent,
    Standing,
    breaks_shown,
    counts,
    kept_words,
    said,
    shown,
    standing,
    titles,
    years,
)
from cptsapp.core.small import HIDDEN_WORDS, SMALL_WORDS

TODAY = date(2026, 7, 20)
MAY, SEPTEMBER = date(2026, 5, 10), date(2026, 9, 30)


def facts(state=S.TODO, due_on=None, done_on=None, changed_on=MAY, is_continuous=False):
    return Facts(state, due_on, done_on, changed_on, is_continuous)


@pytest.mark.parametrize(
    ("given", "year", "stood"),
    [
        (facts(S.DONE, MAY, MAY), 2026, Standing.KEPT),
        (facts(S.DONE, MAY, MAY), 2025, None),
        (facts(S.DONE, date(2025, 12, 1), date(2026, 1, 9)), 2025, Standing.LATE),
        (facts(S.DONE, date(2025, 12, 1), date(2026, 1, 9)), 2026, Standing.KEPT),
        (facts(S.DONE, MAY, date(2025, 4, 1)), 2026, None),
        (facts(S.DOING, MAY), 2026, Standing.LATE),
        (facts(S.TODO, TODAY), 2026, Standing.AHEAD),
        (facts(S.TODO, SEPTEMBER), 2026, Standing.AHEAD),
        (facts(S.TODO, date(2027, 1, 1)), 2026, None),
        (facts(S.TODO, date(2025, 12, 31)), 2025, Standing.LATE),
        (facts(S.TODO), 2026, Standing.AHEAD),
        (facts(S.TODO, is_continuous=True), 2026, Standing.CONTINUOUS),
        (facts(S.DROPPED, SEPTEMBER), 2026, Standing.DROPPED),
        (facts(S.DROPPED, date(2025, 3, 1)), 2025, Standing.LATE),
        (facts(S.DROPPED, changed_on=date(2025, 3, 1)), 2026, None),
    ],
)
def test_where_a_commitment_stood(given, year, stood):
    assert standing(given, year, TODAY) == stood


@given(
    st.sampled_from(S),
    st.none() | st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.dates(date(2024, 1, 1), TODAY),
)
def test_what_is_done_is_kept_in_one_year_only(state, due_on, changed_on):
    done = changed_on if state is S.DONE else None
    stood = [standing(facts(state, due_on, done, changed_on), year, TODAY) for year in (2024, 2025, 2026)]
    assert stood.count(Standing.KEPT) == (state is S.DONE)
    assert stood.count(Standing.DROPPED) == (state is S.DROPPED)


@pytest.mark.parametrize(
    ("given", "stood", "words"),
    [
        (facts(S.DONE, MAY, MAY), Standing.KEPT, "tenu le 10/05/2026"),
        (facts(S.DONE, MAY, date(2026, 5, 14)), Standing.KEPT, "tenu le 14/05/2026, 4\xa0jours après l’échéance"),
        (facts(S.DONE, MAY, date(2027, 1, 4)), Standing.LATE, "tenu le 04/01/2027"),
        (facts(S.TODO, MAY), Standing.LATE, "toujours attendu"),
        (facts(S.DROPPED), Standing.DROPPED, "abandonné le 10/05/2026"),
        (facts(S.TODO, SEPTEMBER), Standing.AHEAD, ""),
    ],
)
def test_what_is_said_of_it(given, stood, words):
    assert said(given, stood) == words


def test_what_came_due_is_counted_with_what_was_kept():
    assert kept_words({Standing.KEPT: 6, Standing.LATE: 2}) == "6\xa0tenus sur 8\xa0échus"
    assert kept_words({Standing.AHEAD: 2}) == "aucun engagement échu"


@pytest.mark.parametrize(
    ("is_running", "has_ended", "title"),
    [(True, False, "À venir"), (False, True, "Non échus à sa fin"), (False, False, "Sans échéance dans l’année")],
)
def test_nothing_is_to_come_in_a_year_that_is_over(is_running, has_ended, title):
    assert titles(is_running=is_running, has_ended=has_ended)[Standing.AHEAD] == title


@pytest.mark.parametrize(
    ("starts_on", "ended_on", "known"),
    [
        (date(2024, 3, 1), None, [2026, 2025, 2024]),
        (date(2024, 3, 1), date(2025, 2, 28), [2025, 2024]),
        (date(2026, 9, 1), None, []),
        (None, None, []),
    ],
)
def test_years_a_report_may_be_of(starts_on, ended_on, known):
    assert years(starts_on, ended_on, TODAY) == known


# -- files sent -------------------------------------------------------------------------------------------------------


def test_files_sent_are_counted():
    sent_on, due_on = date(2026, 3, 2), date(2026, 3, 9)
    files = [
        Sent(sent_on, due_on, date(2026, 3, 9), True),
        Sent(sent_on, due_on, date(2026, 3, 12), False),
        Sent(sent_on, due_on, None, False),
    ]
    assert counts(files) == Counts(sent=3, answered=2, in_time=1, found=1, days=8.5)
    assert counts([]) == Counts(0, 0, 0, 0, None)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Counts(0, 0, 0, 0, None), ("0", "0", "0", "0", "—", "")),
        (Counts(3, 2, 1, 0, 4), (SMALL_WORDS, SMALL_WORDS, SMALL_WORDS, HIDDEN_WORDS, HIDDEN_WORDS, "")),
        (Counts(20, 15, 10, 6, 4.5), ("20", "15", "10", "6", "4,5\xa0jours", "67\xa0%")),
        (Counts(20, 18, 18, 7, 1), ("20", HIDDEN_WORDS, HIDDEN_WORDS, "7", "1\xa0jour", "")),
        (Counts(12, 12, 12, 12, 0), ("12", "12", "12", "12", "le jour même", "100\xa0%")),
    ],
)
def test_small_counts_are_not_written(given, words):
    found = shown(given)
    assert tuple(found[key] for key in ("sent", "answered", "in_time", "found", "days", "rate")) == words


@given(st.data())
def test_no_subtraction_gives_a_small_count_away(data):
    sent = data.draw(st.integers(0, 40))
    answered = data.draw(st.integers(0, sent))
    in_time, found = data.draw(st.integers(0, answered)), data.draw(st.integers(0, answered))
    words = shown(Counts(sent, answered, in_time, found, 3))
    known = {key: int(words[key]) for key in ("sent", "answered", "in_time", "found") if words[key].isdigit()}
    assert not any(0 < value < 5 for value in known.values())
    pairs = (
        ("sent", "answered"),
        ("sent", "in_time"),
        ("sent", "found"),
        ("answered", "in_time"),
        ("answered", "found"),
    )
    assert not any(0 < known[a] - known[b] < 5 for a, b in pairs if a in known and b in known)


def test_breaks_are_counted_alone():
    assert (breaks_shown(0), breaks_shown(4), breaks_shown(5)) == ("0", SMALL_WORDS, "5")
