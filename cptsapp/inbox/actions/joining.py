"""What a merge does to persons, agreements and answers, and how it is taken back exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.inbox.models import Agreement, Recipient, Referral, Request, Seeker
from cptsapp.inbox.patients import read_contact, seal_contact
from cptsapp.inbox.queries.requests import agreed_by_all
from cptsapp.inbox.rules import merging as rules
from cptsapp.inbox.rules.states import RECIPIENT_LABELS

# Answers that are true as soon as one of the two files says so: they only ever raise a priority.
_OF_SEEKER = ("long_term_illness", "social_cover", "is_pregnant")
_OF_FILE = ("medical_difficulty", "social_difficulty", "coordination_difficulty")

Pairs = Mapping[int, int]  # seeker merged away → the same person in the file kept


def check_agreements(kept: Request, pairs: Pairs, moving: Sequence[Seeker]) -> None:
    """Raise Refusal when joining would show someone to a partner they did not agree to, or settle a withdrawal."""
    reads = select(Referral.recipient).where(Referral.request_id == kept.id, Referral.stopped_at.is_(None))
    followed_by = set(session.scalars(reads))
    if moving and followed_by:
        refuse_if(rules.why_not_move_to(followed_by, agreed_by_all(seeker.id for seeker in moving)))
    for merged_id, kept_id in pairs.items():
        for recipient in Recipient:
            mine, theirs = (_last(number, recipient) for number in (kept_id, merged_id))
            if mine and theirs and (mine.withdrawn_at is None) != (theirs.withdrawn_at is None):
                raise Refusal(rules.DISAGREED.format(RECIPIENT_LABELS[recipient]))


def _last(seeker_id: int, recipient: Recipient) -> Agreement | None:
    """The last word of a seeker on a recipient."""
    said = select(Agreement).where(Agreement.seeker_id == seeker_id, Agreement.recipient == recipient)
    return session.scalar(said.order_by(Agreement.id.desc()).limit(1))


def join(kept: Request, merged: Request, pairs: Pairs, moving: Sequence[Seeker]) -> dict[str, Any]:
    """Move persons and agreements, fill what the file kept does not say; gives what was done, by numbers."""
    numbers = [seeker.id for seeker in moving]
    session.execute(update(Seeker).where(Seeker.id.in_(numbers)).values(request_id=kept.id))
    done: dict[str, Any] = {"seekers": numbers, "agreements": _agree(pairs), "filled": _fill(kept, merged)}
    done["raised"] = _raise(kept, merged, _OF_FILE)
    seekers = {seeker.id: seeker for seeker in (*kept.seekers, *merged.seekers)}
    of_seekers = {str(b): _raise(seekers[b], seekers[a], _OF_SEEKER) for a, b in pairs.items()}
    done["raised_of"] = {number: names for number, names in of_seekers.items() if names}
    done["needed"] = _hasten(kept, merged)
    session.flush()
    return done


def _agree(pairs: Pairs) -> list[list[int]]:
    """What one person agreed to in the other file counts here: each with the seeker it came from."""
    moved = []
    for merged_id, kept_id in pairs.items():
        has = select(Agreement.recipient).where(Agreement.seeker_id == kept_id)
        given = select(Agreement.id).where(
            Agreement.seeker_id == merged_id, Agreement.withdrawn_at.is_(None), Agreement.recipient.not_in(has)
        )
        numbers = list(session.scalars(given.order_by(Agreement.id)))
        session.execute(update(Agreement).where(Agreement.id.in_(numbers)).values(seeker_id=kept_id))
        moved += [[number, merged_id] for number in numbers]
    return moved


def _fill(kept: Request, merged: Request) -> list[str]:
    """The parts of the contact that only the other file knew; gives their names."""
    mine, theirs = read_contact(kept), asdict(read_contact(merged))
    missing = {name: theirs[name] for name, value in asdict(mine).items() if not value and theirs[name]}
    if missing:
        seal_contact(kept, replace(mine, **missing))
    return sorted(missing)


def _raise(mine: Any, theirs: Any, names: Sequence[str]) -> list[str]:
    raised = [name for name in names if getattr(theirs, name) and not getattr(mine, name)]
    for name in raised:
        setattr(mine, name, True)
    return raised


def _hasten(kept: Request, merged: Request) -> list[str | None] | None:
    """The nearer of two days by which a follow-up is needed; gives [what it was, what it is], None when it stays."""
    if merged.needed_before is None or (kept.needed_before and kept.needed_before <= merged.needed_before):
        return None
    was = kept.needed_before.isoformat() if kept.needed_before else None
    kept.needed_before = merged.needed_before
    return [was, merged.needed_before.isoformat()]


# -- undoing ----------------------------------------------------------------------------------------------------------


def part(kept: Request, merged: Request, moved: Mapping[str, Any], since: datetime) -> None:
    """Take all of it back; what was corrected or withdrawn since the merge stays so."""
    gone = update(Seeker).where(Seeker.id.in_(moved["seekers"]), Seeker.request_id == kept.id)
    session.execute(gone.values(request_id=merged.id))
    for number, seeker_id in moved["agreements"]:
        session.execute(update(Agreement).where(Agreement.id == number).values(seeker_id=seeker_id))
    _withdraw_too(moved["same"], since)
    _empty(kept, merged, moved["filled"])
    _lower(kept, moved["raised"])
    for number, names in moved["raised_of"].items():
        _lower(session.get_one(Seeker, int(number)), names)
    if moved["needed"] and day(moved["needed"][1]) == kept.needed_before:
        kept.needed_before = day(moved["needed"][0])
    session.flush()


def _withdraw_too(same: Sequence[tuple[int, int]], since: datetime) -> None:
    """What a person took back in the file kept is taken back in the other: they said it of both."""
    for merged_id, kept_id in same:
        for recipient in Recipient:
            said, other = _last(kept_id, recipient), _last(merged_id, recipient)
            was_taken_back = said is not None and said.withdrawn_at is not None and said.withdrawn_at >= since
            if said is not None and was_taken_back and other is not None and other.withdrawn_at is None:
                other.withdrawn_at = said.withdrawn_at


def _empty(kept: Request, merged: Request, names: Sequence[str]) -> None:
    mine, theirs = read_contact(kept), asdict(read_contact(merged))
    back = {name: "" for name in names if asdict(mine)[name] == theirs[name]}
    if back:
        seal_contact(kept, replace(mine, **back))


def _lower(mine: Any, names: Sequence[str]) -> None:
    for name in names:
        setattr(mine, name, False)


def day(text: str | None) -> date | None:
    """A day as the merge wrote it."""
    return date.fromisoformat(text) if text else None
