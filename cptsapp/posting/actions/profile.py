"""Saying whether one takes patients en sus, and how one may be reached for it."""

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.directory.models import Person
from cptsapp.posting import queries
from cptsapp.snp.actions import bump_version


def set_overbook(person_id: int, accepts: bool, note: str | None, *, by: CurrentUser) -> Person:
    """Note whether a practitioner takes patients beyond the slots, with a line for the regulator. Raises Invisible."""
    person = queries.person_for(by, person_id)
    before = person.accepts_overbook
    person.accepts_overbook = accepts
    person.overbook_note = (note or "").strip() or None
    person.updated_at = clock.now()
    record("person.overbook_set", person, by=by, before=before, after=accepts)
    bump_version()
    return person
