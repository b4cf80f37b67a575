"""What was typed when the session had ended: kept sealed, for its author alone, and not for long (pitfall 25)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, select

from cptsapp.accounts.models import Draft
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.seal import ring

LASTS = timedelta(hours=12)
MAX_BYTES = 64 * 1024
MAX_KEPT = 5  # by author: the oldest goes
CONTENT, PATH = "content", "path"
NEVER_KEPT = frozenset({"csrf_token", "_resume", "_draft", "draft", "draft_url", "suite", "pin", "code", "secret"})
# What a page's buttons and filters carry along: alone, nobody typed it.
CARRIED = frozenset(
    {"once", "q", "ou", "depuis", "jour", "pour", "place", "slot", "seen", "toast", "kind", "person"}
) | {"venue", "acte", "retour", "maintenant", "announced", "confirmed", "preview", "step"}

Pairs = list[tuple[str, str]]
About = Callable[[str], bool]  # whether a text is about someone


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft opened for its author."""

    id: int
    path: str = field(repr=False)
    fields: Pairs = field(repr=False)
    created_at: datetime


def keep(user_id: int, path: str, fields: Iterable[tuple[str, str]]) -> bool:
    """Seal what was posted to a path; False when there is nothing to keep or too much of it."""
    pairs = list(fields)
    if not is_worth_keeping(pairs):
        return False
    content = _encode(pairs)
    now = clock.now()
    draft = Draft(user_id=user_id, path=b"", content=b"", created_at=now, expires_at=now + LASTS)
    session.add(draft)
    session.flush()
    draft.path = ring().seal(path, draft.seal_id, PATH)
    draft.content = ring().seal(content, draft.seal_id, CONTENT)
    session.flush()
    _drop_oldest(user_id)
    return True


def is_worth_keeping(fields: Iterable[tuple[str, str]]) -> bool:
    """Whether something was written, and not too much of it."""
    pairs = [(name, value) for name, value in fields if _is_kept(name)]
    return any(value.strip() for name, value in pairs if name not in CARRIED) and len(_encode(pairs)) <= MAX_BYTES


def _encode(pairs: Iterable[tuple[str, str]]) -> str:
    return urlencode([(name, value) for name, value in pairs if _is_kept(name)])


def parse(encoded: str) -> Pairs:
    """The fields of a form as the browser encodes it; nothing when it is too long or too many."""
    if len(encoded) > MAX_BYTES:
        return []
    try:
        return parse_qsl(encoded, keep_blank_values=True, max_num_fields=500)
    except ValueError:
        return []


def _is_kept(name: str) -> bool:
    return name not in NEVER_KEPT and "password" not in name and "token" not in name


def _drop_oldest(user_id: int) -> None:
    newest = select(Draft.id).where(Draft.user_id == user_id).order_by(Draft.id.desc()).limit(MAX_KEPT)
    kept = list(session.scalars(newest))
    session.execute(delete(Draft).where(Draft.user_id == user_id, Draft.id.not_in(kept)))


def newest_of(user_id: int) -> Kept | None:
    """The author's latest draft that has not expired, or None."""
    found = (
        select(Draft).where(Draft.user_id == user_id, Draft.expires_at > clock.now()).order_by(Draft.id.desc()).limit(1)
    )
    draft = session.scalar(found)
    return _open(draft) if draft is not None else None


def has_any(user_id: int) -> bool:
    """Whether a text waits for this author."""
    return (
        session.scalar(select(Draft.id).where(Draft.user_id == user_id, Draft.expires_at > clock.now()).limit(1))
        is not None
    )


def _open(draft: Draft) -> Kept:
    path = ring().unseal(draft.path, draft.seal_id, PATH)
    content = ring().unseal(draft.content, draft.seal_id, CONTENT)
    return Kept(draft.id, path, parse_qsl(content, keep_blank_values=True), draft.created_at)


def forget(draft_id: int, user_id: int) -> None:
    """Remove one of the author's drafts, if it is still there."""
    session.execute(delete(Draft).where(Draft.id == draft_id, Draft.user_id == user_id))


def drop(draft_id: int, user_id: int) -> None:
    """Throw one's draft away: taken back, or not wanted. Raises Invisible for anyone else's."""
    gone = delete(Draft).where(Draft.id == draft_id, Draft.user_id == user_id)
    if session.connection().execute(gone).rowcount != 1:
        raise Invisible


def drop_about(is_about: About) -> int:
    """Throw away, whoever wrote them, the texts about someone who is being erased; gives how many."""
    gone = [kept.id for kept in map(_open, session.scalars(select(Draft)).all()) if is_about(_written(kept))]
    return session.connection().execute(delete(Draft).where(Draft.id.in_(gone))).rowcount if gone else 0


def _written(kept: Kept) -> str:
    return " ".join([kept.path, *(value for _name, value in kept.fields)])


def purge_expired(now: datetime) -> int:
    """Remove what nobody came back for; gives how many."""
    return session.connection().execute(delete(Draft).where(Draft.expires_at <= now)).rowcount
