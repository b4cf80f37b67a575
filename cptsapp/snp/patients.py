"""A patient's identity: sealed as much of it as the CPTS keeps, opened again, recognised by blind indexes."""

from dataclasses import dataclass, replace
from uuid import uuid4

from cptsapp.core.refusals import Refusal
from cptsapp.core.seal import ring
from cptsapp.core.text import NIR_REFUSED, fold, looks_like_nir
from cptsapp.snp import rules
from cptsapp.snp.models import Booking, BookingIdentity
from cptsapp.territory import queries as territory
from cptsapp.territory.models import IdentityMode


@dataclass(frozen=True, slots=True)
class Patient:
    """Who is coming: a name, a year of birth, a phone as +33…; never a reason."""

    name: str
    birth_year: int | None = None
    phone: str | None = None


def kept(patient: Patient | None) -> Patient | None:
    """As much of the patient as the CPTS keeps. Raises Refusal for what looks like a NIR, or a name that lacks."""
    mode = territory.settings().identity_mode
    if patient is not None and looks_like_nir(f"{patient.name} {patient.phone or ''}"):
        raise Refusal(NIR_REFUSED, field="name")
    if mode is IdentityMode.NOTHING:
        return None
    if patient is None or not patient.name.strip():
        raise Refusal("Indiquez le nom du patient.", field="name")
    if mode is IdentityMode.INITIALS:
        return Patient(rules.initials(patient.name), patient.birth_year)
    return replace(patient, name=patient.name.strip())


def identity_index(patient: Patient) -> bytes | None:
    """The blind index of folded name + year of birth; None without a year, for a name alone would give itself away."""
    if patient.birth_year is None:
        return None
    return ring().blind_index("identity", f"{fold(patient.name)}|{patient.birth_year}")


def phone_index(phone: str | None) -> bytes | None:
    """The blind index of a phone as +33…."""
    return ring().blind_index("phone", phone) if phone else None


def seal_patient(booking: Booking, patient: Patient | None) -> BookingIdentity | None:
    """The sealed identity of a booking, not yet flushed; None when the CPTS keeps nothing."""
    known = kept(patient)
    if known is None:
        return None
    settings = territory.settings()
    is_full = settings.identity_mode is IdentityMode.FULL
    row = uuid4()
    seal = ring().seal
    return BookingIdentity(
        id=row,
        booking=booking,
        name=seal(known.name, row, "name"),
        birth_year=seal(str(known.birth_year or ""), row, "birth_year"),
        phone=seal(known.phone or "", row, "phone"),
        identity_index=identity_index(known) if is_full else None,
        phone_index=phone_index(known.phone) if is_full else None,
        erase_on=rules.erase_on(booking.slot.day_on, settings.retention_months),
    )


def read_patient(identity: BookingIdentity) -> Patient:
    """The patient of a sealed identity. The caller records the reading."""
    unseal = ring().unseal
    year = unseal(identity.birth_year, identity.id, "birth_year")
    return Patient(
        name=unseal(identity.name, identity.id, "name"),
        birth_year=int(year) if year else None,
        phone=unseal(identity.phone, identity.id, "phone") or None,
    )
