"""Noting where a caller was sent without a slot, and taking it back the same day (B49, §3.2)."""

from datetime import timedelta

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.core.submissions import remember, result_for
from cptsapp.directory.models import Person
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.snp.models import RegularDoctor
from cptsapp.territory import queries as territory

KIND = "orientation"
DOUBLE = timedelta(seconds=30)  # a retry comes sooner, another caller later: the button stays on the page


def note_orientation(kind: OrientationKind, *, by: CurrentUser, key: str, person_id: int | None = None) -> Orientation:
    """Count an orientation; a double click counts once, the next caller counts too although the page is the same.

    Raises Invisible for a doctor nobody knows.
    """
    if (done := result_for(by.id, key, KIND)) is not None:
        earlier = session.get_one(Orientation, done)
        if earlier.cancelled_at is None and clock.now() - earlier.at < DOUBLE:
            return earlier
        key = f"{key}-{clock.now().isoformat()}"
    if person_id is not None and session.get(Person, person_id) is None:
        raise Invisible
    noted = Orientation(
        kind=kind,
        person_id=person_id if kind is OrientationKind.OVERBOOK else None,
        regular_doctor=RegularDoctor.YES if kind is OrientationKind.REGULAR_DOCTOR else None,
        day_on=territory.today(),
        at=clock.now(),
        by_id=by.id,
        desk_id=by.desk_id,
    )
    session.add(noted)
    session.flush()
    remember(by.id, key, KIND, noted.id)
    record("orientation.noted", noted, by=by, kind_of=kind.value)
    return noted


def undo_orientation(noted: Orientation, *, by: CurrentUser) -> None:
    """Take an orientation back, by its author, the same day. Raises Refusal."""
    if noted.by_id != by.id or noted.day_on != territory.today():
        raise Refusal("Seule la personne qui l’a notée peut la retirer, le jour même.")
    if noted.cancelled_at is not None:
        raise Refusal("Cette orientation est déjà retirée.")
    noted.cancelled_at = clock.now()
    record("orientation.cancelled", noted, by=by)
