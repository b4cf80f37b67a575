"""Which letters of a name answer to what is typed, so that the screen marks them."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from cptsapp.core.text import fold

Piece = tuple[str, str]


@lru_cache(maxsize=4000)  # communes and professions come in every row
def marked(text: str, words: tuple[str, ...]) -> tuple[Piece, ...]:
    """The text cut in pairs: what does not answer, then what does, either maybe empty. The words are folded.

    What answers begins where a word of the text does, as the search wants it.
    """
    compact = fold(text).replace(" ", "")
    if not any(word in compact for word in words):  # most texts of a page answer to nothing
        return ((text, ""),)
    folded, places = _spread(text)
    spans = sorted(span for word in words for span in _found(folded, word))
    return tuple(_pieces(text, ((places[start], places[end - 1] + 1) for start, end in spans)))


def _spread(text: str) -> tuple[str, list[int]]:
    """The folded text, a space for what is no letter, and where each of its signs comes from (« œ » gives two)."""
    pairs = [(sign, place) for place, letter in enumerate(text) for sign in _folded(letter)]
    return "".join(sign for sign, _place in pairs), [place for _sign, place in pairs]


@lru_cache(maxsize=2000)
def _folded(letter: str) -> str:
    return fold(letter) or " "


def _found(folded: str, word: str) -> Iterator[tuple[int, int]]:
    """Where words of the text begin so. « legoff » runs over the space of « le goff »."""
    for start in range(len(folded)):
        if folded[start] != " " and (start == 0 or folded[start - 1] == " "):
            end = _end(folded, start, word)
            if end:
                yield start, end


def _end(folded: str, start: int, word: str) -> int:
    """Where the word ends when the text, spaces aside, goes on as it does; else 0."""
    place = start
    for letter in word:
        while place < len(folded) and folded[place] == " ":
            place += 1
        if place == len(folded) or folded[place] != letter:
            return 0
        place += 1
    return place


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    reached = 0
    for start, end in spans:
        begin = max(start, reached)
        if end > begin:
            yield text[reached:begin], text[begin:end]
            reached = end
    if reached < len(text):
        yield text[reached:], ""
