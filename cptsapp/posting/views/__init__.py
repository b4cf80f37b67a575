"""The practitioner's screens: /mes-creneaux and what is under it."""

from flask import Blueprint

blueprint = Blueprint("posting", __name__)

from cptsapp.posting.views import absences, changing, home, new, profile, repeating, withdrawing  # noqa: E402

__all__ = ["absences", "blueprint", "changing", "home", "new", "profile", "repeating", "withdrawing"]
