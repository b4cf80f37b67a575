"""Where an intake comes from, the drafts of its author, who may be known already."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible
from cptsapp.core.seal import ring
from cptsapp.core.text import REFERENCE_PATTERN
from cptsapp.directory.models import Organisation, OrganisationKind
from cptsapp.inbox.models import Channel, Door, IntakeDraft, Request
from cptsapp.inbox.permissions import organisations_of
from cptsapp.inbox.queries.duplicates import Near, near
from cptsapp.inbox.rules.duplicates import Said

DRAFTS_MAX = 50
COLUMN = "content"
# The door is the actor asked first (A36): an adviser of the CPAM works for the MiSAS.
_DOORS = {OrganisationKind.CPAM: Door.MISAS, OrganisationKind.DAC: Door.DAC}


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a request comes: its door and channel, the organisation that sends it."""

    channel: Channel
    door: Door = Door.CPTS
    organisation_id: int | None = None
    organisation: str = ""


def origin_of(user: CurrentUser) -> Origin:
    """On the phone for the coordination; a referral of their organisation for a partner (A36, E51).

    Raises Invisible for a partner who works nowhere today: they send nothing.
    """
    if user.can("inbox.manage"):
        return Origin(Channel.PHONE)
    theirs = select(Organisation).where(
        Organisation.id.in_(organisations_of(user)), Organisation.merged_into_id.is_(None)
    )
    found = session.scalars(theirs.order_by(Organisation.id)).first()
    if found is None:
        raise Invisible
    return Origin(Channel.REFERRAL, _DOORS.get(found.kind, Door.CPTS), found.id, found.name)


def mail_of(user: CurrentUser) -> str:
    """The address of an account: a partner is told there how what they sent ends."""
    return session.scalar(select(User.mail).where(User.id == user.id)) or ""


_REFERENCE = re.compile(f"D-(?:{REFERENCE_PATTERN.pattern}){{2}}")


def is_reference(text: str) -> bool:
    """Whether this has the shape of a file's reference."""
    return _REFERENCE.fullmatch(text) is not None


# -- drafts -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Content:
    """What a draft holds: the answers as typed; who was said to be another (rank, seeker); the file it repeats."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    apart: list[list[int]] = field(default_factory=list)
    same_as: str = ""

    def packed(self) -> str:
        """As it is sealed."""
        kept = {"answers": self.answers, "apart": self.apart, "same_as": self.same_as}
        return json.dumps(kept, ensure_ascii=False)


def draft_of(user: CurrentUser, reference: str) -> IntakeDraft | None:
    """The draft of this reference when it is the user's own, else None."""
    own = IntakeDraft.reference == reference, IntakeDraft.user_id == user.id
    return session.scalar(select(IntakeDraft).where(*own))


def own_draft(user: CurrentUser, reference: str) -> IntakeDraft:
    """The same; raises Invisible when there is none."""
    found = draft_of(user, reference)
    if found is None:
        raise Invisible
    return found


def content_of(draft: IntakeDraft | None) -> Content:
    """What a draft holds, opened; nothing for no draft."""
    if draft is None:
        return Content()
    kept = json.loads(ring().unseal(draft.content, draft.seal_id, COLUMN))
    return Content(kept["answers"], kept["apart"], kept["same_as"])


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in its author's list."""

    id: int
    reference: str
    names: str
    place: str
    saved_at: datetime
    same_as: str


def drafts_of(user: CurrentUser) -> Sequence[DraftLine]:
    """The drafts of a user, the last touched first. One statement."""
    wanted = select(IntakeDraft).where(IntakeDraft.user_id == user.id).order_by(IntakeDraft.saved_at.desc())
    lines = []
    for draft in session.scalars(wanted.limit(DRAFTS_MAX)):
        held = content_of(draft)
        names = (_first(held, "p0-first_name"), _first(held, "p0-last_name"))
        lines.append(
            DraftLine(
                draft.id,
                draft.reference,
                " ".join(filter(None, names)),
                _first(held, "place"),
                draft.saved_at,
                held.same_as,
            )
        )
    return lines


def _first(held: Content, name: str) -> str:
    return held.answers.get(name, [""])[0].strip()


def received(user: CurrentUser, reference: str) -> Request | None:
    """The request this user entered under this reference, once it is: a form sent twice makes one."""
    own = Request.reference == reference, Request.entered_by_id == user.id
    return session.scalar(select(Request).where(*own))


# -- who may be known already -----------------------------------------------------------------------------------------


def near_call(said: Sequence[Said], phones: Iterable[str], apart: Sequence[Sequence[int]]) -> list[Near]:
    """Who may be one of those named in a call, those said to be another left out."""
    named = [(rank, one) for rank, one in enumerate(said) if one.last_name.strip() and one.first_name.strip()]
    told = {tuple(pair) for pair in apart}
    found = near([one for _, one in named], phones) if named else []
    ranked = [replace(one, mine=named[one.mine][0]) for one in found]
    return [one for one in ranked if (one.mine, one.seeker_id) not in told]
