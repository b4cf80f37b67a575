"""Tables of the directory: people and places, what the CPTS adds to a sheet, periods of membership."""

from cptsapp.directory.models.membership import College, LeaveReason, Membership
from cptsapp.directory.models.people import (
    Delegation,
    Organisation,
    OrganisationKind,
    Person,
    Place,
    Practice,
    PracticeMode,
    Profession,
)
from cptsapp.directory.models.sheets import (
    Channel,
    Distinct,
    Exchange,
    Merge,
    Movement,
    MovementKind,
    Objection,
    PinnedField,
    SheetKind,
)

__all__ = [
    "Channel",
    "College",
    "Delegation",
    "Distinct",
    "Exchange",
    "LeaveReason",
    "Membership",
    "Merge",
    "Movement",
    "MovementKind",
    "Objection",
    "Organisation",
    "OrganisationKind",
    "Person",
    "PinnedField",
    "Place",
    "Practice",
    "PracticeMode",
    "Profession",
    "SheetKind",
]
