"""The whole directory: professions of the extract, structures, membership, applications, calls, imports."""

import sqlalchemy as sa
from alembic import op

from cptsapp.migrations.guards import install_guards, install_membership_guard, remove_guards, remove_membership_guard

revision = "0003"
down_revision = "0002_feed_maker"
branch_labels = None
depends_on = None


BEFORE = ["gp", "specialist", "nurse", "midwife", "physiotherapist", "dentist", "pharmacist", "staff"]
AFTER = [
    "gp",
    "specialist",
    "nurse",
    "midwife",
    "physiotherapist",
    "dentist",
    "pharmacist",
    "speech_therapist",
    "podiatrist",
    "psychologist",
    "occupational_therapist",
    "dietitian",
    "psychomotor_therapist",
    "orthoptist",
    "audiologist",
    "optician",
    "radiographer",
    "laboratory_technician",
    "dental_assistant",
    "medical_physicist",
    "prosthetist",
    "podiatric_orthotist",
    "orthotist",
    "ocularist",
    "epithesist",
    "staff",
]
WITH_PROFESSION = ("person", "practice", "slot")


def _allow_professions(names: list[str]) -> None:
    """Rewrite the CHECK of each table that holds a profession."""
    allowed = ", ".join(f"'{name}'" for name in names)
    for table in WITH_PROFESSION:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(batch.f(f"ck_{table}_profession"), type_="check")
            batch.create_check_constraint(batch.f(f"ck_{table}_profession"), f"profession IN ({allowed})")


def upgrade() -> None:
    remove_guards()
    op.create_table(
        "membership_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "period_kind",
            sa.Enum("civil", "rolling", name="period_kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("person_fee_cents", sa.Integer(), nullable=False),
        sa.Column("organisation_fee_cents", sa.Integer(), nullable=False),
        sa.Column("reminder_days", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("shows_members", sa.Boolean(), nullable=False),
        sa.Column("target_percent", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_membership_settings_single")),
        sa.CheckConstraint(
            "person_fee_cents >= 0 AND organisation_fee_cents >= 0", name=op.f("ck_membership_settings_fees_positive")
        ),
        sa.CheckConstraint("reminder_days BETWEEN 1 AND 120", name=op.f("ck_membership_settings_reminder_known")),
        sa.CheckConstraint(
            "target_percent IS NULL OR target_percent BETWEEN 1 AND 100",
            name=op.f("ck_membership_settings_target_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_settings")),
    )
    op.create_table(
        "stamp",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stamp")),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("objected_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_objection_fingerprint")),
    )
    op.create_table(
        "call_campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("professions", sa.JSON(), nullable=False),
        sa.Column("communes", sa.JSON(), nullable=False),
        sa.Column("members_too", sa.Boolean(), nullable=False),
        sa.Column("opening", sa.String(), nullable=False),
        sa.Column("answers", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_call_campaign_ends_after_start")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_call_campaign_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_campaign")),
    )
    op.create_table(
        "distinct_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "sheet_kind",
            sa.Enum(
                "person",
                "organisation",
                "place",
                name="sheet_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_distinct_pair_in_order")),
        sa.ForeignKeyConstraint(["said_by_id"], ["user.id"], name=op.f("fk_distinct_pair_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinct_pair")),
        sa.UniqueConstraint("sheet_kind", "low_id", "high_id", name=op.f("uq_distinct_pair_sheet_kind_low_id_high_id")),
    )
    op.create_table(
        "exchange",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "call",
                "meeting",
                "mail",
                "online",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_exchange_created_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exchange_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
    )
    with op.batch_alter_table("exchange", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exchange_person_id"), ["person_id"], unique=False)

    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("extract", "list", name="import_kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "mapping",
                "waiting",
                "reading",
                "review",
                "applied",
                "abandoned",
                "failed",
                name="import_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_bytes", sa.Integer(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=True),
        sa.Column("extract_on", sa.Date(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("read_bytes", sa.Integer(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("outside_count", sa.Integer(), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'applied') = (applied_at IS NOT NULL)", name=op.f("ck_import_applied_has_instant")
        ),
        sa.CheckConstraint(
            "(state IN ('mapping', 'waiting', 'reading', 'review')) = (turn IS NOT NULL)",
            name=op.f("ck_import_open_has_turn"),
        ),
        sa.CheckConstraint("turn = 1", name=op.f("ck_import_one_turn")),
        sa.ForeignKeyConstraint(["applied_by_id"], ["user.id"], name=op.f("fk_import_applied_by_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["user.id"], name=op.f("fk_import_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
        sa.UniqueConstraint("turn", name=op.f("uq_import_turn")),
    )
    op.create_table(
        "member_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("charter", "statutes", name="text_kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_member_text_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_text")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_member_text_kind_version")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column(
            "college",
            sa.Enum(
                "professionals",
                "structures",
                "elected",
                "users",
                name="college",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column(
            "left_reason",
            sa.Enum(
                "moved",
                "retired",
                "changed_work",
                "wishes_no_more",
                "closed",
                "other",
                name="left_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("receipt_number", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_membership_of_one")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_membership_ends_after_start")),
        sa.CheckConstraint("fee_cents >= 0", name=op.f("ck_membership_fee_positive")),
        sa.CheckConstraint(
            "left_on IS NULL OR (left_on >= starts_on AND left_on <= ends_on)", name=op.f("ck_membership_left_within")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_membership_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_ends", ["ends_on"], unique=False)
        batch_op.create_index("ix_membership_organisation", ["organisation_id", "starts_on"], unique=False)
        batch_op.create_index("ix_membership_person", ["person_id", "starts_on"], unique=False)
        batch_op.create_index(
            "uq_membership_receipt_number",
            ["receipt_number"],
            unique=True,
            sqlite_where=sa.text("receipt_number IS NOT NULL"),
            postgresql_where=sa.text("receipt_number IS NOT NULL"),
        )

    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "sheet_kind",
            sa.Enum(
                "person",
                "organisation",
                "place",
                name="sheet_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_merge_of_two")),
        sa.ForeignKeyConstraint(["merged_by_id"], ["user.id"], name=op.f("fk_merge_merged_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user.id"], name=op.f("fk_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(
            "uq_merge_live",
            ["sheet_kind", "merged_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "arrival",
                "retirement",
                "departure",
                "replacement",
                "maternity",
                "leave",
                name="movement_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_movement_ends_after_start")),
        sa.CheckConstraint(
            "replaced_by_id IS NULL OR replaced_by_id <> person_id", name=op.f("ck_movement_replaced_by_another")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_movement_created_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_movement_person_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["person.id"], name=op.f("fk_movement_replaced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_movement_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_movement_replaced_by_id"), ["replaced_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_movement_starts_on"), ["starts_on"], unique=False)

    op.create_table(
        "pinned_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "sheet_kind",
            sa.Enum(
                "person",
                "organisation",
                "place",
                name="sheet_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file_value", sa.String(), nullable=True),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pinned_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pinned_by_id"], ["user.id"], name=op.f("fk_pinned_field_pinned_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pinned_field")),
        sa.UniqueConstraint("sheet_kind", "sheet_id", "name", name=op.f("uq_pinned_field_sheet_kind_sheet_id_name")),
    )
    op.create_table(
        "rate_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("professions", sa.JSON(), nullable=False),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("locum_months", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("locum_months BETWEEN 0 AND 24", name=op.f("ck_rate_rules_locum_months_known")),
        sa.ForeignKeyConstraint(["set_by_id"], ["user.id"], name=op.f("fk_rate_rules_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_rules")),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "approved",
                "refused",
                "withdrawn",
                name="application_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("is_suspect", sa.Boolean(), nullable=False),
        sa.Column(
            "college",
            sa.Enum(
                "professionals",
                "structures",
                "elected",
                "users",
                name="college",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column(
            "profession",
            sa.Enum(
                "gp",
                "specialist",
                "nurse",
                "midwife",
                "physiotherapist",
                "dentist",
                "pharmacist",
                "speech_therapist",
                "podiatrist",
                "psychologist",
                "occupational_therapist",
                "dietitian",
                "psychomotor_therapist",
                "orthoptist",
                "audiologist",
                "optician",
                "radiographer",
                "laboratory_technician",
                "dental_assistant",
                "medical_physicist",
                "prosthetist",
                "podiatric_orthotist",
                "orthotist",
                "ocularist",
                "epithesist",
                "staff",
                name="profession",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("rpps", sa.String(), nullable=True),
        sa.Column("organisation_name", sa.String(), nullable=True),
        sa.Column("organisation_number", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("commune_code", sa.String(), nullable=True),
        sa.Column("mail", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decision_note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state = 'approved') = (membership_id IS NOT NULL)", name=op.f("ck_application_approved_has_membership")
        ),
        sa.CheckConstraint(
            "(person_id IS NULL) OR (organisation_id IS NULL)", name=op.f("ck_application_of_one_at_most")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_application_decided_by_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_application_entered_by_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_application_membership_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_application_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("membership_id", name=op.f("uq_application_membership_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_application_reference")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index("ix_application_state", ["state", "received_at"], unique=False)
        batch_op.create_index(
            "uq_application_open_organisation",
            ["organisation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'received' AND organisation_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'received' AND organisation_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_application_open_person",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'received' AND person_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'received' AND person_id IS NOT NULL"),
        )

    op.create_table(
        "call_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "to_call", "done", "removed", name="target_state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_count", sa.Integer(), nullable=False),
        sa.Column(
            "last_outcome",
            sa.Enum(
                "no_answer",
                "call_back",
                "informed",
                "interested",
                "wishes_to_join",
                "refuses",
                "do_not_contact",
                "wrong_number",
                name="call_outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(claimed_by_id IS NULL) = (claimed_until IS NULL)", name=op.f("ck_call_target_claim_whole")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["call_campaign.id"], name=op.f("fk_call_target_campaign_id")),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["user.id"], name=op.f("fk_call_target_claimed_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_target_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_target")),
        sa.UniqueConstraint("campaign_id", "person_id", name=op.f("uq_call_target_campaign_id_person_id")),
    )
    with op.batch_alter_table("call_target", schema=None) as batch_op:
        batch_op.create_index("ix_call_target_next", ["campaign_id", "state", "due_at", "rank"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_target_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_call_target_claim",
            ["claimed_by_id"],
            unique=True,
            sqlite_where=sa.text("claimed_by_id IS NOT NULL"),
            postgresql_where=sa.text("claimed_by_id IS NOT NULL"),
        )

    op.create_table(
        "campaign_caller",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["call_campaign.id"], name=op.f("fk_campaign_caller_campaign_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_campaign_caller_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_caller")),
        sa.UniqueConstraint("campaign_id", "user_id", name=op.f("uq_campaign_caller_campaign_id_user_id")),
    )
    with op.batch_alter_table("campaign_caller", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_caller_user_id"), ["user_id"], unique=False)

    op.create_table(
        "import_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "new",
                "changed",
                "gone",
                "doubtful",
                "unreadable",
                name="item_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("ours", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("needs_decision", sa.Boolean(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "take",
                "keep_ours",
                "separate",
                "later",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_import_item_decided_by_id")),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_item_import_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_import_item_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_item_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_item")),
    )
    with op.batch_alter_table("import_item", schema=None) as batch_op:
        batch_op.create_index("ix_import_item_kind", ["import_id", "kind", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_item_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_item_person_id"), ["person_id"], unique=False)

    op.create_table(
        "membership_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_membership_reminder_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_reminder")),
        sa.UniqueConstraint("membership_id", name=op.f("uq_membership_reminder_membership_id")),
    )
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) OR (organisation_id IS NULL)", name=op.f("ck_acceptance_of_one_at_most")
        ),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR organisation_id IS NOT NULL OR application_id IS NOT NULL",
            name=op.f("ck_acceptance_of_someone"),
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_acceptance_application_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_acceptance_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_acceptance_person_id")),
        sa.ForeignKeyConstraint(["text_id"], ["member_text.id"], name=op.f("fk_acceptance_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
    )
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptance_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_acceptance_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_acceptance_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_acceptance_text_id"), ["text_id"], unique=False)

    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "no_answer",
                "call_back",
                "informed",
                "interested",
                "wishes_to_join",
                "refuses",
                "do_not_contact",
                "wrong_number",
                name="call_outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("call_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["caller_id"], ["user.id"], name=op.f("fk_call_caller_id")),
        sa.ForeignKeyConstraint(["target_id"], ["call_target.id"], name=op.f("fk_call_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index("ix_call_caller", ["caller_id", "called_at"], unique=False)
        batch_op.create_index("ix_call_target", ["target_id", "called_at"], unique=False)

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "group_practice",
                    "health_centre",
                    "surgery",
                    "pharmacy",
                    "hospital",
                    "care_home",
                    "dac",
                    "cpam",
                    "commune",
                    "association",
                    "regulation",
                    "other",
                    name="organisation_kind",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=False,
                server_default="other",
            )
        )
        batch_op.add_column(sa.Column("siret", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("structure_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("mail", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("verified_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("verified_by", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_organisation_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_organisation_siret"), ["siret"])
        batch_op.create_unique_constraint(batch_op.f("uq_organisation_structure_id"), ["structure_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_organisation_merged_into_id"), "organisation", ["merged_into_id"], ["id"]
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("speciality", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("adeli", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("verified_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("verified_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("informed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("do_not_call_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("objected_on", sa.Date(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_person_adeli"), ["adeli"])

    with op.batch_alter_table("practice", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "mode",
                sa.Enum(
                    "liberal",
                    "salaried",
                    "locum",
                    "volunteer",
                    name="mode",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=False,
                server_default="liberal",
            )
        )
        batch_op.add_column(sa.Column("source_key", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("seen_on", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_practice_source_key"), ["source_key"], unique=False)

    _allow_professions(AFTER)
    install_guards()
    install_membership_guard()


def downgrade() -> None:
    remove_guards()
    remove_membership_guard()
    known = ", ".join(f"'{name}'" for name in BEFORE)
    for table in WITH_PROFESSION:
        op.execute(f"UPDATE {table} SET profession = 'specialist' WHERE profession NOT IN ({known})")  # noqa: S608
    _allow_professions(BEFORE)
    with op.batch_alter_table("practice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_practice_source_key"))
        batch_op.drop_column("seen_on")
        batch_op.drop_column("source_key")
        batch_op.drop_constraint(batch_op.f("ck_practice_mode"), type_="check")
        batch_op.drop_column("mode")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_person_adeli"), type_="unique")
        batch_op.drop_column("objected_on")
        batch_op.drop_column("do_not_call_on")
        batch_op.drop_column("informed_on")
        batch_op.drop_column("verified_by")
        batch_op.drop_column("verified_on")
        batch_op.drop_column("adeli")
        batch_op.drop_column("speciality")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_organisation_merged_into_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_organisation_structure_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_organisation_siret"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_organisation_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_kind"))
        batch_op.drop_column("verified_by")
        batch_op.drop_column("verified_on")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("mail")
        batch_op.drop_column("phone")
        batch_op.drop_column("structure_id")
        batch_op.drop_column("siret")
        batch_op.drop_constraint(batch_op.f("ck_organisation_organisation_kind"), type_="check")
        batch_op.drop_column("kind")

    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index("ix_call_target")
        batch_op.drop_index("ix_call_caller")

    op.drop_table("call")
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_acceptance_text_id"))
        batch_op.drop_index(batch_op.f("ix_acceptance_person_id"))
        batch_op.drop_index(batch_op.f("ix_acceptance_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_acceptance_application_id"))

    op.drop_table("acceptance")
    op.drop_table("membership_reminder")
    with op.batch_alter_table("import_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_item_person_id"))
        batch_op.drop_index(batch_op.f("ix_import_item_organisation_id"))
        batch_op.drop_index("ix_import_item_kind")

    op.drop_table("import_item")
    with op.batch_alter_table("campaign_caller", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_caller_user_id"))

    op.drop_table("campaign_caller")
    with op.batch_alter_table("call_target", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_call_target_claim",
            sqlite_where=sa.text("claimed_by_id IS NOT NULL"),
            postgresql_where=sa.text("claimed_by_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_call_target_person_id"))
        batch_op.drop_index("ix_call_target_next")

    op.drop_table("call_target")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_application_open_person",
            sqlite_where=sa.text("state = 'received' AND person_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'received' AND person_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_application_open_organisation",
            sqlite_where=sa.text("state = 'received' AND organisation_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'received' AND organisation_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_application_state")

    op.drop_table("application")
    op.drop_table("rate_rules")
    op.drop_table("pinned_field")
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_movement_starts_on"))
        batch_op.drop_index(batch_op.f("ix_movement_replaced_by_id"))
        batch_op.drop_index(batch_op.f("ix_movement_person_id"))

    op.drop_table("movement")
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_merge_live", sqlite_where=sa.text("undone_at IS NULL"), postgresql_where=sa.text("undone_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_merge_kept_id"))

    op.drop_table("merge")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_membership_receipt_number",
            sqlite_where=sa.text("receipt_number IS NOT NULL"),
            postgresql_where=sa.text("receipt_number IS NOT NULL"),
        )
        batch_op.drop_index("ix_membership_person")
        batch_op.drop_index("ix_membership_organisation")
        batch_op.drop_index("ix_membership_ends")

    op.drop_table("membership")
    op.drop_table("member_text")
    op.drop_table("import")
    with op.batch_alter_table("exchange", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exchange_person_id"))

    op.drop_table("exchange")
    op.drop_table("distinct_pair")
    op.drop_table("call_campaign")
    op.drop_table("objection")
    op.drop_table("stamp")
    op.drop_table("membership_settings")
    install_guards()
