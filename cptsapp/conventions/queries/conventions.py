"""Reading one convention, and holding it to change it."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from cptsapp.accounts.identity import CurrentUser
from cptsapp.conventions.models import Convention, FrozenText
from cptsapp.conventions.permissions import visible_to
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.rows import hold


def convention_for(user: CurrentUser, convention_id: int) -> Convention:
    """The convention with its articles and parties; raises Invisible when it does not exist for the user."""
    found = session.scalar(
        select(Convention)
        .where(Convention.id == convention_id, visible_to(user))
        .options(selectinload(Convention.articles), selectinload(Convention.parties))
    )
    if found is None:
        raise Invisible
    return found


def locked(convention_id: int) -> Convention:
    """The convention to be changed, its row held until the end of the transaction; raises Invisible."""
    return hold(Convention, convention_id)


def adopted_text(convention: Convention) -> FrozenText | None:
    """The frozen text that was adopted, that the parties sign; None before."""
    if convention.checksum is None:
        return None
    return session.scalar(
        select(FrozenText)
        .where(FrozenText.convention_id == convention.id, FrozenText.checksum == convention.checksum)
        .order_by(FrozenText.number.desc())
        .limit(1)
    )
