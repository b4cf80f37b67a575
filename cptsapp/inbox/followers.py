"""What the features above do with the persons of a request, as they tell it; `features` plugs it.

The inbox knows nothing of the plans that go on after a search: it tells them before a file is anonymised, and asks
what they hold when a person asks for all that is kept about them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cptsapp.audit.actions import Actor
from cptsapp.core.erasures import Erased
from cptsapp.inbox.models import Request, Seeker
from cptsapp.inbox.rules.holdings import Section


@dataclass(frozen=True, slots=True)
class Follower:
    """A feature that goes on with a person of a request.

    `before_anonymise`: told of a locked request whose identities are about to go, with why (`actions.retention`) and
    who did it. `holdings`: what it keeps of one person. `erased`: every row it has erased for good.
    """

    before_anonymise: Callable[[Request, str, Actor | None], None]
    holdings: Callable[[Seeker], Sequence[Section]]
    erased: Callable[[], Iterable[Erased]]


_followers: list[Follower] = []


def plug(*followers: Follower) -> None:
    """Say what the features above do."""
    _followers[:] = followers  # one application a process


def before_anonymise(request: Request, because: str, by: Actor | None) -> None:
    """Tell them that the identities of a request are about to go."""
    for follower in _followers:
        follower.before_anonymise(request, because, by)


def holdings(seeker: Seeker) -> list[Section]:
    """What they keep of one person."""
    return [section for follower in _followers for section in follower.holdings(seeker)]


def erased() -> list[Erased]:
    """What they have erased for good."""
    return [one for follower in _followers for one in follower.erased()]
