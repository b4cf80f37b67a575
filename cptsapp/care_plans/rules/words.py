"""Roles and agreements of a plan, as people say them."""

from collections.abc import Mapping
from types import MappingProxyType

from cptsapp.care_plans.models import Consent, MemberRole

R, C = MemberRole, Consent

ROLE_WORDS: Mapping[MemberRole, str] = MappingProxyType(
    {
        R.REGULAR_DOCTOR: "médecin traitant",
        R.LEAD: "référent du plan",
        R.PROFESSIONAL: "professionnel du cercle",
        R.STRUCTURE: "structure",
        R.RELATIVE: "proche",
    }
)
CONSENTS: Mapping[Consent, str] = MappingProxyType(
    {
        C.IN_PERSON: "De vive voix",
        C.PHONE: "Par téléphone",
        C.WRITTEN: "Par écrit",
        C.PROFESSIONAL: "Attesté par un professionnel",
    }
)
