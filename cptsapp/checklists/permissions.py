"""Who may read a commitment and its journal, and why one may not act on it: what the source says, and what is owed."""

from cptsapp.accounts.identity import CurrentUser
from cptsapp.checklists.models import Checklist, ChecklistKind
from cptsapp.checklists.sources import source_of
from cptsapp.directory.merged import same_person

NOT_YOURS = "Cet engagement est celui de quelqu’un d’autre\u202f: son responsable ou la coordination le note."
NOT_LIVE = "Ces engagements ne courent pas aujourd’hui\u202f: ils ne se notent ni ne se changent."
NO_FILE = "Un plan ne garde aucun document\u00a0: il reste chez ceux qui soignent."


def numbers_of(user: CurrentUser) -> frozenset[int]:
    """The person's sheet under all the numbers it has had; none for an account without a sheet."""
    return frozenset(same_person({user.person_id})) if user.person_id is not None else frozenset()


def owns(owner_id: int | None, user: CurrentUser) -> bool:
    """Whether the commitment is owed by the user."""
    return owner_id is not None and user.can("commitments.own") and owner_id in numbers_of(user)


def can_read(checklist: Checklist, owner_id: int | None, user: CurrentUser) -> bool:
    """Whether the user may read one commitment: who sees the checklist; who owes it, by a convention that lives.

    A plan is shut to whoever is no longer of its circle, whatever they owed.
    """
    if source_of(checklist).can_see(checklist, user):
        return True
    return checklist.kind is ChecklistKind.CONVENTION and checklist.is_live and owns(owner_id, user)


def why_not_manage(checklist: Checklist, user: CurrentUser) -> str | None:
    """Why the user may not change what a checklist asks, or None; nothing changes before it lives, nor after."""
    reason = source_of(checklist).why_not_manage(checklist, user)
    return reason or (None if checklist.is_live else NOT_LIVE)


def why_not_write(checklist: Checklist, user: CurrentUser) -> str | None:
    """Why the user may not write in a journal, or None: a convention's opens with its draft, a plan's lives with it."""
    if checklist.kind is ChecklistKind.CONVENTION:
        return source_of(checklist).why_not_manage(checklist, user)
    return why_not_manage(checklist, user)


def why_not_tick(checklist: Checklist, owner_id: int | None, user: CurrentUser) -> str | None:
    """Why the user may not say where a commitment stands, or None: who owes it may, and who holds the checklist."""
    reason = why_not_manage(checklist, user)
    if reason is None or not checklist.is_live:
        return reason
    return None if owns(owner_id, user) else NOT_YOURS


def why_not_file(checklist: Checklist) -> str | None:
    """Why no file may be kept there, or None (B34)."""
    return None if source_of(checklist).takes_files else NO_FILE
