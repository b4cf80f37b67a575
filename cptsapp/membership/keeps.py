"""What adhesion keeps of persons and structures, told to the directory; periods stay, they are counted."""

from sqlalchemy import ColumnElement, or_, select, update

from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.directory.models import Person
from cptsapp.membership.models import Acceptance, Application, ApplicationState

_BLANK = {
    "title": "",
    "last_name": "",
    "first_name": "",
    "rpps": None,
    "address": None,
    "mail": None,
    "phone": None,
    "message": None,
    "decision_note": None,
}


def _why_not_object(numbers: set[int]) -> str | None:
    waiting = _theirs(numbers), Application.state == ApplicationState.RECEIVED
    if session.scalar(select(Application.id).where(*waiting).limit(1)) is None:
        return None
    return "Une demande d’adhésion attend une réponse : refusez-la ou notez qu’elle est retirée d’abord."


def _erase(numbers: set[int]) -> None:
    """What was typed in their applications, whoever it was taken for; that there was one stays."""
    session.execute(update(Application).where(_theirs(numbers)).values(_BLANK))


def _theirs(numbers: set[int]) -> ColumnElement[bool]:
    """WHERE over the applications known to be theirs, of their number, or of their name and taken for nobody's yet."""
    people = session.scalars(select(Person).where(Person.id.in_(numbers))).all()
    rpps = {person.rpps for person in people if person.rpps}
    names = {person.folded for person in people if person.folded}
    unknown = select(Application.id, Application.last_name, Application.first_name).where(
        Application.person_id.is_(None)
    )
    named = [row.id for row in session.execute(unknown) if fold(f"{row.last_name} {row.first_name}") in names]
    return or_(Application.person_id.in_(numbers), Application.rpps.in_(rpps), Application.id.in_(named))


KEEPER = Keeper(
    (
        Kept(Application.person_id, "demande d’adhésion", "demandes d’adhésion"),
        Kept(Application.organisation_id, "demande d’adhésion", "demandes d’adhésion"),
        Kept(Acceptance.person_id),
        Kept(Acceptance.organisation_id),
    ),
    _why_not_object,
    _erase,
)
