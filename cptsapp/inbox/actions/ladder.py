"""The ladder of silence: a reminder, then « à appeler », then the search widens; at most one reminder a file a day.

Every named deadline passes here. Those of the office itself (read, propose, call) remind nobody: the queue shows them
late. The job may run twice: each rung changes what is awaited, in the transaction of its mail.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime

import structlog
from sqlalchemy import ColumnElement, Select, and_, exists, literal_column, or_, select

from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.local import day_bounds, local
from cptsapp.core.refusals import Refusal
from cptsapp.core.seal import SealBroken
from cptsapp.inbox import doctor_mail, mail, partner_mail
from cptsapp.inbox.actions import links
from cptsapp.inbox.actions.moves import set_deadline
from cptsapp.inbox.actions.releases import has_mail, let_all_go, let_go, settle
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import (
    Actor,
    Deadline,
    DoctorProposal,
    LinkPurpose,
    ProposalState,
    Referral,
    Request,
    State,
    Step,
)
from cptsapp.inbox.queries import proposals as reads
from cptsapp.inbox.queries.settings import delays
from cptsapp.inbox.rules import proposals as rules
from cptsapp.territory import queries as territory

# Nobody is written to at night about a file; what is due then waits for the morning.
FROM_HOUR, TO_HOUR = 8, 20
BATCH = 30  # files a turn: the base has one writer
REMINDERS = ("proposal.reminded", "person.reminded", "partner.reminded")
CALLS = ("person.called", "person.reminded")
WISHES = ("person.wants_call", "person.call_me")
log = structlog.get_logger()


def run(now: datetime) -> int:
    """Climb one rung for every file whose silence has lasted, so many at a time. How many files were changed."""
    if territory.current() is None or not FROM_HOUR <= local(now).hour < TO_HOUR:
        return 0
    today = local(now).date()
    due = dict.fromkeys([*_with_silent_doctors(today), *session.scalars(_past(today))])
    return sum(_apart(request_id, today) for request_id in list(due)[:BATCH])


def _awake(today: date) -> tuple[ColumnElement[bool], ...]:
    """Open, not doubtful, not put aside: whom the office asked to leave in peace is not written to."""
    return (
        Request.state != State.CLOSED,
        Request.suspected_at.is_(None),
        or_(Request.snoozed_until.is_(None), Request.snoozed_until <= today),
    )


def _with_silent_doctors(today: date) -> list[int]:
    """The files where a doctor is to be reminded, or waited for no more."""
    rows = session.execute(
        select(DoctorProposal, Request.needed_before)
        .join(Request, Request.id == DoctorProposal.request_id)
        .where(DoctorProposal.state == literal_column("'pending'"), *_awake(today))  # as its partial index says
        .order_by(DoctorProposal.sent_at, DoctorProposal.id)
    ).all()
    known, wait = reads.doctors(row.DoctorProposal.person_id for row in rows), delays()
    found = []
    for proposal, needed_before in rows:
        silence = reads.silence_of(proposal, known.get(proposal.person_id), needed_before)
        if rules.is_to_lapse(silence, today, wait) or rules.is_to_remind(silence, today, wait):
            found.append(proposal.request_id)
    return found


def _past(today: date) -> Select[int]:
    """The files whose deadline is past and leads somewhere: one that only waits for the office is left to its queue."""
    leads = or_(
        Request.deadline.in_([Deadline.COMPLETE, Deadline.PERSON_CHOICE, Deadline.DECLARATION]),
        and_(Request.deadline == Deadline.CALL_PERSON, Request.state == State.PROPOSED),
        and_(Request.deadline == Deadline.PARTNER_ANSWER, _has_silent_partner()),
    )
    return select(Request.id).where(leads, Request.due_on < today, *_awake(today)).order_by(Request.due_on, Request.id)


def _has_silent_partner() -> ColumnElement[bool]:
    reminded = exists().where(
        Step.request_id == Referral.request_id, Step.kind == "partner.reminded", Step.at >= Referral.sent_at
    )
    return exists().where(
        Referral.request_id == Request.id, Referral.answered_at.is_(None), Referral.stopped_at.is_(None), ~reminded
    )


def _apart(request_id: int, today: date) -> int:
    """One file in a savepoint: what is wrong with it leaves the others their turn."""
    try:
        with session.begin_nested():
            request = _free(request_id)
            if request is None:
                return 0
            before = request.version
            _climb(request, today)
            return int(request.version != before)
    except (Refusal, SealBroken) as error:
        log.warning("a file could not climb its ladder", request=request_id, why=type(error).__name__)
        return 0


def _free(request_id: int) -> Request | None:
    """The file, held; None when someone is at work on it: the job holds several files and must wait for nobody."""
    held = select(Request).where(Request.id == request_id).with_for_update(skip_locked=True)
    return session.scalar(held.execution_options(populate_existing=True))


def _climb(request: Request, today: date) -> None:
    _doctors(request, today)
    rung = _RUNGS.get(request.deadline) if request.deadline else None
    if rung is not None and request.due_on is not None and request.due_on < today:
        rung(request, today)


def was_reminded(request: Request, today: date) -> bool:
    """Whether someone was reminded of this file today, whoever and whatever of."""
    start, end = day_bounds(today)
    sent = select(Step.id).where(
        Step.request_id == request.id, Step.kind.in_(REMINDERS), Step.at >= start, Step.at < end
    )
    return session.scalar(sent.limit(1)) is not None


# -- doctors ----------------------------------------------------------------------------------------------------------


def _doctors(request: Request, today: date) -> None:
    waiting = reads.proposals_of(request.id, ProposalState.PENDING)
    if not waiting or request.state is not State.PROPOSED:
        return
    known, wait = reads.doctors(proposal.person_id for proposal in waiting), delays()
    silences = {p.id: reads.silence_of(p, known.get(p.person_id), request.needed_before) for p in waiting}
    silent = [p for p in waiting if rules.is_to_lapse(silences[p.id], today, wait)]
    for proposal in sorted(silent, key=lambda proposal: proposal.offer_id):
        let_go(request, proposal, ProposalState.LAPSED, "proposal.lapsed", actor=Actor.CLOCK, by=None)
    for proposal in waiting:
        if rules.is_to_remind(silences[proposal.id], today, wait):
            _remind_doctor(request, proposal, known[proposal.person_id], today)
    settle(request, actor=Actor.CLOCK, by=None)


def _remind_doctor(request: Request, proposal: DoctorProposal, doctor: reads.Doctor, today: date) -> None:
    if was_reminded(request, today):
        return
    doctor_mail.remind(request, proposal, doctor, links.link_for_proposal(proposal), today)
    proposal.reminded_at = clock.now()
    add_step(
        request,
        "proposal.reminded",
        actor=Actor.CLOCK,
        doctor_id=proposal.person_id,
        proposal=proposal.id,
    )
    record("proposal.reminded", proposal, by=None)


# -- the person -------------------------------------------------------------------------------------------------------


def _remind_then_call(request: Request, today: date) -> None:
    """A reminder when a mail reaches them; then someone rings."""
    if has_mail(request):
        if was_reminded(request, today):
            return
        _remind_person(request, today)
    else:
        add_step(request, "person.to_call", actor=Actor.CLOCK)
    set_deadline(request, Deadline.CALL_PERSON)


def _remind_person(request: Request, today: date) -> None:
    link = mail.private_link(LinkPurpose.PERSON, links.another_for_person(request))
    mail.tell_person(
        request,
        "reminder",
        once=f"request.reminder/{request.id}/{today}",
        link=link,
        about={State.PROPOSED: "choice", State.TO_COMPLETE: "missing"}.get(request.state, "declaration"),
    )
    add_step(request, "person.reminded", actor=Actor.CLOCK)
    record("person.reminded", request, by=None)


def _give_up_choice(request: Request, _today: date) -> None:
    """Reminded or rung, the person has not chosen: the doctors who accepted are thanked, the search resumes.

    Never for someone whom nobody has told, or who wished to be rung: that call is late, and the queue says so.
    """
    accepted = reads.proposals_of(request.id, ProposalState.ACCEPTED)
    if request.state is not State.PROPOSED or not accepted or not _was_told(request, accepted):
        return
    add_step(request, "person.silent", actor=Actor.CLOCK)
    record("person.silent", request, by=None)
    let_all_go(request, accepted, "proposal.released", actor=Actor.CLOCK, by=None)
    request.deadline = request.due_on = None
    settle(request, actor=Actor.CLOCK, by=None)


def _was_told(request: Request, accepted: Iterable[DoctorProposal]) -> bool:
    since = min(proposal.answered_at for proposal in accepted if proposal.answered_at is not None)
    told, wished = _last(request, CALLS, since), _last(request, WISHES, since)
    return told is not None and (wished is None or wished < told)


def _last(request: Request, kinds: tuple[str, ...], since: datetime) -> datetime | None:
    steps = select(Step.at).where(Step.request_id == request.id, Step.kind.in_(kinds), Step.at >= since)
    return session.scalar(steps.order_by(Step.at.desc()).limit(1))


# -- the partner ------------------------------------------------------------------------------------------------------


def _remind_partner(request: Request, today: date) -> None:
    """Once a sending; then the queue shows it late, and someone rings."""
    live = Referral.answered_at.is_(None), Referral.stopped_at.is_(None)
    referral = session.scalar(select(Referral).where(Referral.request_id == request.id, *live))
    if referral is None or was_reminded(request, today):
        return
    if _last(request, ("partner.reminded",), referral.sent_at) is not None:
        return
    partner_mail.tell_partner("referral_reminder", referral, request)
    add_step(request, "partner.reminded", actor=Actor.CLOCK, organisation_id=referral.organisation_id)
    record("partner.reminded", request, by=None)


_RUNGS: dict[Deadline, Callable[[Request, date], None]] = {
    Deadline.COMPLETE: _remind_then_call,
    Deadline.PERSON_CHOICE: _remind_then_call,
    Deadline.DECLARATION: _remind_then_call,
    Deadline.CALL_PERSON: _give_up_choice,
    Deadline.PARTNER_ANSWER: _remind_partner,
}
