"""The second factor: TOTP enrolled and checked, recovery codes; each step and each code serves once."""

import secrets as system_secrets
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete, or_, select, update

from cptsapp.accounts import rules, secrets
from cptsapp.accounts.models import RecoveryCode, User
from cptsapp.audit.actions import Actor, record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.seal import ring

COLUMN = "totp_secret"
WRONG_CODE = "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant."


def new_secret() -> str:
    """A fresh TOTP secret, in base 32."""
    return pyotp.random_base32()


def uri(secret: str, mail: str, issuer: str) -> str:
    """What the QR code says to the authenticator application."""
    return pyotp.TOTP(secret).provisioning_uri(name=mail, issuer_name=issuer)


def enable_totp(user: User, secret: str) -> None:
    """Make this the account's secret, without asking for a code: demonstration and tests."""
    user.totp_secret = ring().seal(secret, user.seal_id, COLUMN)
    user.totp_last_step = None
    session.flush()


def enrol(user: User, secret: str, code: str, *, by: Actor) -> list[str]:
    """Make this the account's secret once a code proves it; gives ten recovery codes. Raises Refusal (field code)."""
    step = _step_of(secret, code)
    if step is None:
        raise Refusal("Ce code n’est pas le bon. Vérifiez l’heure du téléphone et entrez le code affiché.", "code")
    enable_totp(user, secret)
    user.totp_last_step = step
    session.flush()
    record("user.second_factor_enrolled", user, by=by)
    return renew_recovery_codes(user, by=by)


def use_code(user_id: int, code: str) -> bool:
    """Whether the code is right now and was not used: the counted update lets one of two racing requests in."""
    row = session.execute(select(User.totp_secret, User.seal_id).where(User.id == user_id)).one()
    if row.totp_secret is None:
        return False
    step = _step_of(_opened(row.totp_secret, row.seal_id), code)
    if step is None:
        return False
    used = update(User).where(User.id == user_id, or_(User.totp_last_step.is_(None), User.totp_last_step < step))
    return session.connection().execute(used.values(totp_last_step=step)).rowcount == 1


def _opened(sealed: bytes, seal_id: UUID) -> str:
    return ring().unseal(sealed, seal_id, COLUMN)


def _step_of(secret: str, code: str) -> int | None:
    """The step this is the code of: the present one, or one beside it for clocks that drift."""
    plain = "".join(c for c in code if c.isascii() and c.isdigit())
    present = rules.totp_step(clock.now())
    totp = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if system_secrets.compare_digest(totp.generate_otp(step), plain):
            return step
    return None


def present_code(user_id: int) -> str | None:
    """The code of this moment, for the demonstration's own page; None without a second factor."""
    row = session.execute(select(User.totp_secret, User.seal_id).where(User.id == user_id)).one()
    if row.totp_secret is None:
        return None
    return pyotp.TOTP(_opened(row.totp_secret, row.seal_id)).generate_otp(rules.totp_step(clock.now()))


def use_recovery_code(user_id: int, code: str) -> bool:
    """Whether this is one of the account's unused recovery codes; it is used from then on."""
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == secrets.recovery_hash(code, user_id),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    return session.connection().execute(used).rowcount == 1


def renew_recovery_codes(user: User, *, by: Actor) -> list[str]:
    """Ten new codes, shown once; the former ones are void."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [secrets.new_recovery_code() for _ in range(secrets.CODE_COUNT)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=secrets.recovery_hash(code, user.id)) for code in codes)
    session.flush()
    record("user.recovery_codes_renewed", user, by=by)
    return codes


def forget(user: User) -> None:
    """No secret and no recovery code any more."""
    user.totp_secret = None
    user.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.flush()


PENDING_LASTS = timedelta(minutes=10)


def seal_pending(user_id: int, seal_id: UUID, secret: str) -> str:
    """A secret not yet enrolled, sealed for the cookie that carries it between the two pages."""
    return ring().seal(secret, seal_id, f"totp_pending/{user_id}").hex()


def open_pending(user_id: int, seal_id: UUID, sealed: str) -> str:
    """The secret back from the cookie; raises SealBroken when it is not this account's."""
    return ring().unseal(bytes.fromhex(sealed), seal_id, f"totp_pending/{user_id}")
