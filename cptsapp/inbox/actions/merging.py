"""Same person or not: two seekers told apart; two files made one, and given back what they were.

What moves is written by its numbers: a merge keeps no copy of anyone's identity, and undoing it guesses nothing.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import refuse_if
from cptsapp.inbox.actions import joining, priority
from cptsapp.inbox.actions.moves import move, set_deadline
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import (
    Actor,
    DoctorProposal,
    InboxLink,
    ProposalSeeker,
    Request,
    RequestLabel,
    RequestMerge,
    RightAsked,
    SearchQuestion,
    Seeker,
    State,
    Step,
    ToldApart,
)
from cptsapp.inbox.queries.merging import paired
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.rules import merging as rules
from cptsapp.inbox.rules.proposals import WAITING

# What changes file with the merge: key of `moved` → model. Referrals stay: a partner reads what was sent to them.
_ROWS: dict[str, Any] = {
    "steps": Step,
    "links": InboxLink,
    "rights": RightAsked,
    "questions": SearchQuestion,
    "proposals": DoctorProposal,
}


def tell_apart(one_id: int, other_id: int, *, by: CurrentUser) -> None:
    """Say that two seekers are not the same person: not asked again. Saying it twice says it once."""
    first, second = sorted((one_id, other_id))
    file = locked(session.get_one(Seeker, first).request_id)
    same = ToldApart.first_id == first, ToldApart.second_id == second
    if first == second or session.scalar(select(ToldApart.id).where(*same)) is not None:
        return
    session.add(ToldApart(first_id=first, second_id=second, said_at=clock.now(), said_by_id=by.id))
    other = session.get_one(Seeker, second).request_id
    record("request.told_apart", file, by=by, other=other)


def merge(one_id: int, other_id: int, *, by: CurrentUser, same: tuple[int, int] | None = None) -> RequestMerge:
    """Make two files one; `same` are two seekers said to be one person. Which is kept: `rules.merging.which_kept`.

    Raises Refusal when a file is closed, both are at work, or an agreement would be overstepped.
    """
    first, second = (locked(number) for number in sorted((one_id, other_id)))
    kept, merged = rules.which_kept(first, second)
    refuse_if(rules.why_not_merge(kept, merged))
    pairs = paired(kept, merged, same)
    moving = [seeker for seeker in merged.seekers if seeker.id not in pairs]
    joining.check_agreements(kept, pairs, moving)
    before = {"state": merged.state.value, "due_on": merged.due_on.isoformat() if merged.due_on else None}
    moved: dict[str, Any] = {"before": before, "same": [[mine, theirs] for mine, theirs in pairs.items()]}
    moved |= {key: _move_rows(model, merged, kept) for key, model in _ROWS.items()}
    moved["labels"] = _move_labels(merged, kept)
    moved |= joining.join(kept, merged, pairs, moving)
    made = RequestMerge(kept_id=kept.id, merged_id=merged.id, merged_at=clock.now(), merged_by_id=by.id, moved=moved)
    session.add(made)
    move(merged, "merge", actor=Actor.CPTS, by=by)
    merged.merged_into_id = kept.id
    _count_again(kept, merged)
    add_step(kept, "request.joined", actor=Actor.CPTS, by=by, file=merged.reference, merge=made.id)
    record("request.joined", kept, by=by, other=merged.id)
    return made


def _move_rows(model: Any, source: Request, target: Request) -> list[int]:
    numbers = list(session.scalars(select(model.id).where(model.request_id == source.id).order_by(model.id)))
    _put(model, numbers, source.id, target.id)
    return numbers


def _put(model: Any, numbers: Iterable[int], source_id: int, target_id: int) -> None:
    """Rows that are still where they were change file."""
    rows = update(model).where(model.id.in_(list(numbers)), model.request_id == source_id)
    session.execute(rows.values(request_id=target_id))


def _move_labels(source: Request, target: Request) -> list[int]:
    has = select(RequestLabel.label_id).where(RequestLabel.request_id == target.id)
    mine = select(RequestLabel.id).where(RequestLabel.request_id == source.id, RequestLabel.label_id.not_in(has))
    numbers = list(session.scalars(mine.order_by(RequestLabel.id)))
    _put(RequestLabel, numbers, source.id, target.id)
    return numbers


def _count_again(*files: Request) -> None:
    session.flush()
    for file in files:
        session.refresh(file, ["seekers"])
        file.seeker_count = len(file.seekers)
        priority.refresh(file)


# -- undoing ----------------------------------------------------------------------------------------------------------


def undo(merge_id: int, *, by: CurrentUser) -> Request:
    """Give both files back what they were; gives the one that had been merged away. Raises Refusal.

    What was added to the file kept since stays there; the other goes back to its state and to its day.
    """
    made = session.get_one(RequestMerge, merge_id)
    kept, merged = _both(made)
    session.refresh(made)
    refuse_if(_why_not_undo(made, kept, merged))
    for key, model in (*_ROWS.items(), ("labels", RequestLabel)):
        _put(model, made.moved[key], kept.id, merged.id)
    joining.part(kept, merged, made.moved, made.merged_at)
    made.undone_at, made.undone_by_id = clock.now(), by.id
    _reopen(merged, made.moved["before"], by)
    _count_again(kept, merged)
    add_step(kept, "request.parted", actor=Actor.CPTS, by=by, file=merged.reference)
    record("request.parted", kept, by=by, other=merged.id)
    return merged


def _both(made: RequestMerge) -> tuple[Request, Request]:
    found = {number: locked(number) for number in sorted((made.kept_id, made.merged_id))}
    return found[made.kept_id], found[made.merged_id]


def _why_not_undo(made: RequestMerge, kept: Request, merged: Request) -> str | None:
    if made.undone_at is not None:
        return rules.UNDONE
    if kept.anonymised_at is not None or merged.anonymised_at is not None:
        return rules.ANONYMISED
    if kept.merged_into_id is not None:
        return rules.FURTHER.format(kept.reference)
    came = made.moved["seekers"]
    engaged = select(Seeker.id).outerjoin(ProposalSeeker, ProposalSeeker.seeker_id == Seeker.id)
    engaged = engaged.outerjoin(DoctorProposal, DoctorProposal.id == ProposalSeeker.proposal_id)
    since = DoctorProposal.id.not_in(made.moved["proposals"]) | DoctorProposal.state.in_(WAITING)
    of_kept = (DoctorProposal.request_id == kept.id) & since
    wanted = engaged.where(Seeker.id.in_(came), Seeker.outcome.is_not(None) | of_kept).limit(1)
    return rules.ENGAGED.format(merged.reference) if session.scalar(wanted) is not None else None


def _reopen(merged: Request, before: dict[str, Any], by: CurrentUser) -> None:
    """Back to its state by moves of the table, each with its line."""
    move(merged, "unmerge", actor=Actor.CPTS, by=by)
    again = {State.TO_COMPLETE: "ask_more", State.SEARCHING: "accept"}.get(State(before["state"]))
    if again is not None:
        move(merged, again, actor=Actor.CPTS, by=by)
    if before["due_on"] is not None:
        set_deadline(merged, merged.deadline, joining.day(before["due_on"]))
