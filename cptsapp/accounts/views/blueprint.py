"""The blueprint that the modules of this folder add their views to."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

F = TypeVar("F", bound=Callable[..., object])


def before_enrolment(view: F) -> F:
    """Open even to someone who still has to enrol a second factor."""
    view.is_before_enrolment = True  # type: ignore[attr-defined]  # read by `login`
    return view
