"""What two sheets made one may take from one another, and what keeps them apart."""

from collections.abc import Mapping
from types import MappingProxyType

from cptsapp.directory.models import SheetKind

# In the order of the page. What is noted of a person's wishes (not to be called) is taken without asking.
FIELDS: Mapping[SheetKind, Mapping[str, str]] = MappingProxyType(
    {
        SheetKind.PERSON: MappingProxyType(
            {
                "title": "Civilité",
                "last_name": "Nom",
                "first_name": "Prénom",
                "profession": "Profession",
                "speciality": "Spécialité",
                "rpps": "RPPS",
                "adeli": "ADELI",
                "phone": "Téléphone direct",
                "mail": "Mail",
            }
        ),
        SheetKind.ORGANISATION: MappingProxyType(
            {
                "name": "Nom",
                "kind": "Sorte",
                "finess": "FINESS",
                "siret": "SIRET",
                "structure_id": "Numéro dans l’extrait",
                "phone": "Téléphone",
                "mail": "Mail",
            }
        ),
    }
)
# Numbers are unique: the sheet merged away gives them up when the other takes them.
UNIQUE = frozenset({"rpps", "adeli", "finess", "siret", "structure_id"})
# One has a single number of these: two different ones are two persons, or two structures.
TELLING: Mapping[SheetKind, tuple[str, ...]] = MappingProxyType(
    {SheetKind.PERSON: ("rpps",), SheetKind.ORGANISATION: ("finess", "siret")}
)
# The earliest wish holds: who asked one sheet not to be called has asked both.
WISHES: Mapping[SheetKind, tuple[str, ...]] = MappingProxyType(
    {SheetKind.PERSON: ("do_not_call_on", "informed_on"), SheetKind.ORGANISATION: ()}
)


def default_choice(name: str, kept: object, other: object) -> str:
    """Whose value a field takes unless someone chooses: « kept » when it has one, else « other »."""
    return "other" if kept in (None, "") and other not in (None, "") else "kept"
