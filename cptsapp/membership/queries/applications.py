"""The applications: the lists, one of them, and the sheets of the directory that it may be about."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.directory.merged import roots, same_person
from cptsapp.directory.models import Organisation, Person, Place, Practice
from cptsapp.directory.permissions import in_force, visible_to
from cptsapp.directory.queries.membership import organisation_roots
from cptsapp.directory.rules import words as directory_words
from cptsapp.directory.rules.finder import Entry
from cptsapp.membership.models import Application, ApplicationState
from cptsapp.membership.queries.members import MemberRow, rows_of
from cptsapp.membership.rules.members import Member, organisation, person
from cptsapp.territory.models import Commune

PAGE = 50
SUSPECT = "suspect"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sheet that an application may be about: how it was found, and what it says beside what was typed."""

    row: MemberRow
    by_number: bool
    rpps: str | None
    phone: str | None
    where: str


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """Applications of one state, the oldest to decide first, and how many there are in all."""

    rows: Sequence[Application]
    found_count: int


def by_state(state: str, page: int = 1) -> ApplicationPage:
    """A page of the applications of a state, or of those kept apart (`suspect`)."""
    where = _of(state)
    is_waiting = state in (ApplicationState.RECEIVED.value, SUSPECT)
    order = Application.received_at if is_waiting else Application.decided_at.desc()
    rows = session.scalars(
        select(Application).where(*where).order_by(order, Application.id).limit(PAGE).offset(PAGE * (page - 1))
    ).all()
    return ApplicationPage(rows, session.scalar(select(func.count()).select_from(Application).where(*where)) or 0)


def _of(state: str) -> list[ColumnElement[bool]]:
    if state == SUSPECT:
        return [Application.state == ApplicationState.RECEIVED, Application.is_suspect.is_(True)]
    known = ApplicationState(state)
    where: list[ColumnElement[bool]] = [Application.state == known]
    return [*where, Application.is_suspect.is_(False)] if known is ApplicationState.RECEIVED else where


def applicants() -> list[Entry]:
    """Who of the directory has an application that waits for an answer, for the directory's list."""
    query = select(Application.person_id, Application.organisation_id).where(*_of(ApplicationState.RECEIVED.value))
    found = [Entry(row.person_id is None, row.person_id or row.organisation_id) for row in session.execute(query)]
    return [entry for entry in found if entry.id]


def counts() -> Counter[str]:
    """How many applications each list has."""
    query = select(Application.state, Application.is_suspect, func.count()).group_by(
        Application.state, Application.is_suspect
    )
    found: Counter[str] = Counter()
    for state, is_suspect, number in session.execute(query):
        is_apart = is_suspect and state is ApplicationState.RECEIVED
        found[SUSPECT if is_apart else state.value] += number
    return found


def application(application_id: int) -> Application:
    """One of them. Raises Invisible."""
    found = session.get(Application, application_id)
    if found is None:
        raise Invisible
    return found


def open_application_of(member: Member) -> Application | None:
    """The application to decide that is known to be this member's, if any."""
    own = (
        Application.organisation_id == member.number
        if member.is_organisation
        else Application.person_id.in_(same_person({member.number}))
    )
    return session.scalar(select(Application).where(own, Application.state == ApplicationState.RECEIVED))


def application_of(membership_id: int) -> Application | None:
    """The application that opened a membership, if any."""
    return session.scalar(select(Application).where(Application.membership_id == membership_id))


def commune_name(code: str | None) -> str:
    """The commune of an application, or nothing."""
    if not code:
        return ""
    return session.scalar(select(Commune.name).where(Commune.code == code)) or ""


def candidates(user: CurrentUser, found: Application, day: date) -> list[Candidate]:
    """The sheets an application may be about: the same number, else the same name; those with the number first."""
    members = _structures(found) if found.organisation_name else _people(user, found)
    by_number = {_root(member) for member, is_number in members if is_number}
    rows = rows_of(user, [member for member, _ in members], day)
    made = [_candidate(row, by_number, day) for row in rows]
    return sorted(made, key=lambda candidate: not candidate.by_number)


def _root(member: Member) -> Member:
    """The sheet that a member's was merged into, when it was."""
    merged = organisation_roots() if member.is_organisation else roots()
    return Member(member.is_organisation, merged.get(member.number, member.number))


def _people(user: CurrentUser, found: Application) -> list[tuple[Member, bool]]:
    if found.person_id is not None:
        return [(person(found.person_id), True)]
    folded = directory_words.folded_name(found.last_name, found.first_name)
    # « Anne Le Goff » may have been typed as « Le Goff Anne » in the other field.
    turned = directory_words.folded_name(found.first_name, found.last_name)
    same: list[ColumnElement[bool]] = [Person.folded.in_((folded, turned))]
    if found.rpps:
        same.append(Person.rpps == found.rpps)
    rows = session.execute(select(Person.id, Person.rpps).where(visible_to(user), or_(*same)))
    return [(person(row.id), bool(found.rpps) and row.rpps == found.rpps) for row in rows]


def _structures(found: Application) -> list[tuple[Member, bool]]:
    if found.organisation_id is not None:
        return [(organisation(found.organisation_id), True)]
    same = [Organisation.folded == fold(found.organisation_name or "")]
    if found.organisation_number:
        same += [Organisation.finess == found.organisation_number, Organisation.siret == found.organisation_number]
    rows = session.execute(
        select(Organisation.id, Organisation.finess, Organisation.siret).where(
            Organisation.merged_into_id.is_(None), or_(*same)
        )
    )
    number = found.organisation_number
    return [(organisation(row.id), bool(number) and number in (row.finess, row.siret)) for row in rows]


def _candidate(row: MemberRow, by_number: set[Member], day: date) -> Candidate:
    is_number = row.member in by_number
    if row.member.is_organisation:
        kept = session.get_one(Organisation, row.member.number)
        return Candidate(row, is_number, kept.finess or kept.siret, kept.phone, _places(kept.id))
    known = session.get_one(Person, row.member.number)
    return Candidate(row, is_number, known.rpps, known.phone, _practices(known.id, day))


def _practices(person_id: int, day: date) -> str:
    rows = session.execute(
        select(Place.address, Commune.name)
        .join(Practice, Practice.place_id == Place.id)
        .join(Commune, Commune.code == Place.commune_code)
        .where(Practice.person_id == person_id, in_force(Practice, day))
        .order_by(Practice.id)
    )
    return "\u202f; ".join(f"{address}, {commune}" for address, commune in rows)


def _places(organisation_id: int) -> str:
    rows = session.execute(
        select(Place.address, Commune.name)
        .join(Commune, Commune.code == Place.commune_code)
        .where(Place.organisation_id == organisation_id)
        .order_by(Place.id)
    )
    return "\u202f; ".join(f"{address}, {commune}" for address, commune in rows)


def sheet_of(member: Member) -> Person | Organisation | None:
    """The sheet of a member that is known to be visible."""
    if member.is_organisation:
        return session.get(Organisation, member.number)
    return session.get(Person, member.number)


def name_of_user(user_id: int | None) -> str:
    """Who entered or decided an application, or nothing."""
    if user_id is None:
        return ""
    return session.scalar(select(User.display_name).where(User.id == user_id)) or ""
