"""The words that a name is found by."""

from cptsapp.directory.rules.words import name_words


def test_each_word_comes_with_what_follows_it():
    assert name_words("le goff yann") == {"legoffyann", "goffyann", "yann"}


def test_an_empty_name_has_no_word():
    assert name_words("") == frozenset()
