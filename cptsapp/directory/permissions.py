"""Which persons exist for a user, what holds on a day, and why a change is refused."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, false, or_

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import RoleGrant
from cptsapp.core.periods import meets
from cptsapp.directory.models import Delegation, Movement, Organisation, Person, Practice, Profession
from cptsapp.directory.rules.movements import LOSSES

_shows_members: Callable[[], bool] = lambda: False


def use_setting(shows_members: Callable[[], bool]) -> None:
    """Say who knows whether practitioners see the members: a setting of `membership`, above the directory."""
    global _shows_members  # one CPTS a process
    _shows_members = shows_members


def sees_members(user: CurrentUser) -> bool:
    """Whether a user sees who is a member: by their role, or because the CPTS has set that all may."""
    scopes = user.scopes("membership.read")
    return bool(scopes - {"setting"}) or ("setting" in scopes and _shows_members())


def sees_persons(user: CurrentUser) -> bool:
    """Whether a user reads the persons of the directory; a partner reads the structures alone."""
    return bool(user.scopes("directory.read") - {"structures"})


def visible_to(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Person: everyone for whoever sees persons, but those who asked to be kept out (§6.2).

    A person merged into another is that other.
    """
    if not sees_persons(user):
        return false()
    return and_(Person.merged_into_id.is_(None), Person.objected_on.is_(None))


def visible_structures(user: CurrentUser) -> ColumnElement[bool]:
    """WHERE over Organisation: every structure for whoever reads the directory, partners too."""
    return Organisation.merged_into_id.is_(None) if user.can("directory.read") else false()


def in_force(period: type[Practice] | type[Delegation] | type[RoleGrant], day: date) -> ColumnElement[bool]:
    """WHERE over practices, delegations or roles that hold on a day; both ends included."""
    return and_(period.starts_on <= day, or_(period.ends_on.is_(None), period.ends_on >= day))


def why_not_practise(
    person: Person, starts_on: date, ends_on: date | None, others: list[tuple[date, date | None]]
) -> str | None:
    """The French reason why a practice may not begin; `others` are its periods at the same place."""
    if person.merged_into_id is not None:
        return "Cette fiche a été réunie à une autre : ouvrez l’autre."
    if ends_on is not None and ends_on < starts_on:
        return "Le dernier jour vient avant le premier."
    if any(meets(starts_on, ends_on, start, end) for start, end in others):
        return "Cet exercice est déjà noté à cette adresse, pour une partie de ces jours."
    return None


def why_not_delegate(
    delegate: Person,
    practitioner: Person,
    starts_on: date,
    ends_on: date | None,
    others: list[tuple[date, date | None]],
) -> str | None:
    """The French reason why someone may not act for a practitioner; `others` are their delegations already."""
    if delegate.id == practitioner.id:
        return "Une personne agit déjà pour elle-même."
    if practitioner.profession is Profession.STAFF:
        return f"{practitioner.full_name} ne publie pas de créneaux."
    if ends_on is not None and ends_on < starts_on:
        return "Le dernier jour vient avant le premier."
    if any(meets(starts_on, ends_on, start, end) for start, end in others):
        return f"{delegate.full_name} agit déjà pour {practitioner.full_name} une partie de ces jours."
    return None


def why_not_end(starts_on: date, ends_on: date | None, last_day: date, today: date) -> str | None:
    """The French reason why a practice or a delegation may not end on this last day, or None."""
    if ends_on is not None and ends_on < today:
        return "Elle a déjà pris fin."
    if last_day < today - timedelta(days=1):
        return "Ce jour est passé : la fin la plus proche est hier soir."
    return None


def why_not_correct_movement(movement: Movement) -> str | None:
    """The French reason why a movement may not be corrected or cancelled."""
    return "Ce mouvement est annulé\u00a0: notez-en un autre." if movement.cancelled_at is not None else None


def why_not_end_with(movement: Movement) -> str | None:
    """The French reason why practices may not end with a movement: only a departure that is certain ends them."""
    if movement.cancelled_at is not None or movement.kind not in LOSSES or not movement.is_confirmed:
        return "Seul un départ confirmé met fin aux exercices."
    return None


def sees_whole_movements(user: CurrentUser) -> bool:
    """Whether a user reads every movement with its reason and note; others read those confirmed, a leave unnamed."""
    return user.can("directory.manage")
