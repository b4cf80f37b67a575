"""The words of the queues and the filters of an address, without a database."""

from datetime import date

import pytest

from cptsapp.inbox.models import Deadline, State
from cptsapp.inbox.rules.queues import QUEUES, TO_DO, Filters, ages, filters_of, in_days, to_do

TODAY = date(2026, 7, 20)


@pytest.mark.parametrize(
    ("due", "told"),
    [
        (date(2026, 7, 17), ("3\u00a0j de retard", "late")),
        (date(2026, 7, 19), ("1\u00a0j de retard", "late")),
        (TODAY, ("aujourd’hui", "due")),
        (date(2026, 7, 21), ("dans 1\u00a0j", "detail")),
    ],
)
def test_a_deadline_in_days(due, told):
    assert in_days(due, TODAY) == told


@pytest.mark.parametrize(
    ("births", "told"),
    [
        ([], ""),
        ([date(2026, 3, 1)], "moins d’un an"),
        ([date(2025, 7, 20)], "1\u00a0an"),
        ([date(1947, 3, 4)], "79\u00a0ans"),
        ([date(1960, 1, 1), date(1962, 1, 1)], "66 et 64\u00a0ans"),
        ([date(2026, 1, 1), date(1990, 1, 1)], "0 et 36\u00a0ans"),
        ([date(1990, 1, 1)] * 3, "3\u00a0personnes"),
    ],
)
def test_the_ages_of_a_household(births, told):
    assert ages(births, TODAY) == told


def test_what_there_is_to_do_is_the_deadline_that_runs():
    assert to_do(State.PROPOSED, Deadline.CALL_DOCTOR) == "Appeler le médecin"
    assert to_do(State.SEARCHING, None) == "En recherche"
    assert to_do(State.CLOSED, None) == "Close"


def test_every_deadline_has_its_words_and_every_open_state_its_queue():
    assert set(TO_DO) == set(Deadline)
    assert {queue.state for queue in QUEUES} - {None} == set(State) - {State.CLOSED}


EVERY = {
    "file": "nouvelles",
    "suivi": "moi",
    "retard": "1",
    "critere": "urgent",
    "commune": "2A004",
    "etiquette": "12",
    "porte": "dac",
    "motif": "student",
    "cherche": "AbC",
}


def test_an_address_is_read_and_written_again():
    assert dict(filters_of(EVERY).pairs()) == EVERY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("file", "toutes"),
        ("suivi", "lui"),
        ("suivi", "1234567890"),
        ("suivi", "²"),
        ("retard", "oui"),
        ("critere", "age"),
        ("commune", "852888"),
        ("commune", "85-88"),
        ("commune", "8528é"),
        ("etiquette", "-1"),
        ("porte", "ccas"),
        ("motif", "autre"),
    ],
)
def test_a_value_that_cannot_be_filters_nothing(name, value):
    assert filters_of({name: value}) == Filters()


def test_a_second_click_clears():
    once = filters_of({"file": "nouvelles"}).toggled("critere", "urgent")
    assert once.criterion == "urgent"
    assert once.toggled("critere", "urgent") == filters_of({"file": "nouvelles"})
    assert once.toggled("critere", "aucun").criterion == "aucun"


def test_a_queue_whole_keeps_neither_filter():
    assert filters_of(EVERY).only_queue().pairs() == [("file", "nouvelles"), ("cherche", "AbC")]
    assert set(filters_of(EVERY).narrowing) == set(EVERY) - {"file", "cherche"}
