"""A file is changed from the page that was read: what someone else did meanwhile is shown first (pitfall 26)."""

from cptsapp.core.refusals import Refusal
from cptsapp.inbox.models import Request
from cptsapp.inbox.queries.requests import locked

CHANGED = "Ce dossier a changé depuis que vous l’avez ouvert. Rien n’a été fait\u202f: relisez, puis recommencez."


class Stale(Refusal):
    """Someone else changed the file meanwhile. `since` is how many steps were added."""

    def __init__(self, since: int) -> None:
        super().__init__(CHANGED)
        self.since = since


def to_change(request_id: int, version: int | None = None) -> Request:
    """The request, locked. Raises Stale when it is no longer the `version` that the page showed; None asks nothing."""
    request = locked(request_id)
    if version is not None and version != request.version:
        raise Stale(max(request.version - version, 1))
    return request
