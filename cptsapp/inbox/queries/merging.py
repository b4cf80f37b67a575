"""What a merge needs to know beforehand, and the merges of a file as its page tells them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.inbox.models import Request, RequestMerge, ToldApart
from cptsapp.inbox.patients import Identity, read_seeker
from cptsapp.inbox.rules.duplicates import Said, compare
from cptsapp.inbox.rules.merging import told


def paired(kept: Request, merged: Request, same: tuple[int, int] | None = None) -> dict[int, int]:
    """Who of the file merged away is who of the one kept: seeker → seeker, each at most once.

    `same` are two said to be one person; of the others the likeliest first, never two that were told apart.
    """
    theirs = {seeker.id: who for seeker in merged.seekers if (who := read_seeker(seeker)) is not None}
    mine = {seeker.id: who for seeker in kept.seekers if (who := read_seeker(seeker)) is not None}
    pairs: dict[int, int] = {}
    if same is not None:
        merged_id, kept_id = same if same[0] in theirs else same[::-1]
        if merged_id in theirs and kept_id in mine:
            pairs[merged_id] = kept_id
    for _, merged_id, kept_id in sorted(_likenesses(theirs, mine), reverse=True):
        if merged_id not in pairs and kept_id not in pairs.values():
            pairs[merged_id] = kept_id
    return pairs


def _likenesses(theirs: dict[int, Identity], mine: dict[int, Identity]) -> list[tuple[float, int, int]]:
    apart = _apart(set(theirs) | set(mine))
    return [
        (found.score, merged_id, kept_id)
        for merged_id, one in theirs.items()
        for kept_id, other in mine.items()
        if frozenset((merged_id, kept_id)) not in apart
        if (found := compare(_said(one), _said(other), shares_phone=True))
    ]


def _said(who: Identity) -> Said:
    return Said(who.last_name, who.first_name, who.birth_date)


def _apart(numbers: set[int]) -> set[frozenset[int]]:
    said = select(ToldApart.first_id, ToldApart.second_id).where(
        ToldApart.first_id.in_(numbers), ToldApart.second_id.in_(numbers)
    )
    return {frozenset((row.first_id, row.second_id)) for row in session.execute(said)}


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge of a file: the other one, what moved, who did it, whether it was undone; `is_kept` when it stayed."""

    id: int
    is_kept: bool
    other: str
    told: str
    at: datetime
    by: str
    undone_at: datetime | None


def merges_of(request: Request) -> list[Merged]:
    """The merges a file took part in, the last first. One statement."""
    other = select(Request.id, Request.reference).subquery()
    wanted = (
        select(RequestMerge, other.c.reference, User.display_name)
        .join(
            other,
            or_(
                (RequestMerge.kept_id == request.id) & (other.c.id == RequestMerge.merged_id),
                (RequestMerge.merged_id == request.id) & (other.c.id == RequestMerge.kept_id),
            ),
        )
        .outerjoin(User, User.id == RequestMerge.merged_by_id)
        .order_by(RequestMerge.id.desc())
    )
    return [
        Merged(
            id=made.id,
            is_kept=made.kept_id == request.id,
            other=reference,
            told=told(made.moved),
            at=made.merged_at,
            by=name or "",
            undone_at=made.undone_at,
        )
        for made, reference, name in session.execute(wanted)
    ]


def merge_of(request: Request, merge_id: int) -> RequestMerge:
    """A merge of this file; raises Invisible for another's."""
    found = session.get(RequestMerge, merge_id)
    if found is None or request.id not in (found.kept_id, found.merged_id):
        raise Invisible
    return found


def files_merged_into(request: Request) -> Sequence[Request]:
    """The files that joined this one and did not part: what is held of the same persons besides."""
    joined = select(Request).where(Request.merged_into_id == request.id).order_by(Request.id)
    return session.scalars(joined).all()
