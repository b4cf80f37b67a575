"""Priority as a rule that speaks: which criteria fire, and their sum by the CPTS's own weights (E25, E28, §4.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from cptsapp.inbox.models import AgeBand, HomeVisit
from cptsapp.inbox.rules.deadlines import is_urgent

# Code → words and weight before anyone sets it; in the order they are shown.
CRITERIA = MappingProxyType(
    {
        "urgent": "Suivi sous 1 mois",
        "over_70": "+ 70 ans",
        "under_6": "− 6 ans",
        "long_term_illness": "ALD",
        "social_cover": "C2S ou AME",
        "pregnancy": "Grossesse",
        "home_only": "Visites uniquement",
    }
)
WEIGHTS = MappingProxyType(
    {
        "urgent": 40,
        "over_70": 10,
        "under_6": 10,
        "long_term_illness": 20,
        "social_cover": 10,
        "pregnancy": 20,
        "home_only": 10,
    }
)

# What a person may decide instead of the rule, with a reason: its rank, its words.
FIRST, LAST = 1000, -1
OVERRIDES = MappingProxyType({"first": FIRST, "last": LAST})
LEVELS = MappingProxyType({"first": "avant les autres", "last": "après les autres"})


@dataclass(frozen=True, slots=True)
class Need:
    """What the rule looks at, for one seeker."""

    age_band: AgeBand
    long_term_illness: bool = False
    social_cover: bool = False
    is_pregnant: bool = False
    home_visit: HomeVisit = HomeVisit.NO


def fired(need: Need) -> list[str]:
    """The codes of the criteria that fire for a seeker."""
    tests = {
        "over_70": need.age_band is AgeBand.FROM_71,
        "under_6": need.age_band is AgeBand.UNDER_6,
        "long_term_illness": need.long_term_illness,
        "social_cover": need.social_cover,
        "pregnancy": need.is_pregnant,
        "home_only": need.home_visit is HomeVisit.EXCLUSIVELY,
    }
    return [code for code, is_true in tests.items() if is_true]


def fired_for_all(needs: Iterable[Need], needed_before: date | None, today: date) -> list[str]:
    """The codes that fire for a request: those of any of its seekers, and urgency; each once, in their order."""
    codes = {code for need in needs for code in fired(need)}
    if is_urgent(needed_before, today):
        codes.add("urgent")
    return [code for code in CRITERIA if code in codes]


def weigh(codes: Iterable[str], weights: Mapping[str, int]) -> int:
    """The sum of the weights of the criteria that fired."""
    return sum(weights.get(code, WEIGHTS[code]) for code in codes)
