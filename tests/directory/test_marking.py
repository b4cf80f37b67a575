"""The letters that answer to what is typed are marked where the search finds them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cptsapp.directory.rules.marking import marked


@pytest.mark.parametrize(
    ("text", "typed", "pieces"),
    [
        ("Les Sables-d’Olonne", "olon", (("Les Sables-d’", "Olon"), ("ne", ""))),
        ("Hélène Renaudin", "helene ren", (("", "Hélène"), (" ", "Ren"), ("audin", ""))),
        ("Yann Le Goff", "legoff", (("Yann ", "Le Goff"),)),
        ("Œuvre", "oe", (("", "Œ"), ("uvre", ""))),
        ("Martineau", "tin", (("Martineau", ""),)),
        ("Le Goff", "le legoff", (("", "Le"), ("", " Goff"))),
        ("Le Goff", "", (("Le Goff", ""),)),
    ],
)
def test_where_the_marks_are(text, typed, pieces):
    assert marked(text, tuple(typed.split())) == pieces


@given(some.text(max_size=30), some.lists(some.text("abeiou", min_size=1, max_size=3), max_size=3))
def test_nothing_of_the_text_is_lost(text, words):
    assert "".join(plain + mark for plain, mark in marked(text, tuple(words))) == text
