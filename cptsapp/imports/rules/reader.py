"""Reading the extract as a stream: what is of the territory, what may be, what cannot be read, and how much is outside.

Each line but the blank ones has one fate, decided in this order:
1. *unreadable*: not as many columns as the header, no identifier, or no name;
2. *outside*: abroad, no address, in a commune that is not ours, or at a site that is no practice of the territory
   (on-call site, teleconsultation company);
3. *doubtful*: a number whose key is wrong, an unknown code, a commune that the address leaves undecided: it waits for
   someone, and is not kept;
4. *kept*.
A line outside is outside whatever else is wrong with it: nobody here would decide on it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cptsapp.core.refusals import Refusal
from cptsapp.core.text import fold
from cptsapp.directory.rules.words import RPPS_DIGITS, is_rpps
from cptsapp.imports.rules import codes
from cptsapp.imports.rules.columns import Columns, read_header
from cptsapp.imports.rules.communes import Found, Territory
from cptsapp.imports.rules.lines import BLANKS, OVERLONG, Lines, Source, is_utf8, text

RPPS, ADELI = "8", "0"
_ADELI_SIGNS = 9
_ENDS = frozenset({b"", b"\r"})
# France as the register of countries has had it; overseas departments and collectivities have codes of their own.
_FRANCE = frozenset({"", "99000", "99100", "99", "100", "250", "fr", "fra", "france"})
_OVERSEAS = frozenset(("gp", "mq", "gf", "re", "yt", "pm", "bl", "mf", "wf", "pf", "nc", "tf"))

TOO_LONG = "Ligne trop longue pour être de cet extrait"
NO_IDENTIFIER = "Ni numéro RPPS ni numéro ADELI"
NO_NAME = "Pas de nom"


class Unreadable(NamedTuple):
    """A line that could not be read, and why, in French."""

    line: int
    reason: str


@dataclass(slots=True)
class Row:
    """A line of the territory, or that may be. `doubts` are French sentences; kept when there are none.

    `communes` are the codes an undecided commune may be. Texts are as in the file.
    """

    line: int
    identifier: str
    is_rpps: bool
    last_name: str
    first_name: str
    profession_code: str
    commune_code: str
    practice: str
    values: dict[str, str]
    doubts: list[str] = field(default_factory=list)
    is_person_doubtful: bool = False
    communes: tuple[str, ...] = ()


class Reader:
    """Reads one file once. `columns` is known at once; the counts are right when the iteration ends."""

    def __init__(
        self, source: Source, territory: Territory, progress: Callable[["Reader"], None] = lambda _reader: None
    ) -> None:
        """Read the header. Raises Refusal when it is not one, or when a column that is needed lacks.

        `progress` is called after each block of the file.
        """
        self._territory, self._progress = territory, progress
        self._lines = Lines(source)
        self._batches = self._lines.batches()
        self._batch = next(self._batches, [])
        if not self._batch:
            raise Refusal("Ce fichier est vide.")
        header = self._batch[0].split(b"|")
        self.encoding = "UTF-8" if is_utf8(self._batch) else "latin-1"
        self.columns: Columns = read_header([text(cell) for cell in header])
        self.line_count = 1
        self.outside_count = 0

    @property
    def byte_count(self) -> int:
        """How many bytes have been read."""
        return self._lines.byte_count

    def __iter__(self) -> Iterator[Row | Unreadable]:
        """What is of the territory or may be, and what cannot be read, in the order of the file."""
        is_plain, is_outside = self._plain_test(), self._outside_test()
        number, outside = 1, 0
        batch: list[bytes] | None = self._batch[1:]
        while batch is not None:
            for line in batch:
                number += 1
                cells = line.split(b"|")
                if not is_plain(cells):
                    odd = self._odd(line, cells, number)
                    if not isinstance(odd, list):
                        yield from () if odd is None else (odd,)
                        continue
                    cells = odd
                row = None if is_outside(cells) else self._row(cells, number)
                if row is not None:
                    yield row
                else:
                    outside += 1
            self.line_count, self.outside_count = number, outside
            self._progress(self)
            batch = next(self._batches, None)

    # Most lines are plain and outside. These two are asked of every line: the fewest questions that tell.

    def _plain_test(self) -> Callable[[list[bytes]], bool]:
        """Whether a line has what every line has: the columns, an identifier, a name."""
        at, width, is_closed = self.columns.at, self.columns.width + self.columns.is_closed, self.columns.is_closed
        identifier, name = at["identifier"], at["last_name"]

        def is_plain(cells: list[bytes]) -> bool:
            if len(cells) != width or (is_closed and cells[-1] not in _ENDS):
                return False
            return bool(cells[identifier].strip(BLANKS) and cells[name].strip(BLANKS))

        return is_plain

    def _outside_test(self) -> Callable[[list[bytes]], bool]:
        """Whether the commune's code, or the beginning of the postcode, is enough to say that a line is outside."""
        commune, postcode, label, cedex = (
            self.columns.at[word] for word in ("commune", "postcode", "commune_label", "cedex")
        )
        foreign = frozenset(code.encode() for code in self._territory.foreign_codes())
        prefixes = frozenset(prefix.encode() for prefix in self._territory.prefixes)

        def is_outside(cells: list[bytes]) -> bool:
            if code := cells[commune]:
                return code in foreign
            digits = cells[postcode]
            if digits[:2] in prefixes:
                return False
            return len(digits) == 5 or not (digits or cells[label] or cells[cedex])

        return is_outside

    def _odd(self, line: bytes, cells: list[bytes], number: int) -> list[bytes] | Unreadable | None:
        """A line that is not plain: its cells when it can be read all the same, None when it is blank."""
        if not line.strip():
            return None
        if line is OVERLONG:
            return Unreadable(number, TOO_LONG)
        columns = self.columns
        is_closed = len(cells) == columns.width + 1 and not cells[-1].strip()
        # Without the last bar, the last column is there when it says something, or when the header has no bar either.
        is_open = len(cells) == columns.width and (not columns.is_closed or bool(cells[-1].strip()))
        if not (is_closed or is_open):
            has = len(cells) - (not cells[-1].strip())
            return Unreadable(number, f"{has} colonnes au lieu de {columns.width}")
        if not cells[columns.at["identifier"]].strip(BLANKS):
            return Unreadable(number, NO_IDENTIFIER)
        if not cells[columns.at["last_name"]].strip(BLANKS):
            return Unreadable(number, NO_NAME)
        return cells

    def _row(self, cells: list[bytes], number: int) -> Row | Unreadable | None:
        """The line as a row, or None when it is outside; unreadable when what named someone was only odd spaces."""
        values = {word: said for word, place in self.columns.at.items() if (said := text(cells[place]))}
        if "identifier" not in values or "last_name" not in values:
            return Unreadable(number, NO_NAME if "identifier" in values else NO_IDENTIFIER)
        get = values.get
        if get("sector", "") in codes.ELSEWHERE or is_abroad(get("country", ""), get("country_label", "")):
            return None
        where = self._territory.find(
            get("commune", ""), get("postcode", ""), get("commune_label", ""), get("cedex", "")
        )
        if where.code is None and where.doubt is None:
            return None
        return _row(number, values, where)


def _row(number: int, values: dict[str, str], where: Found) -> Row:
    get = values.get
    identifier = values["identifier"].replace(" ", "")
    kind = get("identifier_type") or (ADELI if len(identifier) == _ADELI_SIGNS else RPPS)
    profession = codes.profession_code(get("profession", ""), get("category", ""))
    row = Row(
        line=number,
        identifier=identifier,
        is_rpps=kind != ADELI,
        last_name=values["last_name"],
        first_name=get("first_name", ""),
        profession_code=profession,
        commune_code=where.code or "",
        practice=practice_key(values, where.code or ""),
        values=values,
        communes=where.communes,
    )
    if kind != ADELI and not is_rpps(identifier):
        row.doubts.append(why_not_rpps(identifier))
        row.is_person_doubtful = True
    if unknown := codes.unknown_code(profession, get("mode", ""), get("sector", "")):
        row.doubts.append(unknown)
    if where.doubt:
        row.doubts.append(where.doubt)
    return row


def why_not_rpps(identifier: str) -> str:
    """What is wrong with a number that is no RPPS, in French."""
    if len(identifier) == RPPS_DIGITS and identifier.isascii() and identifier.isdigit():
        return f"Le numéro RPPS {identifier} n’a pas la bonne clé"
    return f"Le numéro RPPS {identifier} n’a pas onze chiffres"


def is_abroad(country: str, label: str) -> bool:
    """Whether a country is not France, whose overseas parts have codes of their own."""
    code, name = fold(country), fold(label)
    if code in _FRANCE:
        return bool(name) and not code and not _is_french(name)
    return not (code.startswith(("97", "98")) or code in _OVERSEAS or (bool(name) and _is_french(name)))


_FRENCH_PLACES = (
    *("france", "guadeloupe", "martinique", "guyane", "reunion", "mayotte", "saint pierre et miquelon"),
    *("saint barthelemy", "saint martin", "wallis", "polynesie francaise", "nouvelle caledonie", "terres australes"),
)


def _is_french(name: str) -> bool:
    return any(place in name for place in _FRENCH_PLACES)


def street_of(values: dict[str, str]) -> str:
    """The number and the street, as in the file."""
    kind = values.get("street_type") or values.get("street_type_code", "")
    number = values.get("number", "") + values.get("repeat", "")
    return " ".join(part for part in (number, kind, values.get("street", "")) if part)


def practice_key(values: dict[str, str], commune_code: str) -> str:
    """How a practice is named from one extract to the next: its technical structure, else its folded name and address.

    A sole practitioner without a structure often has an address alone, and the address may be the commune alone.
    """
    if structure := values.get("structure"):
        return structure
    name = values.get("company") or values.get("sign", "")
    address = street_of(values) or values.get("distribution", "")
    return fold(f"{name} {address} {values.get('postcode', '')} {commune_code}")
