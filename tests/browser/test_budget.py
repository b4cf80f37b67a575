"""The browser's budget: the same measure as `make bench`, asserted screen by screen."""

import pytest

from tests.bench import browser


@pytest.fixture(scope="module")
def budgets() -> dict[str, browser.Budget]:
    """Each screen's first visit on a slow processor and network."""
    return {budget.screen.url: budget for budget in browser.measure()}


@pytest.mark.parametrize("screen", browser.SCREENS, ids=lambda screen: screen.url)
def test_a_first_visit_keeps_within_the_budget(budgets, screen):
    found = budgets[screen.url]
    assert found.is_met, "\n".join(browser.table([found]))
