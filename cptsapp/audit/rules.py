"""The trail in plain French: the sentence of an event and its facts. An unknown kind stays readable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cptsapp.audit.words import FIELDS, LISTS, SENTENCES, THINGS, VALUES
from cptsapp.core.french import day_numeric, hour, money

NOTHING = "—"
NOT_COPIED = "changé"  # the trail says that it changed, not what it was
GROUPS = ("changes", "changed")

Local = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class Detail:
    """One fact of an event: a change from a value to another, or a value alone (`before` is empty)."""

    label: str
    before: str
    after: str


def sentence(kind: str) -> str:
    """The event in French; an unknown kind is shown by its thing and its verb rather than hidden."""
    if kind in SENTENCES:
        return SENTENCES[kind]
    thing, _, verb = kind.partition(".")
    return f"{THINGS.get(thing, thing.replace('_', ' ').capitalize())}, {verb.replace('_', ' ')}" if verb else kind


def details(data: Mapping[str, Any], local: Local) -> list[Detail]:
    """The facts of an event, changes as before → after; `local` gives the wall time of an instant."""
    flat = {key: value for key, value in data.items() if key not in GROUPS}
    pair = [flat.pop(key, None) for key in ("before", "after")]
    if pair != [None, None]:
        flat["outcome"] = pair
    found = [_detail(key, value, local) for key, value in flat.items()]
    for group in GROUPS:
        found += [_detail(key, value, local) for key, value in _pairs(data.get(group)).items()]
    return found


def _pairs(group: Any) -> dict[str, Any]:
    """The fields of a group of changes; those whose values are not copied say so."""
    if not isinstance(group, Mapping):
        return {}
    return {key: NOT_COPIED if value is None else value for key, value in group.items()}


def _detail(key: str, value: Any, local: Local) -> Detail:
    label = FIELDS.get(key, key.replace("_", " "))
    if isinstance(value, list) and len(value) == 2 and key not in LISTS:
        return Detail(label, _word(key, value[0], local), _word(key, value[1], local))
    return Detail(label, "", _word(key, value, local))


def _word(key: str, value: Any, local: Local) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(_word(key, one, local) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={one}" for name, one in value.items())
    if key.endswith("cents") and isinstance(value, int):
        return money(value)
    return _text(key, str(value), local)


def _text(key: str, text: str, local: Local) -> str:
    known = VALUES.get(key, VALUES[""])
    if text in known:
        return known[text]
    return _moment(text, local) if key.endswith(("_at", "_on")) else text


def _moment(text: str, local: Local) -> str:
    """A day or an instant written in the trail, as people read it."""
    try:
        if len(text) == len("2026-07-20"):
            return day_numeric(date.fromisoformat(text))
        moment = local(datetime.fromisoformat(text))
    except ValueError:
        return text
    return f"{day_numeric(moment)} {hour(moment)}"
