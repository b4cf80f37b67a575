import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.core.text import REFERENCE_PATTERN, fold, looks_like_nir, new_reference, spell


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’Île-d’Olonne", "l ile d olonne"),
        ("Cœur de Grand'Lieu", "coeur de grand lieu"),
        ("  Saint—Hilaire  ", "saint hilaire"),
        ("LE GOFF", "le goff"),
        ("Ærø", "aero"),
    ],
)
def test_fold_leaves_plain_words(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "text",
    [
        "184127645108946",
        "1 84 12 76 451 089 46",
        "1-84-12-76-451-089",
        "2 85 07 2A 004 012 33",
        "285072b00401233",
        "Mme Exemple 1.84.12.76.451.089.46",
        "1 84 62 76 451 089",
    ],
)
def test_what_looks_like_a_nir_is_seen(text):
    assert looks_like_nir(text)


@pytest.mark.parametrize(
    "text", ["Guérineau", "1947", "06 39 98 14 27", "1 84 13 76 451 089", "né en 1984", "2026-07-20"]
)
def test_what_is_no_nir_passes(text):
    assert not looks_like_nir(text)


def test_references_have_no_look_alikes():
    references = [new_reference() for _ in range(500)]
    assert all(REFERENCE_PATTERN.fullmatch(r) for r in references)
    assert not any(re.search("[01258BILOQSUVZAEGY]", r) for r in references)


def test_reference_is_spelled_for_the_telephone():
    assert spell("K7F3") == "K comme Kléber, 7, F comme François, 3"
