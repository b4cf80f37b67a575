"""What a merge needs to know beforehand, and the merges of a file as its page tells them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.inbox.models import Request, RequestMerge, Seeker, ToldApart
from cptsapp.inbox.patients import Identity, names_of, read_contact, read_seeker
from cptsapp.inbox.permissions import visible_to
from cptsapp.inbox.queries.duplicates import Near, duplicates_of
from cptsapp.inbox.queries.requests import is_open
from cptsapp.inbox.rules.duplicates import Said, compare
from cptsapp.inbox.rules.merging import source_of, told, which_kept
from cptsapp.territory.models import Commune


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


def request_of_seeker(user: CurrentUser, seeker_id: int) -> Request:
    """The file of a seeker; raises Invisible when it does not exist for the user."""
    found = session.scalar(
        select(Request).join(Seeker, Seeker.request_id == Request.id).where(Seeker.id == seeker_id, visible_to(user))
    )
    if found is None:
        raise Invisible
    return found


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


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two compared, by the least that tells people apart; the year is None while it is not said."""

    initials: str
    birth_year: int | None
    commune: str
    phone_end: str
    received: str


@dataclass(frozen=True, slots=True)
class Twins:
    """Someone of a file beside someone of another who may be the same: `mine_id` is the former's number."""

    mine_id: int
    mine: Side
    other: Near


@dataclass(frozen=True, slots=True)
class NearPanel:
    """What the page of a file says of duplicates: who may be the same, and the merges it took part in."""

    request: Request
    twins: Sequence[Twins]
    merges: Sequence[Merged]


def near_panel(request: Request) -> NearPanel:
    """The panel of `inbox/_near.html`: as many statements however many there are. A closed file asks nothing more."""
    found = duplicates_of(request) if is_open(request) else []
    return NearPanel(request, _twins(request, found) if found else [], merges_of(request))


def _twins(request: Request, found: Sequence[Near]) -> list[Twins]:
    contact = read_contact(request)
    commune = session.scalar(select(Commune.name).where(Commune.code == request.commune_code)) or ""
    known = [(seeker.id, who) for seeker in request.seekers if (who := read_seeker(seeker)) is not None]
    end = (contact.phone or contact.asker_phone)[-2:]
    received = f"{french.day_short(request.received_on)}, {source_of(request.door, request.channel)}"
    sides = [(number, Side(who.initials, who.birth_date.year, commune, end, received)) for number, who in known]
    return [Twins(*sides[one.mine], one) for one in found]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two files before they are made one: which stays, who of the one is who of the other, who would change file."""

    kept: Request
    merged: Request
    households: dict[int, str]
    same: Sequence[tuple[str, str]]
    joining: Sequence[str]


def comparison(one: Request, other: Request) -> Comparison:
    """What making one of two files would do, for who may read both."""
    kept, merged = which_kept(one, other)
    names = {s.id: who.full_name for file in (kept, merged) for s in file.seekers if (who := read_seeker(s))}
    pairs = paired(kept, merged) if kept.id != merged.id else {}
    return Comparison(
        kept=kept,
        merged=merged,
        households={file.id: names_of(file) for file in (kept, merged)},
        same=[(names[theirs], names[mine]) for theirs, mine in pairs.items()],
        joining=[names[s.id] for s in merged.seekers if s.id not in pairs and s.id in names],
    )
