"""What waits for the coordination beside the files: rights asked for, questions to check, breaks to read again."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, text

from cptsapp.core.prepared import Prepared
from cptsapp.inbox.models import CareBreak, RightAsked, SearchQuestion


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of each; the first day by which the law wants an answer to a right."""

    rights: int
    rights_due_on: date | None
    questions: int
    breaks: int


# Each is counted in an index of those that wait alone.
_READ = Prepared(
    lambda: select(
        select(func.count())
        .select_from(RightAsked)
        .where(RightAsked.done_at.is_(None))
        .scalar_subquery()
        .label("rights"),
        select(func.min(RightAsked.due_on)).where(RightAsked.done_at.is_(None)).scalar_subquery().label("due"),
        select(func.count())
        .select_from(SearchQuestion)
        .where(text("search_question.answer = 'checking'"), SearchQuestion.checked_at.is_(None))
        .scalar_subquery()
        .label("questions"),
        select(func.count())
        .select_from(CareBreak)
        .where(CareBreak.reviewed_at.is_(None))
        .scalar_subquery()
        .label("breaks"),
    )
)


def waiting() -> Waiting:
    """The three at once."""
    row = _READ.all()[0]
    return Waiting(row.rights, row.due, row.questions, row.breaks)
