"""A convention as a tagged PDF: the text that holds, its signatures, its commitments, its amendments."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from types import MappingProxyType
from typing import Any

from cptsapp.checklists.models import Side
from cptsapp.checklists.rules import every_word
from cptsapp.conventions.models import Convention, ConventionState
from cptsapp.conventions.queries import documents
from cptsapp.conventions.queries.documents import Amendment, Paper, Signed
from cptsapp.conventions.rules.states import WORDS
from cptsapp.conventions.rules.texts import ArticleText, Clause
from cptsapp.core import pdf
from cptsapp.core.french import MONTHS, NBSP, THIN
from cptsapp.core.local import local
from cptsapp.core.text import fold
from cptsapp.territory import queries as territory

S = ConventionState
PROJECT = "Projet"
COUNTED_FROM = (
    "Les mois se comptent depuis le jour où la convention prend effet, ou la dernière signature si elle vient après."
)
_PLAIN_SIDES = MappingProxyType(
    {Side.CPTS: "CPTS", Side.REGULAR_DOCTOR: "Médecin traitant", Side.LEAD: "Référent", Side.CIRCLE: "Cercle de soins"}
)
_BLANK_LINES = re.compile(r"\n\s*\n")


def convention_pdf(convention: Convention) -> bytes:
    """The PDF of a convention or of an amendment. One that nobody has adopted bears « Projet » on each page."""
    return pdf.write("convention", content(convention))


def file_stem(convention: Convention) -> str:
    """What its PDF is called, without its ending: « convention-avec-le-dac-vendee-littoral »."""
    return fold(convention.title).replace(" ", "-")[:80] or f"convention-{convention.id}"


def content(convention: Convention) -> dict[str, Any]:
    """What the paper says, as `templates/print/convention.typ` reads it."""
    paper = documents.paper(convention)
    is_adopted = convention.checksum is not None
    numbered = _numbered(paper.text.articles)
    signed = documents.signatures(convention, paper)
    title = paper.text.title
    return {
        "title": title,
        "author": territory.settings().name,
        "mark": "" if is_adopted else PROJECT,
        "foot": _foot(title, paper.checksum if is_adopted else "", is_project=not is_adopted),
        "standing": _standing(convention, paper),
        "facts": _facts(convention),
        "parties": list(paper.text.parties) or [one.party for one in signed],
        "articles": [_article(article, numbered[article.number]) for article in paper.text.articles],
        "term": paper.text.term,
        "signed": _signing(convention, signed),
        "signatures": [_signature(one) for one in signed],
        "checksum": paper.checksum if is_adopted else "",
        "owed": COUNTED_FROM,
        "commitments": [
            _commitment(number, article.number, clause, _partner(paper.text.parties))
            for article in paper.text.articles
            for number, clause in numbered[article.number]
        ],
        "amendments": [_amendment(one) for one in documents.amendments(convention)],
    }


def written(day: date) -> str:
    """« 12 janvier 2026 », « 1er mars 2026 »: a contract needs no weekday."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NBSP}{MONTHS[day.month - 1]} {day.year}"


# -- its head ---------------------------------------------------------------------------------------------------------


def _standing(convention: Convention, paper: Paper) -> str:
    """Where it stands, in one sentence under its title."""
    if convention.state is S.ENDED and convention.ended_on is not None:
        return f"Close le {written(convention.ended_on)}."
    if convention.state is S.IN_FORCE and convention.starts_on is not None:
        return f"En vigueur depuis le {written(convention.starts_on)}."
    if convention.state is S.ADOPTED:
        return f"Texte adopté, à signer par les parties{THIN}: il ne change plus."
    if paper.frozen is not None:
        return (
            f"Projet mis en relecture le {written(local(paper.frozen.frozen_at).date())}{THIN}: il n’engage personne."
        )
    return f"Projet du {written(territory.today())}{THIN}: il n’engage personne."


def _facts(convention: Convention) -> list[tuple[str, str]]:
    """What the state of the convention adds to its text."""
    told = [
        ("Remarques attendues jusqu’au", convention.comments_due_on if convention.state is S.CIRCULATED else None),
        ("Adoptée par le conseil le", convention.adopted_on),
        ("Dernier jour", convention.ends_on if convention.state is S.IN_FORCE else None),
        ("Préavis donné le", convention.notice_given_on),
    ]
    return [(term, written(day)) for term, day in told if day is not None]


def _foot(title: str, checksum: str, *, is_project: bool) -> str:
    short = title if len(title) <= 70 else f"{title[:69].rstrip()}…"
    if is_project:
        return f"{short} · projet"
    return f"{short} · somme de contrôle {checksum[:12]}"


# -- its text ---------------------------------------------------------------------------------------------------------


def _numbered(articles: Sequence[ArticleText]) -> Mapping[str, list[tuple[int, Clause]]]:
    """The commitments of each article, numbered through the whole text as annexe 1 lists them."""
    numbers = count(1)
    return {article.number: [(next(numbers), clause) for clause in article.clauses] for article in articles}


def _article(article: ArticleText, clauses: Sequence[tuple[int, Clause]]) -> dict[str, Any]:
    return {
        "heading": f"Article {article.number}. {article.title}",
        "paragraphs": [_lines(block) for block in _BLANK_LINES.split(article.body) if block.strip()],
        "owed": _owed(clauses),
    }


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.splitlines() if line.strip()]


def _owed(clauses: Sequence[tuple[int, Clause]]) -> str:
    """Where the commitments of an article are, empty without any."""
    if not clauses:
        return ""
    first, last = clauses[0][0], clauses[-1][0]
    if first == last:
        return f"Engagement de cet article{NBSP}: annexe 1, n°{NBSP}{first}."
    return f"Engagements de cet article{NBSP}: annexe 1, n°{NBSP}{first} à {last}."


def _partner(parties: Sequence[str]) -> str:
    """How the annex calls the other side: by its name when there is one."""
    return parties[1] if len(parties) == 2 else "Partenaires"


def _commitment(number: int, article: str, clause: Clause, partner: str) -> dict[str, str]:
    return {
        "number": str(number),
        "article": article,
        "label": clause.label,
        "expected": clause.expected,
        "side": _PLAIN_SIDES.get(clause.side, partner),
        "when": when(clause),
    }


def when(clause: Clause) -> str:
    """By when a commitment of the text is to be kept: « sous 2 mois », « sous 6 mois, puis chaque semestre »."""
    if clause.is_continuous:
        return "en continu"
    again = every_word(clause.every_months)
    if clause.due_months is None:
        return again or "sans date"
    first = f"sous {clause.due_months}{NBSP}mois" if clause.due_months else "dès le début"
    return f"{first}, puis {again}" if again else first


# -- signatures and amendments ----------------------------------------------------------------------------------------


def _signing(convention: Convention, signed: Sequence[Signed]) -> str:
    if convention.checksum is None:
        return "Ce projet ne se signe pas encore."
    waiting = [one.party for one in signed if one.signed_on is None]
    if not waiting:
        return "Signée par toutes les parties."
    return f"Reste à signer{NBSP}: {', '.join(waiting)}."


def _signature(one: Signed) -> dict[str, str]:
    signer = ", ".join(part for part in (one.signer, one.function) if part)
    return {"party": one.party, "signer": signer, "on": f"le {written(one.signed_on)}" if one.signed_on else ""}


def _amendment(one: Amendment) -> dict[str, str]:
    amendment = one.convention
    in_force = amendment.state is S.IN_FORCE and amendment.starts_on is not None
    told = f"En vigueur depuis le {written(amendment.starts_on)}" if in_force and amendment.starts_on else ""
    return {
        "title": one.text.title,
        "standing": f"{told or WORDS[amendment.state]}.",
        "articles": _replaced([article.number for article in one.text.articles]),
        "checksum": amendment.checksum or "",
    }


def _replaced(numbers: Sequence[str]) -> str:
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"Article repris{NBSP}: {numbers[0]}, au lieu de celui de ce texte."
    return f"Articles repris{NBSP}: {', '.join(numbers)}, au lieu de ceux de ce texte."
