"""Random acts on the agenda, beside a model: no order of holds, bookings, moves and withdrawals breaks it."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from cptsapp.accounts.models import Role
from cptsapp.core.db import session
from tests.conftest import MONDAY
from tests.storms.machine import AgendaMachine, World
from tests.tools.factories import acting, make_practice, make_user

SHORT = settings(
    max_examples=10, stateful_step_count=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
LONG = settings(SHORT, max_examples=100, stateful_step_count=50, derandomize=False, print_blob=True, database=None)


@pytest.fixture
def world(cast, set_clock) -> World:
    """Three who book, a coordinator who withdraws, four practices."""
    practices = [make_practice().id for _ in range(4)]
    users = [acting(user) for user in (cast.regulator, cast.other_regulator, make_user(Role.REGULATOR))]
    coordinator = acting(cast.coordinator)
    session.commit()
    return World(users, practices, coordinator, set_clock, MONDAY)


def play(world: World, how: settings) -> None:
    """Run the machine on this world."""
    run_state_machine_as_test(type("Machine", (AgendaMachine,), {"world": world}), settings=how)


def test_no_order_of_acts_breaks_the_agenda(world):
    play(world, SHORT)


@pytest.mark.database
@pytest.mark.long
def test_no_order_of_many_acts_breaks_the_agenda(world):
    play(world, LONG)
