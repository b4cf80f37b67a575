"""Which columns an import writes, and so which ones a correction by hand keeps from it (§2.7)."""

from collections.abc import Mapping
from types import MappingProxyType

from cptsapp.directory.models import SheetKind

IMPORTED: Mapping[SheetKind, frozenset[str]] = MappingProxyType(
    {
        SheetKind.PERSON: frozenset({"title", "last_name", "first_name", "profession", "speciality", "mail", "phone"}),
        SheetKind.PLACE: frozenset({"name", "address", "commune_code", "phone", "organisation_id"}),
        SheetKind.ORGANISATION: frozenset({"name", "kind", "finess", "siret", "mail", "phone"}),
    }
)
