"""The templates that come with the app, in its own words (`data/*.json`): a start, edited by each CPTS.

That of the DAC has the six commitments of a doctor in a PPCS (A74–A79).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cptsapp.conventions.models import PartnerKind
from cptsapp.conventions.rules.texts import Text, from_json

_DATA = Path(__file__).parent / "data"
KINDS = (
    PartnerKind.DAC,
    PartnerKind.MSP,
    PartnerKind.CPAM,
    PartnerKind.HOSPITAL,
    PartnerKind.CARE_HOME,
    PartnerKind.COMMUNE,
)


@dataclass(frozen=True, slots=True)
class Starting:
    """A template before it is installed: for which kind of partner, its name, its text."""

    kind: PartnerKind
    name: str
    text: Text


@cache
def starting_templates() -> Sequence[Starting]:
    """The six of them, in the order in which they are shown."""
    return tuple(_read(kind) for kind in KINDS)


def _read(kind: PartnerKind) -> Starting:
    found = json.loads((_DATA / f"{kind.value}.json").read_text(encoding="utf-8"))
    return Starting(kind, found["name"], from_json(found["content"]))
