"""A list of the CPTS's own as the comparison takes it: a person for each line, or the reason why a line is left."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cptsapp.core.text import fold
from cptsapp.directory.models import Profession
from cptsapp.directory.rules.words import RPPS_DIGITS, TITLES, is_rpps
from cptsapp.imports import mapping
from cptsapp.imports.mapping import Field
from cptsapp.imports.rows import FoundPerson, FoundPractice, FoundStructure
from cptsapp.imports.rules.communes import Found, Territory

NO_NAME = "Ni nom ni prénom sur cette ligne"
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_TITLE_WORDS = {"dr": "Dr", "docteur": "Dr", "docteure": "Dr", "pr": "Pr", "professeur": "Pr", "m": "M.", "mr": "M."}
_TITLE_WORDS |= {"monsieur": "M.", "mme": "Mme", "madame": "Mme", "mlle": "Mme"}
# First digits of a number overseas, and what its country code is.
_OVERSEAS = {"0590": "+590", "0690": "+590", "0594": "+594", "0694": "+594", "0596": "+596", "0696": "+596"}
_OVERSEAS |= {"0262": "+262", "0692": "+262", "0693": "+262", "0269": "+262", "0639": "+262"}
_FICTION = "063998"


@dataclass(frozen=True, slots=True)
class Left:
    """A line that names nobody, or says nothing of what they do."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Outside:
    """A line whose address is in no commune of the territory."""

    line: int


Line = FoundPerson | Left | Outside


def persons(
    rows: Iterable[tuple[int, Sequence[str]]], columns: Mapping[Field, int], territory: Territory
) -> Iterator[Line]:
    """What each line says; the lines of one same person make one, in the place of the first."""
    found: dict[str, FoundPerson] = {}
    for number, cells in rows:
        line = _line(number, Cells(cells, columns), territory)
        if not isinstance(line, FoundPerson):
            yield line
            continue
        key = line.rpps or fold(f"{line.last_name} {line.first_name} {line.profession}")
        known = found.get(key)
        found[key] = _together(known, line) if known else line
    yield from found.values()


class Cells:
    """The cells of a line by what they hold."""

    def __init__(self, cells: Sequence[str], columns: Mapping[Field, int]) -> None:
        self._cells, self._columns = cells, columns

    def __getitem__(self, field: Field) -> str:
        number = self._columns.get(field)
        return self._cells[number] if number is not None and number < len(self._cells) else ""


def _line(number: int, cells: Cells, territory: Territory) -> Line:
    last_name, first_name = _names(cells)
    if not last_name:
        return Left(number, NO_NAME)
    profession = mapping.profession_of(f"{cells[Field.PROFESSION]} {cells[Field.SPECIALITY]}".strip())
    profession = mapping.profession_of(cells[Field.PROFESSION]) or profession
    if profession is None:
        said = cells[Field.PROFESSION]
        return Left(number, f"Profession inconnue\u202f: «\u00a0{said}\u00a0»" if said else "Profession non dite")
    practice = _practice(number, cells, profession, territory)
    if practice is None:
        return Outside(number)
    rpps, doubts = _rpps(cells[Field.RPPS])
    return FoundPerson(
        last_name=last_name,
        first_name=first_name,
        profession=profession,
        practices=(practice,) if practice.commune_code or practice.communes else (),
        rpps=rpps,
        adeli="".join(cells[Field.ADELI].split()).upper() or None,
        title=title_of(cells[Field.TITLE]),
        speciality=cells[Field.SPECIALITY] or None,
        mail=mail_of(cells[Field.MAIL]),
        lines=(number,),
        doubts=doubts,
    )


def _names(cells: Cells) -> tuple[str, str]:
    last_name, first_name = cells[Field.LAST_NAME], cells[Field.FIRST_NAME]
    if not last_name and not first_name:
        last_name, first_name = mapping.split_name(cells[Field.FULL_NAME])
    return _cased(last_name), _cased(first_name)


def _cased(name: str) -> str:
    """A name written in capitals as names are: « LE GOFF » → « Le Goff »; any other is left as it is."""
    return name.title() if name.isupper() else name


def _practice(number: int, cells: Cells, profession: Profession, territory: Territory) -> FoundPractice | None:
    """Where they practise; None when that is outside. A line without address says nothing of it."""
    address, structure = cells[Field.ADDRESS], cells[Field.STRUCTURE]
    where = locate(cells, territory)
    if where is None:
        return None
    return FoundPractice(
        key=fold(f"{structure} {address} {where.code or ''}"),
        profession=profession,
        commune_code=where.code or "",
        address=address,
        mode=mapping.mode_of(cells[Field.MODE]),
        structure=FoundStructure(structure, mapping.kind_of("", structure)) if structure else None,
        phone=phone_of(cells[Field.PHONE]),
        doubt=where.doubt,
        communes=where.communes,
        lines=(number,),
    )


_NOWHERE = Found()


def locate(cells: Cells, territory: Territory) -> Found | None:
    """The commune of a line; an empty one when it says none, None when it is outside."""
    postcode, commune = cells[Field.POSTCODE], cells[Field.COMMUNE]
    if not postcode and not commune:
        inside = _POSTCODE_IN.search(cells[Field.ADDRESS])
        if inside is None:
            return _NOWHERE
        postcode, commune = inside[1], inside[2]
    found = territory.find("", postcode, commune, "")
    return found if found.code or found.communes else None


# « 12, rue des Écoles 85440 Talmont-Saint-Hilaire », in one cell.
_POSTCODE_IN = re.compile(r"\b(\d{5})\b[\s,]*(.*)$")


def _together(one: FoundPerson, other: FoundPerson) -> FoundPerson:
    """Two lines of the same person: what the first leaves empty, and the practices of both."""
    keys = {practice.key for practice in one.practices}
    return replace(
        one,
        practices=(*one.practices, *(practice for practice in other.practices if practice.key not in keys)),
        rpps=one.rpps or other.rpps,
        adeli=one.adeli or other.adeli,
        title=one.title or other.title,
        speciality=one.speciality or other.speciality,
        mail=one.mail or other.mail,
        lines=(*one.lines, *other.lines),
        doubts=tuple(dict.fromkeys((*one.doubts, *other.doubts))),
    )


# -- what a cell says -------------------------------------------------------------------------------------------------


def _rpps(text: str) -> tuple[str | None, tuple[str, ...]]:
    """A number of the register, or the doubt there is about it."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == RPPS_DIGITS + 1 and digits.startswith(
        "8"
    ):  # as the extract's « identification nationale » has it
        digits = digits[1:]
    if not digits or is_rpps(digits):
        return digits or None, ()
    return None, (f"Le numéro RPPS «\u00a0{text}\u00a0» n’est pas juste\u202f: il ne sera pas repris",)


def title_of(text: str) -> str:
    """How someone is called, among the titles of the directory; "" for any other word."""
    return text if text in TITLES else _TITLE_WORDS.get(fold(text), "")


def mail_of(text: str) -> str | None:
    """An address that looks like one, in small letters."""
    return text.lower() if _MAIL.fullmatch(text) else None


def phone_of(text: str) -> str | None:
    """A number as +33… (or the overseas code), from the ten digits of it; spreadsheets eat the first zero."""
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    if digits.startswith(("33", "0033")) and len(digits) in (11, 13):
        digits = "0" + digits[-9:]
    if len(digits) == 9 and not digits.startswith("0"):
        digits = "0" + digits
    if len(digits) != 10 or not digits.startswith("0"):
        return None
    code = "+33" if digits.startswith(_FICTION) else _OVERSEAS.get(digits[:4], "+33")
    return code + digits[1:]
