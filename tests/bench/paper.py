"""The PDF of a convention of twenty pages, ÷ the start of a worker."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from pypdf import PdfReader

from cptsapp.accounts.models import Role
from cptsapp.checklists.models import Side
from cptsapp.conventions.models import FrozenText
from cptsapp.conventions.rules.texts import ArticleText, Clause, Text
from cptsapp.core.db import session
from tests.bench import lists, start
from tests.bench.rig import Person, Rig
from tests.tools import factories
from tests.tools.conventions import make_convention

PAGES = 20
ARTICLES, PARAGRAPHS, CLAUSES = 24, 6, 5
TIMES = 5
SENTENCE = "Les parties coopèrent pour que chaque personne sans médecin traitant ait une réponse et un interlocuteur. "


@contextmanager
def twenty_pages() -> Iterator[tuple[Rig, Person, str]]:
    """An application with one long convention in force, who reads it, and the address of its PDF."""
    with lists.small_rig() as rig:
        with rig.app.app_context():
            factories.make_cpts()
            factories.make_user(Role.COORDINATOR)
            convention = make_convention()
            frozen = session.query(FrozenText).one()
            text = _text(convention.title)
            frozen.content, frozen.checksum, convention.checksum = text.as_json(), text.checksum, text.checksum
            url = f"/conventions/{convention.id}/convention.pdf"
            session.commit()
        yield rig, rig.person("coordinator"), url


def _text(title: str) -> Text:
    clauses = tuple(
        Clause(f"Engagement numéro {n}", Side.CPTS if n % 2 else Side.PARTNER, "relevé remis à l’autre partie", n, 6)
        for n in range(CLAUSES)
    )
    body = "\n\n".join([SENTENCE * 4] * PARAGRAPHS)
    articles = tuple(ArticleText(str(n), f"Sujet {n}", body, clauses) for n in range(1, ARTICLES + 1))
    return Text(title, articles, ("CPTS Littoral d’Essai", "DAC Vendée Littoral"), "Un an, renouvelée tacitement.")


def seconds(person: Person, url: str) -> tuple[float, float, int]:
    """CPU of the first PDF of a process, the least of the next ones, and how many pages it has."""
    first, content = _timed(person, url)
    least = min(_timed(person, url)[0] for _ in range(TIMES))
    return first, least, len(PdfReader(BytesIO(content)).pages)


def _timed(person: Person, url: str) -> tuple[float, bytes]:
    begun = time.process_time()
    content = person.get(url).data
    return time.process_time() - begun, content


def of_a_start() -> float:
    """CPU of a worker's start, in seconds."""
    return start.seconds()[0]
