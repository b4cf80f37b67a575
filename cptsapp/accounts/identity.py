"""The signed-in user as requests see it: frozen, light, made from one statement."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from cptsapp.accounts.models import Role
from cptsapp.accounts.permissions import needs_second_factor, scopes_of, widest

_NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=256)
def _scopes(roles: frozenset[Role]) -> MappingProxyType[str, frozenset[str]]:
    return MappingProxyType(scopes_of(roles))


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who is acting: what every action takes as `by`."""

    id: int
    display_name: str
    person_id: int | None
    roles: frozenset[Role]
    sign_in_id: int | None = None
    token: str = field(default="", repr=False)
    desk_id: int | None = None
    desk_name: str | None = None
    seen_at: datetime | None = None
    has_second_factor: bool = True
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session's token, never the user's number."""
        return self.token

    def at_desk(self, desk_id: int, desk_name: str) -> "CurrentUser":
        """The same person, acting at a shared desk."""
        return replace(self, desk_id=desk_id, desk_name=desk_name)

    @property
    def must_enrol(self) -> bool:
        """Whether a role asks for a second factor that the account has not enrolled yet."""
        return not self.has_second_factor and needs_second_factor(self.roles)

    def can(self, permission: str) -> bool:
        """Whether one of the roles gives the permission, with whatever scope."""
        return permission in _scopes(self.roles)

    def scopes(self, permission: str) -> frozenset[str]:
        """The scopes the roles give the permission with: those of `permissions.SCOPES`."""
        return _scopes(self.roles).get(permission, _NOTHING)

    def scope(self, permission: str) -> str | None:
        """The widest of them, or None."""
        scopes = self.scopes(permission)
        return widest(scopes) if scopes else None


class Nobody:
    """The visitor who has not signed in."""

    id = None
    person_id = None
    display_name = ""
    desk_id = None
    desk_name = None
    is_authenticated = False
    is_active = False
    is_anonymous = True
    roles: frozenset[Role] = frozenset()

    def get_id(self) -> None:
        """Nothing to keep in the cookie."""
        return

    def can(self, _permission: str) -> bool:
        """Never."""
        return False

    def scope(self, _permission: str) -> None:
        """None."""
        return
