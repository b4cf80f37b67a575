"""The patients' requests: files and seekers, steps, doctors' offers, partners, private links, rights."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("delays", sa.JSON(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("inactive_months", sa.Integer(), nullable=False),
        sa.Column("retention_months", sa.Integer(), nullable=False),
        sa.Column("line_phone", sa.String(), nullable=True),
        sa.Column("line_hours", sa.String(), nullable=False),
        sa.Column("dpo_contact", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_inbox_settings_single")),
        sa.CheckConstraint("inactive_months BETWEEN 1 AND 12", name=op.f("ck_inbox_settings_inactive_known")),
        sa.CheckConstraint("retention_months BETWEEN 12 AND 24", name=op.f("ck_inbox_settings_retention_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_settings")),
    )
    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("name", name=op.f("uq_label_name")),
    )
    op.create_table(
        "outside_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_count")),
        sa.UniqueConstraint("commune_code", "month_on", name=op.f("uq_outside_count_commune_code_month_on")),
    )
    op.create_table(
        "capacity_campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_capacity_campaign_ends_after_start")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_capacity_campaign_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_campaign")),
    )
    op.create_table(
        "intake_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_intake_draft_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_draft")),
        sa.UniqueConstraint("reference", name=op.f("uq_intake_draft_reference")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_intake_draft_seal_id")),
    )
    with op.batch_alter_table("intake_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_draft_saved_at"), ["saved_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_draft_user_id"), ["user_id"], unique=False)

    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "to_complete",
                "searching",
                "proposed",
                "with_partner",
                "to_declare",
                "closed",
                name="request_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "found",
                "not_found",
                "unreachable",
                "withdrawn",
                "moved_outside",
                "duplicate",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "door",
            sa.Enum("cpts", "misas", "dac", name="door", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum("web", "phone", "referral", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "asker",
            sa.Enum(
                "person", "relative", "professional", name="asker", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "retirement",
                "newcomer",
                "too_far",
                "no_home_visits",
                "disagreement",
                "deceased",
                "never_had",
                "student",
                "declaration_missing",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("current_doctor_id", sa.Integer(), nullable=True),
        sa.Column("is_followed", sa.Boolean(), nullable=True),
        sa.Column("medical_difficulty", sa.Boolean(), nullable=False),
        sa.Column("social_difficulty", sa.Boolean(), nullable=False),
        sa.Column("coordination_difficulty", sa.Boolean(), nullable=False),
        sa.Column("needed_before", sa.Date(), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("asker_phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("priority_override", sa.Integer(), nullable=True),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("seeker_count", sa.Integer(), nullable=False),
        sa.Column(
            "deadline",
            sa.Enum(
                "first_answer",
                "complete",
                "propose",
                "doctor_answer",
                "call_doctor",
                "person_choice",
                "call_person",
                "partner_answer",
                "declaration",
                name="deadline",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("assigned_to_id", sa.Integer(), nullable=True),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_request_closed_has_day")),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_request_closed_has_outcome")),
        sa.CheckConstraint(
            "anonymised_at IS NULL OR (state = 'closed' AND details IS NULL)",
            name=op.f("ck_request_anonymised_is_blank"),
        ),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR outcome = 'duplicate'", name=op.f("ck_request_merged_is_duplicate")
        ),
        sa.CheckConstraint("(claimed_by_id IS NULL) = (claimed_until IS NULL)", name=op.f("ck_request_claim_whole")),
        sa.CheckConstraint("(due_on IS NULL) = (deadline IS NULL)", name=op.f("ck_request_deadline_whole")),
        sa.CheckConstraint(
            "(priority_override IS NULL) = (override_reason IS NULL)", name=op.f("ck_request_override_has_reason")
        ),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["user.id"], name=op.f("fk_request_assigned_to_id")),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["user.id"], name=op.f("fk_request_claimed_by_id")),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"], name=op.f("fk_request_commune_code")),
        sa.ForeignKeyConstraint(["current_doctor_id"], ["person.id"], name=op.f("fk_request_current_doctor_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_request_entered_by_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["request.id"], name=op.f("fk_request_merged_into_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_request_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_request_reference")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_request_seal_id")),
        sqlite_autoincrement=True,  # a number is never given again: the trail and the mails speak by it
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_request_active",
            ["last_activity_at"],
            unique=False,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )
        batch_op.create_index(batch_op.f("ix_request_asker_phone_index"), ["asker_phone_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_assigned_to_id"), ["assigned_to_id"], unique=False)
        batch_op.create_index(
            "ix_request_closed",
            ["closed_at"],
            unique=False,
            sqlite_where=sa.text("state = 'closed' AND anonymised_at IS NULL"),
            postgresql_where=sa.text("state = 'closed' AND anonymised_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_request_commune_code"), ["commune_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_current_doctor_id"), ["current_doctor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_entered_by_id"), ["entered_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_phone_index"), ["phone_index"], unique=False)
        batch_op.create_index("ix_request_ended", ["state", "closed_at", "id"], unique=False)
        batch_op.create_index("ix_request_priority", ["state", "priority", "id"], unique=False)
        batch_op.create_index("ix_request_queue", ["state", "due_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_snoozed_until"), ["snoozed_until"], unique=False)
        batch_op.create_index(
            "ix_request_suspect",
            ["suspected_at"],
            unique=False,
            sqlite_where=sa.text("suspected_at IS NOT NULL"),
            postgresql_where=sa.text("suspected_at IS NOT NULL"),
        )

    op.create_table(
        "capacity_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_note", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["capacity_campaign.id"], name=op.f("fk_capacity_ask_campaign_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_capacity_ask_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_ask")),
        sa.UniqueConstraint("campaign_id", "person_id", name=op.f("uq_capacity_ask_campaign_id_person_id")),
    )
    with op.batch_alter_table("capacity_ask", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capacity_ask_person_id"), ["person_id"], unique=False)

    op.create_table(
        "care_break",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "no_referring",
                "medical",
                "rights",
                "isolation",
                "refused_by_structure",
                "communication",
                name="break_cause",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "pathway",
            sa.Enum(
                "mental_health",
                "elderly",
                "disability",
                "oncology",
                "paediatrics",
                "other",
                name="pathway",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_text", sa.String(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bilateral_on", sa.Date(), nullable=True),
        sa.Column("bilateral_note", sa.String(), nullable=True),
        sa.CheckConstraint("(reviewed_at IS NULL) = (reviewed_text IS NULL)", name=op.f("ck_care_break_review_whole")),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"], name=op.f("fk_care_break_commune_code")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_care_break_organisation_id")),
        sa.ForeignKeyConstraint(["reported_by_id"], ["user.id"], name=op.f("fk_care_break_reported_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_care_break_request_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["user.id"], name=op.f("fk_care_break_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_break")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_care_break_seal_id")),
    )
    with op.batch_alter_table("care_break", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_break_commune_code"), ["commune_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_break_happened_on"), ["happened_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_break_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_break_request_id"), ["request_id"], unique=False)
        batch_op.create_index(
            "ix_care_break_unread",
            ["reported_at"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )

    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column(
            "takes",
            sa.Enum("yes", "conditions", "no", name="takes", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("long_term_illness", sa.Boolean(), nullable=False),
        sa.Column("children", sa.Boolean(), nullable=False),
        sa.Column("households", sa.Boolean(), nullable=False),
        sa.Column("own_commune", sa.Boolean(), nullable=False),
        sa.Column("max_km", sa.Integer(), nullable=True),
        sa.Column("home_visits", sa.Boolean(), nullable=False),
        sa.Column("obstacles", sa.JSON(), nullable=False),
        sa.Column("helps", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "answered_by",
            sa.Enum(
                "link", "doctor", "office", name="answered_by", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirm_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_of_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("takes <> 'no' OR offered = taken + pending", name=op.f("ck_offer_no_offers_none")),
        sa.CheckConstraint("max_km IS NULL OR max_km BETWEEN 1 AND 200", name=op.f("ck_offer_distance_known")),
        sa.CheckConstraint("offered >= 0 AND taken >= 0 AND pending >= 0", name=op.f("ck_offer_places_positive")),
        sa.CheckConstraint("taken + pending <= offered", name=op.f("ck_offer_places_kept")),
        sa.CheckConstraint("version_of_id IS NULL OR replaced_at IS NOT NULL", name=op.f("ck_offer_version_is_past")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_offer_answered_by_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["capacity_campaign.id"], name=op.f("fk_offer_campaign_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_offer_person_id")),
        sa.ForeignKeyConstraint(["version_of_id"], ["offer.id"], name=op.f("fk_offer_version_of_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_valid_until"), ["valid_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_version_of_id"), ["version_of_id"], unique=False)
        batch_op.create_index(
            "uq_offer_live",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recipient",
            sa.Enum("doctors", "misas", "dac", name="recipient", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("handed_from_id", sa.Integer(), nullable=True),
        sa.Column("asked", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.Integer(), nullable=True),
        sa.Column("called_back_on", sa.Date(), nullable=True),
        sa.Column("handled_by", sa.String(), nullable=True),
        sa.Column("needs_ppcs", sa.Boolean(), nullable=True),
        sa.Column(
            "answer",
            sa.Enum(
                "found",
                "not_found",
                "too_complex",
                "unreachable",
                "refused",
                "care_break",
                name="partner_answer",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("doctor_id", sa.Integer(), nullable=True),
        sa.Column("doctor_name", sa.String(), nullable=True),
        sa.Column("first_visit_on", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("recipient <> 'doctors'", name=op.f("ck_referral_to_a_partner")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_referral_answered_has_day")),
        sa.ForeignKeyConstraint(["acknowledged_by_id"], ["user.id"], name=op.f("fk_referral_acknowledged_by_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_referral_answered_by_id")),
        sa.ForeignKeyConstraint(["doctor_id"], ["person.id"], name=op.f("fk_referral_doctor_id")),
        sa.ForeignKeyConstraint(["handed_from_id"], ["referral.id"], name=op.f("fk_referral_handed_from_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_referral_organisation_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_referral_request_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["user.id"], name=op.f("fk_referral_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_referral_seal_id")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_doctor_id"), ["doctor_id"], unique=False)
        batch_op.create_index("ix_referral_organisation", ["organisation_id", "sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_request_id"), ["request_id"], unique=False)
        batch_op.create_index(
            "uq_referral_live",
            ["request_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL AND stopped_at IS NULL"),
        )

    op.create_table(
        "request_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name=op.f("fk_request_label_label_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_label_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_label")),
        sa.UniqueConstraint("request_id", "label_id", name=op.f("uq_request_label_request_id_label_id")),
    )
    with op.batch_alter_table("request_label", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_label_label_id"), ["label_id"], unique=False)

    op.create_table(
        "request_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_request_merge_of_two")),
        sa.ForeignKeyConstraint(["kept_id"], ["request.id"], name=op.f("fk_request_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_by_id"], ["user.id"], name=op.f("fk_request_merge_merged_by_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["request.id"], name=op.f("fk_request_merge_merged_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user.id"], name=op.f("fk_request_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_merge")),
    )
    with op.batch_alter_table("request_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_merge_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(
            "uq_request_merge_live",
            ["merged_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "right_asked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "access",
                "rectification",
                "erasure",
                name="right_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["user.id"], name=op.f("fk_right_asked_done_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_right_asked_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_asked")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_right_asked_seal_id")),
    )
    with op.batch_alter_table("right_asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_right_asked_request_id"), ["request_id"], unique=False)
        batch_op.create_index(
            "ix_right_asked_waiting",
            ["due_on"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "search_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=True),
        sa.Column("whole_index", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "yes", "no", "checking", name="search_answer", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("searched_by", sa.String(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("begins_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_search_question_checked_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_search_question_organisation_id")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_search_question_request_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_search_question_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_question")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_search_question_seal_id")),
    )
    with op.batch_alter_table("search_question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_search_question_checking",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("answer = 'checking' AND checked_at IS NULL"),
            postgresql_where=sa.text("answer = 'checking' AND checked_at IS NULL"),
        )
        batch_op.create_index("ix_search_question_organisation", ["organisation_id", "asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_question_request_id"), ["request_id"], unique=False)
        batch_op.create_index("ix_search_question_user", ["user_id", "asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_question_whole_index"), ["whole_index"], unique=False)

    op.create_table(
        "seeker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("whole_index", sa.LargeBinary(), nullable=True),
        sa.Column("last_index", sa.LargeBinary(), nullable=True),
        sa.Column("first_index", sa.LargeBinary(), nullable=True),
        sa.Column("year_index", sa.LargeBinary(), nullable=True),
        sa.Column(
            "age_band",
            sa.Enum(
                "under_6",
                "from_6",
                "from_16",
                "from_25",
                "from_45",
                "from_60",
                "from_71",
                name="age_band",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("long_term_illness", sa.Boolean(), nullable=False),
        sa.Column("social_cover", sa.Boolean(), nullable=False),
        sa.Column("is_pregnant", sa.Boolean(), nullable=False),
        sa.Column("can_travel", sa.Boolean(), nullable=False),
        sa.Column(
            "home_visit",
            sa.Enum(
                "no",
                "exceptionally",
                "exclusively",
                name="home_visit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "found",
                "not_found",
                "unreachable",
                "withdrawn",
                "moved_outside",
                "duplicate",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("doctor_id", sa.Integer(), nullable=True),
        sa.Column("doctor_name", sa.String(), nullable=True),
        sa.Column("declared_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(name IS NULL) = (birth_date IS NULL)", name=op.f("ck_seeker_identity_whole")),
        sa.ForeignKeyConstraint(["doctor_id"], ["person.id"], name=op.f("fk_seeker_doctor_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_seeker_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seeker")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_seeker_seal_id")),
    )
    with op.batch_alter_table("seeker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seeker_doctor_id"), ["doctor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seeker_first_index"), ["first_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_seeker_last_index"), ["last_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_seeker_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seeker_whole_index"), ["whole_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_seeker_year_index"), ["year_index"], unique=False)

    op.create_table(
        "step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "actor",
            sa.Enum(
                "cpts",
                "misas",
                "dac",
                "doctor",
                "person",
                "clock",
                name="actor",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("doctor_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["cancelled_by_id"], ["user.id"], name=op.f("fk_step_cancelled_by_id")),
        sa.ForeignKeyConstraint(["doctor_id"], ["person.id"], name=op.f("fk_step_doctor_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_step_organisation_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_step_request_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_step_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("seal_id", name=op.f("uq_step_seal_id")),
    )
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.create_index("ix_step_actor", ["actor", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_step_doctor_id"), ["doctor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_step_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_step_request", ["request_id", "at", "id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seeker_id", sa.Integer(), nullable=False),
        sa.Column(
            "recipient",
            sa.Enum("doctors", "misas", "dac", name="recipient", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "consent",
            sa.Enum(
                "web",
                "phone",
                "in_person",
                "professional",
                name="consent",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["collected_by_id"], ["user.id"], name=op.f("fk_agreement_collected_by_id")),
        sa.ForeignKeyConstraint(["seeker_id"], ["seeker.id"], name=op.f("fk_agreement_seeker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_seeker_id"), ["seeker_id"], unique=False)
        batch_op.create_index(
            "uq_agreement_live",
            ["seeker_id", "recipient"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "doctor_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "accepted",
                "chosen",
                "declined",
                "released",
                "cancelled",
                "lapsed",
                name="proposal_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answered_by",
            sa.Enum(
                "link", "doctor", "office", name="answered_by", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("decline_reason", sa.String(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state = 'pending' OR state = 'cancelled' OR state = 'lapsed' OR answered_at IS NOT NULL",
            name=op.f("ck_doctor_proposal_answered_has_day"),
        ),
        sa.CheckConstraint("places >= 1", name=op.f("ck_doctor_proposal_places_some")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_doctor_proposal_answered_by_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_doctor_proposal_offer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_doctor_proposal_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_doctor_proposal_request_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["user.id"], name=op.f("fk_doctor_proposal_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doctor_proposal")),
    )
    with op.batch_alter_table("doctor_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_doctor_proposal_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_doctor_proposal_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_doctor_proposal_request_id"), ["request_id"], unique=False)
        batch_op.create_index(
            "ix_doctor_proposal_yes",
            ["person_id", "answered_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('accepted', 'chosen', 'released')"),
            postgresql_where=sa.text("state IN ('accepted', 'chosen', 'released')"),
        )
        batch_op.create_index(
            "ix_doctor_proposal_waiting",
            ["sent_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "uq_doctor_proposal_live",
            ["request_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('pending', 'accepted')"),
            postgresql_where=sa.text("state IN ('pending', 'accepted')"),
        )

    op.create_table(
        "told_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_told_apart_in_order")),
        sa.ForeignKeyConstraint(["first_id"], ["seeker.id"], name=op.f("fk_told_apart_first_id")),
        sa.ForeignKeyConstraint(["said_by_id"], ["user.id"], name=op.f("fk_told_apart_said_by_id")),
        sa.ForeignKeyConstraint(["second_id"], ["seeker.id"], name=op.f("fk_told_apart_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_apart")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_told_apart_first_id_second_id")),
    )
    with op.batch_alter_table("told_apart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_told_apart_second_id"), ["second_id"], unique=False)

    op.create_table(
        "inbox_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "person",
                "capacity",
                "proposal",
                name="link_purpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(purpose = 'person') = (request_id IS NOT NULL) AND (purpose = 'capacity') = (person_id IS NOT NULL) AND (purpose = 'proposal') = (proposal_id IS NOT NULL)",
            name=op.f("ck_inbox_link_of_one"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["capacity_campaign.id"], name=op.f("fk_inbox_link_campaign_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_inbox_link_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["doctor_proposal.id"], name=op.f("fk_inbox_link_proposal_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_inbox_link_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_inbox_link_token_hash")),
    )
    with op.batch_alter_table("inbox_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_link_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inbox_link_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inbox_link_proposal_id"), ["proposal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inbox_link_request_id"), ["request_id"], unique=False)

    op.create_table(
        "proposal_seeker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("seeker_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["doctor_proposal.id"], name=op.f("fk_proposal_seeker_proposal_id")),
        sa.ForeignKeyConstraint(["seeker_id"], ["seeker.id"], name=op.f("fk_proposal_seeker_seeker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_seeker")),
        sa.UniqueConstraint("proposal_id", "seeker_id", name=op.f("uq_proposal_seeker_proposal_id_seeker_id")),
    )
    with op.batch_alter_table("proposal_seeker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_seeker_seeker_id"), ["seeker_id"], unique=False)


def downgrade() -> None:
    for table in (
        "proposal_seeker",
        "inbox_link",
        "told_apart",
        "doctor_proposal",
        "agreement",
        "step",
        "seeker",
        "search_question",
        "right_asked",
        "request_merge",
        "request_label",
        "referral",
        "offer",
        "care_break",
        "capacity_ask",
        "request",
        "intake_draft",
        "capacity_campaign",
        "outside_count",
        "label",
        "inbox_settings",
    ):
        op.drop_table(table)
