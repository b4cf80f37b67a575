"""An application from the moment it is received to the officers' decision, and what is forgotten of it afterwards."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from cptsapp.accounts.identity import CurrentUser
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.local import local
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.core.text import REFERENCE_DIGITS, REFERENCE_LETTERS
from cptsapp.directory.models import College, Membership, Organisation, Person, Practice, Profession
from cptsapp.directory.permissions import in_force
from cptsapp.directory.queries.membership import last_day
from cptsapp.membership import mail, permissions
from cptsapp.membership.actions import memberships
from cptsapp.membership.actions.sheets import complete, sheet_from
from cptsapp.membership.models import Acceptance, Application, ApplicationState, MemberText
from cptsapp.membership.queries.applications import open_application_of
from cptsapp.membership.queries.settings import settings
from cptsapp.membership.rules.members import Member
from cptsapp.membership.rules.members import person as person_member
from cptsapp.membership.rules.periods import period_end
from cptsapp.territory import queries as territory

# What is kept of an application that came to nothing, and of one whose member is gone (§6.4).
REFUSED_KEPT = timedelta(days=365)
MEMBER_KEPT = timedelta(days=3 * 365 + 1)
_LETTERS = REFERENCE_LETTERS + REFERENCE_DIGITS
_REFERENCE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Decision:
    """An approval: whose application it is (None makes the sheet), the day of the officers, the first day and fee."""

    member: Member | None
    college: College
    decided_on: date
    starts_on: date
    fee_cents: int


# -- received ---------------------------------------------------------------------------------------------------------


def receive(values: Mapping[str, Any], texts: Sequence[MemberText], *, key: str, is_suspect: bool) -> Application:
    """Keep what a visitor typed, with the texts accepted; the same sending twice is one application.

    `key` is the form's own. A mail says that it was received, unless the sending is suspect: a robot could make us
    write to anyone. Nothing of what the directory or the members' list knows is looked at.
    """
    reference, known = _reference(key, values)
    if known is not None:
        return known
    made = _keep(values, reference=reference, is_suspect=is_suspect, by=None)
    _accept(made, texts)
    record("application.received", made, by=None, reference=made.reference)
    if not is_suspect:
        mail.tell_received(made)
    return made


def _reference(key: str, values: Mapping[str, Any]) -> tuple[str, Application | None]:
    """The reference that the key gives, with the application that bears it when it is the same one, sent twice."""
    for attempt in range(1000):
        reference = reference_of(f"{key}/{attempt}")
        found = session.scalar(select(Application).where(Application.reference == reference))
        if found is None:
            return reference, None
        if key and all(getattr(found, name) == value for name, value in values.items()):
            return reference, found
    raise Refusal("Aucune référence n’est libre\u00a0: réessayez dans un instant.")


def reference_of(seed: str) -> str:
    """A- and six signs that cannot be taken for one another, always the same for a seed."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    signs = []
    for _ in range(_REFERENCE_LENGTH):
        number, rank = divmod(number, len(_LETTERS))
        signs.append(_LETTERS[rank])
    return f"A-{''.join(signs)}"


def _keep(values: Mapping[str, Any], *, reference: str, is_suspect: bool, by: Actor | None) -> Application:
    made = Application(
        **values,
        reference=reference,
        state=ApplicationState.RECEIVED,
        is_suspect=is_suspect,
        received_at=clock.now(),
        entered_by_id=by.id if by else None,
    )
    session.add(made)
    session.flush()
    return made


def _accept(found: Application, texts: Sequence[MemberText]) -> None:
    today = territory.today()
    session.add_all([Acceptance(text_id=t.id, application_id=found.id, accepted_on=today) for t in texts])
    session.flush()


def prefilled(person: Person) -> dict[str, Any]:
    """What the directory knows of someone, as the columns of an application."""
    practice = session.scalar(
        select(Practice)
        .where(Practice.person_id == person.id, in_force(Practice, territory.today()))
        .order_by(Practice.id)
        .limit(1)
    )
    is_staff = person.profession is Profession.STAFF
    return {
        "college": College.PROFESSIONALS,
        "title": person.title,
        "last_name": person.last_name,
        "first_name": person.first_name,
        "profession": None if is_staff else person.profession,
        "rpps": person.rpps,
        "address": practice.place.address if practice else None,
        "commune_code": practice.place.commune_code if practice else None,
        "mail": person.mail,
        "phone": person.phone,
        "message": None,
    }


def prefilled_structure(found: Organisation) -> dict[str, Any]:
    """What the directory knows of a structure, as the columns of an application; who speaks for it is to be asked."""
    place = found.places[0] if found.places else None
    return {
        "college": College.STRUCTURES,
        "title": "",
        "last_name": "",
        "first_name": "",
        "organisation_name": found.name,
        "organisation_number": found.finess or found.siret,
        "address": place.address if place else None,
        "commune_code": place.commune_code if place else None,
        "mail": found.mail,
        "phone": found.phone,
        "message": None,
    }


def enter(
    person: Person,
    by: Actor,
    values: Mapping[str, Any] | None = None,
    texts: Sequence[MemberText] = (),
) -> Application:
    """Note the application of someone of the directory who said yes, by telephone say; `values` correct its columns.

    Whoever has one to decide already gets that one, and nothing is written.
    """
    return enter_for(person_member(person.id), {**prefilled(person), **(values or {})}, texts, by=by)


def enter_for(
    member: Member | None, values: Mapping[str, Any], texts: Sequence[MemberText] = (), *, by: Actor
) -> Application:
    """Note an application by hand: of a member known already, or of someone whose sheet the approval will make."""
    if member is not None:
        memberships.lock([member])
        if (known := open_application_of(member)) is not None:
            return known
        values = {**values, "person_id": member.person_id, "organisation_id": member.organisation_id}
    reference, _ = _reference(secrets.token_urlsafe(12), values)
    made = _keep(values, reference=reference, is_suspect=False, by=by)
    _accept(made, texts)
    record("application.entered", made, by=by, reference=made.reference)
    return made


# -- decided ----------------------------------------------------------------------------------------------------------


def approve(application_id: int, decision: Decision, *, by: CurrentUser) -> Membership:
    """Approve: find or make the sheet, open the membership, keep what was accepted, tell the applicant.

    Raises Refusal when another officer decided first, when the period meets another, or the sheet cannot be made.
    """
    found = _to_decide(application_id)
    if decision.decided_on > territory.today():
        raise Refusal("Ce jour n’est pas encore venu.", "decided_on")
    member = decision.member or sheet_from(found, decision.starts_on, by=by)
    complete(found, member, by=by)
    ends_on = period_end(settings().period_kind, decision.starts_on)
    terms = memberships.Terms(decision.college, decision.starts_on, ends_on, decision.fee_cents)
    membership = memberships.open_membership(member, terms, by=by)
    _decide(
        found,
        ApplicationState.APPROVED,
        by,
        decided_on=decision.decided_on,
        membership_id=membership.id,
        person_id=member.person_id,
        organisation_id=member.organisation_id,
        is_suspect=False,
    )
    session.execute(
        update(Acceptance)
        .where(Acceptance.application_id == found.id)
        .values(person_id=member.person_id, organisation_id=member.organisation_id)
    )
    record("application.approved", found, by=by, reference=found.reference)
    mail.tell_approved(found, membership)
    return membership


def refuse(application_id: int, reason: str, decided_on: date, *, by: Actor) -> None:
    """Refuse, and keep the reason for the officers. The mail does not give it. Raises Refusal when decided already."""
    found = _to_decide(application_id)
    if decided_on > territory.today():
        raise Refusal("Ce jour n’est pas encore venu.", "decided_on")
    was_suspect = found.is_suspect
    _decide(found, ApplicationState.REFUSED, by, decided_on=decided_on, decision_note=reason)
    record("application.refused", found, by=by, reference=found.reference)
    if not was_suspect:
        mail.tell_refused(found)


def withdraw(application_id: int, *, by: Actor) -> None:
    """Note that the applicant gave up, or that nobody stands behind it. Raises Refusal when decided already."""
    found = _to_decide(application_id)
    _decide(found, ApplicationState.WITHDRAWN, by, decided_on=territory.today())
    record("application.withdrawn", found, by=by, reference=found.reference)


def trust(application_id: int, *, by: Actor) -> None:
    """An application kept apart was a real one: it joins the others, and its author gets the mail that waited."""
    found = _to_decide(application_id)
    if not found.is_suspect:
        return
    found.is_suspect = False
    session.flush()
    record("application.trusted", found, by=by, reference=found.reference)
    mail.tell_received(found)


def _to_decide(application_id: int) -> Application:
    """The application, for this transaction alone. Raises Refusal when it has been decided."""
    found = session.scalars(
        select(Application)
        .where(Application.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    refuse_if(permissions.why_not_decide(found))
    return found


def _decide(found: Application, state: ApplicationState, by: Actor, **values: Any) -> None:
    for name, value in {"state": state, "decided_at": clock.now(), "decided_by_id": by.id, **values}.items():
        setattr(found, name, value)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise Refusal("Cette demande vient d’être décidée ailleurs\u00a0: rechargez la page.") from error


# -- forgotten --------------------------------------------------------------------------------------------------------


def purge_old(now: datetime) -> int:
    """Erase what was typed a year after a refusal, and three years after the end of the membership. How many."""
    today = local(now).date()
    undecided = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)
    over = select(Membership.id).where(last_day() < today - MEMBER_KEPT)
    old = session.scalars(
        select(Application.id).where(
            or_(
                Application.state.in_(undecided) & (Application.decided_at < now - REFUSED_KEPT),
                Application.is_suspect & (Application.received_at < now - REFUSED_KEPT),
                Application.membership_id.in_(over),
            )
        )
    ).all()
    if not old:
        return 0
    of_them = Acceptance.application_id.in_(old)
    is_nobody_s = Acceptance.person_id.is_(None) & Acceptance.organisation_id.is_(None)
    session.execute(delete(Acceptance).where(of_them, is_nobody_s))
    session.execute(update(Acceptance).where(of_them).values(application_id=None))
    session.execute(delete(Application).where(Application.id.in_(old)))
    record("applications.erased", None, by=None, count=len(old))
    return len(old)
