"""The browser's budget: the same measure as `make bench`, asserted screen by screen."""

import pytest
from playwright.sync_api import Browser

from tests.bench import browser as bench

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("budget")]  # measured once; `make bench` prints the same


@pytest.fixture(scope="module")
def budgets(browser: Browser) -> dict[str, bench.Budget]:
    """Each screen's first visit on a slow processor and network."""
    return {budget.screen.url: budget for budget in bench.measure(browser)}


@pytest.mark.parametrize("screen", bench.SCREENS, ids=lambda screen: screen.url)
def test_a_first_visit_keeps_within_the_budget(budgets, screen):
    found = budgets[screen.url]
    assert found.is_met, "\n".join(bench.table([found]))
