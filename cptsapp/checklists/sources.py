"""What the features above tell of their checklists: names, who sees them, who may change them. `features` plugs them.

So that a tick, a journal and « Mes engagements » are written once, for conventions and for plans.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.models import Checklist, ChecklistKind, Commitment
from cptsapp.core.refusals import Invisible


@dataclass(frozen=True, slots=True)
class Named:
    """How a list of several sources calls a checklist: « DAC Vendée Littoral », « PPCS 2026-017 »; its page.

    The address is empty for whoever owes a line of it and may not open the page.
    """

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Something else that a source asks of someone, beside commitments: an answer to a poll, a remark on a text."""

    title: str
    detail: str
    due_on: date | None
    url: str
    verb: str = "Répondre"


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of checklist.

    `named`: checklist ids → names, for whoever asks, in a fixed number of statements. `can_see`: whether the user may
    open the checklist. `why_not_manage`: why they may not change what it lists. `takes_files`: a plan takes none.
    `figures`: code → (label, value today) of figures that may be given as evidence. `asks`: what else is asked of them.
    `owners`: who may be given a commitment, person id → name; without it, whoever has an account. `articles`: where one
    may be added, (number, heading); those that have one already are always there. `opened`: told, in a transaction of
    its own, that someone read a journal or a commitment with what was typed in them. `why_not_words`: why words that
    are kept in clear, those of a commitment, may not be these.
    """

    kind: ChecklistKind
    named: Callable[[Collection[int], CurrentUser], Mapping[int, Named]]
    can_see: Callable[[Checklist, CurrentUser], bool]
    why_not_manage: Callable[[Checklist, CurrentUser], str | None]
    takes_files: bool
    figures: Callable[[Checklist], Mapping[str, tuple[str, str]]] = lambda _checklist: {}
    asks: Callable[[CurrentUser], Sequence[Asked]] = lambda _user: ()
    # Told after someone changed the hands, the words or the state of a commitment, in the same transaction.
    changed: Callable[[Commitment, CurrentUser | None], None] = lambda _commitment, _by: None
    owners: Callable[[Checklist], Mapping[int, str]] | None = None
    articles: Callable[[Checklist], Sequence[tuple[str, str]]] = lambda _checklist: ()
    opened: Callable[[Checklist, CurrentUser], None] = lambda _checklist, _by: None
    why_not_words: Callable[[Checklist, str], str | None] = lambda _checklist, _words: None
    # Asked before one of its commitments is held: what the checklist belongs to comes first, as whoever changes both.
    hold: Callable[[Checklist], None] = lambda _checklist: None


_sources: dict[ChecklistKind, Source] = {}


def plug(*sources: Source) -> None:
    """Say what the features above keep in checklists."""
    _sources.clear()  # one application a process
    _sources.update({source.kind: source for source in sources})


def source_of(checklist: Checklist) -> Source:
    """The source of a checklist; Invisible (404) when no feature has it."""
    if checklist.kind not in _sources:
        raise Invisible
    return _sources[checklist.kind]


def plugged() -> Sequence[Source]:
    """Every source."""
    return tuple(_sources.values())
