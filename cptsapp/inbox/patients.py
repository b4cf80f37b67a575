"""Who a request is about and how to reach them: sealed, opened again, found by composites.

Nothing here is logged, put in an address or in an exception. The caller records each reading.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from uuid import UUID

from cptsapp.core.refusals import Refusal
from cptsapp.core.seal import ring
from cptsapp.core.text import NIR_REFUSED, fold, looks_like_nir
from cptsapp.inbox.models import Request, Seeker

ANONYMISED = "anonymisée"
_APART = "\t"


@dataclass(frozen=True, slots=True)
class Identity:
    """A seeker: names as typed, day of birth."""

    last_name: str
    first_name: str
    birth_date: date

    @property
    def full_name(self) -> str:
        """As screens write it: « Jeanne Guérineau »."""
        return f"{self.first_name} {self.last_name}"

    @property
    def initials(self) -> str:
        """« J. G. », for who must recognise without reading."""
        return " ".join(f"{name.strip()[:1].upper()}." for name in (self.first_name, self.last_name) if name.strip())


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the household and whoever asked. Phones as +33…; empty when not said."""

    phone: str = ""
    mail: str = ""
    call_when: str = ""
    address: str = ""
    asker_name: str = ""
    asker_link: str = ""
    asker_phone: str = ""
    asker_mail: str = ""
    doctor_name: str = ""
    followed_by: str = ""


@dataclass(frozen=True, slots=True)
class Indexes:
    """The blind indexes of an identity (see `models.Seeker`)."""

    whole: bytes
    last: bytes
    first: bytes
    year: bytes


def indexes(who: Identity) -> Indexes:
    """HMACs of composites, each under a word of its own so that no two kinds are ever equal."""
    last, first, day = fold(who.last_name), fold(who.first_name), who.birth_date.isoformat()
    name = " ".join(sorted(f"{last} {first}".split()))
    blind = ring().blind_index
    return Indexes(
        whole=blind("identity", f"whole|{name}|{day}"),
        last=blind("identity", f"last|{last}|{day}"),
        first=blind("identity", f"first|{first}|{day}"),
        year=blind("identity", f"year|{name}|{who.birth_date.year}"),
    )


def phone_index(phone: str) -> bytes | None:
    """The blind index of a phone as +33…, None for an empty one."""
    return ring().blind_index("phone", phone) if phone else None


def seal_seeker(seeker: Seeker, who: Identity) -> None:
    """Write an identity in a seeker, whose `seal_id` must be set. Raises Refusal for what looks like a NIR."""
    refuse_nir(who.last_name, who.first_name)
    seeker.name, seeker.birth_date = seal_identity(who, seeker.seal_id)
    found = indexes(who)
    seeker.whole_index, seeker.last_index = found.whole, found.last
    seeker.first_index, seeker.year_index = found.first, found.year


def seal_identity(who: Identity, seal_id: UUID) -> tuple[bytes, bytes]:
    """The columns « name » and « birth_date » of a row; `open_identity` reads them back."""
    seal = ring().seal
    name = f"{who.last_name.strip()}{_APART}{who.first_name.strip()}"
    return seal(name, seal_id, "name"), seal(who.birth_date.isoformat(), seal_id, "birth_date")


def read_seeker(seeker: Seeker) -> Identity | None:
    """The identity of a seeker; None once anonymised."""
    return open_identity(seeker.seal_id, seeker.name, seeker.birth_date)


def open_identity(seal_id: UUID, name: bytes | None, birth_date: bytes | None) -> Identity | None:
    """The same from the columns, for lists that load no object."""
    if name is None or birth_date is None:
        return None
    unseal = ring().unseal
    last, _, first = unseal(name, seal_id, "name").partition(_APART)
    return Identity(last, first, date.fromisoformat(unseal(birth_date, seal_id, "birth_date")))


def open_name(seal_id: UUID, name: bytes) -> str:
    """« Last First » as a search by fragment matches it."""
    return ring().unseal(name, seal_id, "name").replace(_APART, " ")


def seal_contact(request: Request, contact: Contact) -> None:
    """Write a contact in a request, whose `seal_id` must be set. Raises Refusal for what looks like a NIR."""
    refuse_nir(*asdict(contact).values())
    kept = {name: value for name, value in asdict(contact).items() if value}
    request.details = ring().seal(json.dumps(kept, ensure_ascii=False), request.seal_id, "details")
    request.phone_index = phone_index(contact.phone)
    request.asker_phone_index = phone_index(contact.asker_phone)


def read_contact(request: Request) -> Contact:
    """The contact of a request; an empty one once anonymised."""
    return open_contact(request.seal_id, request.details)


def open_contact(seal_id: UUID, details: bytes | None) -> Contact:
    """The same from the columns, for lists that load no object."""
    if details is None:
        return Contact()
    kept = json.loads(ring().unseal(details, seal_id, "details"))
    known = {field.name for field in fields(Contact)}
    return Contact(**{name: value for name, value in kept.items() if name in known})


def seal_text(value: str, seal_id: UUID, column: str) -> bytes | None:
    """A sealed free text, None when empty. Raises Refusal for what looks like a NIR."""
    refuse_nir(value)
    return ring().seal(value.strip(), seal_id, column) if value.strip() else None


def read_text(sealed: bytes | None, seal_id: UUID, column: str) -> str:
    """A free text opened, empty when there is none."""
    return ring().unseal(sealed, seal_id, column) if sealed is not None else ""


def refuse_nir(*texts: str) -> None:
    """Raise Refusal when one of the texts looks like a social-security number (§6.2)."""
    if any(looks_like_nir(text) for text in texts):
        raise Refusal(NIR_REFUSED)


def names_of(request: Request) -> str:
    """The household in one line: « Jeanne Guérineau », « Alain et Odile Merlet », « Famille Ndiaye »."""
    known = [who for who in map(read_seeker, request.seekers) if who is not None]
    return joined(known)


def joined(known: Iterable[Identity]) -> str:
    """The same from identities; « anonymisée » when there is none."""
    people = list(known)
    if not people:
        return ANONYMISED
    if len(people) == 1:
        return people[0].full_name
    last_names = {fold(who.last_name) for who in people}
    if len(last_names) > 1:
        return f"{people[0].full_name} et {len(people) - 1} autre{'s' if len(people) > 2 else ''}"
    if len(people) == 2:
        return f"{people[0].first_name} et {people[1].first_name} {people[0].last_name}"
    return f"Famille {people[0].last_name}"
