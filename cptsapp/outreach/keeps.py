"""What call campaigns keep of persons, told to the directory: that there was a call stays, what was said goes."""

from sqlalchemy import select, update

from cptsapp.core.db import session
from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.outreach.models import Call, CallTarget, TargetState


def _erase(numbers: set[int]) -> None:
    theirs = CallTarget.person_id.in_(numbers)
    session.execute(update(Call).where(Call.target_id.in_(select(CallTarget.id).where(theirs))).values(note=None))
    waiting = theirs, CallTarget.state == TargetState.TO_CALL
    off = {"state": TargetState.REMOVED, "claimed_by_id": None, "claimed_until": None}
    session.execute(update(CallTarget).where(*waiting).values(off))


KEEPER = Keeper(
    (Kept(CallTarget.person_id, "inscription à une campagne d’appels", "inscriptions à des campagnes d’appels"),),
    erase=_erase,
)
