"""Stored files, checklists, conventions, coordination plans (PPCS) and their fees."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "care_plan_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delays", sa.JSON(), nullable=False),
        sa.Column("commitments", sa.JSON(), nullable=False),
        sa.Column("retention_months", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_care_plan_settings_single")),
        sa.CheckConstraint("retention_months BETWEEN 12 AND 24", name=op.f("ck_care_plan_settings_retention_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_settings")),
    )
    op.create_table(
        "checklist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "convention", "care_plan", name="checklist_kind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
    )
    op.create_table(
        "convention_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "dac",
                "msp",
                "cpam",
                "hospital",
                "pco",
                "commune",
                "department",
                "care_home",
                "sas",
                "cpts",
                "other",
                name="partner_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_convention_template")),
    )
    op.create_table(
        "annual_cap",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("cents > 0", name=op.f("ck_annual_cap_cents_positive")),
        sa.ForeignKeyConstraint(["updated_by_id"], ["user.id"], name=op.f("fk_annual_cap_updated_by_id")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_annual_cap")),
    )
    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("expected", sa.String(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "cpts",
                "partner",
                "regular_doctor",
                "lead",
                "circle",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_months", sa.Integer(), nullable=True),
        sa.Column("every_months", sa.Integer(), nullable=True),
        sa.Column("is_continuous", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "todo",
                "doing",
                "done",
                "dropped",
                name="commitment_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("renewed_from_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name=op.f("ck_commitment_done_has_day")),
        sa.CheckConstraint(
            "NOT is_continuous OR (due_on IS NULL AND every_months IS NULL)",
            name=op.f("ck_commitment_continuous_has_no_day"),
        ),
        sa.CheckConstraint("due_months IS NULL OR due_months BETWEEN 0 AND 120", name=op.f("ck_commitment_due_known")),
        sa.CheckConstraint(
            "every_months IS NULL OR every_months BETWEEN 1 AND 60", name=op.f("ck_commitment_every_known")
        ),
        sa.CheckConstraint("renewed_from_id <> id", name=op.f("ck_commitment_renewed_from_another")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user.id"], name=op.f("fk_commitment_changed_by_id")),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name=op.f("fk_commitment_checklist_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_commitment_owner_id")),
        sa.ForeignKeyConstraint(["renewed_from_id"], ["commitment.id"], name=op.f("fk_commitment_renewed_from_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("renewed_from_id", name=op.f("uq_commitment_renewed_from_id")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_commitment_seal_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commitment", schema=None) as batch_op:
        batch_op.create_index("ix_commitment_checklist", ["checklist_id", "position", "id"], unique=False)
        batch_op.create_index(
            "ix_commitment_due",
            ["due_on"],
            unique=False,
            sqlite_where=sa.text("state IN ('todo', 'doing')"),
            postgresql_where=sa.text("state IN ('todo', 'doing')"),
        )
        batch_op.create_index(
            "ix_commitment_owner",
            ["owner_id", "due_on"],
            unique=False,
            sqlite_where=sa.text("state IN ('todo', 'doing')"),
            postgresql_where=sa.text("state IN ('todo', 'doing')"),
        )
        batch_op.create_index(batch_op.f("ix_commitment_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "flat_fee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "meeting",
                "validation",
                "review_6",
                "review_12",
                name="fee_step",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "payee",
            sa.Enum(
                "regular_doctor",
                "lead",
                "professional",
                name="fee_payee",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column(
            "nature",
            sa.Enum("income_loss", "mission_pay", name="nature", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("cents BETWEEN 0 AND 1000000", name=op.f("ck_flat_fee_cents_known")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_flat_fee_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flat_fee")),
        sa.UniqueConstraint("step", "payee", "starts_on", name=op.f("uq_flat_fee_step_payee_starts_on")),
    )
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "dac",
                "msp",
                "cpam",
                "hospital",
                "pco",
                "commune",
                "department",
                "care_home",
                "sas",
                "cpts",
                "other",
                name="partner_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "relation",
            sa.Enum("membership", "partnership", name="relation", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(left_on IS NULL) = (left_reason IS NULL)", name=op.f("ck_partner_left_has_reason")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_partner_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_partner_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_partner_organisation_id")),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(checksum) = 64", name=op.f("ck_stored_file_checksum_whole")),
        sa.CheckConstraint("size BETWEEN 1 AND 26214400", name=op.f("ck_stored_file_size_known")),
        sa.ForeignKeyConstraint(["stored_by_id"], ["user.id"], name=op.f("fk_stored_file_stored_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_checksum"), ["checksum"], unique=False)

    op.create_table(
        "template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_template_version_number_positive")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_template_version_created_by_id")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["convention_template.id"], name=op.f("fk_template_version_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_version")),
        sa.UniqueConstraint("template_id", "number", name=op.f("uq_template_version_template_id_number")),
    )
    op.create_table(
        "convention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "circulated",
                "adopted",
                "in_force",
                "ended",
                name="convention_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("amendment_number", sa.Integer(), nullable=True),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "renewal",
            sa.Enum("tacit", "express", "none", name="renewal", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("renewal_months", sa.Integer(), nullable=True),
        sa.Column("notice_months", sa.Integer(), nullable=True),
        sa.Column("comments_due_on", sa.Date(), nullable=True),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("minutes_id", sa.Integer(), nullable=True),
        sa.Column("checksum", sa.String(), nullable=True),
        sa.Column("notice_given_on", sa.Date(), nullable=True),
        sa.Column("notice_by_cpts", sa.Boolean(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "term",
                "notice",
                "replaced",
                "partner_left",
                "abandoned",
                name="end_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("end_note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name=op.f("ck_convention_ended_has_reason")),
        sa.CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name=op.f("ck_convention_ended_has_day")),
        sa.CheckConstraint(
            "renewal <> 'tacit' OR (notice_months BETWEEN 0 AND 24)", name=op.f("ck_convention_notice_known")
        ),
        sa.CheckConstraint(
            "renewal = 'none' OR renewal_months BETWEEN 1 AND 120", name=op.f("ck_convention_renewal_known")
        ),
        sa.CheckConstraint(
            "state <> 'in_force' OR starts_on IS NOT NULL", name=op.f("ck_convention_in_force_has_start")
        ),
        sa.CheckConstraint(
            "state NOT IN ('adopted', 'in_force') OR checksum IS NOT NULL", name=op.f("ck_convention_adopted_is_frozen")
        ),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (amendment_number IS NULL)", name=op.f("ck_convention_amendment_has_number")
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_convention_ends_after_start")),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name=op.f("fk_convention_checklist_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_convention_created_by_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_convention_lead_id")),
        sa.ForeignKeyConstraint(["minutes_id"], ["stored_file.id"], name=op.f("fk_convention_minutes_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["convention.id"], name=op.f("fk_convention_parent_id")),
        sa.ForeignKeyConstraint(
            ["template_version_id"], ["template_version.id"], name=op.f("fk_convention_template_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_convention")),
        sa.UniqueConstraint("checklist_id", name=op.f("uq_convention_checklist_id")),
        sa.UniqueConstraint("parent_id", "amendment_number", name=op.f("uq_convention_parent_id_amendment_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("convention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_convention_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_convention_minutes_id"), ["minutes_id"], unique=False)
        batch_op.create_index("ix_convention_register", ["state", "ends_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_convention_template_version_id"), ["template_version_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "file", "link", "figure", name="evidence_kind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("figure", sa.String(), nullable=True),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'file') = (file_id IS NOT NULL) AND (kind = 'link') = (url IS NOT NULL) AND (kind = 'figure') = (figure IS NOT NULL)",
            name=op.f("ck_evidence_of_one"),
        ),
        sa.CheckConstraint("(figure IS NULL) = (value IS NULL)", name=op.f("ck_evidence_figure_has_value")),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_evidence_added_by_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_evidence_commitment_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_evidence_file_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["user.id"], name=op.f("fk_evidence_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_commitment_id"), ["commitment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_file_id"), ["file_id"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["user.id"], name=op.f("fk_journal_entry_cancelled_by_id")),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name=op.f("fk_journal_entry_checklist_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_journal_entry_commitment_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_journal_entry_file_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_journal_entry_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_journal_entry_seal_id")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index("ix_journal_entry_checklist", ["checklist_id", "at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_commitment_id"), ["commitment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_file_id"), ["file_id"], unique=False)

    op.create_table(
        "message_calendar",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column(
            "method",
            sa.Enum("REQUEST", "CANCEL", name="calendar_method", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("content", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_calendar_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_calendar")),
    )
    op.create_table(
        "partner_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("mail", sa.String(), nullable=True),
        sa.Column("is_signatory", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("person_id IS NOT NULL OR name <> ''", name=op.f("ck_partner_contact_someone")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_partner_contact_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_partner_contact_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_contact")),
    )
    with op.batch_alter_table("partner_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_contact_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_contact_person_id"), ["person_id"], unique=False)

    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("convention_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["convention_id"], ["convention.id"], name=op.f("fk_article_convention_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("convention_id", "number", name=op.f("uq_article_convention_id_number")),
    )
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "preparing",
                "meeting",
                "validating",
                "active",
                "closed",
                name="plan_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("seeker_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("validated_on", sa.Date(), nullable=True),
        sa.Column("validated_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "completed",
                "left",
                "objected",
                "moved",
                "deceased",
                "cancelled",
                name="plan_end",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_care_plan_closed_has_day")),
        sa.CheckConstraint(
            "(state = 'closed') = (end_reason IS NOT NULL)", name=op.f("ck_care_plan_closed_has_reason")
        ),
        sa.CheckConstraint(
            "anonymised_at IS NULL OR (state = 'closed' AND name IS NULL)",
            name=op.f("ck_care_plan_anonymised_is_blank"),
        ),
        sa.CheckConstraint(
            "state <> 'active' OR validated_on IS NOT NULL", name=op.f("ck_care_plan_active_is_validated")
        ),
        sa.CheckConstraint("(name IS NULL) = (birth_date IS NULL)", name=op.f("ck_care_plan_identity_whole")),
        sa.CheckConstraint(
            "(seeker_id IS NULL) OR (request_id IS NOT NULL)", name=op.f("ck_care_plan_seeker_of_request")
        ),
        sa.CheckConstraint(
            "anonymised_at IS NOT NULL OR seeker_id IS NOT NULL OR name IS NOT NULL",
            name=op.f("ck_care_plan_identity_known"),
        ),
        sa.CheckConstraint("seeker_id IS NULL OR name IS NULL", name=op.f("ck_care_plan_identity_once")),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name=op.f("fk_care_plan_checklist_id")),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"], name=op.f("fk_care_plan_commune_code")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_care_plan_opened_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_care_plan_request_id")),
        sa.ForeignKeyConstraint(["seeker_id"], ["seeker.id"], name=op.f("fk_care_plan_seeker_id")),
        sa.ForeignKeyConstraint(["validated_by_id"], ["user.id"], name=op.f("fk_care_plan_validated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
        sa.UniqueConstraint("checklist_id", name=op.f("uq_care_plan_checklist_id")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_care_plan_seal_id")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_care_plan_year_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("care_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_plan_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_plan_commune_code"), ["commune_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_plan_request_id"), ["request_id"], unique=False)
        batch_op.create_index("ix_care_plan_state", ["state", "opened_on", "id"], unique=False)
        batch_op.create_index(
            "uq_care_plan_seeker",
            ["seeker_id"],
            unique=True,
            sqlite_where=sa.text("seeker_id IS NOT NULL AND state <> 'closed'"),
            postgresql_where=sa.text("seeker_id IS NOT NULL AND state <> 'closed'"),
        )

    op.create_table(
        "convention_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("convention_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["convention_id"], ["convention.id"], name=op.f("fk_convention_party_convention_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_convention_party_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_convention_party")),
        sa.UniqueConstraint("convention_id", "position", name=op.f("uq_convention_party_convention_id_position")),
    )
    with op.batch_alter_table("convention_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_convention_party_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(
            "uq_convention_party_cpts",
            ["convention_id"],
            unique=True,
            sqlite_where=sa.text("partner_id IS NULL"),
            postgresql_where=sa.text("partner_id IS NULL"),
        )
        batch_op.create_index(
            "uq_convention_party_partner",
            ["convention_id", "partner_id"],
            unique=True,
            sqlite_where=sa.text("partner_id IS NOT NULL"),
            postgresql_where=sa.text("partner_id IS NOT NULL"),
        )

    op.create_table(
        "frozen_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("convention_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(checksum) = 64", name=op.f("ck_frozen_text_checksum_whole")),
        sa.ForeignKeyConstraint(["convention_id"], ["convention.id"], name=op.f("fk_frozen_text_convention_id")),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["user.id"], name=op.f("fk_frozen_text_frozen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_text")),
        sa.UniqueConstraint("convention_id", "number", name=op.f("uq_frozen_text_convention_id_number")),
    )
    op.create_table(
        "circle_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "regular_doctor",
                "lead",
                "professional",
                "structure",
                "relative",
                name="member_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role <> 'relative' OR (person_id IS NULL AND organisation_id IS NULL)",
            name=op.f("ck_circle_member_relative_alone"),
        ),
        sa.CheckConstraint(
            "role <> 'structure' OR organisation_id IS NOT NULL", name=op.f("ck_circle_member_structure_known")
        ),
        sa.CheckConstraint(
            "role = 'relative' OR (name IS NULL AND contact IS NULL)",
            name=op.f("ck_circle_member_only_relatives_sealed"),
        ),
        sa.CheckConstraint(
            "role NOT IN ('regular_doctor', 'lead', 'professional') OR person_id IS NOT NULL",
            name=op.f("ck_circle_member_professional_known"),
        ),
        sa.CheckConstraint("accepted_at IS NULL OR declined_at IS NULL", name=op.f("ck_circle_member_one_answer")),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_circle_member_added_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_circle_member_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_circle_member_person_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_circle_member_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_member")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_circle_member_seal_id")),
    )
    with op.batch_alter_table("circle_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_circle_member_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_circle_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_circle_member_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(
            "uq_circle_member_doctor",
            ["plan_id"],
            unique=True,
            sqlite_where=sa.text("role = 'regular_doctor' AND left_at IS NULL"),
            postgresql_where=sa.text("role = 'regular_doctor' AND left_at IS NULL"),
        )
        batch_op.create_index(
            "uq_circle_member_lead",
            ["plan_id"],
            unique=True,
            sqlite_where=sa.text("is_lead AND left_at IS NULL"),
            postgresql_where=sa.text("is_lead AND left_at IS NULL"),
        )
        batch_op.create_index(
            "uq_circle_member_person",
            ["plan_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("person_id IS NOT NULL AND left_at IS NULL"),
            postgresql_where=sa.text("person_id IS NOT NULL AND left_at IS NULL"),
        )

    op.create_table(
        "convention_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("convention_id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("article_number", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_convention_comment_answered_has_day")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_convention_comment_answered_by_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_convention_comment_author_id")),
        sa.ForeignKeyConstraint(["convention_id"], ["convention.id"], name=op.f("fk_convention_comment_convention_id")),
        sa.ForeignKeyConstraint(["text_id"], ["frozen_text.id"], name=op.f("fk_convention_comment_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_convention_comment")),
    )
    with op.batch_alter_table("convention_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_convention_comment_convention_id"), ["convention_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_convention_comment_text_id"), ["text_id"], unique=False)

    op.create_table(
        "plan_fee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "meeting",
                "validation",
                "review_6",
                "review_12",
                name="fee_step",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("flat_fee_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["flat_fee_id"], ["flat_fee.id"], name=op.f("fk_plan_fee_flat_fee_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_fee_person_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_plan_fee_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_fee")),
        sa.UniqueConstraint("plan_id", "person_id", "step", name=op.f("uq_plan_fee_plan_id_person_id_step")),
    )
    with op.batch_alter_table("plan_fee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_fee_flat_fee_id"), ["flat_fee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_fee_person_id"), ["person_id"], unique=False)

    op.create_table(
        "plan_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "first",
                "review_6",
                "review_12",
                "extra",
                name="meeting_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "polling",
                "fixed",
                "held",
                "cancelled",
                name="meeting_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("computed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("moved_reason", sa.LargeBinary(), nullable=True),
        sa.Column("poll_closes_on", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name=op.f("ck_plan_meeting_held_has_day")),
        sa.CheckConstraint(
            "state NOT IN ('fixed', 'held') OR starts_at IS NOT NULL", name=op.f("ck_plan_meeting_fixed_has_hour")
        ),
        sa.CheckConstraint("minutes BETWEEN 10 AND 240", name=op.f("ck_plan_meeting_minutes_known")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_plan_meeting_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_meeting")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_plan_meeting_seal_id")),
    )
    with op.batch_alter_table("plan_meeting", schema=None) as batch_op:
        batch_op.create_index("ix_plan_meeting_due", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_meeting_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(
            "uq_plan_meeting_kind",
            ["plan_id", "kind"],
            unique=True,
            sqlite_where=sa.text("kind <> 'extra' AND state <> 'cancelled'"),
            postgresql_where=sa.text("kind <> 'extra' AND state <> 'cancelled'"),
        )

    op.create_table(
        "plan_right",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "access",
                "objection",
                "departure",
                name="plan_right_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_plan_right_asked_by_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["user.id"], name=op.f("fk_plan_right_done_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_plan_right_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_right")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_plan_right_seal_id")),
    )
    with op.batch_alter_table("plan_right", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_right_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(
            "ix_plan_right_waiting",
            ["due_on"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["user.id"], name=op.f("fk_signature_cancelled_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_signature_file_id")),
        sa.ForeignKeyConstraint(["party_id"], ["convention_party.id"], name=op.f("fk_signature_party_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name=op.f("fk_signature_recorded_by_id")),
        sa.ForeignKeyConstraint(["text_id"], ["frozen_text.id"], name=op.f("fk_signature_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signature_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signature_party_id"), ["party_id"], unique=False)
        batch_op.create_index(
            "uq_signature_live",
            ["text_id", "party_id"],
            unique=True,
            sqlite_where=sa.text("cancelled_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL"),
        )

    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("was_present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["plan_meeting.id"], name=op.f("fk_attendance_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["circle_member.id"], name=op.f("fk_attendance_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("meeting_id", "member_id", name=op.f("uq_attendance_meeting_id_member_id")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_member_id"), ["member_id"], unique=False)

    op.create_table(
        "document_asked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "prescription",
                "certificate",
                "report",
                "form",
                "other",
                name="document_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("dropped_on", sa.Date(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("received_on IS NULL OR dropped_on IS NULL", name=op.f("ck_document_asked_one_end")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_document_asked_asked_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["circle_member.id"], name=op.f("fk_document_asked_member_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_document_asked_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_asked")),
    )
    with op.batch_alter_table("document_asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_asked_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_asked_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "meeting_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["plan_meeting.id"], name=op.f("fk_meeting_date_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_date")),
        sa.UniqueConstraint("meeting_id", "starts_at", name=op.f("uq_meeting_date_meeting_id_starts_at")),
    )
    op.create_table(
        "plan_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "consent",
            sa.Enum(
                "phone",
                "in_person",
                "written",
                "professional",
                name="plan_consent",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["collected_by_id"], ["user.id"], name=op.f("fk_plan_agreement_collected_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["circle_member.id"], name=op.f("fk_plan_agreement_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_agreement")),
    )
    with op.batch_alter_table("plan_agreement", schema=None) as batch_op:
        batch_op.create_index(
            "uq_plan_agreement_live",
            ["member_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "plan_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["circle_member.id"], name=op.f("fk_plan_link_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_plan_link_token_hash")),
    )
    with op.batch_alter_table("plan_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_link_member_id"), ["member_id"], unique=False)

    op.create_table(
        "date_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("date_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "reply",
            sa.Enum("yes", "maybe", "no", name="date_reply", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["date_id"], ["meeting_date.id"], name=op.f("fk_date_answer_date_id")),
        sa.ForeignKeyConstraint(["member_id"], ["circle_member.id"], name=op.f("fk_date_answer_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_answer")),
        sa.UniqueConstraint("date_id", "member_id", name=op.f("uq_date_answer_date_id_member_id")),
    )
    with op.batch_alter_table("date_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_answer_member_id"), ["member_id"], unique=False)

    with op.batch_alter_table("ledger_line", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "nature",
                sa.Enum(
                    "income_loss", "mission_pay", name="nature", native_enum=False, create_constraint=True, length=24
                ),
                nullable=False,
                server_default="income_loss",
            )
        )

    with op.batch_alter_table("ledger_line", schema=None) as batch_op:
        batch_op.alter_column("nature", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("ledger_line", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_ledger_line_nature"), type_="check")
        batch_op.drop_column("nature")
    for table in (
        "date_answer",
        "plan_link",
        "plan_agreement",
        "meeting_date",
        "document_asked",
        "attendance",
        "signature",
        "plan_right",
        "plan_meeting",
        "plan_fee",
        "convention_comment",
        "circle_member",
        "frozen_text",
        "convention_party",
        "care_plan",
        "article",
        "partner_contact",
        "message_calendar",
        "journal_entry",
        "evidence",
        "convention",
        "template_version",
        "stored_file",
        "partner",
        "flat_fee",
        "commitment",
        "annual_cap",
        "convention_template",
        "checklist",
        "care_plan_settings",
    ):
        op.drop_table(table)
