"""Who opened a file, and which « recherche en cours » questions were asked about its persons: listed for them (§7)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from cptsapp.accounts.models import Role, RoleGrant, User
from cptsapp.accounts.permissions import ROLE_LABELS
from cptsapp.audit.models import AuditEvent, Category
from cptsapp.audit.rules import sentence
from cptsapp.core.db import session
from cptsapp.directory.models import Organisation, Place, Practice
from cptsapp.directory.permissions import in_force
from cptsapp.inbox.models import DoctorProposal, Referral, Request, RightAsked, SearchAnswer, SearchQuestion
from cptsapp.territory import queries as territory

# Whose page it is does not figure among those who opened it.
OWN = ("request.person_opened", "request.person_failed")
SHOWN = 200
ANSWERS = {
    SearchAnswer.YES: "oui, une recherche est en cours",
    SearchAnswer.NO: "non",
    SearchAnswer.CHECKING: "la CPTS vérifie",
}


@dataclass(frozen=True, slots=True)
class Opening:
    """Someone read the file on a day: who, where they work, what they opened, how many times."""

    on: date
    by: str
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question asked about a person: when, by which structure, what was answered."""

    at: datetime
    by: str
    answer: str
    answer_code: SearchAnswer


def openings_of(request: Request) -> list[Opening]:
    """Each day someone read the file, the last first; a day's readings of one kind by one person are one line."""
    mine = AuditEvent.category == Category.READING, AuditEvent.kind.not_in(OWN), _about(request)
    its_own = AuditEvent.at >= request.received_at  # the number may have been that of a doubtful request, erased
    wanted = select(AuditEvent.at, AuditEvent.kind, AuditEvent.user_id).where(*mine, its_own)
    rows = session.execute(wanted.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())).all()
    counts: dict[tuple[date, int | None, str], int] = {}
    for row in rows:
        key = (territory.local(row.at).date(), row.user_id, row.kind)
        counts[key] = counts.get(key, 0) + 1
    who = _readers({user_id for _day, user_id, _kind in counts if user_id is not None})
    found = [Opening(day, who.get(user_id or 0, "—"), sentence(kind), n) for (day, user_id, kind), n in counts.items()]
    return found[:SHOWN]


def _about(request: Request) -> ColumnElement[bool]:
    """Readings of the file itself, and of what was sent from it."""
    subject, number = AuditEvent.subject_type, AuditEvent.subject_id
    parts = [
        and_(subject == table.__tablename__, number.in_(select(table.id).where(table.request_id == request.id)))
        for table in (DoctorProposal, Referral, RightAsked)
    ]
    return or_(and_(subject == "request", number == request.id), *parts)


def _readers(numbers: set[int]) -> dict[int, str]:
    """« Sophie Arnaud, coordination »: the name and where they work, else what they do."""
    people = session.execute(select(User.id, User.display_name, User.person_id).where(User.id.in_(numbers))).all()
    structures = _structures({row.person_id for row in people if row.person_id is not None})
    roles = _roles(numbers)
    return {
        row.id: ", ".join(filter(None, (row.display_name, structures.get(row.person_id) or roles.get(row.id, ""))))
        for row in people
    }


def _structures(person_ids: set[int]) -> dict[int | None, str]:
    today = territory.today()
    rows = session.execute(
        select(Practice.person_id, Organisation.name)
        .join(Place, Place.id == Practice.place_id)
        .join(Organisation, Organisation.id == Place.organisation_id)
        .where(Practice.person_id.in_(person_ids), in_force(Practice, today))
        .order_by(Practice.id.desc())
    )
    return {row.person_id: row.name for row in rows}


def _roles(user_ids: set[int]) -> dict[int, str]:
    today = territory.today()
    held = select(RoleGrant.user_id, RoleGrant.role).where(RoleGrant.user_id.in_(user_ids), in_force(RoleGrant, today))
    return {row.user_id: ROLE_LABELS[Role(row.role)].lower() for row in session.execute(held.order_by(RoleGrant.id))}


def questions_about(request: Request) -> list[Question]:
    """Those asked about the file or about someone of its household, the last first."""
    indexes = [seeker.whole_index for seeker in request.seekers if seeker.whole_index is not None]
    rows = session.execute(
        select(SearchQuestion.asked_at, SearchQuestion.answer, Organisation.name)
        .join(Organisation, Organisation.id == SearchQuestion.organisation_id)
        .where(or_(SearchQuestion.request_id == request.id, SearchQuestion.whole_index.in_(indexes)))
        .order_by(SearchQuestion.asked_at.desc(), SearchQuestion.id.desc())
        .limit(SHOWN)
    )
    return [Question(territory.local(row.asked_at), row.name, ANSWERS[row.answer], row.answer) for row in rows]
