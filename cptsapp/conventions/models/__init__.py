"""Every table of the conventions, by subject."""

from cptsapp.conventions.models.conventions import (
    Article,
    Convention,
    ConventionComment,
    ConventionParty,
    ConventionState,
    EndReason,
    FrozenText,
    Renewal,
    Signature,
)
from cptsapp.conventions.models.partners import (
    ConventionTemplate,
    Partner,
    PartnerContact,
    PartnerKind,
    Relation,
    TemplateVersion,
)

__all__ = [
    "Article",
    "Convention",
    "ConventionComment",
    "ConventionParty",
    "ConventionState",
    "ConventionTemplate",
    "EndReason",
    "FrozenText",
    "Partner",
    "PartnerContact",
    "PartnerKind",
    "Relation",
    "Renewal",
    "Signature",
    "TemplateVersion",
]
