"""Business cards as address books read them (RFC 6350): professional facts alone.

Written here: a card is ten lines of text, and what a library would bring is the escaping and the folding below.
"""

from collections.abc import Iterable

from cptsapp.directory.rules.lines import Shown, Where

LINE_OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})


def vcards(rows: Iterable[Shown]) -> bytes:
    """The cards of these lines, one after another, in UTF-8."""
    return "".join(_folded(line) for row in rows for line in _card(row)).encode()


def _card(row: Shown) -> list[str]:
    line, place = row.line, row.place
    name = _joined(line.last_name, line.first_name, "", line.title, "")
    house = line.last_name if line.entry.is_structure else place.house if place else None
    return [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"KIND:{'org' if line.entry.is_structure else 'individual'}",
        f"FN:{_escaped(row.name)}",
        *([] if line.entry.is_structure else [f"N:{name}", f"TITLE:{_escaped(row.kind)}"]),
        *([f"ORG:{_escaped(house)}"] if house else []),
        *(_address(place) for place in line.places),
        *(f"TEL;VALUE=uri;TYPE=work:tel:{phone}" for phone in _phones(row)),
        *([f"EMAIL;TYPE=work:{_escaped(line.mail)}"] if line.mail and _gives_mail(row) else []),
        "END:VCARD",
    ]


def _gives_mail(row: Shown) -> bool:
    """A structure's mail is everyone's; a person's is the coordination's."""
    return row.line.entry.is_structure or row.reader.manages


def _phones(row: Shown) -> list[str]:
    """Those of the practices, and of a structure its own: never a direct line."""
    own = [row.line.phone] if row.line.entry.is_structure else []
    return list(dict.fromkeys(phone for phone in (*own, *(place.phone for place in row.line.places)) if phone))


def _address(place: Where) -> str:
    return f"ADR;TYPE=work:{_joined('', '', place.address, place.town.name, '', place.postcode, 'France')}"


def _joined(*parts: str) -> str:
    return ";".join(_escaped(part) for part in parts)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> str:
    """A line of at most 75 octets, the rest after a space on the next ones; no letter is cut in two."""
    pieces, size = [""], 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LINE_OCTETS:
            pieces.append(" ")
            size = 1
        pieces[-1] += sign
        size += octets
    return "\r\n".join(pieces) + "\r\n"
