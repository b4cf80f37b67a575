"""Which doctor of the directory a name typed by a patient stands for. The form never shows what it found."""

import re

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.models import Person, Profession

_TITLES = frozenset({"dr", "docteur", "docteure", "mme", "madame", "m", "monsieur", "le", "la", "medecin"})
_WHERE = re.compile(r"\s+(?:à|a|au|aux|de)\s+|[,(;/]")


def doctor_named(typed: str) -> int | None:
    """The number of the GP that « Dr Hélène Renaudin, à Talmont » names, when one alone bears that name; else None."""
    named = _WHERE.split(f"{typed.strip()} ", maxsplit=1)[0]
    words = set(fold(named).split()) - _TITLES
    if not words:
        return None
    rows = session.execute(
        select(Person.id, Person.last_name, Person.first_name).where(
            Person.profession == Profession.GP, Person.merged_into_id.is_(None), Person.objected_on.is_(None)
        )
    )
    found = [row.id for row in rows if _is_named(words, row.last_name, row.first_name)]
    return found[0] if len(found) == 1 else None


def _is_named(words: set[str], last_name: str, first_name: str) -> bool:
    """Every word of the last name is typed, and nothing else but the first name."""
    last, first = set(fold(last_name).split()), set(fold(first_name).split())
    return bool(last) and last <= words and words <= last | first
