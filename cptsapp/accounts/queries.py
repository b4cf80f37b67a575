"""What the screens of accounts read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from cptsapp.accounts import rules
from cptsapp.accounts.house import house
from cptsapp.accounts.models import AccessLink, Desk, DeskUser, LinkKind, RecoveryCode, Role, RoleGrant, SignIn, User
from cptsapp.accounts.permissions import ROLE_LABELS, needs_second_factor
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.periods import covers
from cptsapp.core.refusals import Invisible
from cptsapp.core.text import fold
from cptsapp.core.tokens import token_hash
from cptsapp.outbox.models import Message


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in compares with."""

    user_id: int
    password_hash: str | None
    has_second_factor: bool


def credentials(mail: str) -> Credentials | None:
    """Those of the open account with this mail, or None."""
    found = select(User.id, User.password_hash, User.totp_secret.is_not(None).label("second")).where(
        User.mail == rules.fold_mail(mail), User.is_active
    )
    row = session.execute(found).first()
    return Credentials(row.id, row.password_hash, row.second) if row else None


def live_link(token: str, kind: LinkKind) -> AccessLink | None:
    """The link of this token that still serves, or None."""
    found = (
        select(AccessLink)
        .join(User, User.id == AccessLink.user_id)
        .where(
            AccessLink.token_hash == token_hash(token),
            AccessLink.kind == kind,
            AccessLink.used_at.is_(None),
            AccessLink.revoked_at.is_(None),
            AccessLink.expires_at > clock.now(),
            User.is_active,
        )
    )
    return session.scalar(found)


def open_sessions(user_id: int) -> Sequence[SignIn]:
    """A user's sessions that have not ended, latest first."""
    found = select(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.expires_at > clock.now())
    return session.scalars(found.order_by(SignIn.seen_at.desc(), SignIn.id)).all()


def own_session(user_id: int, sign_in_id: int) -> SignIn:
    """One of the user's sessions; raises Invisible for anyone else's."""
    found = session.scalar(select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user_id))
    if found is None:
        raise Invisible
    return found


def recovery_codes_left(user_id: int) -> int:
    """How many of the ten codes were not used."""
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A line of the list of accounts."""

    id: int
    name: str
    mail: str
    roles: tuple[str, ...]
    is_active: bool
    is_waiting: bool
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What the list of accounts is cut down to."""

    words: str = ""
    role: Role | None = None
    state: str = ""  # "attente" never signed in, "ferme" closed, "" open


def accounts(chosen: AccountFilter, today: date) -> list[AccountRow]:
    """The accounts by name, with today's roles: two statements, whatever their number."""
    held: dict[int, list[Role]] = {}
    for grant in session.scalars(select(RoleGrant).order_by(RoleGrant.id)):
        if covers(grant.starts_on, grant.ends_on, today):
            held.setdefault(grant.user_id, []).append(grant.role)
    found = select(User.id, User.display_name, User.mail, User.is_active, User.last_sign_in_at).order_by(User.id)
    rows = [_row(user, held.get(user.id, [])) for user in session.execute(found) if _is_chosen(user, chosen, held)]
    return sorted(rows, key=lambda row: (fold(row.name), row.id))


def _is_chosen(user: object, chosen: AccountFilter, held: dict[int, list[Role]]) -> bool:
    row: User = user  # type: ignore[assignment]  # a row has the columns asked of it
    if row.is_active == (chosen.state == "ferme"):
        return False
    if chosen.state == "attente" and row.last_sign_in_at is not None:
        return False
    if chosen.role is not None and chosen.role not in held.get(row.id, []):
        return False
    text = fold(f"{row.display_name} {row.mail}")
    return all(word in text for word in fold(chosen.words).split())


def _row(user: object, roles: Sequence[Role]) -> AccountRow:
    row: User = user  # type: ignore[assignment]
    return AccountRow(
        id=row.id,
        name=row.display_name,
        mail=row.mail,
        roles=tuple(ROLE_LABELS[role] for role in roles),
        is_active=row.is_active,
        is_waiting=row.last_sign_in_at is None,
        last_sign_in_at=row.last_sign_in_at,
    )


def count_accounts() -> int:
    """How many accounts are open."""
    return session.scalar(select(func.count()).where(User.is_active)) or 0


def account(user_id: int) -> User:
    """One account; raises Invisible."""
    found = session.get(User, user_id)
    if found is None:
        raise Invisible
    return found


def grants_of(user_id: int) -> Sequence[RoleGrant]:
    """The dated roles of an account, latest first."""
    found = select(RoleGrant).where(RoleGrant.user_id == user_id)
    return session.scalars(found.order_by(RoleGrant.starts_on.desc(), RoleGrant.id.desc())).all()


def grant(user_id: int, grant_id: int) -> RoleGrant:
    """One dated role of an account; raises Invisible."""
    found = session.scalar(select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.user_id == user_id))
    if found is None:
        raise Invisible
    return found


def last_invitation(user_id: int) -> AccessLink | None:
    """The latest invitation sent to an account."""
    found = select(AccessLink).where(AccessLink.user_id == user_id, AccessLink.kind == LinkKind.INVITATION)
    return session.scalar(found.order_by(AccessLink.id.desc()).limit(1))


ADDRESS_CHANGED = "accounts.address_changed"  # the mail that tells the former address


def former_addresses(user: User) -> list[str]:
    """The addresses an account has had these seven days and has no more: the mails that told them so name them."""
    found = select(Message.to_address).where(
        Message.kind == ADDRESS_CHANGED,
        Message.subject_type == User.__tablename__,
        Message.subject_id == user.id,
        Message.created_at > clock.now() - rules.APART,
        Message.to_address != user.mail,
    )
    return sorted(set(session.scalars(found)))


def address_kept_until(user: User, by_id: int | None) -> datetime | None:
    """Until when (local) whoever has just reset this account's second factor may not change its address, or None.

    Once another second factor is in place the address alone opens nothing.
    """
    if user.totp_secret is not None:
        return None
    return _kept_until(user, by_id, "user.second_factor_reset")


def second_factor_kept_until(user: User, by_id: int | None) -> datetime | None:
    """Until when (local) whoever has just changed this account's address may not reset its second factor, or None."""
    return _kept_until(user, by_id, "user.corrected")


def _kept_until(user: User, by_id: int | None, kind: str) -> datetime | None:
    # A role that has ended counts: it could be taken away and given back.
    if not needs_second_factor(grant.role for grant in user.grants):
        return None
    done = (
        select(AuditEvent.at, AuditEvent.data)
        .where(
            AuditEvent.subject_type == User.__tablename__,
            AuditEvent.subject_id == user.id,
            AuditEvent.kind == kind,
            AuditEvent.user_id == by_id,
            AuditEvent.at > clock.now() - rules.APART,
        )
        .order_by(AuditEvent.at.desc())
    )
    last = next((row.at for row in session.execute(done) if row.data.get("mail_changed", True)), None)
    return house().local(last + rules.APART) if last is not None else None


def desk_of(token: str | None) -> Desk | None:
    """The desk that this browser is, or None."""
    if not token:
        return None
    return session.scalar(select(Desk).where(Desk.token_hash == token_hash(token), Desk.revoked_at.is_(None)))


def desks() -> Sequence[Desk]:
    """The desks, those in use first."""
    return session.scalars(select(Desk).order_by(Desk.revoked_at.is_not(None), Desk.name, Desk.id)).all()


def desk(desk_id: int) -> Desk:
    """One desk; raises Invisible."""
    found = session.get(Desk, desk_id)
    if found is None:
        raise Invisible
    return found


@dataclass(frozen=True, slots=True)
class DeskPerson:
    """Someone who has a PIN on the desk, as its tile shows them."""

    id: int
    user_id: int
    name: str
    initials: str
    last_used_at: datetime | None
    has_attempts: bool
    pin_hash: str


def desk_people(desk_id: int) -> list[DeskPerson]:
    """Those who have a PIN there, the latest first."""
    found = (
        select(DeskUser, User.display_name)
        .join(User, User.id == DeskUser.user_id)
        .where(DeskUser.desk_id == desk_id, User.is_active)
        .order_by(DeskUser.last_used_at.desc(), User.display_name)
    )
    return [
        DeskPerson(
            id=held.id,
            user_id=held.user_id,
            name=name,
            initials=rules.initials(name),
            last_used_at=held.last_used_at,
            has_attempts=held.failure_count < rules.PIN_ERRORS,
            pin_hash=held.pin_hash,
        )
        for held, name in session.execute(found)
    ]


def desk_person(desk_id: int, desk_user_id: int) -> DeskPerson | None:
    """One of them, or None."""
    return next((person for person in desk_people(desk_id) if person.id == desk_user_id), None)


def people_per_desk() -> dict[int, int]:
    """How many have a PIN on each desk."""
    counted = select(DeskUser.desk_id, func.count()).group_by(DeskUser.desk_id)
    return {row[0]: row[1] for row in session.execute(counted)}
