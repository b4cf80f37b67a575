"""« Mes engagements »: what one owes, what one is owed, what one has kept."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from cptsapp.accounts.current import me
from cptsapp.checklists.models import CommitmentState
from cptsapp.checklists.queries import Row, row
from cptsapp.core import addresses
from cptsapp.core.refusals import Invisible
from cptsapp.dues.queries.mine import mine
from cptsapp.dues.queries.owed import owed_to
from cptsapp.http.access import requires

blueprint = Blueprint("dues", __name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What was just noted, and the state that takes it back; none when there is nothing to take back."""

    message: str
    row: Row | None = None
    before: str = ""


@blueprint.get("/mes-engagements")
@requires("commitments.own")
def list_mine() -> str:
    """What is late first; `fait` and `avant`: the commitment just noted, and where it stood before."""
    user = me()
    return render_template(
        "dues/mine.html",
        mine=mine(user, whole="tout" in request.args),
        owed=owed_to(user) if user.can("ledger.read") or user.person_id is not None else None,
        reads_years=user.can("ledger.read"),
        has_sheet=user.person_id is not None,
        said=_said(),
    )


def _said() -> Said | None:
    """Told after a tick, with its undo while it is still the reader's to say."""
    number = addresses.row_number(request.args.get("fait"))
    if number is None:
        return None
    try:
        found = row(number, me())
    except Invisible:
        return None
    before = request.args.get("avant", "")
    if found.state is CommitmentState.DONE and found.can_tick and before in ("todo", "doing"):
        return Said(f"Noté fait\u00a0: {found.label}", found, before)
    return Said(f"{found.word}\u00a0: {found.label}")
