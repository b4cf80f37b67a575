"""Requests that may be of the same person: found by blind indexes, opened, compared; the least is shown of them.

Ten thousand identities cost what a few do: only the candidates that an index gives are unsealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Integer, LargeBinary, Select, bindparam, or_, select

from cptsapp.core.db import session
from cptsapp.core.prepared import Prepared
from cptsapp.inbox.models import Channel, Door, Outcome, Request, Seeker, State, ToldApart
from cptsapp.inbox.patients import (
    Identity,
    indexes,
    open_contact,
    open_identity,
    phone_index,
    read_contact,
    read_seeker,
)
from cptsapp.inbox.rules.duplicates import Likeness, Said, compare
from cptsapp.inbox.rules.merging import source_of
from cptsapp.territory.models import Commune

CANDIDATES_MAX = 60  # the phone of a shelter stands in many files: beyond, a phone tells nothing
NEAR_MAX = 5


@dataclass(frozen=True, slots=True)
class Near:
    """A seeker who may be the one asked about, by the least that tells people apart. `mine` is the latter's rank."""

    mine: int
    seeker_id: int
    request_id: int
    reference: str
    state: State
    outcome: Outcome | None
    door: Door
    channel: Channel
    received_on: date
    initials: str
    birth_year: int
    commune: str
    phone_end: str
    why: str
    is_exact: bool
    score: float

    @property
    def is_open(self) -> bool:
        """Whether the file is still followed; a closed one is opened again, never merged into."""
        return self.state is not State.CLOSED

    @property
    def source(self) -> str:
        """« par la MiSAS », « en ligne »: how it came."""
        return source_of(self.door, self.channel)


def near(
    identities: Sequence[Identity | Said], phones: Iterable[str], exclude_request_id: int | None = None
) -> list[Near]:
    """Who may be one of these, likeliest first, `NEAR_MAX` at most; two phones at most, as +33….

    A statement for each identity and one for the phones, however many files there are.

    Left out: anonymised files, those merged into another, those taken for abuse. Whoever is exactly one person of the
    file is not compared with the others there: twins are told apart.
    """
    wanted_phones = {index for index in map(phone_index, phones) if index is not None}
    rows = _candidates(identities, wanted_phones, exclude_request_id)
    opened = [(row, who) for row in rows if (who := open_identity(row.seal_id, row.name, row.birth_date)) is not None]
    found = [
        (rank, row, who, likeness)
        for rank, one in enumerate(identities)
        for row, who in opened
        if (likeness := _compared(one, who, bool(wanted_phones & {row.phone_index, row.asker_phone_index})))
    ]
    kept = _told_apart_by_exact(found)
    kept.sort(key=lambda pair: (-pair[3].score, pair[1].id, pair[0]))
    return [_near(*pair) for pair in kept[:NEAR_MAX]]


def duplicates_of(request: Request) -> list[Near]:
    """Who may be one of the household of a request, those told apart left out; none for a request merged away."""
    if request.merged_into_id is not None:
        return []
    known = [(seeker.id, who) for seeker in request.seekers if (who := read_seeker(seeker)) is not None]
    if not known:
        return []
    contact = read_contact(request)
    found = near([who for _, who in known], [contact.phone, contact.asker_phone], request.id)
    apart = _apart([number for number, _ in known])
    return [one for one in found if frozenset((known[one.mine][0], one.seeker_id)) not in apart]


# -- candidates -------------------------------------------------------------------------------------------------------


def _statement(numbers: Select[int]) -> Prepared:
    """What is compared, and what may be shown, of the seekers of these numbers; `other` is the file left out."""
    return Prepared(
        lambda: (
            select(
                Seeker.id,
                Seeker.seal_id,
                Seeker.name,
                Seeker.birth_date,
                Seeker.request_id,
                Request.seal_id.label("request_seal_id"),
                Request.details,
                Request.phone_index,
                Request.asker_phone_index,
                Request.reference,
                Request.state,
                Request.outcome,
                Request.door,
                Request.channel,
                Request.received_on,
                Commune.name.label("commune"),
            )
            .join(Request, Request.id == Seeker.request_id)
            .join(Commune, Commune.code == Request.commune_code)
            .where(
                Seeker.id.in_(numbers),
                Seeker.request_id != bindparam("other", type_=Integer()),
                Seeker.name.is_not(None),
                Request.merged_into_id.is_(None),
                Request.suspected_at.is_(None),
            )
            .order_by(Seeker.id.desc())
            .limit(CANDIDATES_MAX)
        )
    )


def _bytes(name: str) -> BindParameter[bytes]:
    return bindparam(name, type_=LargeBinary())


_BY_IDENTITY = _statement(
    select(Seeker.id).where(
        or_(
            Seeker.whole_index == _bytes("whole"),
            Seeker.last_index == _bytes("last"),
            Seeker.first_index == _bytes("first"),
            Seeker.year_index == _bytes("year"),
        )
    )
)
_BY_PHONE = _statement(
    select(Seeker.id)
    .join(Request, Request.id == Seeker.request_id)
    .where(
        or_(
            Request.phone_index.in_([_bytes("one"), _bytes("two")]),
            Request.asker_phone_index.in_([_bytes("one"), _bytes("two")]),
        )
    )
)


def _candidates(identities: Sequence[Identity | Said], phones: set[bytes], exclude_request_id: int | None) -> list[Any]:
    other = exclude_request_id or 0
    dated = [Identity(one.last_name, one.first_name, one.birth_date) for one in identities if one.birth_date]
    rows = [row for one in dated for row in _BY_IDENTITY.all(other=other, **asdict(indexes(one)))]
    if phones:
        one, *more = sorted(phones)
        rows += _BY_PHONE.all(other=other, one=one, two=more[0] if more else one)
    return list({row.id: row for row in rows}.values())


# -- comparing --------------------------------------------------------------------------------------------------------

_Pair = tuple[int, Any, Identity, Likeness]


def _compared(one: Identity | Said, who: Identity, shares_phone: bool) -> Likeness | None:
    mine = Said(one.last_name, one.first_name, one.birth_date)
    return compare(mine, Said(who.last_name, who.first_name, who.birth_date), shares_phone=shares_phone)


def _told_apart_by_exact(found: list[_Pair]) -> list[_Pair]:
    """Within one file an exact match settles both sides: of twins each is one, whatever their names have in common."""
    exact = [(rank, row) for rank, row, _, likeness in found if likeness.is_exact]
    settled_mine = {(rank, row.request_id) for rank, row in exact}
    settled_theirs = {row.id for _, row in exact}
    return [
        pair
        for pair in found
        if pair[3].is_exact or ((pair[0], pair[1].request_id) not in settled_mine and pair[1].id not in settled_theirs)
    ]


def _near(rank: int, row: Any, who: Identity, likeness: Likeness) -> Near:
    contact = open_contact(row.request_seal_id, row.details)
    return Near(
        mine=rank,
        seeker_id=row.id,
        request_id=row.request_id,
        reference=row.reference,
        state=row.state,
        outcome=row.outcome,
        door=row.door,
        channel=row.channel,
        received_on=row.received_on,
        initials=who.initials,
        birth_year=who.birth_date.year,
        commune=row.commune,
        phone_end=(contact.phone or contact.asker_phone)[-2:],
        why=likeness.why,
        is_exact=likeness.is_exact,
        score=likeness.score,
    )


def _apart(mine: Iterable[int]) -> set[frozenset[int]]:
    numbers = set(mine)
    said = select(ToldApart.first_id, ToldApart.second_id).where(
        or_(ToldApart.first_id.in_(numbers), ToldApart.second_id.in_(numbers))
    )
    return {frozenset((row.first_id, row.second_id)) for row in session.execute(said)}
