"""Whether a number of a register is one: FINESS of an establishment, SIRET, ADELI."""

import re

SIRET_DIGITS = 14
_FINESS = re.compile(r"(?:\d{2}|2[AB])\d{7}", re.ASCII)
_ADELI = re.compile(r"(?:\d{2}|2[AB])[\dA-Z]{7}", re.ASCII)
_POST_OFFICE = "356000000"


def is_finess(text: str) -> bool:
    """Nine signs, the department first (Corsica has letters)."""
    return _FINESS.fullmatch(text) is not None


def is_adeli(text: str) -> bool:
    """Nine signs, the department first: the number professionals had before the RPPS."""
    return _ADELI.fullmatch(text) is not None


def is_siret(digits: str) -> bool:
    """Fourteen digits, the last a Luhn key. La Poste has more places than such keys: its digits add up to fives."""
    if len(digits) != SIRET_DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    if digits.startswith(_POST_OFFICE) and sum(map(int, digits)) % 5 == 0:
        return True
    return luhn(digits) == 0


def luhn(digits: str) -> int:
    """The remainder of Luhn's sum: 0 for a number whose key is right."""
    doubled = (int(d) * (1 + rank % 2) for rank, d in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10
