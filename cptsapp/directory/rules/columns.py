"""The columns that the directory leaves with, and its labels."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from cptsapp.core import french
from cptsapp.core.tables import Column, Kind, Sheet, SheetRow, Value
from cptsapp.directory.rules.lines import Shown

COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        column.key: column
        for column in (
            Column("nom", "Nom", Kind.TEXT),
            Column("prenom", "Prénom", Kind.TEXT),
            Column("titre", "Titre", Kind.TEXT),
            Column("profession", "Profession ou genre", Kind.TEXT),
            Column("rpps", "RPPS", Kind.TEXT),
            Column("structure", "Structure", Kind.TEXT),
            Column("adresse", "Adresse", Kind.TEXT),
            Column("code_postal", "Code postal", Kind.TEXT),
            Column("commune", "Commune", Kind.TEXT),
            Column("autres_lieux", "Autres lieux", Kind.TEXT),
            Column("telephone", "Téléphone", Kind.TEXT),
            Column("courriel", "Courriel", Kind.TEXT),
            Column("adhesion", "Adhésion", Kind.TEXT),
            Column("echeance", "Échéance", Kind.DAY),
            Column("verifie", "Vérifié le", Kind.DAY),
        )
    }
)
OF_MEMBERS = frozenset({"adhesion", "echeance"})
USUAL = ("nom", "prenom", "profession", "structure", "adresse", "code_postal", "commune", "telephone", "adhesion")


def columns_for(sees_members: bool) -> list[Column]:
    """Those a reader may choose from."""
    return [column for key, column in COLUMNS.items() if sees_members or key not in OF_MEMBERS]


def sheet_of(rows: Iterable[Shown], columns: Sequence[Column]) -> Sheet:
    """The table of these lines with these columns."""
    made = [SheetRow(row.line.entry, tuple(_value(row, column.key) for column in columns)) for row in rows]
    return Sheet("Annuaire", tuple(columns), tuple(made))


def _value(row: Shown, key: str) -> Value:
    line, place, member = row.line, row.place, row.member
    values: dict[str, Value | None] = {
        "nom": line.last_name,
        "prenom": line.first_name,
        "titre": line.title,
        "profession": row.kind,
        "rpps": line.rpps,
        "structure": place.house if place else None,
        "adresse": place.address if place else None,
        "code_postal": place.postcode if place else None,
        "commune": place.town.name if place else None,
        "autres_lieux": "\u202f; ".join(f"{p.address}, {p.town.name}" for p in line.places[1:]),
        "telephone": french.phone(row.phone).replace("\u00a0", " ") if row.phone else None,  # as one types it
        "courriel": line.mail,
        "adhesion": member.label if member else None,
        "echeance": member.day if member else None,
        "verifie": line.verified_on,
    }
    return values[key] or ""


def label_lines(row: Shown) -> list[str]:
    """The lines of an address label: name, structure, street, postcode and commune. Empty without an address."""
    place = row.place
    if place is None:
        return []
    house = place.house or place.name
    return [row.name, *([house] if house else []), place.address, f"{place.postcode} {place.town.name}".strip()]
