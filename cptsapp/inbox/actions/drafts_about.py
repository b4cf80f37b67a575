"""Texts begun about someone and not sent, phone intakes or forms of a lost session: they go with the person."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy import select

from cptsapp.accounts.actions import drafts
from cptsapp.core.db import session
from cptsapp.core.seal import SealBroken
from cptsapp.core.text import fold
from cptsapp.inbox.models import IntakeDraft
from cptsapp.inbox.patients import Identity, read_text


def drop_drafts_about(known: Sequence[Identity], reference: str) -> int:
    """Throw away the drafts that name one of these persons, or the file; gives how many."""
    names = [fold(who.full_name).split() for who in known]

    def is_about(text: str) -> bool:
        words = set(fold(text).split())
        return reference in text or any(words.issuperset(name) for name in names if name)

    return _drop_intakes(is_about) + drafts.drop_about(is_about)


def _drop_intakes(is_about: drafts.About) -> int:
    found = [draft for draft in session.scalars(select(IntakeDraft)).all() if is_about(_text_of(draft))]
    for draft in found:
        session.delete(draft)
    session.flush()
    return len(found)


def _text_of(draft: IntakeDraft) -> str:
    """What was typed, whether it is kept as JSON or as a form; nothing when its key is lost."""
    try:
        opened = read_text(draft.content, draft.seal_id, "content")
    except SealBroken:
        return ""
    try:
        return " ".join(_texts(json.loads(opened)))
    except ValueError:
        return unquote_plus(opened)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
