"""The journal in French: every kind that an act writes has its sentence, and its blanks are filled."""

import ast
from datetime import date
from pathlib import Path

from cptsapp.care_plans.rules.states import MEETING_MOVES
from cptsapp.care_plans.rules.states import MOVES as PLAN_MOVES
from cptsapp.checklists.models import CommitmentState
from cptsapp.checklists.wording import SENTENCES, WRITTEN, sentence
from cptsapp.conventions.rules.states import MOVES
from cptsapp.settings import ROOT

# Kinds that the code makes up as it goes: a move of a table, a state.
MADE_UP = {
    *(f"convention.{move.code}" for move in MOVES),
    *(f"plan.{move.code}" for move in PLAN_MOVES),
    *(f"meeting.{move.code}" for move in MEETING_MOVES),
    *(f"commitment.{state}" for state in CommitmentState),
    "commitment.reassigned", "commitment.released", *WRITTEN,
}  # fmt: skip


def noted():
    """Kinds written in the code as they are."""
    for path in Path(ROOT / "cptsapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "id", "") or getattr(getattr(node, "func", None), "attr", "")
            if isinstance(node, ast.Call) and name == "note_event" and len(node.args) > 1:
                yield from (one.value for one in ast.walk(node.args[1]) if isinstance(one, ast.Constant))


def test_every_kind_has_its_sentence():
    assert ({*noted()} | MADE_UP) - SENTENCES.keys() == set()


def test_blanks_are_filled():
    told = sentence("commitment.deferred", {"due_on": "2026-08-20"}, who="Sophie Arnaud", commitment="Réunion de bilan")
    assert told == "Sophie Arnaud a reporté «\u00a0Réunion de bilan\u00a0» au jeudi 20 août 2026."


def test_what_nobody_did_is_the_applications():
    assert sentence("commitment.doing", {}, commitment="Bilan").startswith("L’application a commencé")


def test_a_blank_without_value_shows():
    assert sentence("commitment.reassigned", {}, who="Sophie Arnaud", commitment="Bilan").endswith("à ….")


def test_the_day_it_happened():
    assert "16 juillet 2026" in sentence("journal.meeting", {}, who="Sophie Arnaud", happened_on=date(2026, 7, 16))
