"""docs/figures.md holds the sentences that the pages show."""

from cptsapp.activity.rules import FILL_RATE, MEASURES
from cptsapp.settings import ROOT

PAGE = (ROOT / "docs" / "figures.md").read_text()


def test_each_measure_is_there_with_its_sentence():
    for measure in MEASURES.values():
        assert f"| {measure.label} | `{measure.slug}` | {measure.definition} |" in PAGE


def test_the_rate_is_there_too():
    assert FILL_RATE in PAGE
