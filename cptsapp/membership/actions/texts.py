"""The charter and the statutes: a version once published never changes, the next replaces it."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from cptsapp.audit.actions import Actor, record
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.membership.models import Acceptance, MemberText, TextKind
from cptsapp.membership.queries.texts import acceptances_of
from cptsapp.membership.rules.members import Member
from cptsapp.territory import queries as territory


def publish(kind: TextKind, body: str, *, after_version: int, by: Actor) -> MemberText:
    """Publish the next version. Raises Refusal when another was published after the one its author has read."""
    last = session.scalar(select(func.max(MemberText.version)).where(MemberText.kind == kind)) or 0
    if last != after_version:
        raise Refusal(f"La version {last} vient d’être publiée\u00a0: lisez-la avant d’en écrire une autre.")
    made = MemberText(
        kind=kind, version=last + 1, published_on=territory.today(), body=body, created_by_id=by.id if by else None
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:  # another published the same number in between
        raise Refusal("Quelqu’un vient d’en publier une version\u00a0: rechargez la page.") from error
    record("text.published", made, by=by, kind_of_text=kind.value, version=made.version)
    return made


def note_acceptance(member: Member, texts: Sequence[MemberText], *, by: Actor) -> int:
    """Note that a member agrees to these versions, today; those agreed to already are left. Gives how many are new."""
    known = {accepted.text.id for accepted in acceptances_of(member)}
    new = [text for text in texts if text.id not in known]
    for text in new:
        session.add(
            Acceptance(
                text_id=text.id,
                person_id=member.person_id,
                organisation_id=member.organisation_id,
                accepted_on=territory.today(),
            )
        )
        session.flush()
        record("text.accepted", text, by=by, kind_of_text=text.kind.value, version=text.version)
    return len(new)
