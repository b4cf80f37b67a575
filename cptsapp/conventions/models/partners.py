"""Tables of partners, of their contacts, and of the templates conventions are drawn from."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cptsapp.core.db import Base, choice


class PartnerKind(enum.StrEnum):
    """What a partner is to the CPTS (D45, D46); a template is for one of them."""

    DAC = "dac"
    MSP = "msp"
    CPAM = "cpam"
    HOSPITAL = "hospital"
    PCO = "pco"
    COMMUNE = "commune"
    DEPARTMENT = "department"
    CARE_HOME = "care_home"
    SAS = "sas"
    CPTS = "cpts"
    OTHER = "other"


class Relation(enum.StrEnum):
    """« Adhésion au sein de la CPTS », or « formalisation de partenariat » (D45)."""

    MEMBERSHIP = "membership"
    PARTNERSHIP = "partnership"


class Partner(Base):
    """A structure of the directory that the CPTS works with; once it has left, nothing new binds it."""

    __tablename__ = "partner"
    __table_args__ = (CheckConstraint("(left_on IS NULL) = (left_reason IS NULL)", name="left_has_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    kind: Mapped[PartnerKind] = mapped_column(choice(PartnerKind, "partner_kind"))
    relation: Mapped[Relation] = mapped_column(choice(Relation, "relation"))
    left_on: Mapped[date | None]
    left_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class PartnerContact(Base):
    """Someone to talk to there: a person of the directory, or a name and a function alone."""

    __tablename__ = "partner_contact"
    __table_args__ = (CheckConstraint("person_id IS NOT NULL OR name <> ''", name="someone"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(default="")
    function: Mapped[str] = mapped_column(default="")
    phone: Mapped[str | None]
    mail: Mapped[str | None]
    is_signatory: Mapped[bool] = mapped_column(default=False)
    ended_on: Mapped[date | None]


class ConventionTemplate(Base):
    """A model for conventions with one kind of partner; its text is its newest version."""

    __tablename__ = "convention_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PartnerKind] = mapped_column(choice(PartnerKind, "partner_kind"))
    name: Mapped[str]
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class TemplateVersion(Base):
    """A version of a template; never changed: what was drawn from it stays as it was. `content`: `rules.texts.Text`."""

    __tablename__ = "template_version"
    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("convention_template.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
