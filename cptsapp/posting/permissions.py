"""For whom one may post, and whose patients one may read by name."""

from sqlalchemy import ColumnElement, false, true

from cptsapp.accounts.identity import CurrentUser
from cptsapp.directory.models import Person
from cptsapp.snp.permissions import OWN, acts_for, acts_for_person


def postable(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Person: those whose slots a user may post, change and withdraw (B59: any profession)."""
    scopes = user.scopes("snp.post")
    if "all" in scopes:
        return true()
    if user.person_id is None or OWN.isdisjoint(scopes):
        return false()
    return Person.id.in_(acts_for(user))


def sees_names(user: CurrentUser, person_id: int) -> bool:
    """Whether rows show the patients of this practitioner by name; a coordinator sees references only (§6.2)."""
    return not OWN.isdisjoint(user.scopes("snp.see_identity")) and acts_for_person(user, person_id)
