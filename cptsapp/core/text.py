"""Text as French names and short references need it: folding, look-alikes, the shape of a NIR."""

import re
import secrets
import unicodedata

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V and no vowel that would spell a word: read aloud, written by hand.
REFERENCE_LETTERS = "CDFHJKMNPRTWX"
REFERENCE_DIGITS = "34679"
REFERENCE_PATTERN = re.compile(f"[{REFERENCE_LETTERS}{REFERENCE_DIGITS}]{{4}}")

SPELLING = {
    "C": "Célestin",
    "D": "Désiré",
    "F": "François",
    "H": "Henri",
    "J": "Joseph",
    "K": "Kléber",
    "M": "Marcel",
    "N": "Nicolas",
    "P": "Pierre",
    "R": "Raoul",
    "T": "Thérèse",
    "W": "William",
    "X": "Xavier",
}

_FOLDED = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"})
_MARKS = re.compile("[\u0300-\u036f]+")  # accents, once decomposed
_NOT_WORD = re.compile(r"[\W_]+")
# 13 digits of a NIR (sex, year, month, department, commune, order), separators ignored, key optional.
# Months 20 and above are real: the register uses them when the month of birth is unknown.
_NIR = re.compile(
    r"(?<!\d)[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6}(?:\d{2})?(?!\d)",
    re.IGNORECASE,
)
_NIR_SEPARATORS = re.compile(r"(?<=[0-9AaBb])[\s.,\-_/\u2010-\u2015]+(?=[0-9])")


def fold(text: str) -> str:
    """Lower-case words without accents or punctuation, one space between: « L’Île-d’Olonne » → "l ile d olonne"."""
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_FOLDED)))
    return " ".join(_NOT_WORD.sub(" ", bare).encode("ascii", "ignore").decode().lower().split())


NIR_REFUSED = "Cela ressemble à un numéro de sécurité sociale : il n’est jamais enregistré ici."


def looks_like_nir(text: str) -> bool:
    """Whether the text holds something shaped like a social-security number, which is never stored (§6.2)."""
    return bool(_NIR.search(_NIR_SEPARATORS.sub("", unicodedata.normalize("NFKC", text))))


def new_reference() -> str:
    """Four characters that cannot be taken for one another, always with at least one letter and one digit."""
    alphabet = REFERENCE_LETTERS + REFERENCE_DIGITS
    while True:
        reference = "".join(secrets.choice(alphabet) for _ in range(4))
        if any(c in REFERENCE_LETTERS for c in reference) and any(c in REFERENCE_DIGITS for c in reference):
            return reference


def spell(reference: str) -> str:
    """The reference as one reads it on the telephone: "K7F3" → "K comme Kléber, 7, F comme François, 3"."""
    return ", ".join(f"{c} comme {SPELLING[c]}" if c in SPELLING else c for c in reference)
