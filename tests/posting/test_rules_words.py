"""Words of the screens, and the lines of an absence."""

from datetime import date, datetime

import pytest

from cptsapp.core.refusals import Refusal
from cptsapp.posting.rules import absence, words
from cptsapp.snp.models import FollowUp

TODAY = date(2026, 7, 20)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 7, 20, 17), "auj. 17h00"),
        (datetime(2026, 7, 21, 11, 30), "demain 11h30"),
        (datetime(2026, 7, 22, 11, 30), "mer.\u00a022, 11h30"),
        (datetime(2026, 9, 10, 17), "jeu. 10 sept., 17h00"),
    ],
)
def test_a_moment(at, said):
    assert words.moment(at, TODAY) == said


def test_a_chip_writes_the_hour_in_bold():
    assert words.chip_moment(datetime(2026, 7, 20, 17), TODAY) == "Auj.|17h00"


@pytest.mark.parametrize(
    ("capacity", "free", "said"),
    [
        (4, 4, "4\u00a0places libres"),
        (4, 0, "4\u00a0places prises"),
        (4, 3, "4\u00a0places\u00a0: 1\u00a0prise, 3\u00a0libres"),
    ],
)
def test_places(capacity, free, said):
    assert words.places(capacity, free) == said


def test_intervals():
    assert words.every(15) == "Un patient tous les quarts d’heure."
    assert words.every(20) == "Un patient toutes les 20\u00a0minutes."
    assert words.minutes(90) == "1\u00a0h\u00a030"


def test_the_lines_of_an_absence():
    places = [(datetime(2026, 7, 21, 11, 30), 1), (datetime(2026, 7, 21, 17), 3), (datetime(2026, 7, 23, 17), 4)]
    assert absence.lines_by_day(places, TODAY) == ["Demain : 11h30 et 3 à 17h00", "Jeu. 23 juil. : 4 à 17h00"]


def test_many_days_are_cut_short():
    places = [(datetime(2026, 8, day, 17), 1) for day in range(1, 21)]
    assert absence.lines_by_day(places, TODAY)[-1] == "et 8\u00a0autres jours"


def test_spans_in_words():
    assert absence.span_words(TODAY, TODAY, TODAY) == "aujourd’hui"
    assert absence.span_words(date(2026, 7, 21), date(2026, 7, 24), TODAY) == "du mar. 21 juil. au ven. 24 juil."
    assert "sans fin prévue" in absence.span_words(TODAY, None, TODAY)


def test_an_absence_in_the_past_is_a_fault():
    assert absence.absence_fault(date(2026, 7, 19), None, TODAY)[1] == "from_on"
    assert absence.absence_fault(TODAY, date(2026, 7, 19), TODAY)[1] == "until_on"
    assert absence.absence_fault(TODAY, None, TODAY) is None


def test_a_patient_without_a_choice_is_refused():
    with pytest.raises(Refusal):
        absence.follow_up_of({1: FollowUp.SEEN_ANYWAY}, 2)
