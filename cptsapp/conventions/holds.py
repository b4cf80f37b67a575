"""Who may read the files of a convention: the minutes of its adoption, and what each party signed."""

from sqlalchemy import exists, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.conventions.models import Convention, FrozenText, Signature
from cptsapp.conventions.permissions import visible_to
from cptsapp.core.db import session


def may_read_file(file_id: int, user: CurrentUser) -> bool:
    """Whether the user sees a convention that the file is of, signatures that were cancelled included."""
    signed = (
        select(FrozenText.convention_id)
        .join(Signature, Signature.text_id == FrozenText.id)
        .where(Signature.file_id == file_id)
    )
    holds = or_(Convention.minutes_id == file_id, Convention.id.in_(signed))
    return bool(session.scalar(select(exists().where(holds, visible_to(user)))))
