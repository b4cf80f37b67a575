"""The register of breaks in care: the observatory's CSV, without names, by months; what a text may not hold (§4.5)."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cptsapp.core.french import NBSP
from cptsapp.core.sheets import harmless
from cptsapp.core.text import NIR_REFUSED, fold, looks_like_nir
from cptsapp.inbox.models import BreakCause, Pathway
from cptsapp.inbox.rules.words import BREAK_CAUSES, PATHWAYS

# To the letter: the DAC's import looks for these headings (§4.5).
HEADER = (
    "Horodateur",
    "Commune du domicile",
    "Date de survenue de la rupture (indiquez la date de l'évènement ou le 1er du mois concerné)",
    "Selon vous, qu'est ce qui est à l'origine de la situation ?",
    "Parcours",
    "Détail de la difficulté",
)
_PHONE = re.compile(r"(?:\+33|0)[\s.\-]?[1-9](?:[\s.\-]?\d{2}){4}")
_MAIL = re.compile(r"\S+@\S+\.\S+")
_DAY = re.compile(r"\b\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)?\d{2}\b")
_TITLED = re.compile(r"\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle)\s+[A-ZÀ-Þ]\w*")
SHORTEST_NAME = 3  # « Li » would be found in every text: the reader's eye is what catches it


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A break as it leaves."""

    reported_on: date
    commune: str
    happened_on: date
    cause: BreakCause
    pathway: Pathway
    text: str


def first_of_month(day: date) -> date:
    """The month a day is in: never the day itself leaves."""
    return day.replace(day=1)


def as_csv(rows: Iterable[ExportRow]) -> bytes:
    """The rows under the observatory’s header: commas, quotes everywhere, UTF-8 without a mark, no formula."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows([harmless(value) for value in _cells(row)] for row in rows)
    return text.getvalue().encode()


def _cells(row: ExportRow) -> list[str]:
    return [
        f"{first_of_month(row.reported_on):%d/%m/%Y} 00:00:00",
        row.commune,
        f"{first_of_month(row.happened_on):%d/%m/%Y}",
        BREAK_CAUSES[row.cause],
        PATHWAYS[row.pathway],
        row.text,
    ]


def why_not_leave(text: str, names: Iterable[str]) -> str | None:
    """Why these words may not leave, or None. `names`: the people of the file, whoever asked for them."""
    if looks_like_nir(text):
        return NIR_REFUSED
    words = set(fold(text).split())
    for name in names:
        if found := next((w for w in fold(name).split() if len(w) >= SHORTEST_NAME and w in words), None):
            return f"Ce texte nomme quelqu’un du dossier (« {found} »){NBSP}: retirez le nom."
    for pattern, what in ((_PHONE, "un téléphone"), (_MAIL, "un mail"), (_DAY, "une date"), (_TITLED, "un nom")):
        if pattern.search(text):
            return f"Ce texte contient {what}{NBSP}: retirez-le."
    return None
