"""Who may enter a view. A view that declares nothing stops the start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user

from cptsapp.core.refusals import Forbidden

F = TypeVar("F", bound=Callable[..., Any])


class NotSignedIn(Exception):
    """The view is for people who have signed in (401)."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a view asks for: nobody in particular, anyone signed in, or one of the permissions."""

    is_public: bool = False
    permissions: tuple[str, ...] = ()


def public(view: F) -> F:
    """Open to anyone."""
    return _declare(view, Access(is_public=True))


def signed_in(view: F) -> F:
    """Open to whoever has signed in."""
    return _declare(view, Access())


def requires(*permissions: str) -> Callable[[F], F]:
    """Open to users who hold one of the permissions of `accounts.permissions`."""
    return lambda view: _declare(view, Access(permissions=permissions))


def _declare(view: F, access: Access) -> F:
    view.access = access  # type: ignore[attr-defined]  # read back by `declared`
    return view


def declared(view: Callable[..., Any]) -> Access | None:
    """What the view declares, or None."""
    return getattr(view, "access", None)


def init_app(app: Flask) -> None:
    """Check each request at the door."""
    app.before_request(check)


def refuse_undeclared(app: Flask, known_permissions: frozenset[str]) -> None:
    """Raise RuntimeError when a view declares no access, or one that no table knows."""
    for endpoint, view in app.view_functions.items():
        access = declared(view)
        if access is None:
            raise RuntimeError(f"view {endpoint} declares no access: @public, @signed_in or @requires(…)")
        if unknown := set(access.permissions) - known_permissions:
            raise RuntimeError(f"view {endpoint} asks for unknown permissions {sorted(unknown)}")


def is_open_to_user(endpoint: str | None) -> bool:
    """Whether the user at the screen would be let in there."""
    access = declared(current_app.view_functions[endpoint]) if endpoint else None
    if access is None:
        return False
    if access.is_public:
        return True
    is_known = bool(current_user.is_authenticated)
    return is_known and (not access.permissions or any(current_user.can(p) for p in access.permissions))


def check() -> None:
    """Raise NotSignedIn or Forbidden, or let the request in."""
    if request.endpoint is None:
        return
    access = declared(current_app.view_functions[request.endpoint])
    assert access is not None  # refused at start
    if access.is_public:
        return
    if not current_user.is_authenticated:
        raise NotSignedIn
    if access.permissions and not any(current_user.can(p) for p in access.permissions):
        raise Forbidden
