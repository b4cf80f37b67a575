"""Which columns of a sheet were corrected by hand, and what the file said of them then."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from cptsapp.core.db import session
from cptsapp.directory.models import PinnedField, SheetKind

# A longer list of numbers would not pass as parameters of one statement.
_PARAMETERS_MAX = 500


def pins_of(sheet_kind: SheetKind, sheet_ids: Iterable[int]) -> dict[int, dict[str, str | None]]:
    """Sheet → pinned column → what the file said of it when it was corrected. One statement; none for no pin."""
    asked = set(sheet_ids)
    wanted = select(PinnedField.sheet_id, PinnedField.name, PinnedField.file_value).where(
        PinnedField.sheet_kind == sheet_kind
    )
    if len(asked) <= _PARAMETERS_MAX:
        wanted = wanted.where(PinnedField.sheet_id.in_(asked))
    found: dict[int, dict[str, str | None]] = defaultdict(dict)
    for sheet_id, name, file_value in session.execute(wanted.order_by(PinnedField.id)):
        if sheet_id in asked:
            found[sheet_id][name] = file_value
    return dict(found)
