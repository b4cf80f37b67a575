"""Keeping `name_word` true: what a search by the beginnings of names looks in."""

from collections.abc import Mapping

from sqlalchemy import delete, insert
from sqlalchemy.orm import InstrumentedAttribute

from cptsapp.core.db import session
from cptsapp.directory.models import NameWord
from cptsapp.directory.rules.words import name_words

# A longer list of numbers would not pass as parameters of one statement.
_AT_ONCE = 500


def write_words(*, persons: Mapping[int, str] | None = None, organisations: Mapping[int, str] | None = None) -> None:
    """Write again the words of these sheets: number → folded name, of one or of a whole import.

    An empty name leaves no word: nobody is found by the name of who asked to be kept out.
    """
    _write(NameWord.person_id, persons or {})
    _write(NameWord.organisation_id, organisations or {})


def _write(owner: InstrumentedAttribute[int | None], folded_names: Mapping[int, str]) -> None:
    every = list(folded_names)
    for start in range(0, len(every), _AT_ONCE):
        numbers = every[start : start + _AT_ONCE]
        session.execute(delete(NameWord).where(owner.in_(numbers)), execution_options={"synchronize_session": False})
        rows = [{"word": word, owner.key: n} for n in numbers for word in sorted(name_words(folded_names[n]))]
        if rows:
            session.execute(insert(NameWord), rows)
