"""Tables of persons, organisations, places, practices and delegations."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cptsapp.core.db import Base, choice
from cptsapp.territory.models import Commune


class Profession(enum.StrEnum):
    """Those of the open RPPS extract (TRE_G15, R95), a doctor being a GP or not; and the staff, who are not in it.

    Each may post slots but the staff (B59).
    """

    GP = "gp"
    SPECIALIST = "specialist"
    NURSE = "nurse"
    MIDWIFE = "midwife"
    PHYSIOTHERAPIST = "physiotherapist"
    DENTIST = "dentist"
    PHARMACIST = "pharmacist"
    SPEECH_THERAPIST = "speech_therapist"
    PODIATRIST = "podiatrist"
    PSYCHOLOGIST = "psychologist"
    OCCUPATIONAL_THERAPIST = "occupational_therapist"
    DIETITIAN = "dietitian"
    PSYCHOMOTOR_THERAPIST = "psychomotor_therapist"
    ORTHOPTIST = "orthoptist"
    AUDIOLOGIST = "audiologist"
    OPTICIAN = "optician"
    RADIOGRAPHER = "radiographer"
    LABORATORY_TECHNICIAN = "laboratory_technician"
    DENTAL_ASSISTANT = "dental_assistant"
    MEDICAL_PHYSICIST = "medical_physicist"
    PROSTHETIST = "prosthetist"
    PODIATRIC_ORTHOTIST = "podiatric_orthotist"
    ORTHOTIST = "orthotist"
    OCULARIST = "ocularist"
    EPITHESIST = "epithesist"
    STAFF = "staff"


class PracticeMode(enum.StrEnum):
    """How someone practises at a place (TRE_R23); a locum is known to the CPTS alone, the extract does not tell."""

    LIBERAL = "liberal"
    SALARIED = "salaried"
    LOCUM = "locum"
    VOLUNTEER = "volunteer"


class OrganisationKind(enum.StrEnum):
    """What a structure is (C3, C20)."""

    GROUP_PRACTICE = "group_practice"
    HEALTH_CENTRE = "health_centre"
    SURGERY = "surgery"
    PHARMACY = "pharmacy"
    HOSPITAL = "hospital"
    CARE_HOME = "care_home"
    DAC = "dac"
    CPAM = "cpam"
    COMMUNE = "commune"
    ASSOCIATION = "association"
    REGULATION = "regulation"
    OTHER = "other"


class Person(Base):
    """A professional or a member of staff, with or without an account. Never a patient."""

    __tablename__ = "person"
    __table_args__ = (
        Index(
            "ix_person_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    last_name: Mapped[str]
    first_name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    folded: Mapped[str] = mapped_column(index=True)
    profession: Mapped[Profession] = mapped_column(choice(Profession, "profession"))
    speciality: Mapped[str | None]
    rpps: Mapped[str | None] = mapped_column(unique=True)
    adeli: Mapped[str | None] = mapped_column(unique=True)
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    accepts_overbook: Mapped[bool] = mapped_column(default=False)
    overbook_note: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Who checked the sheet, and when; told of their rights; asked not to be rung; asked to be kept out (§6.2).
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None]
    informed_on: Mapped[date | None]
    do_not_call_on: Mapped[date | None]
    objected_on: Mapped[date | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    practices: Mapped[list["Practice"]] = relationship(back_populates="person", order_by="Practice.id")

    @property
    def full_name(self) -> str:
        """As screens write it: "Dr Hélène Renaudin"; who asked to be kept out has a number and no name."""
        if self.objected_on is not None:
            return f"Personne n° {self.id}"
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part)


class Organisation(Base):
    """A structure: practice house, health centre, care home, regulation, hospital. `structure_id` is the extract's."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    kind: Mapped[OrganisationKind] = mapped_column(
        choice(OrganisationKind, "organisation_kind"), default=OrganisationKind.OTHER, index=True
    )
    finess: Mapped[str | None] = mapped_column(unique=True)
    siret: Mapped[str | None] = mapped_column(unique=True)
    structure_id: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None]
    mail: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None]
    created_at: Mapped[datetime]

    places: Mapped[list["Place"]] = relationship(back_populates="organisation", order_by="Place.id")


class Place(Base):
    """An address where people are seen."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str | None]
    address: Mapped[str]
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), index=True)
    phone: Mapped[str | None]
    is_accessible: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    commune: Mapped[Commune] = relationship()
    organisation: Mapped[Organisation | None] = relationship(back_populates="places")


class Practice(Base):
    """A person's exercise of a profession at a place, dated. A slot belongs to one."""

    __tablename__ = "practice"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        Index(
            "uq_practice_open",
            "person_id",
            "place_id",
            "profession",
            unique=True,
            sqlite_where=text("ends_on IS NULL"),
            postgresql_where=text("ends_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    profession: Mapped[Profession] = mapped_column(choice(Profession, "profession"), index=True)
    mode: Mapped[PracticeMode] = mapped_column(choice(PracticeMode, "mode"), default=PracticeMode.LIBERAL)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    # How the extract names this practice (the technical structure, else the folded name and address), and the day of
    # the last extract that had it. Neither for what was noted by hand.
    source_key: Mapped[str | None] = mapped_column(index=True)
    seen_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="practices")
    place: Mapped[Place] = relationship()


class Delegation(Base):
    """A person (secretary, locum) acts for a practitioner from a day to a day, always in their own name."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("delegate_id <> practitioner_id", name="not_to_oneself"),
        Index(
            "uq_delegation_open",
            "delegate_id",
            "practitioner_id",
            unique=True,
            sqlite_where=text("ends_on IS NULL"),
            postgresql_where=text("ends_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
