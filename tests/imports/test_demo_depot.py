"""The demonstration has an extract of its own territory in the depot: it is read, reviewed and applied like any."""

import pytest

from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.demo import extract
from cptsapp.imports import files
from cptsapp.imports.actions import arrivals, turns
from cptsapp.imports.models import Import, ImportState
from tests.tools.factories import acting


@pytest.fixture
def deposited(cast):
    """Where the demonstration's extract is."""
    return extract.deposit()


def test_it_bears_the_name_of_a_real_one(deposited):
    assert deposited.name == "PS_LibreAcces_Personne_activite_202607140815.txt"
    assert [file.name for file in files.depot()] == [deposited.name]


def test_it_is_written_once(deposited):
    assert extract.deposit() is None


def test_it_is_read_and_the_directory_is_in_it(cast, deposited):
    made = arrivals.receive_extract(deposited, deposited.name, None, by=acting(session.merge(cast.coordinator)))
    session.commit()
    number = made.id
    turns.read_waiting(clock.now())
    found = session.get(Import, number)
    assert found.state is ImportState.REVIEW
    assert found.outside_count > 10_000
