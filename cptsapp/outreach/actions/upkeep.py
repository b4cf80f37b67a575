"""What the worker has to do with calls, every so often."""

from datetime import datetime

from sqlalchemy import select, update

from cptsapp.audit.actions import record
from cptsapp.core.db import session
from cptsapp.directory.merged import same_person
from cptsapp.directory.models import Person
from cptsapp.outreach.models import Call, CallTarget


def forget_objected(_now: datetime) -> int:
    """Erase what was noted in calls to those who asked to be kept out (§6.2); gives how many notes went.

    That there was a call, and its outcome, stay: figures do not change.
    """
    objected = set(session.scalars(select(Person.id).where(Person.objected_on.is_not(None))))
    if not objected:
        return 0
    theirs = select(CallTarget.id).where(CallTarget.person_id.in_(sorted(same_person(objected))))
    erased = session.scalars(
        update(Call).where(Call.note.is_not(None), Call.target_id.in_(theirs)).values(note=None).returning(Call.id)
    ).all()
    if erased:
        record("call.notes_erased", None, by=None, count=len(erased))
    return len(erased)
