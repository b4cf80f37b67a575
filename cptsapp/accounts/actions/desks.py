"""Shared desks: a browser enrolled, PINs, locking, taking over, closing the day."""

from sqlalchemy import delete, select, update

from cptsapp.accounts import rules, secrets, sessions
from cptsapp.accounts.desks import tell_locked
from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import Desk, DeskUser, SignIn, User
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.tokens import new_token, token_hash


def enrol_desk(name: str, *, by: CurrentUser) -> str:
    """Make a browser a shared desk; gives the token of its cookie. Raises Refusal (field name) for a name in use."""
    plain = " ".join(name.split())
    if session.scalar(select(Desk.id).where(Desk.name == plain, Desk.revoked_at.is_(None))) is not None:
        raise Refusal("Un poste porte déjà ce nom.", "name")
    token = new_token()
    desk = Desk(name=plain, token_hash=token_hash(token), enrolled_at=clock.now(), enrolled_by_id=by.id)
    session.add(desk)
    session.flush()
    # Whoever enrols goes on as at any desk: named, locked when idle.
    session.execute(update(SignIn).where(SignIn.id == by.sign_in_id).values(desk_id=desk.id, seen_at=clock.now()))
    record("desk.enrolled", desk, by=by, name=plain)
    return token


def revoke_desk(desk: Desk, *, by: Actor) -> None:
    """The browser is a desk no more: its sessions end and its PINs are forgotten."""
    if desk.revoked_at is not None:
        raise Refusal("Ce poste est déjà retiré.")
    desk.revoked_at = clock.now()
    _end_sessions(desk)
    session.execute(delete(DeskUser).where(DeskUser.desk_id == desk.id))
    record("desk.revoked", desk, by=by)
    session.flush()


def close_day(desk: Desk) -> int:
    """End every session of the desk, locked ones too; gives how many. Whoever stands at the desk may."""
    ended = _end_sessions(desk)
    record("desk.day_closed", desk, by=None, ended=ended)
    session.flush()
    return ended


def _end_sessions(desk: Desk) -> int:
    still = select(SignIn).where(SignIn.desk_id == desk.id, SignIn.ended_at.is_(None))
    ended = list(session.scalars(still))
    for sign_in in ended:
        sign_in.ended_at = clock.now()
        _tell(sign_in)
    return len(ended)


def _tell(sign_in: SignIn) -> None:
    user = session.get_one(User, sign_in.user_id)
    roles = frozenset(grant.role for grant in user.grants)
    tell_locked(
        CurrentUser(user.id, user.display_name, user.person_id, roles, sign_in_id=sign_in.id, desk_id=sign_in.desk_id)
    )


def lock(sign_in: SignIn) -> None:
    """Lock a desk's session: nothing opens it but its user's PIN or password. What it held is freed."""
    if sign_in.desk_id is None or sign_in.locked_at is not None or sign_in.ended_at is not None:
        return
    sign_in.locked_at = clock.now()
    _tell(sign_in)
    session.flush()


def set_pin(user: CurrentUser, pin: str) -> None:
    """Choose one's PIN on the desk one is signed in at. Raises Refusal (field pin)."""
    if user.desk_id is None:
        raise Refusal("Ce navigateur n’est pas un poste partagé.")
    reason = rules.why_not_pin(pin)
    if reason is not None:
        raise Refusal(reason, "pin")
    held = session.scalar(select(DeskUser).where(DeskUser.desk_id == user.desk_id, DeskUser.user_id == user.id))
    if held is None:
        held = DeskUser(desk_id=user.desk_id, user_id=user.id, pin_hash="")
        session.add(held)
    held.pin_hash = secrets.hash_pin(pin, user.id)
    held.failure_count = 0
    held.last_used_at = clock.now()
    session.flush()
    record("desk.pin_set", held, by=user)


def forget_pins(user_id: int) -> None:
    """The person chooses a PIN again, after a full sign-in: their telephone is lost, or their account was closed."""
    session.execute(delete(DeskUser).where(DeskUser.user_id == user_id))


def count_pin_attempt(desk_user_id: int) -> bool:
    """Count an attempt before it is looked at, so that racing guesses share the five; False when they are spent."""
    left = update(DeskUser).where(DeskUser.id == desk_user_id, DeskUser.failure_count < rules.PIN_ERRORS)
    counted = left.values(failure_count=DeskUser.failure_count + 1)
    return session.connection().execute(counted).rowcount == 1


def forget_errors(desk_id: int, user_id: int) -> None:
    """The person has proved who they are: five attempts again."""
    same = update(DeskUser).where(DeskUser.desk_id == desk_id, DeskUser.user_id == user_id)
    session.execute(same.values(failure_count=0, last_used_at=clock.now()))


def take(desk: Desk, user_id: int, former: SignIn | None, device: str) -> str:
    """Give the desk to a user who has proved who they are; gives the new token.

    Their own locked session of this desk resumes; someone else's ends, and shows nothing of itself.
    """
    if former is not None and former.user_id == user_id and _can_resume(former, desk):
        token = sessions.resume(former.id)
    else:
        if former is not None and former.desk_id == desk.id:
            lock(former)
            sessions.end(former.id)
        token = sessions.open_session(session.get_one(User, user_id), device, desk.id)
    forget_errors(desk.id, user_id)
    record("desk.taken", desk, by=sessions.actor(session.get_one(User, user_id), desk.id))
    return token


def _can_resume(former: SignIn, desk: Desk) -> bool:
    return former.desk_id == desk.id and former.ended_at is None and former.expires_at > clock.now()
