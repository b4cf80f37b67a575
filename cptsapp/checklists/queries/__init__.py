"""Reading checklists: the commitments by article, how many stand where, the journal. Each a fixed number of statements.

The page of a convention or of a plan asks `listing` and `journal`, and includes `checklists/_list.html` and
`checklists/_journal.html`.
"""

from cptsapp.checklists.queries.journal import JOURNAL_PAGE, Journal, Line, journal
from cptsapp.checklists.queries.rows import (
    Group,
    Listing,
    Proof,
    Row,
    article_title,
    articles,
    checklist,
    commitment,
    listing,
    row,
    tallies,
    workplaces,
)

__all__ = [
    "JOURNAL_PAGE",
    "Group",
    "Journal",
    "Line",
    "Listing",
    "Proof",
    "Row",
    "article_title",
    "articles",
    "checklist",
    "commitment",
    "journal",
    "listing",
    "row",
    "tallies",
    "workplaces",
]
