"""Tables of users, roles, sessions, second factors, links, desks and counters."""

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cptsapp.core.db import Base, choice


class Role(enum.StrEnum):
    """The roles of one CPTS; what each may do is in `permissions.PERMISSIONS` and nowhere else."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    ASSISTANT = "assistant"
    PRACTITIONER = "practitioner"
    SECRETARY = "secretary"
    REGULATOR = "regulator"
    OFFICER = "officer"
    TREASURER = "treasurer"
    BOARD_MEMBER = "board_member"
    PARTNER = "partner"
    DATA_PROTECTION_OFFICER = "data_protection_officer"


class User(Base):
    """A sign-in. The mail is folded to lower case; `totp_secret` is sealed under `seal_id`."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    password_hash: Mapped[str | None]
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    totp_secret: Mapped[bytes | None]
    totp_last_step: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="user", order_by="RoleGrant.id", foreign_keys="RoleGrant.user_id"
    )


class RoleGrant(Base):
    """A role held from a day to a day (both included); no end while it lasts."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        Index(
            "uq_role_grant_open",
            "user_id",
            "role",
            unique=True,
            sqlite_where=text("ends_on IS NULL"),
            postgresql_where=text("ends_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])


class RecoveryCode(Base):
    """One of ten codes that replace the second factor once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class Desk(Base):
    """An enrolled browser of the regulation; its token is in a cookie and stored hashed."""

    __tablename__ = "desk"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    enrolled_at: Mapped[datetime]
    enrolled_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    revoked_at: Mapped[datetime | None]


class DeskUser(Base):
    """Someone who has a PIN on a desk. Five errors ask for the password again."""

    __tablename__ = "desk_user"
    __table_args__ = (
        UniqueConstraint("desk_id", "user_id"),
        CheckConstraint("failure_count >= 0", name="failure_count_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_id: Mapped[int] = mapped_column(ForeignKey("desk.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    pin_hash: Mapped[str]
    failure_count: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]


class SignIn(Base):
    """One open session: its token is in the cookie and stored hashed, so that it can be listed and ended."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    device: Mapped[str]


class LinkKind(enum.StrEnum):
    """What a private link lets its bearer do."""

    INVITATION = "invitation"
    RESET = "reset"


class AccessLink(Base):
    """A private link sent by mail: 128 bits, stored hashed, with an end. A GET shows, a POST consumes (pitfall 24)."""

    __tablename__ = "access_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind] = mapped_column(choice(LinkKind, "kind"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Counter(Base):
    """Attempts in a window, for lock-outs and rate limits: shared by all processes, keyed by a blind index."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("purpose", "key", "window_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    key: Mapped[bytes]
    window_at: Mapped[datetime] = mapped_column(index=True)
    attempt_count: Mapped[int]


class Draft(Base):
    """A form posted after the session had ended, sealed, for its author alone and not for long (pitfall 25).

    Its path is sealed too: a search typed before may stand in it.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    path: Mapped[bytes]
    content: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SetupCode(Base):
    """The one-time code printed in the terminal that opens the first visit. One row, gone once used."""

    __tablename__ = "setup_code"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes]
    failure_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
