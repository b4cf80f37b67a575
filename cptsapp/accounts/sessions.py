"""Sign-in sessions: opened, found from their token in one statement, ended. No HTTP here."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update

from cptsapp.accounts import rules
from cptsapp.accounts.house import CPTS, DEFAULT_LOCK_MINUTES, day_at
from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import AccessLink, Desk, RoleGrant, SignIn, User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.periods import covers
from cptsapp.core.prepared import Prepared
from cptsapp.core.tokens import new_token, token_hash

LASTS = timedelta(days=60)  # a practitioner's phone stays signed in
LASTS_AT_DESK = timedelta(hours=14)  # one shift
TOUCH_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=90)

_FIND = Prepared(
    lambda: (
        select(
            SignIn.id,
            SignIn.user_id,
            SignIn.desk_id,
            SignIn.seen_at,
            User.display_name,
            User.person_id,
            User.totp_secret.is_not(None).label("has_second_factor"),
            Desk.name.label("desk_name"),
            RoleGrant.role,
            RoleGrant.starts_on,
            RoleGrant.ends_on,
            select(CPTS.c.zone).scalar_subquery().label("zone"),
            select(CPTS.c.desk_lock_minutes).scalar_subquery().label("lock_minutes"),
        )
        .join(User, User.id == SignIn.user_id)
        .outerjoin(Desk, Desk.id == SignIn.desk_id)
        .outerjoin(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            SignIn.token_hash == bindparam("token_hash"),
            SignIn.ended_at.is_(None),
            SignIn.locked_at.is_(None),
            SignIn.expires_at > bindparam("now"),
            User.is_active,
            Desk.revoked_at.is_(None),
        )
    )
)


def find(token: str) -> CurrentUser | None:
    """The user of an open session, with today's roles; None when it has ended, expired, is locked or left idle."""
    now = clock.now()
    rows = _FIND.all(token_hash=token_hash(token), now=now)
    if not rows:
        return None
    first = rows[0]
    if first.desk_id and rules.is_idle(first.seen_at, now, first.lock_minutes or DEFAULT_LOCK_MINUTES):
        return None
    today = day_at(now, first.zone)
    return CurrentUser(
        id=first.user_id,
        display_name=first.display_name,
        person_id=first.person_id,
        roles=frozenset(r.role for r in rows if r.role and covers(r.starts_on, r.ends_on, today)),
        sign_in_id=first.id,
        token=token,
        desk_id=first.desk_id,
        desk_name=first.desk_name,
        seen_at=first.seen_at,
        has_second_factor=first.has_second_factor,
    )


def open_session(user: User, device: str, desk_id: int | None = None) -> str:
    """Open a session and give its token, which only the cookie keeps."""
    now = clock.now()
    token = new_token()
    lasts = LASTS_AT_DESK if desk_id else LASTS
    session.add(
        SignIn(
            token_hash=token_hash(token),
            user_id=user.id,
            desk_id=desk_id,
            started_at=now,
            seen_at=now,
            expires_at=now + lasts,
            device=device[:120],
        )
    )
    user.last_sign_in_at = now
    session.flush()
    return token


def touch(user: CurrentUser) -> None:
    """Note that the session was used; at most once a minute, in the second transaction."""
    session.execute(update(SignIn).where(SignIn.id == user.sign_in_id).values(seen_at=clock.now()))


def is_stale(user: CurrentUser) -> bool:
    """Whether the session's last use is worth noting again."""
    return user.seen_at is None or clock.now() - user.seen_at > TOUCH_EVERY


def resume(sign_in_id: int) -> str:
    """Open a locked session again under a new token, which is given; the former token opens nothing."""
    token = new_token()
    fresh = {"token_hash": token_hash(token), "locked_at": None, "seen_at": clock.now()}
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(fresh))
    return token


def of_token(token: str) -> SignIn | None:
    """The session of this token, whatever its state."""
    return session.scalar(select(SignIn).where(SignIn.token_hash == token_hash(token)))


def actor(user: User, desk_id: int | None = None) -> CurrentUser:
    """Someone who has just proved who they are, as the trail takes them; `find` knows them at their next request."""
    return CurrentUser(user.id, user.display_name, user.person_id, frozenset(), desk_id=desk_id)


def author_of(token: str) -> int | None:
    """The user whose session this was, even ended: a draft goes back to its author alone."""
    return session.scalar(select(SignIn.user_id).where(SignIn.token_hash == token_hash(token)))


def purge_old(now: datetime) -> None:
    """Forget sessions and private links that ended long ago: the trail says who signed in and when."""
    long_ago = now - KEPT
    session.execute(delete(SignIn).where(SignIn.expires_at < long_ago))
    session.execute(delete(AccessLink).where(AccessLink.expires_at < long_ago))


def end_all(user_id: int, *, but: int | None = None) -> None:
    """End every session of a user, but one if its number is given."""
    open_ones = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if but is not None:
        open_ones = open_ones.where(SignIn.id != but)
    session.execute(open_ones.values(ended_at=clock.now()))


def end(sign_in_id: int) -> None:
    """End a session now."""
    session.execute(
        update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(ended_at=clock.now())
    )
