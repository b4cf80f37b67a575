"""The trail in French: every kind that the code records has its sentence, and facts read as people say them."""

import ast
from datetime import datetime
from pathlib import Path

import pytest

from cptsapp.audit.rules import Detail, details, sentence
from cptsapp.audit.words import SENTENCES, THINGS
from cptsapp.core.db import Base
from cptsapp.settings import ROOT

# Kinds that the code makes up as it goes: the words after the dot are those of an enum, or of a table of its own.
MADE_UP = {
    "lines.approved", "lines.paid", "lines.owed",
    "neighbour.add", "neighbour.change", "organisation.create", "organisation.correct",
    "sign_in.failed", "password.failed", "code.failed", "desk.pin_failed",
    "figures.exported", "statement.exported", "audit.read", "audit.exported",
}  # fmt: skip
WRITERS = ("record", "record_reading", "note_readings")


def recorded() -> set[str]:
    """Kinds written in the code as they are."""
    found = set()
    for path in Path(ROOT / "cptsapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in WRITERS and node.args:
                kind = node.args[0]
                found |= {kind.value} if isinstance(kind, ast.Constant) and isinstance(kind.value, str) else set()
    return found


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def test_every_kind_has_its_sentence():
    assert (recorded() | MADE_UP) - SENTENCES.keys() == set()


def test_every_thing_is_a_table(app):
    assert THINGS.keys() - Base.metadata.tables.keys() == set()


def read(**data):
    return details(data, lambda instant: instant)


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ({"reason": "cannot_come"}, Detail("motif", "", "ne peut pas venir")),
        ({"level": ["all", "never"]}, Detail("messages", "tous", "aucun")),
        ({"changes": {"phone": ["1", "2"]}}, Detail("téléphone", "1", "2")),
        ({"changes": {"phone": None}}, Detail("téléphone", "", "changé")),
        ({"changes": {"phone": [None, "2"]}}, Detail("téléphone", "—", "2")),
        ({"before": None, "after": "honoured"}, Detail("venue", "—", "venu")),
        ({"before": False, "after": True}, Detail("venue", "non", "oui")),
        ({"cents": 1500}, Detail("montant", "", "15\u00a0€")),
        ({"communes": ["85288", "85194"]}, Detail("communes", "", "85288, 85194")),
        ({"starts_on": "2026-07-20"}, Detail("début", "", "20/07/2026")),
        ({"starts_at": "2026-07-20T17:00:00"}, Detail("début", "", "20/07/2026 17h00")),
        ({"made_at": "soon"}, Detail("copie du", "", "soon")),
        ({"filter": {"a": 1}}, Detail("filtre", "", "a=1")),
        ({"never_heard_of": 3}, Detail("never heard of", "", "3")),
    ],
)
def test_fact_as_people_say_it(data, detail):
    assert read(**data) == [detail]


@pytest.mark.parametrize(
    ("kind", "text"), [("slot.posted", "Créneau publié"), ("slot.flown", "Créneau, flown"), ("boom", "boom")]
)
def test_sentence(kind, text):
    assert sentence(kind) == text


def test_instant_is_given_to_the_clock_on_the_wall():
    later = datetime(2026, 7, 20, 19, 0)
    assert details({"starts_at": "2026-07-20T15:00:00+00:00"}, lambda _: later)[0].after == "20/07/2026 19h00"


def test_a_word_that_two_fields_share_is_said_for_each_as_it_means_there():
    said = {name: details({name: "moved"}, lambda moment: moment)[0].after for name in ("reason", "leave_reason")}
    assert said == {"reason": "déplacé", "leave_reason": "a quitté le territoire"}
