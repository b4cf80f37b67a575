"""Pure rules of the partners: what a structure of the directory usually is to the CPTS, and why an act is refused."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from cptsapp.conventions.models import PartnerKind
from cptsapp.core.french import day_full
from cptsapp.directory.models import OrganisationKind

USUAL: Mapping[OrganisationKind, PartnerKind] = MappingProxyType(
    {
        OrganisationKind.GROUP_PRACTICE: PartnerKind.MSP,
        OrganisationKind.HEALTH_CENTRE: PartnerKind.MSP,
        OrganisationKind.HOSPITAL: PartnerKind.HOSPITAL,
        OrganisationKind.CARE_HOME: PartnerKind.CARE_HOME,
        OrganisationKind.DAC: PartnerKind.DAC,
        OrganisationKind.CPAM: PartnerKind.CPAM,
        OrganisationKind.COMMUNE: PartnerKind.COMMUNE,
        OrganisationKind.REGULATION: PartnerKind.SAS,
    }
)
# What the structure of a new partner is in the directory.
ORGANISATION_OF: Mapping[PartnerKind, OrganisationKind] = MappingProxyType(
    {
        PartnerKind.DAC: OrganisationKind.DAC,
        PartnerKind.MSP: OrganisationKind.GROUP_PRACTICE,
        PartnerKind.CPAM: OrganisationKind.CPAM,
        PartnerKind.HOSPITAL: OrganisationKind.HOSPITAL,
        PartnerKind.COMMUNE: OrganisationKind.COMMUNE,
        PartnerKind.CARE_HOME: OrganisationKind.CARE_HOME,
        PartnerKind.SAS: OrganisationKind.REGULATION,
    }
)


def usual_kind(kind: OrganisationKind) -> PartnerKind:
    """What a structure of this kind usually is to the CPTS."""
    return USUAL.get(kind, PartnerKind.OTHER)


def organisation_kind(kind: PartnerKind) -> OrganisationKind:
    """What the structure of such a partner is in the directory."""
    return ORGANISATION_OF.get(kind, OrganisationKind.OTHER)


def why_not_leave(left_on: date | None, on: date, today: date) -> str | None:
    """Why a partner's departure may not be noted for a day, in French; None when it may."""
    if left_on is not None:
        return f"Le départ de ce partenaire est déjà noté, le {day_full(left_on)}."
    return "Ce jour n’est pas encore venu\u00a0: notez le départ ce jour-là." if on > today else None


def why_not_bind(left_on: date | None) -> str | None:
    """Why nothing new may bind a partner, in French; None when it may."""
    return None if left_on is None else f"Ce partenaire a quitté la CPTS le {day_full(left_on)}."
