"""The professionals whom a campaign would call today: one reading, for its preview, its list and its figures (B91)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from cptsapp.core.db import session
from cptsapp.core.local import day_bounds
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import (
    Membership,
    Organisation,
    Person,
    Place,
    Practice,
    PracticeMode,
    Profession,
)
from cptsapp.directory.permissions import in_force
from cptsapp.directory.queries.membership import active_on
from cptsapp.membership.models import Application, ApplicationState
from cptsapp.outreach.models import Call, CallCampaign, CallOutcome, CallTarget
from cptsapp.outreach.rules import Aside
from cptsapp.territory.models import Commune


@dataclass(frozen=True, slots=True)
class Criteria:
    """Whom a campaign is for: professions, communes of the territory, members as well or not."""

    professions: frozenset[str]
    communes: frozenset[str]
    members_too: bool


@dataclass(frozen=True, slots=True)
class Professional:
    """Someone of the territory who matches, and why they are left aside if they are."""

    person_id: int
    name: str
    folded: str
    profession: Profession
    mode: PracticeMode
    place_id: int
    organisation_id: int | None
    address: str
    commune_code: str
    commune: str
    phones: tuple[str, ...]
    mail: str | None
    noted_since: date | None
    aside: Aside | None


def criteria_of(campaign: CallCampaign) -> Criteria:
    """Whom this campaign is for."""
    return Criteria(frozenset(campaign.professions), frozenset(campaign.communes), campaign.members_too)


def professionals(
    wanted: Criteria, today: date, *, campaign_id: int | None = None, only: Iterable[int] | None = None
) -> dict[int, Professional]:
    """Those who match on a day, by number, in the order of communes and names; `only` looks at these persons alone.

    Who refused this year in another campaign than `campaign_id` is left aside. A person merged into another is that
    other; who objected is nowhere (§6.2).
    """
    merged = roots()
    rows = session.execute(_practices(wanted, today, same_person(set(only)) if only is not None else None)).all()
    owners = _owners({merged[row.person_id] for row in rows if row.person_id in merged})
    asides = _asides(wanted, today, campaign_id, merged)
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(merged.get(row.person_id, row.person_id), []).append(row)
    made = (_made(number, kept, owners.get(number, kept[0]), asides) for number, kept in found.items())
    known = sorted((p for p in made if p is not None), key=lambda p: (p.commune, p.folded, p.person_id))
    return {professional.person_id: professional for professional in known}


_OWNER = (
    Person.id.label("owner_id"),
    Person.title,
    Person.first_name,
    Person.last_name,
    Person.folded,
    Person.mail,
    Person.phone,
    Person.do_not_call_on,
    Person.objected_on,
)


def _practices(wanted: Criteria, today: date, numbers: set[int] | None) -> Select[*tuple[Any, ...]]:
    found = (
        select(
            Practice.person_id,
            Practice.profession,
            Practice.mode,
            Practice.starts_on,
            Practice.source_key,
            Place.id.label("place_id"),
            Place.organisation_id,
            Place.address,
            Place.phone.label("place_phone"),
            Organisation.phone.label("house_phone"),
            Commune.code,
            Commune.name.label("commune"),
            *_OWNER,
        )
        .join(Person, Person.id == Practice.person_id)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .outerjoin(Organisation, Organisation.id == Place.organisation_id)
        .where(
            in_force(Practice, today),
            Commune.is_own,
            Commune.code.in_(sorted(wanted.communes)),
            Practice.profession.in_(sorted(wanted.professions)),
        )
        .order_by(Commune.name, Practice.id)
    )
    return found if numbers is None else found.where(Practice.person_id.in_(sorted(numbers)))


def _owners(numbers: set[int]) -> dict[int, Any]:
    """What the sheets into which others were merged say of the person; they are few."""
    if not numbers:
        return {}
    return {row.owner_id: row for row in session.execute(select(*_OWNER).where(Person.id.in_(sorted(numbers))))}


@dataclass(frozen=True, slots=True)
class _Asides:
    members: frozenset[int]
    applied: frozenset[int]
    refused: frozenset[int]

    def reason(self, number: int, owner: Any) -> Aside | None:
        if owner.do_not_call_on is not None:
            return Aside.DO_NOT_CALL
        if number in self.members:
            return Aside.MEMBER
        if number in self.applied:
            return Aside.APPLIED
        return Aside.REFUSED if number in self.refused else None


def _asides(wanted: Criteria, today: date, campaign_id: int | None, merged: dict[int, int]) -> _Asides:
    members = applied = frozenset[int]()
    if not wanted.members_too:
        members = _numbers(select(Membership.person_id).where(active_on(today)), merged)
        applied = _numbers(select(Application.person_id).where(Application.state == ApplicationState.RECEIVED), merged)
    first, _ = day_bounds(date(today.year, 1, 1))
    refusals = (
        select(CallTarget.person_id)
        .join(Call, Call.target_id == CallTarget.id)
        .where(
            Call.outcome == CallOutcome.REFUSES,
            Call.undone_at.is_(None),
            Call.called_at >= first,
            CallTarget.campaign_id != (campaign_id or 0),
        )
    )
    return _Asides(members, applied, _numbers(refusals, merged))


def _numbers(found: Select[Any], merged: dict[int, int]) -> frozenset[int]:
    """The persons of a column, under the number they have now."""
    return frozenset(merged.get(number, number) for number in session.scalars(found) if number is not None)


def _made(number: int, rows: list[Any], owner: Any, asides: _Asides) -> Professional | None:
    if owner.objected_on is not None:
        return None
    first = next((row for row in rows if row.place_phone), rows[0])
    phones = [*(row.place_phone for row in rows), owner.phone, *(row.house_phone for row in rows)]
    by_hand = [row.starts_on for row in rows if row.source_key is None]
    return Professional(
        person_id=number,
        name=" ".join(part for part in (owner.title, owner.first_name, owner.last_name) if part),
        folded=owner.folded,
        profession=first.profession,
        mode=first.mode,
        place_id=first.place_id,
        organisation_id=first.organisation_id,
        address=first.address,
        commune_code=first.code,
        commune=first.commune,
        phones=tuple(dict.fromkeys(phone for phone in phones if phone)),
        mail=owner.mail,
        noted_since=min(by_hand) if by_hand else None,
        aside=asides.reason(number, owner),
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """How many a campaign would hold: to call, without a number, and left aside, each by its reason."""

    to_call: int
    without_phone: int
    asides: dict[Aside, int]

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody to call."""
        return self.to_call == 0


def preview(wanted: Criteria, today: date, campaign_id: int | None = None) -> Preview:
    """Count them."""
    found = professionals(wanted, today, campaign_id=campaign_id).values()
    listed = [p for p in found if p.aside is None]
    without = sum(not p.phones for p in listed)
    counts = {reason: sum(p.aside is reason for p in found) for reason in Aside}
    return Preview(len(listed) - without, without, {reason: n for reason, n in counts.items() if n})


def professions_here(today: date) -> dict[Profession, int]:
    """How many of each profession practise in the territory today, each person once a profession."""
    found = (
        select(Practice.profession, Practice.person_id)
        .join(Person, Person.id == Practice.person_id)
        .join(Place, Place.id == Practice.place_id)
        .join(Commune, Commune.code == Place.commune_code)
        .where(in_force(Practice, today), Commune.is_own, Person.objected_on.is_(None))
        .distinct()
    )
    merged = roots()
    pairs = {(row.profession, merged.get(row.person_id, row.person_id)) for row in session.execute(found)}
    here = [profession for profession, _ in pairs]
    return {profession: here.count(profession) for profession in Profession if profession in here}
