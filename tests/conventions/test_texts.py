"""A text is read back as it was written, and its checksum tells one letter."""

from dataclasses import replace

from cptsapp.checklists.models import Side
from cptsapp.conventions.rules.texts import ArticleText, Clause, Text, from_json

CLAUSE = Clause("Répondre sous cinq jours ouvrés", Side.PARTNER, every_months=6, due_months=6)
TEXT = Text("Convention", (ArticleText("2.1", "Recherche", "Les parties coopèrent.", (CLAUSE,)),), ("CPTS", "DAC"))


def test_a_text_is_read_back_as_it_was():
    assert from_json(TEXT.as_json()) == TEXT
    assert from_json(TEXT.as_json()).checksum == TEXT.checksum


def test_one_letter_changes_the_checksum():
    assert replace(TEXT, title="Conventions").checksum != TEXT.checksum
