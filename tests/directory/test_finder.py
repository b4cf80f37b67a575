"""Sets as whole numbers: what goes in comes out, in order, and words find what they begin."""

from hypothesis import given, settings
from hypothesis import strategies as some

from cptsapp.directory.rules.finder import Criterion, Entry, bits_of, make_finder, ranks_of
from cptsapp.directory.rules.words import folded_name, name_words

RANKS = some.sets(some.integers(0, 999))
NAMES = some.lists(some.text("abcdéïœ'- ", min_size=1, max_size=14), min_size=1, max_size=12)


def finder_of(names):
    rows = [(Entry(False, n), name_words(folded_name(name, "Anne"))) for n, name in enumerate(names)]
    return make_finder(rows, {}, {}, {})


@given(RANKS)
def test_a_set_gives_its_ranks_back_in_order(ranks):
    assert list(ranks_of(bits_of(ranks, 1000))) == sorted(ranks)


@given(RANKS, RANKS)
def test_meeting_two_sets_is_an_and(some_ranks, others):
    assert bits_of(some_ranks, 1000) & bits_of(others, 1000) == bits_of(some_ranks & others, 1000)


@given(RANKS)
def test_counting_a_set_counts_its_ranks(ranks):
    assert bits_of(ranks, 1000).bit_count() == len(ranks)


@settings(max_examples=200, deadline=None)
@given(NAMES, some.data())
def test_any_beginning_of_any_word_of_a_name_finds_it(names, data):
    rank = data.draw(some.integers(0, len(names) - 1))
    word = data.draw(some.sampled_from(folded_name(names[rank], "Anne").split()))
    typed = word[: data.draw(some.integers(1, len(word)))]
    assert rank in ranks_of(finder_of(names).beginning(typed))


@settings(max_examples=200, deadline=None)
@given(NAMES, some.text("abcdeioan", min_size=1, max_size=4))
def test_nobody_else_is_found(names, typed):
    found = set(ranks_of(finder_of(names).beginning(typed)))
    for rank, name in enumerate(names):
        answers = any(word.startswith(typed) for word in name_words(folded_name(name, "Anne")))
        assert (rank in found) is answers


def test_who_works_in_a_structure_is_found_by_its_rank():
    rows = [(Entry(False, 7), frozenset({"moal"})), (Entry(True, 7), frozenset({"msp"}))]
    finder = make_finder(rows, {}, {1: [0]}, {})
    assert list(ranks_of(finder.working_in(finder.beginning("msp")))) == [0]


def test_one_of_several_criteria_is_enough():
    rows = [(Entry(False, n), frozenset()) for n in range(3)]
    north, south = Criterion("commune", "1"), Criterion("commune", "2")
    finder = make_finder(rows, {north: [0], south: [2]}, {}, {})
    assert list(ranks_of(finder.meeting([north, south]))) == [0, 2]


def test_many_different_words_do_not_fill_the_memory():
    finder = finder_of(["moal"])
    for number in range(1000):
        finder.beginning(f"a{number}")
    assert len(finder._remembered) <= 400
