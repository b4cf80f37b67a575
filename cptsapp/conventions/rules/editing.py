"""Pure changes of a text held as one value: an article more, another, moved, less; and what two texts differ by."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from cptsapp.checklists.models import Side
from cptsapp.checklists.rules import every_word
from cptsapp.conventions.rules.texts import ArticleText, Clause, Text
from cptsapp.core import french
from cptsapp.core.french import NBSP
from cptsapp.core.refusals import Refusal

GONE = "Cet article n’y est plus\u202f: quelqu’un l’a retiré ou renuméroté."
SIDES = {Side.CPTS: "la CPTS", Side.PARTNER: "le partenaire"}


def article_of(text: Text, number: str) -> ArticleText:
    """The article of a number; raises Refusal when there is none any more."""
    found = next((article for article in text.articles if article.number == number), None)
    if found is None:
        raise Refusal(GONE)
    return found


def written(text: Text, number: str | None, article: ArticleText) -> Text:
    """With an article in the place of the one of that number, or at the end. Raises Refusal (field number)."""
    if number is not None:
        article_of(text, number)
    others = [each.number for each in text.articles if each.number != number]
    if article.number in others:
        raise Refusal(f"Un autre article a déjà le numéro {article.number}.", "number")
    if number is None:
        return replace(text, articles=(*text.articles, article))
    return replace(text, articles=tuple(article if each.number == number else each for each in text.articles))


def moved(text: Text, number: str, step: int) -> Text:
    """With an article one place before (-1) or after (1); at an end it stays. Raises Refusal."""
    articles = list(text.articles)
    place = articles.index(article_of(text, number))
    other = place + step
    if 0 <= other < len(articles):
        articles[place], articles[other] = articles[other], articles[place]
    return replace(text, articles=tuple(articles))


def without(text: Text, number: str) -> Text:
    """Without an article and what it promises. Raises Refusal."""
    gone = article_of(text, number)
    return replace(text, articles=tuple(each for each in text.articles if each is not gone))


# -- what is promised, in words ---------------------------------------------------------------------------------------


def clause_words(clause: Clause) -> str:
    """« la CPTS, au plus tard 6 mois après la prise d’effet, puis chaque année »."""
    side = SIDES.get(clause.side, clause.side.value)
    if clause.is_continuous:
        return f"{side}, en continu"
    due = ""
    if clause.due_months is not None:
        due = f", {french.count(clause.due_months, 'mois', 'mois')} après la prise d’effet"
    every = f", puis {every_word(clause.every_months)}" if clause.every_months else ""
    return f"{side}{due}{every}"


# -- what differs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: in both texts (""), taken away ("del") or written anew ("ins")."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of an article: « ajouté », « retiré », « changé » or « déplacé »; its title, text and clauses."""

    number: str
    word: str
    title: Sequence[Piece]
    body: Sequence[Piece]
    clauses: Sequence[Piece]


def differences(before: Text, after: Text) -> list[Difference]:
    """Article by article, in the order of the second text, those taken away last; what is the same is not told."""
    old = {article.number: article for article in before.articles}
    new = {article.number: article for article in after.articles}
    stay = [number for number in old if number in new]
    placed = [number for number in new if number in old]
    has_moved = {number for number, other in zip(placed, stay, strict=True) if number != other}
    found = [_difference(old.get(number), article, number in has_moved) for number, article in new.items()]
    found += [_difference(article, None, False) for number, article in old.items() if number not in new]
    return [each for each in found if each is not None]


def _difference(before: ArticleText | None, after: ArticleText | None, has_moved: bool) -> Difference | None:
    if before == after and not has_moved:
        return None
    a, b = before or _NOTHING, after or _NOTHING
    word = "ajouté" if before is None else "retiré" if after is None else "déplacé" if before == after else "changé"
    return Difference(
        (after or a).number,
        word,
        tuple(pieces(a.title, b.title)),
        tuple(pieces(a.body, b.body)),
        tuple(_lines(a.clauses, b.clauses)),
    )


_NOTHING = ArticleText("", "", "")
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


def pieces(before: str, after: str) -> Iterator[Piece]:
    """What two texts have in common and what they do not, word by word."""
    yield from _pieces(_WORDS.findall(before), _WORDS.findall(after), "")


def _lines(before: Sequence[Clause], after: Sequence[Clause]) -> Iterator[Piece]:
    yield from _pieces([_line(clause) for clause in before], [_line(clause) for clause in after], "\n")


def _line(clause: Clause) -> str:
    shown = f" ({clause.expected})" if clause.expected else ""
    return f"{clause.label}{NBSP}: {clause_words(clause)}{shown}"


def _pieces(before: Sequence[str], after: Sequence[str], joint: str) -> Iterator[Piece]:
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("", joint.join(before[i:j]))
            continue
        if i != j:
            yield Piece("del", joint.join(before[i:j]))
        if k != m:
            yield Piece("ins", joint.join(after[k:m]))
