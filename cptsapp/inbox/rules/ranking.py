"""Which doctors to propose first, and why, in words (E22). Pure: the same doctors in any order give the same ranks.

First those whose conditions are met, then: who makes visits when some are wanted, nobody who already said no or leaves,
the nearer, who has accepted fewer this month, who accepted longest ago, who has more places.
A reason is a code, with its number after a colon: what a proposal keeps, and what any screen writes again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cptsapp.core import french
from cptsapp.inbox.models import AgeBand, HomeVisit
from cptsapp.inbox.rules.places import NEAR_KM, Conditions

CHILDREN = frozenset({AgeBand.UNDER_6, AgeBand.FROM_6})
FIRST_BANDS = (0, NEAR_KM, 30)  # kilometres: the same commune, near, further; beyond, or unknown, is last
KINDS = {"ill": "ALD", "children": "enfants", "households": "familles"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the ranking looks at of one seeker."""

    age_band: AgeBand
    long_term_illness: bool = False
    home_visit: HomeVisit = HomeVisit.NO


@dataclass(frozen=True, slots=True)
class Candidate:
    """A doctor with places. `km` is 0 in the same commune, None when a position is unknown; `accepted` is this month's.

    `is_leaving`: a departure is announced; `is_away`: an absence is under way.
    """

    person_id: int
    folded: str
    conditions: Conditions
    km: int | None
    is_same_commune: bool
    left: int
    accepted: int = 0
    last_accepted_on: date | None = None
    has_declined: bool = False
    is_leaving: bool = False
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with their reasons; `is_met` when every condition of theirs and of the seekers is."""

    candidate: Candidate
    is_met: bool
    reasons: tuple[str, ...]


def rank(candidates: Iterable[Candidate], wanted: Sequence[Wanted]) -> list[Judged]:
    """The candidates in the order to propose them, each once."""
    judged = (_judge(candidate, wanted) for candidate in candidates)
    return [one for _, one in sorted(((_key(one, wanted), one) for one in judged), key=lambda pair: pair[0])]


def unmet(candidate: Candidate, wanted: Sequence[Wanted]) -> list[str]:
    """The codes of what stands against proposing these seekers to this doctor."""
    told = []
    if not _is_of_a_kind(candidate.conditions, wanted):
        told.append(f"only:{'+'.join(_kinds(candidate.conditions))}")
    if not _is_within(candidate):
        max_km = candidate.conditions.max_km
        told.append(f"beyond:{max_km}" if max_km else "other_commune")
    if any(one.home_visit is HomeVisit.EXCLUSIVELY for one in wanted) and not candidate.conditions.home_visits:
        told.append("no_visits")
    if candidate.left < len(wanted):
        told.append(f"few:{candidate.left}")
    return told


def _kinds(conditions: Conditions) -> list[str]:
    ticked = {
        "ill": conditions.long_term_illness,
        "children": conditions.children,
        "households": conditions.households,
    }
    return [code for code, is_ticked in ticked.items() if is_ticked]


def _is_of_a_kind(conditions: Conditions, wanted: Sequence[Wanted]) -> bool:
    kinds = set(_kinds(conditions))
    if not kinds or ("households" in kinds and len(wanted) > 1):
        return True
    return all(
        ("ill" in kinds and one.long_term_illness) or ("children" in kinds and one.age_band in CHILDREN)
        for one in wanted
    )


def _is_within(candidate: Candidate) -> bool:
    """Own commune or so many kilometres: either is enough; a distance that nobody knows is not held against anyone."""
    conditions = candidate.conditions
    if candidate.is_same_commune or not (conditions.own_commune or conditions.max_km):
        return True
    if conditions.max_km is None:
        return False
    return candidate.km is None or candidate.km <= conditions.max_km


def _judge(candidate: Candidate, wanted: Sequence[Wanted]) -> Judged:
    against = unmet(candidate, wanted)
    return Judged(candidate, not against, (*against, *_about(candidate, wanted, against)))


def _about(candidate: Candidate, wanted: Sequence[Wanted], against: list[str]) -> list[str]:
    """What else speaks for or against; who has nothing else to say of has their places."""
    told = []
    if candidate.is_same_commune:
        told.append("same_commune")
    if _may_want_visits(wanted) and "no_visits" not in against:
        told.append("visits" if candidate.conditions.home_visits else "no_visits")
    if candidate.conditions.long_term_illness and any(one.long_term_illness for one in wanted):
        told.append("takes_ill")
    facts = {
        "declined": candidate.has_declined,
        "leaving": candidate.is_leaving,
        "away": candidate.is_away,
        f"accepted:{candidate.accepted}": candidate.accepted > 0,
    }
    told += [code for code, is_so in facts.items() if is_so]
    return told or ([] if against else [f"places:{candidate.left}"])


def _may_want_visits(wanted: Sequence[Wanted]) -> bool:
    return any(one.home_visit is not HomeVisit.NO for one in wanted)


def _key(judged: Judged, wanted: Sequence[Wanted]) -> tuple[object, ...]:
    candidate = judged.candidate
    return (
        not judged.is_met,
        candidate.has_declined or candidate.is_leaving or candidate.is_away,
        _may_want_visits(wanted) and not candidate.conditions.home_visits,
        _band(candidate),
        candidate.accepted,
        candidate.last_accepted_on or date.min,
        -candidate.left,
        candidate.km if candidate.km is not None else 10_000,
        candidate.folded,
        candidate.person_id,
    )


def _band(candidate: Candidate) -> int:
    if candidate.is_same_commune:
        return 0
    if candidate.km is None:
        return len(FIRST_BANDS)
    return next((rank for rank, top in enumerate(FIRST_BANDS) if rank and candidate.km < top), len(FIRST_BANDS))


_SENTENCES = {
    "same_commune": "même commune",
    "visits": "fait des visites",
    "no_visits": "ne fait pas de visites",
    "takes_ill": "prend les ALD",
    "declined": "a déjà dit «\u00a0pas cette fois\u00a0»",
    "leaving": "part bientôt",
    "away": "absent en ce moment",
    "other_commune": "ne prend que sa commune",
}


def words(reasons: Iterable[str]) -> str:
    """The reasons in one line: « Même commune, fait des visites »; empty when there is none."""
    line = ", ".join(_word(reason) for reason in reasons)
    return line[:1].upper() + line[1:]


def _word(reason: str) -> str:
    code, _, value = reason.partition(":")
    if code == "only":
        return f"ne prend que\u00a0: {', '.join(KINDS[kind] for kind in value.split('+'))}"
    if code == "beyond":
        return f"à plus de {value}\u00a0km"
    if code == "few":
        return f"{french.count(int(value), 'place')} seulement"
    if code == "places":
        return french.count(int(value), "place")
    if code == "accepted":
        return f"a déjà accepté {value}\u00a0fois ce mois-ci"
    return _SENTENCES[code]
