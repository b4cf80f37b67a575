"""What a plan holds about its person, whole: for the right of access, here and from the request it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from cptsapp.accounts.models import User
from cptsapp.audit.models import AuditEvent, Category
from cptsapp.audit.rules import sentence as trail_sentence
from cptsapp.care_plans.identity import read_person, title
from cptsapp.care_plans.models import (
    Attendance,
    CarePlan,
    CircleMember,
    DocumentAsked,
    MeetingKind,
    PlanAgreement,
    PlanMeeting,
    PlanRight,
)
from cptsapp.care_plans.rules import closing, states
from cptsapp.care_plans.rules import holdings as words
from cptsapp.care_plans.rules.rights import KINDS
from cptsapp.checklists.models import Commitment, JournalEntry
from cptsapp.checklists.rules import STATE_WORDS
from cptsapp.checklists.wording import sentence
from cptsapp.core import french
from cptsapp.core.db import session
from cptsapp.core.seal import ring
from cptsapp.directory.models import Organisation, Person
from cptsapp.inbox.models import Request, Seeker
from cptsapp.inbox.patients import read_text
from cptsapp.inbox.rules.holdings import Fact, Section, fact
from cptsapp.outbox.models import Message
from cptsapp.territory import queries as territory
from cptsapp.territory.models import Commune

Record = list[Fact]


@dataclass(frozen=True, slots=True)
class _Names:
    """Names by number: users, professionals, structures, and members of the circle whoever they are."""

    users: Mapping[int, str]
    people: Mapping[int, str]
    houses: Mapping[int, str]
    members: Mapping[int, str]

    def user(self, number: int | None) -> str:
        return self.users.get(number or 0, "")


def holdings(plan: CarePlan) -> list[Section]:
    """All that a plan holds about its person. The caller records the reading."""
    names = _names(plan)
    return [
        Section("person", "La personne", [_person(plan)]),
        Section("plan", "Le plan", [_plan(plan, names)]),
        Section("circle", "Le cercle de soins", [_member(one, names) for one in _rows(CircleMember, plan)]),
        Section("agreements", "Vos accords", _agreements(plan, names)),
        Section("commitments", "Ce que chacun doit faire", _commitments(plan, names)),
        Section("meetings", "Réunions et bilans", _meetings(plan, names)),
        Section("documents", "Documents demandés", _documents(plan, names)),
        Section("journal", "Ce qui a été fait", _journal(plan, names)),
        Section("openings", "Qui a ouvert le plan", _openings(plan, names)),
        Section("messages", "Messages envoyés", _messages(plan)),
        Section("rights", "Droits demandés", _rights(plan)),
    ]


def of_seeker(seeker: Seeker) -> list[Section]:
    """What the plans opened from a request hold about one of its persons."""
    plans = session.scalars(select(CarePlan).where(CarePlan.seeker_id == seeker.id).order_by(CarePlan.id)).all()
    return [
        replace(
            section, key=f"plan_{plan.year}_{plan.number}_{section.key}", title=f"{title(plan)}\u00a0: {section.title}"
        )
        for plan in plans
        for section in holdings(plan)
    ]


def _names(plan: CarePlan) -> _Names:
    members = _rows(CircleMember, plan)
    people = {member.person_id for member in members}
    owners = session.scalars(select(Commitment.owner_id).where(Commitment.checklist_id == plan.checklist_id))
    known = session.scalars(select(Person).where(Person.id.in_({*people, *owners} - {None})))
    named = {person.id: person.full_name for person in known}
    houses = {row.id: row.name for row in session.execute(select(Organisation.id, Organisation.name))}
    users = {row.id: row.display_name for row in session.execute(select(User.id, User.display_name))}
    return _Names(users, named, houses, {one.id: _member_name(one, named, houses) for one in members})


def _member_name(member: CircleMember, people: Mapping[int, str], houses: Mapping[int, str]) -> str:
    if member.name is not None:
        return ring().unseal(member.name, member.seal_id, "name")
    return people.get(member.person_id or 0) or houses.get(member.organisation_id or 0, "")


def _rows(table: Any, plan: CarePlan) -> Sequence[Any]:
    return session.scalars(select(table).where(table.plan_id == plan.id).order_by(table.id)).all()


def _local(instant: datetime | None) -> datetime | None:
    return territory.local(instant) if instant is not None else None


def _person(plan: CarePlan) -> Record:
    who = read_person(plan)
    phone = read_text(plan.phone, plan.seal_id, "phone")
    commune = session.get(Commune, plan.commune_code)
    return [
        fact("last_name", "Nom", who.last_name if who else None),
        fact("first_name", "Prénom", who.first_name if who else None),
        fact("birth_date", "Date de naissance", who.birth_date if who else None),
        fact("phone", "Téléphone", phone, french.phone(phone) or None),
        fact("commune_code", "Commune", plan.commune_code, commune.name if commune else None),
    ]


def _plan(plan: CarePlan, names: _Names) -> Record:
    request = session.get(Request, plan.request_id) if plan.request_id is not None else None
    return [
        fact("reference", "Plan", title(plan)),
        fact("state", "État", plan.state, states.WORDS[plan.state]),
        fact("request", "Ouvert depuis la demande", request.reference if request else None),
        fact("opened_on", "Ouvert le", plan.opened_on),
        fact("opened_by", "Par", names.user(plan.opened_by_id)),
        fact("validated_on", "Validé le", plan.validated_on),
        fact("validated_by", "Validation notée par", names.user(plan.validated_by_id)),
        fact("closed_at", "Clos le", _local(plan.closed_at)),
        fact("end_reason", "Parce que", plan.end_reason, closing.WORDS[plan.end_reason] if plan.end_reason else None),
    ]


def _agreements(plan: CarePlan, names: _Names) -> list[Record]:
    given = (
        select(PlanAgreement)
        .join(CircleMember, CircleMember.id == PlanAgreement.member_id)
        .where(CircleMember.plan_id == plan.id)
    )
    return [
        [
            fact("name", "Pour", names.members[one.member_id]),
            fact("given_at", "Donné le", _local(one.given_at)),
            fact("consent", "Comment", one.consent, words.CONSENTS[one.consent]),
            fact("collected_by", "Recueilli par", names.user(one.collected_by_id)),
            fact("withdrawn_at", "Retiré le", _local(one.withdrawn_at)),
        ]
        for one in session.scalars(given.order_by(PlanAgreement.id))
    ]


def _member(member: CircleMember, names: _Names) -> Record:
    return [
        fact("name", "Qui", names.members[member.id]),
        fact("role", "Place dans le cercle", member.role, words.ROLES[member.role]),
        fact("is_lead", "Référent", member.is_lead),
        fact("added_at", "Ajouté le", _local(member.added_at)),
        fact("invited_at", "Invité le", _local(member.invited_at)),
        fact("accepted_at", "A accepté le", _local(member.accepted_at)),
        fact("declined_at", "A refusé le", _local(member.declined_at)),
        fact("left_at", "Parti le", _local(member.left_at)),
    ]


def _commitments(plan: CarePlan, names: _Names) -> list[Record]:
    wanted = select(Commitment).where(Commitment.checklist_id == plan.checklist_id)
    return [
        [
            fact("label", "Quoi", one.label),
            fact("owner", "Qui", names.people.get(one.owner_id or 0)),
            fact("due_on", "Avant le", one.due_on),
            fact("state", "État", one.state, STATE_WORDS[one.state]),
            fact("done_on", "Fait le", one.done_on),
            fact("comment", "Commentaire", read_text(one.comment, one.seal_id, "comment")),
        ]
        for one in session.scalars(wanted.order_by(Commitment.position, Commitment.id))
    ]


def _meetings(plan: CarePlan, names: _Names) -> list[Record]:
    return [_meeting(one, names) for one in _rows(PlanMeeting, plan)]


def _meeting(meeting: PlanMeeting, names: _Names) -> Record:
    there = select(Attendance.member_id).where(Attendance.meeting_id == meeting.id, Attendance.was_present)
    present = [names.members[number] for number in session.scalars(there.order_by(Attendance.id))]
    return [
        fact("kind", "Réunion", meeting.kind, _kind_words(meeting.kind)),
        fact("state", "État", meeting.state, states.MEETING_WORDS[meeting.state]),
        fact("due_on", "Avant le", meeting.due_on),
        fact("moved_reason", "Déplacée parce que", read_text(meeting.moved_reason, meeting.seal_id, "moved_reason")),
        fact("starts_at", "Fixée au", _local(meeting.starts_at)),
        fact("held_on", "Tenue le", meeting.held_on),
        fact("present", "Présents", present),
    ]


def _kind_words(kind: MeetingKind) -> str:
    return words.MEETINGS[kind]


def _documents(plan: CarePlan, names: _Names) -> list[Record]:
    return [
        [
            fact("kind", "Document", one.kind, words.DOCUMENTS[one.kind]),
            fact("asked_of", "Demandé à", names.members[one.member_id]),
            fact("asked_on", "Le", one.asked_on),
            fact("received_on", "Reçu le", one.received_on),
        ]
        for one in _rows(DocumentAsked, plan)
    ]


def _journal(plan: CarePlan, names: _Names) -> list[Record]:
    wanted = select(JournalEntry).where(JournalEntry.checklist_id == plan.checklist_id)
    labels = select(Commitment.id, Commitment.label).where(Commitment.checklist_id == plan.checklist_id)
    labelled = {row.id: row.label for row in session.execute(labels)}
    return [_line(one, labelled, names) for one in session.scalars(wanted.order_by(JournalEntry.at, JournalEntry.id))]


def _line(entry: JournalEntry, labels: Mapping[int, str], names: _Names) -> Record:
    said = sentence(
        entry.kind,
        entry.data,
        who=names.user(entry.user_id),
        commitment=labels.get(entry.commitment_id or 0, ""),
        person=names.people.get(entry.data.get("person_id") or 0, ""),
        organisation=names.houses.get(entry.data.get("organisation_id") or 0, ""),
        happened_on=entry.happened_on,
    )
    return [
        fact("at", "Le", _local(entry.at)),
        fact("kind", "Quoi", entry.kind, said),
        fact("note", "Note", read_text(entry.note, entry.seal_id, "note")),
        fact("cancelled_at", "Barré le", _local(entry.cancelled_at)),
    ]


def _openings(plan: CarePlan, names: _Names) -> list[Record]:
    """Each day someone read the plan, the last first; a day's readings of one kind by one person are one line."""
    wanted = select(AuditEvent.at, AuditEvent.kind, AuditEvent.user_id).where(
        AuditEvent.category == Category.READING, _about(plan)
    )
    counts: dict[tuple[date, int | None, str], int] = {}
    for row in session.execute(wanted.order_by(AuditEvent.at.desc(), AuditEvent.id.desc())):
        key = (territory.local(row.at).date(), row.user_id, row.kind)
        counts[key] = counts.get(key, 0) + 1
    return [
        [
            fact("on", "Le", day),
            fact("by", "Par", names.user(user_id)),
            fact("what", "Quoi", trail_sentence(kind)),
            fact("count", "Fois", count),
        ]
        for (day, user_id, kind), count in counts.items()
    ]


def _about(plan: CarePlan) -> ColumnElement[bool]:
    subject, number = AuditEvent.subject_type, AuditEvent.subject_id
    rights = select(PlanRight.id).where(PlanRight.plan_id == plan.id)
    return or_(
        and_(subject == CarePlan.__tablename__, number == plan.id),
        and_(subject == PlanRight.__tablename__, number.in_(rights)),
    )


def _messages(plan: CarePlan) -> list[Record]:
    wanted = select(Message).where(Message.subject_type == CarePlan.__tablename__, Message.subject_id == plan.id)
    return [
        [
            fact("created_at", "Le", _local(one.created_at)),
            fact("to", "À", one.address),
            fact("title", "Objet", one.title),
            fact("sent_at", "Envoyé le", _local(one.sent_at)),
        ]
        for one in session.scalars(wanted.order_by(Message.id))
    ]


def _rights(plan: CarePlan) -> list[Record]:
    return [
        [
            fact("kind", "Droit", one.kind, KINDS[one.kind]),
            fact("asked_at", "Demandé le", _local(one.asked_at)),
            fact("due_on", "À répondre avant le", one.due_on),
            fact("note", "Précision", read_text(one.note, one.seal_id, "note")),
            fact("done_at", "Répondu le", _local(one.done_at)),
        ]
        for one in _rows(PlanRight, plan)
    ]
